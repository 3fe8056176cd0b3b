"""Whole months are dropped when their last day is past what is kept."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinks.backoff import compute_pause
from sinks.elastic.indices import IndexName, parse_index
from sinks.elastic.retention import end_of_month, find_past
from sinks.elastic.shapes import ShapeName

DAYS: dict[ShapeName, int | None] = {
    "articles": 30,
    "mentions": 30,
    "events": None,
    "alerts": 60,
    "deadletters": 10,
}


@pytest.mark.parametrize(
    ("index", "today", "drop"),
    [
        ("tocsin-articles-2026.10-v1", dt.date(2026, 11, 30), False),
        ("tocsin-articles-2026.10-v1", dt.date(2026, 12, 1), True),
        ("tocsin-deadletters-2025.12-v2", dt.date(2026, 1, 11), True),
        ("tocsin-events-1999.01-v1", dt.date(2026, 1, 1), False),
    ],
)
def test_a_month_is_dropped_when_its_last_day_is_past(
    index: str,
    today: dt.date,
    drop: bool,  # noqa: FBT001 - a table
) -> None:
    """Days count from the end of the month; events are kept for ever."""
    (past,) = find_past([(index, 5)], "tocsin", DAYS, today)

    assert drop == past.drop


def test_indices_of_others_are_left_alone() -> None:
    """A name that is not exactly ours is not judged."""
    names = ["tocsin-articles", "tocsin-articles-2020.01", "other-articles-2020.01-v1", ".kibana"]

    assert find_past([(n, 1) for n in names], "tocsin", DAYS, dt.date(2026, 1, 1)) == []


@given(st.dates(min_value=dt.date(1970, 1, 1), max_value=dt.date(2900, 1, 1)))
def test_the_end_of_a_month_is_the_first_of_the_next(day: dt.date) -> None:
    """Also in December."""
    end = end_of_month(day.strftime("%Y.%m"))

    assert end.day == 1
    assert day < end <= day + dt.timedelta(days=31)


@given(st.integers(1, 9), st.integers(1, 12), st.integers(2000, 2100))
def test_names_of_indices_are_read_back(version: int, month: int, year: int) -> None:
    """What is written is read again, also with a prefix that looks like a shape."""
    name = IndexName("my-events", "alerts", f"{year}.{month:02}", version)

    assert name == parse_index("my-events", str(name))


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_pauses_grow_to_the_cap_with_jitter(failures: int, luck: float) -> None:
    """Never less than half of what is due, never more than the cap."""
    due = min(30.0, 0.5 * 2.0 ** min(failures - 1, 30))

    pause = compute_pause(failures, 0.5, 30.0, lambda: luck)

    assert due / 2 <= pause <= due
