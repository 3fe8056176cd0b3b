"""What is remembered of a feed in, how it is doing out: for `tocsin feeds` and for alarms."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, ConfigDict

from producers.feedlist import Feed
from producers.memory import FeedState
from streams.records import Instant

Health = Literal["well", "new", "quiet", "silent", "failing", "gone"]
HEALTH: dict[Health, str] = {
    "well": "polled with success, and as lively as usual",
    "new": "never polled yet",
    "quiet": "polled with success, but it never had an item",
    "silent": "polled with success, but no new item for far longer than its own history",
    "failing": "the last polls failed",
    "gone": "the server said 410; it is not polled any more",
}
SILENT_GAPS = 10
"""Usual gaps without an item that make a silence."""
SILENT_AT_LEAST = dt.timedelta(hours=24)
"""Nights and quiet Sundays are no silence."""


class FeedHealth(BaseModel):
    """One line of `tocsin feeds`."""

    model_config = ConfigDict(frozen=True)

    feed: str
    health: Health
    title: str | None = None
    address: str | None = None
    """Where it is polled, if it moved."""
    outcome: str | None = None
    error: str | None = None
    errors: int = 0
    last_try: Instant | None = None
    last_success: Instant | None = None
    last_new: Instant | None = None
    next_at: Instant | None = None
    because: str | None = None
    interval: float | None = None
    usual_gap: float | None = None
    silent_for: float | None = None
    """Seconds since the last new item, when that is a silence."""
    polls: int = 0
    articles: int = 0
    versions: int = 0
    overruns: int = 0
    pushed: bool = False
    distrusts_validators: bool = False
    problems: tuple[str, ...] = ()


def describe_health(feed: Feed, state: FeedState | None, now: dt.datetime) -> FeedHealth:
    """Describe how a feed is doing at `now`."""
    if state is None or not state.polls:
        return FeedHealth(feed=feed.url, health="new", title=feed.title)
    silence = measure_silence(state, now)
    return FeedHealth(
        feed=feed.url,
        health=_judge(state, silence),
        title=feed.title or state.title,
        address=state.address if state.address != feed.url else None,
        outcome=state.outcome,
        error=state.error,
        errors=state.errors,
        last_try=state.last_try,
        last_success=state.last_success,
        last_new=state.last_new,
        next_at=None if state.gone else state.next_at,
        because=state.because,
        interval=state.interval,
        usual_gap=state.usual_gap,
        silent_for=silence,
        polls=state.polls,
        articles=state.articles,
        versions=state.versions,
        overruns=state.overruns,
        pushed=state.is_pushed(now),
        distrusts_validators=state.distrusts_validators,
        problems=state.problems,
    )


def measure_silence(state: FeedState, now: dt.datetime) -> float | None:
    """Measure the seconds a feed has been silent; None while that is usual for it."""
    if state.last_new is None or state.usual_gap is None:
        return None
    quiet = (now - state.last_new).total_seconds()
    usual = max(SILENT_GAPS * state.usual_gap, SILENT_AT_LEAST.total_seconds())
    return quiet if quiet > usual else None


def _judge(state: FeedState, silence: float | None) -> Health:
    if state.gone:
        return "gone"
    if state.errors:
        return "failing"
    if silence is not None:
        return "silent"
    return "well" if state.window or state.articles else "quiet"
