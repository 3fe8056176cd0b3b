"""Mentions and labels of one article in, which label each mention meets and what is wrong out.

A mention meets a label when its kind is one of the label's, or when its kind is of the same group and
date, place or a number agree as well. Each label takes its best mention, each mention one label. A
`new`, `happened` mention that meets no label is a false event, except where it is only somebody's
words (a statement, a demand): those are counted apart.

A field is right, wrong or unknown; an honest unknown (no date, a place without a point in the right
country) is not wrong.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from streams.identity import fold_text
from streams.lexicon.ontology import get_kind
from streams.records import Measure, Mention
from tocsin.scoring.gold import GoldArticle, GoldEvent
from tocsin.scoring.places import judge_place

Verdict = Literal["right", "wrong", "unknown"]

WORDS_ONLY = frozenset(
    {
        "statement", "announcement", "request", "demand", "accusation", "condemnation", "other",
        "support_statement", "rejection", "casualty_claim", "concession",
    }
)  # fmt: skip
_SPANS = {"week": 7, "month": 31, "year": 366}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that was read wrongly."""

    article: str
    event: str
    field: str
    expected: str
    found: str


@dataclass(slots=True)
class Tally:
    """What was counted over a set of articles."""

    articles: int = 0
    silent: int = 0
    kept_silent: int = 0
    must: int = 0
    found: int = 0
    mentions: int = 0
    met: int = 0
    false: int = 0
    words_only: int = 0
    fields: Counter[tuple[str, Verdict]] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)

    @property
    def recall(self) -> float:
        """Share of the labelled events that were found."""
        return self.found / self.must if self.must else 1.0

    @property
    def precision(self) -> float:
        """Share of the new mentions that meet a label, those that are only words left aside."""
        return self.met / (self.met + self.false) if self.met + self.false else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def share(self, name: str) -> tuple[int, int, int]:
        """Right, wrong and unknown of a field."""
        return (
            self.fields[name, "right"],
            self.fields[name, "wrong"],
            self.fields[name, "unknown"],
        )


def score_article(name: str, gold: GoldArticle, mentions: Sequence[Mention], tally: Tally) -> None:
    """Match the mentions of one article with its labels, and add to the tally."""
    pairs = match_events(gold.events, mentions)
    taken = {id(mention) for mention in pairs.values()}
    tally.articles += 1
    tally.mentions += len(mentions)
    for event in gold.events:
        mention = pairs.get(event.id)
        if event.must:
            tally.must += 1
            tally.found += mention is not None
            if mention is None:
                tally.problems.append(
                    Problem(name, event.id, "event", "/".join(event.kinds), "nothing")
                )
        if mention is not None and event.must:
            _score_fields(name, event, mention, tally)
    invented = _count_new(name, gold, mentions, taken, tally)
    if not any(event.must for event in gold.events):
        tally.silent += 1
        tally.kept_silent += not invented
    if gold.genre is not None and mentions:
        said = mentions[0].genre
        _add(tally, name, "-", "genre", _judge_equal(gold.genre, said), gold.genre, said)


def _count_new(
    name: str, gold: GoldArticle, mentions: Sequence[Mention], taken: set[int], tally: Tally
) -> int:
    """Count the mentions that say something new; return how many of them are false events."""
    invented = 0
    for mention in mentions:
        if mention.newsworthiness != "new" or mention.modality != "happened":
            continue
        if id(mention) in taken:
            tally.met += 1
        elif mention.kind in WORDS_ONLY and any(event.must for event in gold.events):
            tally.words_only += 1
        else:
            tally.false += 1
            invented += 1
            said = f"{mention.kind}: {mention.sentence}"
            tally.problems.append(Problem(name, "-", "false event", "nothing", said))
    return invented


def match_events(events: Sequence[GoldEvent], mentions: Sequence[Mention]) -> dict[str, Mention]:
    """Give each label its best mention."""
    scored = [
        (_score_pair(event, mention), event, mention) for event in events for mention in mentions
    ]
    scored = [entry for entry in scored if entry[0] > 0]
    scored.sort(key=lambda entry: (-entry[0], not entry[1].must))
    pairs: dict[str, Mention] = {}
    taken: set[int] = set()
    for _, event, mention in scored:
        if event.id not in pairs and id(mention) not in taken:
            pairs[event.id] = mention
            taken.add(id(mention))
    return pairs


def _score_pair(event: GoldEvent, mention: Mention) -> float:
    exact = mention.kind in event.kinds
    groups = {get_kind(kind).group for kind in event.kinds}
    if not exact and get_kind(mention.kind).group not in groups:
        return 0.0
    evidence = sum(
        verdict == "right"
        for verdict in (judge_date(event, mention), judge_place(event, mention))
        if verdict is not None
    )
    evidence += sum(verdict == "right" for verdict in _judge_numbers(event, mention).values())
    against = judge_date(event, mention) == "wrong" or judge_place(event, mention) == "wrong"
    if not exact and (evidence == 0 or against):
        return 0.0
    named = bool(event.actors) and judge_names(event.actors, mention, "actors") == "right"
    return 3.0 * exact + evidence + 0.5 * named - 0.5 * against + 0.2 * mention.main


