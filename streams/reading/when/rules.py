"""What a date rule is: a pattern, and a function from its match to a draft of a date."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

from streams.reading.when.found import Offset, Reference, Role, Tense
from streams.records import DateAnchor, When


@dataclass(frozen=True, slots=True)
class Draft:
    """What a rule read: the date, what it is to its clause, and a counted distance."""

    when: When
    role: Role = "at"
    offset: Offset | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """What a rule may look at besides its match."""

    reference: Reference
    text: str
    find_tense: Callable[[int, int], Tense]
    previous: When | None
    has_money_words: bool
    is_southern: bool

    def tense(self, match: re.Match[str]) -> Tense:
        """The tense of the clause that the match stands in."""
        return self.find_tense(match.start(), match.end())

    def pick_year(self, month: int, day: int, match: re.Match[str]) -> dt.date | None:
        """The date of a month and day without a year: the nearest one that fits the tense."""
        today = self.reference.day
        if today is None:
            return None
        dates = [made for y in (-1, 0, 1) if (made := make_date(today.year + y, month, day))]
        tense = self.tense(match)
        if tense == "future":
            dates = [date for date in dates if date >= today] or dates
        elif tense == "past":
            dates = [date for date in dates if date <= today + dt.timedelta(1)] or dates
        elif tense == "unknown":
            # a bare date in news looks back far more often than ahead: half a year against two months
            dates = [date for date in dates if date <= today + dt.timedelta(62)] or dates
        return min(dates, key=lambda date: abs(date - today), default=None)


Build = Callable[[re.Match[str], Context], Draft | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to write a date."""

    id: str
    cues: tuple[str, ...]
    pattern: re.Pattern[str]
    build: Build

    def may_match(self, lower: str) -> bool:
        """Whether the text, in lower case, holds a cue: far cheaper than the pattern itself."""
        for cue in self.cues:  # noqa: SIM110 - `any` over a generator takes twice the time
            if cue in lower:
                return True
        return False


def anchor_of(context: Context) -> DateAnchor:
    """What a relative date of this article is counted from."""
    return context.reference.anchor or "published"


def make_date(year: int, month: int, day: int) -> dt.date | None:
    """The date, or None where the calendar has no such day."""
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
