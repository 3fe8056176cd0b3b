"""An article in, the signs of its genre out: address, categories, headline, byline and wording.

The patterns are data (`streams/lexicon/genre.tsv`). Words in the text are weak signs, and count at
most three times each: a report may quote a columnist, and a review may tell of a murder.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import get_args
from urllib.parse import urlsplit

from streams.reading.gate import Gate
from streams.reading.voices.quotes import find_quotes
from streams.records import Article, Genre

MAX_SCANNED = 20_000
"""Characters of the body whose wording is looked at."""
MAX_HITS = 3
MIN_QUOTED = 12
"""Characters from which a quoted stretch of a headline is speech, not a name or a scare quote."""


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that speaks for a genre."""

    genre: Genre
    where: str
    weight: float
    words: str


@dataclass(frozen=True, slots=True)
class _Pattern:
    genre: Genre
    where: str
    looks_at: str
    """The text in which it is looked for: a title that is a quotation is one beside `title`."""
    weight: float
    pattern: re.Pattern[str]
    folded: re.Pattern[str] | None
    """The same for text in lower case, where it can be had: it takes a third of the time."""
    gate: Gate


def find_signs(article: Article) -> Iterator[Sign]:
    """Find what the table says about an article."""
    texts = _list_texts(article)
    body = (article.text or article.summary)[:MAX_SCANNED]
    lower = body.lower()
    if len(lower) != len(body):
        lower = ""  # a letter became two: offsets are no longer the same
    for row in _load_table():
        if row.where == "text":
            if lower and not row.gate.may_match(lower):
                continue
            if row.folded is not None and lower:
                hits = [body[m.start() : m.end()] for m in row.folded.finditer(lower)]
            else:
                hits = [match.group() for match in row.pattern.finditer(body)]
            if hits:
                weight = row.weight * min(len(hits), MAX_HITS)
                yield Sign(row.genre, "text", weight, hits[0].strip())
            continue
        for text, folded in texts[row.looks_at]:
            found = _match(row, text) if row.gate.may_match(folded) else None
            if found:
                yield Sign(row.genre, row.where, row.weight, found)
                break


def _list_texts(article: Article) -> dict[str, list[tuple[str, str]]]:
    """What rows look at beside the text, as written and in lower case."""
    texts = {
        "url": (_path_of(article.url or article.link),),
        "tag": article.tags,
        "byline": article.authors,
        "title": (_strip_quotes(article.title),),
        "quotation": (article.title,),
    }
    return {name: [(text.strip(), text.lower()) for text in found] for name, found in texts.items()}


def _strip_quotes(title: str) -> str:
    """A headline without what somebody else says in it: "Thousands stranded: 'You feel …'".

    A title that is all a quotation says nothing of its own.
    """
    quotes = find_quotes(title)
    if len(quotes) == 1 and quotes[0].end - quotes[0].start >= len(title.strip()) - 1:
        return ""
    for quote in reversed(quotes):
        if quote.start > 0 and quote.end - quote.start > MIN_QUOTED:
            title = title[: quote.start] + title[quote.end :]
    return title


def _match(row: _Pattern, text: str) -> str | None:
    find = row.pattern.fullmatch if row.where in {"tag", "byline"} else row.pattern.search
    match = find(text)
    return match.group().strip() or text if match else None


def _path_of(url: str | None) -> str:
    if not url:
        return ""
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


@cache
def _load_table() -> tuple[_Pattern, ...]:
    table = resources.files("streams.lexicon").joinpath("genre.tsv").read_text("utf-8")
    genres: dict[str, Genre] = {name: name for name in get_args(Genre)}
    rows = []
    for line in table.splitlines():
        if not line or line.startswith(("#", "genre\t")):
            continue
        genre, where, weight, pattern = line.split("\t", 3)
        flags = re.IGNORECASE | re.MULTILINE
        if genre == "opinion" and "I'm" in pattern:
            flags = re.MULTILINE  # "I" is a word, "i" is a letter
        # no capital but in an escape as \W
        foldable = bool(flags & re.IGNORECASE) and re.sub(r"\\.", "", pattern).islower()
        folded = re.compile(pattern, re.MULTILINE) if foldable else None
        compiled = re.compile(pattern, flags)
        quoted = where == "title" and "\u201d" in pattern
        rows.append(
            _Pattern(
                genres[genre],
                where,
                "quotation" if quoted else where,
                float(weight),
                compiled,
                folded,
                Gate(compiled),
            )
        )
    return tuple(rows)
