"""A parsed article in, who its names, titles and pronouns stand for out."""

from streams.reading.names.book import Names
from streams.reading.names.build import build_names
from streams.reading.names.groups import GROUPS
from streams.reading.names.people import is_unnamed
from streams.reading.names.phrases import clean_phrase, head_of, origin_stem, phrase_of
from streams.reading.names.titles import is_title, load_titles

__all__ = [
    "GROUPS",
    "Names",
    "build_names",
    "clean_phrase",
    "head_of",
    "is_title",
    "is_unnamed",
    "load_titles",
    "origin_stem",
    "phrase_of",
]
