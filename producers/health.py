"""What is remembered of a feed in, how it is doing out: for `tocsin feeds` and `tocsin.feeds`."""

from __future__ import annotations

import datetime as dt

from producers.feedlist import Feed
from producers.links import hide_secrets
from producers.memory import FeedState
from producers.publishers import Outlets
from streams.identity import feed_id
from streams.records import FeedHealth, Health

HEALTH: dict[Health, str] = {
    "well": "polled with success, and as lively as usual",
    "new": "never polled yet",
    "quiet": "polled with success, but it never had an item",
    "silent": "polled with success, but no new item for far longer than its own history",
    "failing": "the last polls failed",
    "gone": "the server said 410; it is not polled any more",
    "removed": "no longer among the configured feeds",
}
SILENT_GAPS = 10
"""Usual gaps without an item that make a silence."""
SILENT_AT_LEAST = dt.timedelta(hours=24)
"""Nights and quiet Sundays are no silence."""


def describe_health(
    feed: Feed, state: FeedState | None, now: dt.datetime, outlets: Outlets
) -> FeedHealth:
    """Describe how a configured feed is doing at `now`."""
    outlet = outlets.name(None, feed.url)
    publisher = feed.publisher or outlet.name
    known = FeedHealth(
        id=feed_id(feed.url),
        feed=hide_secrets(feed.url),
        at=now,
        health="new",
        title=feed.title or (state.title if state else None),
        publisher=publisher,
        family=feed.family or feed.publisher or outlet.family,
    )
    if state is None or not state.polls:
        return known
    return _add_state(known, state, _judge(state, now))


def describe_removed(url: str, state: FeedState, now: dt.datetime) -> FeedHealth:
    """Describe a feed that is no longer configured, as it was last."""
    known = FeedHealth(
        id=feed_id(url), feed=hide_secrets(url), at=now, health="removed", title=state.title
    )
    return _add_state(known, state, "removed")


def find_silence(state: FeedState) -> dt.datetime | None:
    """Find from when on it is a silence if no new item comes; None where its pace is unknown."""
    if state.last_new is None or state.usual_gap is None:
        return None
    usual = max(SILENT_GAPS * state.usual_gap, SILENT_AT_LEAST.total_seconds())
    try:
        return state.last_new + dt.timedelta(seconds=usual)
    except OverflowError:  # the dates of its items were absurd
        return None


def _add_state(known: FeedHealth, state: FeedState, health: Health) -> FeedHealth:
    moved = state.address != state.feed
    return known.model_copy(
        update={
            "health": health,
            "address": hide_secrets(state.address) if moved else None,
            "outcome": state.outcome,
            "error": hide_secrets(state.error) if state.error else None,
            "errors": state.errors,
            "last_try": state.last_try,
            "last_success": state.last_success,
            "last_new": state.last_new,
            "next_at": None if state.gone or health == "removed" else state.next_at,
            "because": state.because,
            "interval": state.interval,
            "usual_gap": state.usual_gap,
            "items_per_day": round(86_400 / state.usual_gap, 2) if state.usual_gap else None,
            "silent_after": find_silence(state),
            "polls": state.polls,
            "articles": state.articles,
            "versions": state.versions,
            "overruns": state.overruns,
            "pushed": state.is_pushed(known.at),
            "distrusts_validators": state.distrusts_validators,
            "problems": state.problems,
        }
    )


def _judge(state: FeedState, now: dt.datetime) -> Health:
    if state.gone:
        return "gone"
    if state.errors:
        return "failing"
    silent_after = find_silence(state)
    if silent_after is not None and now > silent_after:
        return "silent"
    return "well" if state.window or state.articles else "quiet"
