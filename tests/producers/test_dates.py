"""Dates as feeds write them: read, judged, and never silently now."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.dates import ANCIENT, FUTURE_TOLERANCE, date_in_url, judge_date, read_date

NOW = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("raw", "instant", "offset"),
    [
        ("Tue, 10 Mar 2026 09:30:00 +0100", "2026-03-10T08:30", 60),
        ("Tue, 10 Mar 2026 09:30:00 EDT", "2026-03-10T13:30", -240),
        ("Tue, 10 Mar 2026 09:30 GMT", "2026-03-10T09:30", 0),
        ("10 Mar 26 09:30:00 CEST", "2026-03-10T07:30", 120),
        ("Tuesday, March 10, 2026 at 9:30 pm AEDT", "2026-03-10T10:30", 660),
        ("2026-03-10T09:30:00-05:00", "2026-03-10T14:30", -300),
        ("2026-03-10T09:30:00.123456Z", "2026-03-10T09:30", 0),
        ("2026-03-10 09:30:00+05:30", "2026-03-10T04:00", 330),
        ("20260310T093000Z", "2026-03-10T09:30", 0),
        ("20260310", "2026-03-10T00:00", None),
        ("2026-03-10", "2026-03-10T00:00", None),
        ("2026-03", "2026-03-01T00:00", None),
        ("Tue Mar 10 09:30:00 2026", "2026-03-10T09:30", None),
        ("Tue Mar 10 2026 09:30:00 GMT+0900 (JST)", "2026-03-10T00:30", 540),
        ("1773135000", "2026-03-10T09:30", 0),
        ("1773135000000", "2026-03-10T09:30", 0),
        ("10.03.2026 09:30", "2026-03-10T09:30", None),
        ("25/03/2025 09:30", "2025-03-25T09:30", None),
        ("03/25/2025 09:30", "2025-03-25T09:30", None),
        ("05/06/2025 09:30", None, None),
        ("mardi 10 mars 2026 09h30", "2026-03-10T09:30", None),
        ("Di, 10 März 2026 09.30 +0100", "2026-03-10T08:30", 60),
        ("вт, 10 мар 2026 09:30:00 +0300", "2026-03-10T06:30", 180),
        ("2026年3月10日 09:30", "2026-03-10T09:30", None),
        ("Tue, 10 Mar 2026 09:30:00 -0000", "2026-03-10T09:30", None),
        ("Tue, 10 Mar 2026 24:00:00 GMT", "2026-03-11T00:00", 0),
        ("Tue, 31 Feb 2026 09:30:00 GMT", None, None),
        ("Tue, 10 Mar 2026 25:00:00 GMT", None, None),
        ("yesterday", None, None),
        ("", None, None),
    ],
)
def test_dates_are_read_in_the_forms_that_feeds_use(
    raw: str, instant: str | None, offset: int | None
) -> None:
    """Each form gives its instant and the offset that it said; an ambiguous one gives nothing."""
    date = read_date(raw)
    found = date.instant() if date else None
    assert (found.isoformat(timespec="minutes")[:16] if found else None) == instant
    assert (date.offset if date else None) == offset


@pytest.mark.parametrize(
    ("raw", "zone", "instant", "offset", "problem"),
    [
        ("Tue, 10 Mar 2026 11:00:00 +0100", None, "2026-03-10T10:00", 60, None),
        ("Tue, 10 Mar 2026 11:00:00 GMT", None, "2026-03-10T11:00", 0, None),
        # GMT for every reader says nothing of the outlet's day, the table of outlets does
        ("Tue, 10 Mar 2026 11:00:00 GMT", "America/Toronto", "2026-03-10T11:00", -240, None),
        ("2026-03-10 11:00", None, "2026-03-10T11:00", None, "no_zone"),
        ("2026-03-10 11:00", "Europe/Paris", "2026-03-10T10:00", 60, "no_zone"),
        # Tokyo's local time, written as GMT: the future until it is corrected
        ("Tue, 10 Mar 2026 20:00:00 GMT", "Asia/Tokyo", "2026-03-10T11:00", 540, "wrong_zone"),
        ("Tue, 10 Mar 2026 20:00:00 GMT", None, None, None, "future"),
        ("Fri, 01 Jan 2098 00:00:00 GMT", "Asia/Tokyo", None, None, "future"),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None, None, None, "ancient"),
        ("0001-01-01T00:00:00Z", None, None, None, "ancient"),
        ("soon", None, None, None, "unparseable"),
        ("  ", None, None, None, "missing"),
        (None, None, None, None, "missing"),
    ],
)
def test_a_date_is_believed_or_its_problem_is_named(
    raw: str | None, zone: str | None, instant: str | None, offset: int | None, problem: str | None
) -> None:
    """Future, ancient, zoneless and wrong-zoned dates are judged, and no one becomes now."""
    judged = judge_date(raw, now=NOW, zone=ZoneInfo(zone) if zone else None)
    found = judged.instant.isoformat(timespec="minutes")[:16] if judged.instant else None
    assert (found, judged.offset, judged.problem) == (instant, offset, problem)


@given(st.text(max_size=80))
def test_any_words_are_judged_without_an_error(raw: str) -> None:
    """Whatever a feed writes, the result is a believable instant or none."""
    judged = judge_date(raw, now=NOW, zone=ZoneInfo("Pacific/Auckland"))
    if judged.instant is not None:
        assert ANCIENT <= judged.instant <= NOW + FUTURE_TOLERANCE
    else:
        assert judged.problem is not None


@given(
    st.datetimes(dt.datetime(1995, 1, 1), dt.datetime(2026, 1, 1)),  # noqa: DTZ001
    st.integers(-12, 14),
)
def test_dates_survive_being_written_by_a_feed(clock: dt.datetime, hours: int) -> None:
    """RFC 822 and RFC 3339 round-trip to the second."""
    clock = clock.replace(microsecond=0)
    aware = clock.replace(tzinfo=dt.timezone(dt.timedelta(hours=hours)))
    for raw in (aware.strftime("%a, %d %b %Y %H:%M:%S %z"), aware.isoformat()):
        date = read_date(raw)
        assert date is not None
        assert date.instant() == aware


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://e.org/2025/06/13/title", dt.date(2025, 6, 13)),
        ("https://e.org/world/2025-06-13-title.html", dt.date(2025, 6, 13)),
        ("https://e.org/20250613/title", dt.date(2025, 6, 13)),
        ("https://e.org/article/20251399/title", None),
        ("https://e.org/story-2025", None),
        (None, None),
    ],
)
def test_a_day_in_the_address_is_found(url: str | None, day: dt.date | None) -> None:
    """Many outlets write the day into the path."""
    assert date_in_url(url) == day
