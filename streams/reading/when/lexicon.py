"""The name of a word list in, its words out: English words that dates, places and numbers are read by.

The lists are data: `streams/lexicon/dates_words.toml`, `places_words.toml`, `numbers_lists.toml`.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources


@cache
def _load(table: str) -> dict[str, str]:
    text = resources.files("streams.lexicon").joinpath(f"{table}.toml").read_text("utf-8")
    return {name: str(words) for name, words in tomllib.loads(text).items()}


def word_set(table: str, name: str) -> frozenset[str]:
    """The words of one list."""
    return frozenset(_load(table)[name].split())


def word_map(table: str, name: str) -> dict[str, str]:
    """The pairs of one list, written `key=value` with underscores for spaces in values."""
    pairs = (pair.split("=", 1) for pair in _load(table)[name].split())
    return {key: value.replace("_", " ") for key, value in pairs}


def number_map(table: str, name: str) -> dict[str, float]:
    """The pairs of one list whose values are numbers."""
    return {key: float(value) for key, value in word_map(table, name).items()}
