"""The topic of events in, the entries of every list out, for as long as `tocsin serve` runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping

from sinks.consume import Limits, Message, TopicReader
from sinks.follow.settings import ServeSettings
from sinks.follow.store import STORE, FeedStore
from streams.errors import WireError
from streams.logs import get_log
from streams.records import Event, decode
from streams.settings import KafkaSettings
from streams.topics import EVENTS

_LIMITS = Limits(records=200, size=8_000_000, seconds=0.5)
_SWEEP = dt.timedelta(hours=1)

Meanings = Callable[[], Mapping[str, str]]
"""Gives the lists there are now: name to what it follows, as text that changes when that does."""
Placing = Callable[[Event], Collection[str]]
"""Gives the lists that an event belongs to."""

log = get_log("serve")


class Filler:
    """Reads events and files them."""

    def __init__(self, store: FeedStore, meanings: Meanings, place: Placing) -> None:
        self._store = store
        self._meanings = meanings
        self._place = place

    def take(self, batch: Collection[Message]) -> int:
        """File a batch; what is no event is in the dead letters of others already."""
        events = []
        for message in batch:
            try:
                events.append(decode(Event, message.value))
            except WireError as error:
                log.warning("event skipped", offset=message.offset, why=error.why)
        return self._store.put([(event, self._place(event)) for event in events])

    def refresh(self, now: dt.datetime) -> list[str]:
        """Fill lists that are new or follow something else from the events there are."""
        changed = {
            name: meaning
            for name, meaning in self._meanings().items()
            if not self._store.is_filled(name, meaning)
        }
        if changed:
            events = [(event.id, set(self._place(event))) for event in self._store.list_events()]
            for name, meaning in changed.items():
                found = [event for event, lists in events if name in lists]
                self._store.refill(name, meaning, found, now.timestamp())
        return list(changed)


def fill_feeds(
    kafka: KafkaSettings,
    settings: ServeSettings,
    meanings: Meanings,
    place: Placing,
    is_stopping: Callable[[], bool],
    now: Callable[[], dt.datetime],
    topic: str = EVENTS.name,
) -> None:
    """Read until stopped. Offsets are committed after the entries are on the disk."""
    store = FeedStore(settings.data_dir / STORE)
    filler = Filler(store, meanings, place)
    reader = TopicReader(kafka, settings.group, [topic], _LIMITS, is_stopping)
    swept = now()
    try:
        while not is_stopping():
            batch = reader.read_batch()
            if changed := filler.refresh(now()):
                log.info("lists filled", lists=changed)
            if batch:
                count = filler.take(batch)
                reader.commit(batch)
                log.info("events filed", events=len(batch), changed=count)
            if now() - swept > _SWEEP:
                swept = now()
                store.forget(swept - dt.timedelta(days=settings.keep_days))
    finally:
        reader.close()
        store.close()
