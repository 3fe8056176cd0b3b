"""English names of months and weekdays in, their numbers and the pieces of patterns out.

The names are data: `en/calendar.toml`. Everything that reads a date asks here.
"""

from __future__ import annotations

import tomllib
from importlib import resources

_TABLE = tomllib.loads(
    resources.files("streams.lexicon").joinpath("en/calendar.toml").read_text("utf-8")
)
_STEM = 3
MONTHS: tuple[str, ...] = tuple(str(month["name"]) for month in _TABLE["months"])
SHORT_MONTHS: tuple[tuple[str, ...], ...] = tuple(
    tuple(map(str, month["short"])) for month in _TABLE["months"]
)
WEEKDAYS: tuple[str, ...] = tuple(map(str, _TABLE["weekdays"]))
MONTH_STEMS: tuple[str, ...] = tuple(name[:_STEM].lower() for name in MONTHS)
"""The first letters of the months in lower case: jan, feb."""
WEEKDAY_STEMS: tuple[str, ...] = tuple(name[:_STEM].lower() for name in WEEKDAYS)
ANY_MONTH = "|".join(MONTH_STEMS)
"""The stems as alternatives of a pattern that ignores case."""
WRITTEN_MONTHS = "|".join(
    [*MONTHS, *(rf"{short}\." for shorts in SHORT_MONTHS for short in shorts)]
)
"""The months as newspapers write them, in full or short with a full stop, as alternatives."""


def month_number(word: str) -> int:
    """1 for January, in full or short."""
    return MONTH_STEMS.index(word[:_STEM].lower()) + 1


def weekday_number(word: str) -> int:
    """0 for Monday, in full or short."""
    return WEEKDAY_STEMS.index(word[:_STEM].lower())
