"""What `find_dates` hands on: a date expression with its place in the sentence and its hints."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from streams.reading.words import Token
from streams.records import DateAnchor, Span, When

Role = Literal["at", "since", "until", "duration", "within", "after", "before", "modifier"]
"""at: it happened then; since, until, duration: a bound or a length; within: inside this stretch;
after, before: counted from another event in the sentence; modifier: a year that names something
("the 2015 deal")."""

Tense = Literal["past", "present", "future", "unknown"]


@dataclass(frozen=True, slots=True)
class Offset:
    """A counted distance: two days, one week."""

    count: int
    unit: Literal["hour", "day", "week", "month", "year"]


@dataclass(frozen=True, slots=True, eq=False)
class FoundDate:
    """One date expression."""

    sentence: int
    span: Span
    first: Token
    last: Token
    head: Token
    when: When
    role: Role = "at"
    tense: Tense = "unknown"
    offset: Offset | None = None
    hung: float = 0.0
    """What its two last steps would cost, where it was hung on a noun against the parse."""

    @property
    def is_dated(self) -> bool:
        """Whether it names an interval of the calendar."""
        return self.when.start is not None


@dataclass(frozen=True, slots=True)
class Reference:
    """The day a newspaper's "today" means."""

    day: dt.date | None
    anchor: DateAnchor | None
    published: dt.datetime | None = None
    latest: dt.date | None = None
    is_clock_known: bool = True
    """Whether the publisher's clock is known; else the day is that of UTC."""
