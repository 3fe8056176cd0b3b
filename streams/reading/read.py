"""An article in, its mentions out: every event it tells, each with its own date, place and voices.

Total: any article gives a tuple, possibly an empty one. English is read sentence by sentence, any other
language by its headline (`streams.reading.languages`).
"""

from __future__ import annotations

from collections.abc import Sequence

from streams.reading.languages import find_reader
from streams.reading.parse import parse_articles
from streams.reading.reader import ArticleReader
from streams.records import Article, Mention


def read_article(article: Article) -> tuple[Mention, ...]:
    """Read every event the article tells."""
    return read_articles([article])[0]


def read_articles(articles: Sequence[Article]) -> list[tuple[Mention, ...]]:
    """Read several articles, each as if it were alone; parsed together, which is quicker."""
    told: list[tuple[Mention, ...]] = [()] * len(articles)
    english: list[int] = []
    for number, article in enumerate(articles):
        if article.withdrawn or not article.reading_text.strip():
            continue
        read_other = find_reader(article)
        if read_other is None:
            english.append(number)
        else:
            told[number] = read_other(article)
    parsed = parse_articles([articles[number] for number in english])
    for number, one in zip(english, parsed, strict=True):
        told[number] = ArticleReader(one).read()
    return told
