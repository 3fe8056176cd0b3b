"""An article in a language that is not parsed in, at most one mention of its headline out.

The theory: a headline of any language names its kind by the beginning of a word or two ("Erdbeben",
"séisme"); the table `headline_words.tsv` has them for eleven languages. A headline
without such a word is `other` with little confidence. Its place is the country of a large town it
names, its date an upper bound: nothing else is claimed.

What it gets wrong on purpose: negation and modality are not seen, so confidence stays at or below
0.6; opinion, reviews and listings are known only by address, category and label.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterator
from functools import cache
from importlib import resources

from streams.identity import mention_id
from streams.lexicon.ontology import OTHER
from streams.merging.blocking import build_block_keys
from streams.reading.genre.signs import find_signs
from streams.reading.where.gazetteer import load_gazetteer
from streams.records import Article, Claim, Genre, Mention, Reason, Span, When, Where

OTHER_CONFIDENCE = 0.2
WORD_CONFIDENCE = 0.5
PAIR_CONFIDENCE = 0.6
LARGE_TOWN = 300_000
"""Inhabitants from which a town's name in a headline is taken for the town."""
_QUIET: frozenset[Genre] = frozenset(
    {"opinion", "analysis", "feature", "review", "listing", "recipe", "language", "advertisement"}
)
_WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")  # noqa: RUF001 - curly apostrophes of French
_MIN_LETTERS = 8


def read_headline(article: Article) -> tuple[Mention, ...]:
    """Read the headline; no mention where the article says that it is no report."""
    headline = article.title.strip()
    if sum(map(str.isalpha, headline)) < _MIN_LETTERS or _find_quiet(article) is not None:
        return ()
    kind, words = find_kind(headline, article.language or "")
    confidence = OTHER_CONFIDENCE
    if kind != OTHER:
        confidence = PAIR_CONFIDENCE if len(words) > 1 else WORD_CONFIDENCE
    span = Span(start=0, end=len(article.title))
    where = _find_country(headline)
    mention = Mention(
        id=mention_id(article.id, kind, headline, 0),
        article_id=article.id,
        article_version=article.version,
        fetched=article.fetched,
        published=article.published,
        url=article.url,
        publisher=article.publisher,
        family=article.family,
        wire=article.wire,
        language=article.language,
        genre="report" if kind != OTHER else "unknown",
        headline=article.title,
        context=article.reading_text[:2_000],
        blocks=build_block_keys(kind, where, main=True),
        kind=kind,
        main=True,
        when=_bound(article),
        where=where,
        claims=(
            Claim(
                claimant=article.publisher,
                stance="asserts",
                sector="JRN",
                outlet=True,
                span=span,
            ),
        ),
        sentence=headline,
        span=span,
        confidence=confidence,
        why=(
            Reason(
                field="kind",
                rule=f"language.{article.language}.{'+'.join(words) or 'no_word'}",
                score=confidence,
                span=span,
            ),
        ),
        backfill=article.backfill,
    )
    return (mention,)


def find_kind(headline: str, language: str) -> tuple[str, tuple[str, ...]]:
    """Find the kind a headline's words tell, and the beginnings that told it."""
    words = [word.lower() for word in _WORD.findall(headline)]
    for kind, beginnings in _load_words().get(language, ()):
        for needed in beginnings:
            if all(any(word.startswith(part) for word in words) for part in needed):
                return kind, needed
    return OTHER, ()


def _find_quiet(article: Article) -> Genre | None:
    for sign in find_signs(article):
        if sign.genre in _QUIET and sign.where in {"url", "tag", "title"} and sign.weight >= 3:
            return sign.genre
    return None


def _find_country(headline: str) -> Where | None:
    """The country of the large town a headline names; None unless there is exactly one."""
    found = {}
    for match in _WORD.finditer(headline):
        word = match.group()
        if not word[:1].isupper() or len(word) < 4:
            continue
        towns = [p for p in load_gazetteer().find(word) if p.population >= LARGE_TOWN]
        if towns:
            found[towns[0].country] = (word, match.span())
    if len(found) != 1:
        return None
    ((country, (word, span)),) = found.items()
    return Where(
        name=word,
        country=country,
        precision=3,
        rule="place.headline",
        reason="a town of the headline, not parsed",
        span=Span(start=span[0], end=span[1]),
    )


def _bound(article: Article) -> When:
    """No date was read: the end of the publication day is the bound."""
    told = article.published or article.fetched
    day = told.replace(hour=0, minute=0, second=0, microsecond=0)
    anchor = "published" if article.published else "fetched"
    return When.model_validate({"end": day + dt.timedelta(days=1), "anchor": anchor})


@cache
def _load_words() -> dict[str, tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]]:
    """Load the table: for each language its kinds in order, each with its beginnings of words."""
    table = resources.files("streams.lexicon").joinpath("headline_words.tsv").read_text("utf-8")
    lines = [line for line in table.splitlines() if line and not line.startswith("#")]
    rows = list(csv.DictReader(lines, delimiter="\t"))
    languages = [name for name in rows[0] if name != "kind"]
    return {language: tuple(_read_column(rows, language)) for language in languages}


def _read_column(
    rows: list[dict[str, str]], language: str
) -> Iterator[tuple[str, tuple[tuple[str, ...], ...]]]:
    for row in rows:
        beginnings = (row[language] or "").split()
        yield row["kind"], tuple(tuple(beginning.split("+")) for beginning in beginnings)
