"""A word in, how rare it is in English out, 0 (the) to 1 (Neskuchne).

The frequencies are those of `wordfreq`, which come inside its package: they are the same on every
machine and never move, so a score computed today can be computed again. An IDF learned from the
stream would make yesterday's decisions impossible to repeat, and is thin at the start of every run.
"""

from __future__ import annotations

import math
from functools import cache, lru_cache

from wordfreq import get_frequency_dict

COMMONEST = 7.2
"""Zipf frequency (log10 per billion words) at which a word says nothing; `the` has 7.7."""
RAREST = 1.0
"""Zipf frequency below which words are equally rare."""
NUMBER = 0.5
"""Rarity of a number; its digits are not words."""


@lru_cache(maxsize=200_000)
def measure_rarity(stem: str) -> float:
    """Tell how rare a stem is, by the commonest word it may stand for."""
    if stem[:1].isdigit():
        return NUMBER
    known = _frequencies().get
    often = max(
        known(stem, 0.0), known(stem + "e", 0.0), known(stem + "s", 0.0), known(stem + "ed", 0.0)
    )
    zipf = _to_zipf(often)
    return min(1.0, max(0.02, (COMMONEST - max(zipf, RAREST)) / (COMMONEST - RAREST)))


def measure_zipf(word: str) -> float:
    """Tell a word's frequency as log10 per billion words; 0 for a word that is not in the list."""
    return _to_zipf(_frequencies().get(word, 0.0))


def _to_zipf(frequency: float) -> float:
    return 0.0 if not frequency else max(0.0, math.log10(frequency) + 9.0)


@cache
def _frequencies() -> dict[str, float]:
    frequencies: dict[str, float] = get_frequency_dict("en")
    return frequencies
