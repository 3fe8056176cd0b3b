"""A parsed article in, its places and the place of each of its events out."""

from streams.reading.parse import ParsedArticle
from streams.reading.where.choose import choose_all_where, choose_where
from streams.reading.where.gazetteer import load_gazetteer
from streams.reading.where.model import FoundPlace, Places
from streams.reading.where.resolve import resolve_places

__all__ = ["FoundPlace", "Places", "choose_all_where", "choose_where", "find_places"]


def find_places(parsed: ParsedArticle) -> Places:
    """Find and resolve every place that the article names."""
    return resolve_places(parsed, load_gazetteer())
