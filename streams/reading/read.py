"""An article in, its mentions out: every event it tells, each with its own date, place and voices.

Total: any article gives a tuple, possibly an empty one. English is read sentence by sentence, any other
language by its headline (`streams.reading.languages`).
"""

from __future__ import annotations

from streams.reading.languages import find_reader
from streams.reading.parse import parse_article
from streams.reading.reader import ArticleReader
from streams.records import Article, Mention


def read_article(article: Article) -> tuple[Mention, ...]:
    """Read every event the article tells."""
    if article.withdrawn or not article.reading_text.strip():
        return ()
    read_other = find_reader(article)
    if read_other is not None:
        return read_other(article)
    return ArticleReader(parse_article(article)).read()
