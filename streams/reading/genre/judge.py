"""A parsed article in, its genre and the reason for it out.

The theory: a genre is told by where the article stands (address, category, label), then by its form
(dateline, tense, person), and only last by its words. Each sign adds its weight to its genre; a
report starts with a point of its own, because most of what a news feed carries claims to be one.
A headline is a sign like the others: the strongest words ("shots fired") are used for streaming
services and football as well.

What it gets wrong on purpose: a report under /opinion/ is opinion. An article without a single sign
is `unknown`, not a report: two lines about a podcast must not become an explosion.
"""

from __future__ import annotations

from collections import defaultdict

from streams.reading.genre.form import find_form
from streams.reading.genre.signs import Sign, find_signs
from streams.reading.parse import ParsedArticle
from streams.records import Genre, Reason

REPORT_START = 1.0
MIN_OTHER = 1.5
"""A genre other than a report needs at least this much."""
CERTAIN = 6.0
"""The sum of signs at which the score of the reason is 1."""


def judge_genre(parsed: ParsedArticle) -> tuple[Genre, Reason]:
    """Judge the genre; the reason names the strongest sign and how far it leads."""
    signs = [*find_signs(parsed.article), *find_form(parsed)]
    totals: dict[Genre, float] = defaultdict(float)
    for sign in signs:
        totals[sign.genre] += sign.weight
    report = totals.pop("report", 0.0) + REPORT_START
    best: Genre = max(totals, key=lambda genre: (totals[genre], genre), default="unknown")
    if best != "unknown" and totals[best] >= MIN_OTHER and totals[best] >= report:
        return best, _explain(best, signs, totals[best])
    if report <= REPORT_START:
        return "unknown", Reason(field="genre", rule="genre.unknown.no_sign", score=0.0)
    return "report", _explain("report", signs, report)


def _explain(genre: Genre, signs: list[Sign], total: float) -> Reason:
    strongest = max((s for s in signs if s.genre == genre), key=lambda s: s.weight)
    return Reason(
        field="genre",
        rule=f"genre.{genre}.{strongest.where}",
        score=round(min(total / CERTAIN, 1.0), 2),
    )