def _score_fields(name: str, event: GoldEvent, mention: Mention, tally: Tally) -> None:
    def add(field_name: str, verdict: Verdict | None, expected: object, found: object) -> None:
        if verdict is not None:
            _add(tally, name, event.id, field_name, verdict, expected, found)

    add("kind", _judge_equal(True, mention.kind in event.kinds), event.kinds, mention.kind)
    when, where = mention.when, mention.where
    told = f"{when.date} {when.precision} ({when.rule}: {when.text})"
    add("date", judge_date(event, mention), f"{event.date} {event.precision}", told)
    told = f"{where.name} {where.country} {where.admin1} {where.precision}" if where else "nothing"
    asked = f"{event.places} {event.country} {event.admin1}"
    add("place", judge_place(event, mention), asked, told)
    if event.admin1 is not None:
        region = (where.admin1 if where else None) or ""
        add("admin1", _judge_region(event.admin1, region), event.admin1, region)
    for measure, verdict in _judge_numbers(event, mention).items():
        number = event.numbers[measure]
        said = [
            f"{q.value} {q.qualifier} {q.unit}" for q in mention.numbers if q.measure == measure
        ]
        add(measure, verdict, f"{number.value} {number.qualifier} {number.unit}", said)
    news = event.newsworthiness
    if news is not None:
        add("newness", _judge_equal(news, mention.newsworthiness), news, mention.newsworthiness)
    if event.modality:
        right = mention.modality in event.modality
        add("modality", _judge_equal(True, right), event.modality, mention.modality)
    for role in ("actors", "targets", "recipients"):
        names = getattr(event, role)
        if names:
            said = [actor.name for actor in getattr(mention, role)]
            add(role, judge_names(names, mention, role), names, said)
    for claim in event.claims:
        said = [f"{c.claimant} {c.stance}" for c in mention.claims]
        verdict = _judge_claim(claim.claimant, claim.stance, mention)
        add("claims", verdict, f"{claim.claimant} {claim.stance}", said)


def judge_date(event: GoldEvent, mention: Mention) -> Verdict | None:
    """Compare the date with the label: inside its interval, outside, or honestly unknown."""
    when = mention.when
    if event.date is None:
        single = event.not_single_day and when.precision in {"day", "hour"}
        return "wrong" if single else None
    if when.precision == "before" or when.start is None or when.end is None:
        return "unknown"
    first = when.date or when.start.date()
    last = (when.end - dt.timedelta(seconds=1)).date()
    begin, end = event.date, event.until or _end_of(event)
    if when.precision in {"hour", "day"}:
        return "right" if begin <= first <= end else "wrong"
    if first <= end and last >= begin:
        return "right" if event.precision not in {"hour", "day"} else "unknown"
    return "wrong"


def _judge_region(wanted: str, said: str) -> Verdict:
    """Compare regions by their stem: Donetsk, Donetska and Donetsk Oblast are one."""
    if not said:
        return "unknown"
    return _judge_equal(fold_text(wanted)[:6], fold_text(said)[:6])


def judge_names(wanted: Sequence[str], mention: Mention, role: str) -> Verdict:
    """Tell whether one of the labelled names is among the actors, targets or recipients."""
    said = [fold_text(f"{a.name} {a.text or ''} {a.country or ''}") for a in getattr(mention, role)]
    if not said:
        return "unknown"
    stems = [fold_text(name)[:6] for name in wanted]
    return "right" if any(stem in name for stem in stems for name in said) else "wrong"


def _end_of(event: GoldEvent) -> dt.date:
    assert event.date is not None
    if event.precision == "month":
        following = (event.date.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
        return following - dt.timedelta(days=1)
    if event.precision == "year":
        return event.date.replace(month=12, day=31)
    return event.date + dt.timedelta(days=_SPANS.get(event.precision, 1) - 1)


def _judge_numbers(event: GoldEvent, mention: Mention) -> dict[Measure, Verdict]:
    verdicts: dict[Measure, Verdict] = {}
    for measure, wanted in event.numbers.items():
        said = [q for q in mention.numbers if q.measure == measure]
        right = any(
            (q.value == wanted.value or (wanted.value is None and q.value is None))
            and q.qualifier == wanted.qualifier
            and (wanted.unit is None or q.unit == wanted.unit)
            for q in said
        )
        verdicts[measure] = "right" if right else "wrong" if said else "unknown"
    return verdicts


def _judge_claim(claimant: str, stance: str, mention: Mention) -> Verdict:
    wanted = fold_text(claimant)
    heard = [c for c in mention.claims if _is_same_voice(wanted, fold_text(c.claimant))]
    if not heard:
        return "unknown"
    return "right" if any(c.stance == stance for c in heard) else "wrong"


def _is_same_voice(wanted: str, said: str) -> bool:
    wanted, said = wanted.removeprefix("the "), said.removeprefix("the ")
    return wanted in said or said in wanted or wanted.split()[-1] == said.split()[-1]


def _judge_equal(wanted: object, found: object) -> Verdict:
    return "right" if wanted == found else "wrong"


def _add(
    tally: Tally,
    article: str,
    event: str,
    name: str,
    verdict: Verdict,
    expected: object,
    found: object,
) -> None:
    tally.fields[name, verdict] += 1
    if verdict != "right":
        tally.problems.append(Problem(article, event, name, str(expected), f"{found} [{verdict}]"))
