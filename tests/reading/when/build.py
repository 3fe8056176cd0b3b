"""Short articles for the tests of dates, places and numbers."""

from __future__ import annotations

import datetime as dt

from streams.reading.parse import ParsedArticle, Sentence
from streams.reading.words import Token
from streams.records import Article

NOON = dt.datetime(2023, 6, 13, 12, tzinfo=dt.UTC)


def build_article(
    text: str,
    *,
    title: str = "News",
    published: dt.datetime | None = NOON,
    offset: int | None = 0,
    url: str | None = None,
    backfill: bool = False,
) -> Article:
    """Build an article of one text."""
    return Article(
        id="article",
        version="1",
        feed="https://example.org/feed",
        url=url,
        publisher="Example",
        family="example",
        title=title,
        text=text,
        published=published,
        published_offset=offset,
        fetched=published or NOON,
        backfill=backfill,
    )


def find_trigger(parsed: ParsedArticle, word: str) -> tuple[Sentence, Token]:
    """Find the first token of this text below the headline."""
    for sentence in parsed.sentences:
        if sentence.paragraph.role == "headline":
            continue
        for token in sentence.tokens:
            if token.text == word:
                return sentence, token
    raise LookupError(word)
