"""An article in, its mentions out: every event it tells, each with its own date, place and voices.

Total: any article gives a tuple, possibly an empty one.
"""

from __future__ import annotations

from streams.reading.parse import parse_article
from streams.reading.reader import ArticleReader
from streams.records import Article, Mention


def read_article(article: Article) -> tuple[Mention, ...]:
    """Read every event the article tells."""
    if article.withdrawn or not article.reading_text.strip():
        return ()
    return ArticleReader(parse_article(article)).read()
