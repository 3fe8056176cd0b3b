"""Where a language decides: English is read in full, any other by its headline.

What is English-only is named so (the parser, the lexicon under `streams/lexicon/en`, the wording of
genre and voices); a language that is to be read in full gets a reader beside `other.py` and its line
in `find_reader`.
"""

from __future__ import annotations

from collections.abc import Callable

from streams.reading.languages.other import read_headline
from streams.records import Article, Mention

ENGLISH = "en"

Reader = Callable[[Article], tuple[Mention, ...]]


def find_reader(article: Article) -> Reader | None:
    """Find the reader of another language; None for English and for a language nobody named."""
    if article.language is None or article.language == ENGLISH:
        return None
    return read_headline


__all__ = ["find_reader", "read_headline"]
