"""Builds the articles that tests read."""

from __future__ import annotations

import datetime as dt

from streams.records import Article

PUBLISHED = dt.datetime(2024, 3, 12, 18, tzinfo=dt.UTC)
"""A Tuesday."""


def build_article(
    text: str = "",
    title: str = "",
    *,
    url: str | None = None,
    tags: tuple[str, ...] = (),
    language: str = "en",
    published: dt.datetime | None = PUBLISHED,
) -> Article:
    """Build an article of The Gazette, published on Tuesday 12 March 2024 at 18:00 UTC."""
    return Article(
        id="a1-test",
        version="v1-test",
        feed="https://gazette.example/feed",
        publisher="The Gazette",
        family="The Gazette",
        url=url,
        title=title,
        text=text,
        tags=tags,
        language=language,
        published=published,
        fetched=PUBLISHED,
    )
