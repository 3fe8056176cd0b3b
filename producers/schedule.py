"""What a poll learnt in, the time of the next one out. Pure: no clock, no randomness of its own.

The wish comes from the feed's own pace: half the usual gap between its items, so that an item waits a
quarter of a gap on average; a quiet feed is asked less and less often. What the server or the feed
says (Cache-Control, Expires, ttl, sy:updatePeriod) only ever makes it later, since it is theirs to
say how often they want to be asked; a feed whose window ran over is asked sooner in spite of its ttl,
but never sooner than its server's Cache-Control. Everything lies between a floor and a ceiling;
Retry-After alone may go beyond the ceiling. Jitter spreads the feeds that began together, and only
ever adds.

Tried and dropped: a target of one new item a poll. Bursts (20 items at noon) then overran windows.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import re
from collections.abc import Mapping
from dataclasses import dataclass

MAX_RETRY_AFTER = 2 * 86_400.0
"""Seconds; a longer Retry-After is a mistake, or a server that would be better removed."""
ERROR_CEILING = 86_400.0
SMOOTHING = 0.3
"""Weight of the newest gap in the mean gap between items."""
QUIET_GROWTH = 1.5
_MAX_AGE = re.compile(r"(?:^|[\s,])(?:s-maxage|max-age)\s*=\s*\"?(\d{1,9})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Manners:
    """The bounds the operator set, in seconds."""

    floor: float = 300.0
    ceiling: float = 6 * 3600.0
    start: float = 900.0
    """Interval of a feed of which nothing is known yet."""
    safety_net: float = 6 * 3600.0
    """Interval of a feed whose hub pushes its news."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """What one poll learnt about when to come again."""

    failed: bool = False
    errors: int = 0
    """Failures in a row, this one included."""
    interval: float | None = None
    """Seconds the feed was last given."""
    gap: float | None = None
    """Mean seconds between two new items."""
    new: int = 0
    overran: bool = False
    pushed: bool = False
    """A hub pushes this feed's news."""
    server_wait: float | None = None
    """Seconds the server asks for (Cache-Control, Expires)."""
    feed_wait: float | None = None
    """Seconds the feed asks for (ttl, sy:updatePeriod)."""
    retry_after: float | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class NextPoll:
    """When to come again, and why then."""

    at: dt.datetime
    interval: float
    """Seconds before jitter: what the next wish starts from."""
    because: str


def plan_poll(learnt: Learnt, manners: Manners, now: dt.datetime, jitter: float) -> NextPoll:
    """Plan the next poll of a feed; `jitter` is 0 to 1 and adds up to a tenth of the interval."""
    if learnt.failed:
        interval, because = _back_off(learnt, manners)
    else:
        interval, because = _follow_pace(learnt, manners)
    if learnt.retry_after is not None:
        asked = min(max(0.0, learnt.retry_after), MAX_RETRY_AFTER)
        if asked > interval:
            interval, because = asked, "retry-after"
    at = now + dt.timedelta(seconds=interval * (1 + 0.1 * min(max(jitter, 0.0), 1.0)))
    moved = skip_quiet_hours(at, learnt.skip_hours, learnt.skip_days)
    if moved != at:
        at, because = moved, f"{because}, quiet hours of the feed"
    return NextPoll(at, interval, because)


def _back_off(learnt: Learnt, manners: Manners) -> tuple[float, str]:
    doublings = min(max(learnt.errors, 1) - 1, 16)
    wait = max(manners.start, manners.floor) * 2.0**doublings
    return min(wait, max(ERROR_CEILING, manners.floor)), f"failure {learnt.errors}"


def _follow_pace(learnt: Learnt, manners: Manners) -> tuple[float, str]:
    last = learnt.interval if learnt.interval is not None else manners.start
    if learnt.overran:
        wish, because = last / 2, "items were probably missed"
    elif learnt.gap is not None:
        wish, because = learnt.gap / 2, "pace"
        if not learnt.new:
            # a feed may be quieter than its history: grow toward the ceiling, step by step
            wish, because = max(wish, last * QUIET_GROWTH), "quiet"
    else:
        wish, because = (last * QUIET_GROWTH, "quiet") if not learnt.new else (last, "start")
    if learnt.pushed:
        wish, because = manners.safety_net, "hub pushes"
    if learnt.feed_wait is not None and learnt.feed_wait > wish and not learnt.overran:
        wish, because = learnt.feed_wait, "ttl"
    if learnt.server_wait is not None and learnt.server_wait > wish:
        wish, because = learnt.server_wait, "cache-control"
    ceiling = max(manners.ceiling, manners.safety_net) if learnt.pushed else manners.ceiling
    bounded = min(max(wish, manners.floor), max(ceiling, manners.floor))
    if bounded != wish:
        because += ", floor" if bounded > wish else ", ceiling"
    return bounded, because


def skip_quiet_hours(at: dt.datetime, hours: frozenset[int], days: frozenset[int]) -> dt.datetime:
    """Move a time out of a feed's quiet hours and days (both GMT); a feed that is always quiet lies."""
    if (not hours and not days) or len(hours) >= 24 or len(days) >= 7:
        return at
    moved = at.astimezone(dt.UTC)
    for _ in range(24 * 8):
        if moved.hour not in hours and moved.weekday() not in days:
            return moved
        moved = moved.replace(minute=0, second=0, microsecond=0) + dt.timedelta(hours=1)
    return at


def smooth_gap(gap: float | None, new: int, elapsed: float) -> float | None:
    """Fold `new` items in `elapsed` seconds into the mean gap between items.

    No new item says only that the gap is at least as long as the time since the last one, so the
    mean is raised and never lowered by it.
    """
    if elapsed <= 0:
        return gap
    if new <= 0:
        return gap if gap is None or elapsed <= gap else gap + SMOOTHING * (elapsed - gap)
    seen = elapsed / new
    return seen if gap is None else gap + SMOOTHING * (seen - gap)


def first_gap(dates: list[dt.datetime]) -> float | None:
    """Estimate the gap between items from the dates of a first fetch."""
    if len(dates) < 2:
        return None
    span = (max(dates) - min(dates)).total_seconds()
    return span / (len(dates) - 1) if span > 0 else None


def read_server_wait(headers: Mapping[str, str], now: dt.datetime) -> float | None:
    """Read the seconds a server asks for from Cache-Control, else Expires (names in lower case)."""
    control = headers.get("cache-control", "")
    if re.search(r"\bno-(?:cache|store)\b", control, re.IGNORECASE):
        return None
    ages = [float(age) for age in _MAX_AGE.findall(control)]
    if ages:
        return max(ages) - _read_age(headers)
    expires = _read_http_date(headers.get("expires"))
    if expires is None:
        return None
    # against the server's own clock where it says it, since clocks differ
    wait = (expires - (_read_http_date(headers.get("date")) or now)).total_seconds()
    return wait if wait > 0 else None


def read_retry_after(value: str | None, now: dt.datetime) -> float | None:
    """Read Retry-After: seconds or an HTTP date; None for neither."""
    if not value:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit() and len(value) < 12:
        return float(value)
    date = _read_http_date(value)
    return None if date is None else max(0.0, (date - now).total_seconds())


def _read_age(headers: Mapping[str, str]) -> float:
    age = headers.get("age", "").strip()
    return float(age) if age.isascii() and age.isdigit() and len(age) < 10 else 0.0


def _read_http_date(value: str | None) -> dt.datetime | None:
    if not value:
        return None
    try:
        date = email.utils.parsedate_to_datetime(value[:60])
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return date.replace(tzinfo=dt.UTC) if date.tzinfo is None else date.astimezone(dt.UTC)
