"""Mentions in, events out, without servers: the merge step with its relays, in one process.

What the Faust worker does over a topic and a table, this does over a queue and a dict: used by
`tocsin cluster`, by replay and by the tests, so that what they show is what the worker does.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Iterable

from streams.errors import TocsinError
from streams.merging.merge import Merger, Step
from streams.records import Event, Mention

MAX_RELAYS = 5_000
"""Relays that one mention may set off; more would mean that blocks tell each other for ever."""


class RelayStormError(TocsinError):
    """Blocks that go on relaying to each other: a bug, never bad data."""

    what = "relays do not end"


class LocalMerge:
    """One merger for all blocks, its shelf a dict."""

    def __init__(self, shelf: dict[str, bytes] | None = None, *, embed: bool = True) -> None:
        self.shelf: dict[str, bytes] = {} if shelf is None else shelf
        self.merger = Merger(self.shelf, embed=embed)

    def tell(self, mention: Mention, now: dt.datetime | None = None) -> list[Event]:
        """Merge a mention in all its blocks; returns the revisions that were sent."""
        return self.deliver([(block, mention) for block in mention.blocks], now)

    def deliver(
        self, messages: Iterable[tuple[str, Mention]], now: dt.datetime | None = None
    ) -> list[Event]:
        """Merge messages, each with its block, and the relays they lead to, until it is quiet."""
        queue = deque(messages)
        limit = len(queue) + MAX_RELAYS
        events: list[Event] = []
        while queue:
            limit -= 1
            block, mention = queue.popleft()
            if limit < 0:
                raise RelayStormError(mention.id, f"{MAX_RELAYS} relays, last to {block}")
            step = self.merger.merge(mention, block, now or mention.fetched)
            events += step.events
            queue += step.relays
            self.store(step)
        return events

    def store(self, step: Step) -> None:
        """Store a step's writes and let the merger take it over."""
        for key, value in step.writes:
            if value is None:
                self.shelf.pop(key, None)
            else:
                self.shelf[key] = value
        self.merger.apply(step)

    def list_events(self) -> list[Event]:
        """The last revision of every event, oldest first; those joined into others included."""
        return sorted(self.merger.list_events(), key=lambda event: (event.first_seen, event.id))
