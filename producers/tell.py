"""The poller's states in; on `tocsin.feeds` a record of each feed's health out, when it reads otherwise.

Telling never holds up a poll: a visit only marks its feed, and what is marked is sent by itself, a few
hundred records at a time. A feed is told again when a reader would see a difference (its health, an
error, a new item), and once an hour in any case, so that the time of its last poll is never much older
and a feed turns silent, or its poller is missed, without a message that says so. What was told is not
remembered: a poller that starts tells every feed once, and so mends whatever was lost.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from producers.feedlist import Feed
from producers.health import describe_health, describe_removed
from producers.memory import FeedState
from producers.publish import Letter, Publisher
from producers.publishers import Outlets
from streams.records import FeedHealth, encode
from streams.topics import FEEDS

TELL_AGAIN = dt.timedelta(hours=1)
"""How old what was told of a feed may become."""
_AT_ONCE = 500
_UNSEEN = frozenset(
    {
        *("at", "last_try", "last_success", "next_at", "because", "interval", "polls"),
        *("outcome", "usual_gap", "items_per_day", "silent_after"),
    }
)
"""What changes with every poll, and is told with the rest."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What was told of a feed last."""

    at: dt.datetime
    seen: tuple[object, ...]


class Teller:
    """Tells the health of feeds."""

    def __init__(
        self, publisher: Publisher, outlets: Outlets, now: Callable[[], dt.datetime]
    ) -> None:
        self._publisher = publisher
        self._outlets = outlets
        self._now = now
        self._marked: set[str] = set()
        self._told: dict[str, _Told] = {}

    def mark(self, url: str) -> None:
        """Mark a feed whose health may have changed."""
        self._marked.add(url)

    async def tell(
        self,
        feeds: Mapping[str, Feed],
        states: Mapping[str, FeedState],
        removed: Mapping[str, FeedState],
    ) -> int:
        """Tell what changed among the configured `feeds` and those `removed`; returns how many."""
        now = self._now()
        old = [url for url, told in self._told.items() if now - told.at >= TELL_AGAIN]
        waiting = sorted(self._marked.union(url for url in old if url in feeds))
        count = 0
        for start in range(0, len(waiting), _AT_ONCE):
            urls = waiting[start : start + _AT_ONCE]
            self._marked.difference_update(urls)
            try:
                count += await self._send(urls, feeds, states, removed)
            except BaseException:
                self._marked.update(urls)
                raise
        return count

    async def _send(
        self,
        urls: list[str],
        feeds: Mapping[str, Feed],
        states: Mapping[str, FeedState],
        removed: Mapping[str, FeedState],
    ) -> int:
        now = self._now()
        letters: list[Letter] = []
        telling: dict[str, _Told] = {}
        for url in urls:
            if url in feeds:
                health = describe_health(feeds[url], states.get(url), now, self._outlets)
            elif url in removed:
                health = describe_removed(url, removed[url], now)
            else:
                continue
            told = self._told.get(url)
            seen = _list_seen(health)
            if told is None or told.seen != seen or now - told.at >= TELL_AGAIN:
                telling[url] = _Told(now, seen)
                letters.append(Letter(FEEDS.name, health.id, encode(health)))
        if letters:
            await self._publisher.publish(letters)
        self._told.update(telling)
        return len(letters)


def _list_seen(health: FeedHealth) -> tuple[object, ...]:
    return tuple(getattr(health, name) for name in FeedHealth.model_fields if name not in _UNSEEN)
