"""Calendar facts in, `When` records out: days, weeks, months, years and ranges of them.

Day precision and coarser are calendar days written as UTC midnights, end exclusive. A counted week
("a week ago", "two weeks after") is the counted day with precision week: people count weeks a day
or so loosely, and the precision says that slack.
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange

from streams.records import DateAnchor, DatePrecision, Span, When

MIN_YEAR, MAX_YEAR = 1000, 2200
"""Years outside are not calendar years of news."""

DAY = dt.timedelta(days=1)


def midnight(day: dt.date) -> dt.datetime:
    """The UTC midnight that stands for a calendar day."""
    return dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)


def build_when(
    start: dt.date,
    end: dt.date,
    precision: DatePrecision,
    rule: str,
    anchor: DateAnchor = "text",
) -> When:
    """Build the interval from `start` to the day before `end`."""
    return When(
        start=midnight(start),
        end=midnight(max(end, start + DAY)),
        date=start,
        precision=precision,
        anchor=anchor,
        rule=rule,
    )


def day_when(day: dt.date, rule: str, anchor: DateAnchor = "text") -> When:
    """One calendar day."""
    return build_when(day, day + DAY, "day", rule, anchor)


def month_when(year: int, month: int, rule: str, anchor: DateAnchor = "text") -> When:
    """One calendar month."""
    first = dt.date(year, month, 1)
    return build_when(first, next_month(first), "month", rule, anchor)


def year_when(year: int, rule: str, anchor: DateAnchor = "text", years: int = 1) -> When:
    """One calendar year, or several from it."""
    return build_when(dt.date(year, 1, 1), dt.date(year + years, 1, 1), "year", rule, anchor)


def before_when(day: dt.date | None, rule: str, anchor: DateAnchor | None = None) -> When:
    """No date: only that it was not after `day`."""
    end = None if day is None else midnight(day + DAY)
    return When(end=end, precision="before", anchor=anchor, rule=rule)


def next_month(day: dt.date) -> dt.date:
    """The first day of the month after `day`."""
    return dt.date(day.year + day.month // 12, day.month % 12 + 1, 1)


def shift_months(day: dt.date, months: int) -> dt.date:
    """The same day some months on or back, or the last day of a shorter month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return dt.date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def week_start(day: dt.date) -> dt.date:
    """The Monday of the week of `day`."""
    return day - dt.timedelta(days=day.weekday())


def placed(when: When, text: str, span: Span) -> When:
    """The same date with the words it rests on."""
    return when.model_copy(update={"text": text, "span": span})


def easter(year: int) -> dt.date:
    """Western Easter Sunday (the anonymous Gregorian algorithm)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return dt.date(year, month, day + 1)
