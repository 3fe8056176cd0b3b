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
    is_southern: bool

    @property
    def has_money_words(self) -> bool:
        """Whether the sentence tells of money, where a quarter is one of a year."""
        return _MONEY.search(self.text) is not None

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


_MONEY = re.compile(
    r"\b(?:percent|per cent|billion|million|profits?|revenues?|sales|earnings|GDP|econom\w+|quarterly|inflation|"
    r"growth|shares|income|loss(?:es)?|unemployment|output|exports|dividend|shipments)\b|%",
    re.IGNORECASE,
)

Build = Callable[[re.Match[str], Context], Draft | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to write a date."""

    id: str
    cues: tuple[str, ...]
    """A match holds one of these in lower case; to look for them is far cheaper than to match."""
    pattern: re.Pattern[str]
    build: Build


def anchor_of(context: Context) -> DateAnchor:
    """What a relative date of this article is counted from."""
    return context.reference.anchor or "published"


def make_date(year: int, month: int, day: int) -> dt.date | None:
    """The date, or None where the calendar has no such day."""
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
