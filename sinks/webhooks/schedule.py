"""The number of tries made and the receiver's wish in; the seconds until the next try out.

From seconds to three days: 5 s, 30 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 18 h, 22 h, each a fifth
more or less, so that many deliveries that failed together do not come back together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from email.utils import parsedate_to_datetime

DELAYS = (5, 30, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 64_800, 79_200)
"""Seconds after the first, second, ... try; after the last there is no more."""
_JITTER = 0.2
_LONGEST_WISH = 86_400.0
"""A receiver may ask for a day, not for ever."""
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0


def find_delay(tries: int, rng: Callable[[], float], asked: float | None = None) -> float | None:
    """Find how long to wait after `tries` tries; None when that was the last."""
    if tries > len(DELAYS):
        return None
    delay = DELAYS[tries - 1] * (1 + _JITTER * (2 * rng() - 1))
    return max(delay, min(asked or 0.0, _LONGEST_WISH))


def find_pause(failures: int, asked: float | None = None) -> float:
    """Find how long an endpoint that is down or overloaded is left alone altogether."""
    if asked is not None:
        return min(asked, _LONGEST_WISH)
    return min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(max(failures - 1, 0), 10))


def parse_retry_after(value: str | None, now: dt.datetime) -> float | None:
    """Read Retry-After: seconds or a date; what is neither is nothing."""
    if value is None:
        return None
    if value.strip().isdigit():
        return float(value.strip()[:9])
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=dt.UTC)
    return max(0.0, (at - now).total_seconds())
