"""When a feed is polled again: a table of rules, and what holds for any input."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.schedule import (
    ERROR_CEILING,
    MAX_RETRY_AFTER,
    Learnt,
    Manners,
    first_gap,
    plan_poll,
    read_retry_after,
    read_server_wait,
    skip_quiet_hours,
    smooth_gap,
)

NOW = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
MANNERS = Manners(floor=300, ceiling=21_600, start=900)
HTTP_LATER = "Tue, 10 Mar 2026 12:30:00 GMT"


@pytest.mark.parametrize(
    ("learnt", "seconds", "because"),
    [
        (Learnt(new=3), 900, "start"),
        (Learnt(new=1, gap=3600), 1800, "pace"),
        (Learnt(new=9, gap=60), 300, "pace, floor"),
        (Learnt(new=1, gap=1e6), 21_600, "pace, ceiling"),
        (Learnt(gap=1000, interval=2000), 3000, "quiet"),
        (Learnt(interval=900), 1350, "quiet"),
        (Learnt(new=1, gap=1800, feed_wait=3600), 3600, "ttl"),
        (Learnt(new=1, gap=1800, server_wait=1200), 1200, "cache-control"),
        (Learnt(new=1, gap=1800, server_wait=600), 900, "pace"),
        (Learnt(new=1, gap=1800, server_wait=1e9), 21_600, "cache-control, ceiling"),
        (
            Learnt(new=20, overran=True, interval=1200, feed_wait=7200),
            600,
            "items were probably missed",
        ),
        (Learnt(new=20, overran=True, interval=1200, server_wait=900), 900, "cache-control"),
        (Learnt(new=1, gap=600, pushed=True), 21_600, "hub pushes"),
        (Learnt(failed=True, errors=1), 900, "failure 1"),
        (Learnt(failed=True, errors=4), 7200, "failure 4"),
        (Learnt(failed=True, errors=99), 86_400, "failure 99"),
        (Learnt(failed=True, errors=1, retry_after=5000), 5000, "retry-after"),
        (Learnt(failed=True, errors=1, retry_after=5), 900, "failure 1"),
        (Learnt(failed=True, errors=1, retry_after=1e12), MAX_RETRY_AFTER, "retry-after"),
    ],
)
def test_each_signal_has_its_effect(learnt: Learnt, seconds: float, because: str) -> None:
    """Pace wishes, servers and feeds ask for later, errors back off, bounds hold."""
    plan = plan_poll(learnt, MANNERS, NOW, 0)
    assert (plan.interval, plan.because) == (seconds, because)
    assert plan.at == NOW + dt.timedelta(seconds=seconds)


_SECONDS = st.none() | st.floats(0, 1e9)


@given(
    st.builds(
        Learnt,
        failed=st.booleans(),
        errors=st.integers(0, 10_000),
        interval=_SECONDS,
        gap=_SECONDS,
        new=st.integers(0, 10_000),
        overran=st.booleans(),
        pushed=st.booleans(),
        server_wait=_SECONDS,
        feed_wait=_SECONDS,
        retry_after=_SECONDS,
        skip_hours=st.frozensets(st.integers(0, 23)),
        skip_days=st.frozensets(st.integers(0, 6)),
    ),
    st.floats(0, 1),
)
def test_a_plan_is_always_later_and_never_never(learnt: Learnt, jitter: float) -> None:
    """Whatever was learnt, the next poll lies between the floor and a known limit."""
    plan = plan_poll(learnt, MANNERS, NOW, jitter)
    wait = (plan.at - NOW).total_seconds()
    assert wait >= MANNERS.floor
    assert wait <= 1.1 * max(MAX_RETRY_AFTER, ERROR_CEILING, MANNERS.ceiling) + 8 * 86_400
    if learnt.retry_after is not None:
        assert wait >= min(learnt.retry_after, MAX_RETRY_AFTER) - 1


def test_quiet_hours_and_days_are_skipped() -> None:
    """The next poll moves to the first hour in which the feed may change."""
    at = NOW + dt.timedelta(minutes=20)
    assert skip_quiet_hours(at, frozenset({12, 13}), frozenset()) == NOW.replace(hour=14)
    assert skip_quiet_hours(at, frozenset(), frozenset({1})) == NOW.replace(day=11, hour=0)
    assert skip_quiet_hours(at, frozenset(range(24)), frozenset()) == at
    assert skip_quiet_hours(at, frozenset({3}), frozenset()) == at


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"cache-control": "public, max-age=600"}, 600),
        ({"cache-control": "max-age=600, s-maxage=1200"}, 1200),
        ({"cache-control": "max-age=600", "age": "100"}, 500),
        ({"cache-control": "no-cache, max-age=600"}, None),
        ({"expires": HTTP_LATER}, 1800),
        ({"expires": HTTP_LATER, "date": "Tue, 10 Mar 2026 12:20:00 GMT"}, 600),
        ({"expires": "0"}, None),
        ({"expires": "Tue, 10 Mar 2020 12:30:00 GMT"}, None),
        ({}, None),
    ],
)
def test_what_a_server_asks_for(headers: dict[str, str], seconds: float | None) -> None:
    """Cache-Control goes before Expires, which counts on the server's own clock."""
    assert read_server_wait(headers, NOW) == seconds


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("120", 120), (HTTP_LATER, 1800), ("-5", None), ("soon", None), ("", None), (None, None)],
)
def test_retry_after_in_both_forms(value: str | None, seconds: float | None) -> None:
    """Seconds, or a date."""
    assert read_retry_after(value, NOW) == seconds


@given(st.text(max_size=100))
def test_any_header_is_read_or_ignored(value: str) -> None:
    """Foreign headers are no errors."""
    for name in ("cache-control", "expires", "date", "age"):
        read_server_wait({"expires": HTTP_LATER, name: value}, NOW)
    read_retry_after(value, NOW)


def test_pace_follows_the_items() -> None:
    """New items set the mean gap; silence only ever raises it."""
    assert first_gap([NOW, NOW + dt.timedelta(hours=2), NOW + dt.timedelta(hours=4)]) == 7200
    assert first_gap([NOW]) is None
    assert smooth_gap(None, 2, 600) == 300
    assert smooth_gap(1000, 1, 2000) == 1300
    assert smooth_gap(1000, 0, 500) == 1000
    assert smooth_gap(1000, 0, 2000) == 1300
