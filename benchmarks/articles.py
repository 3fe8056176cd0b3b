"""A title and a text in, an English article with made-up circumstances out, for what is only read."""

from __future__ import annotations

from streams.records import Article


def build_article(source: str, published: str, *, title: str = "", text: str = "") -> Article:
    """Build an article of `source`, fetched when it was published (ISO 8601)."""
    return Article.model_validate(
        {
            "id": source,
            "version": "1",
            "feed": source,
            "publisher": source,
            "family": source,
            "title": title,
            "text": text,
            "language": "en",
            "published": published,
            "fetched": published,
        }
    )
