"""Consumer groups in, a return once they have nothing left to read.

Each step commits an offset only after what it led to is acknowledged, so when every group stands at
the end of every topic, and the ends have not moved since the look before, nothing is under way.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence

from streams.errors import TocsinError
from streams.settings import KafkaSettings
from streams.topics import ALERTS, ARTICLES, DEADLETTERS, EVENTS, FEEDS, MENTIONS
from tocsin.brokers import Lag, measure_lags, open_admin

WORKER_READS = (ARTICLES.name, MENTIONS.name, EVENTS.name)
"""The topics of the worker's group; the clock's ticks never end and are left out."""
ELASTIC_READS = tuple(
    topic.name for topic in (ARTICLES, MENTIONS, EVENTS, ALERTS, DEADLETTERS, FEEDS)
)
WEBHOOKS_READS = (ALERTS.name,)

PAUSE = 0.5


class NotDrainedError(TocsinError):
    """Messages were still waiting when patience ran out; `lags` says which."""

    what = "not drained"

    def __init__(self, lags: Sequence[Lag], seconds: float) -> None:
        self.lags = tuple(lag for lag in lags if lag.behind)
        waiting = [f"{lag.group} has {lag.behind} of {lag.topic}" for lag in self.lags]
        super().__init__(
            "the stream",
            f"after {seconds:g} s " + ("; ".join(waiting) or "messages were still being written"),
            "see the logs of the group that stands still",
        )


def wait_until_drained(
    kafka: KafkaSettings,
    groups: Mapping[str, Collection[str]],
    patience: float,
    watch: Callable[[Sequence[Lag]], None] = lambda _: None,
) -> None:
    """Wait until each group of `groups` has committed the end of all its topics, two looks in a row.

    `watch` is called after each look, with how far everybody is behind; what it raises ends the
    wait. Raises `NotDrainedError` after `patience` seconds.
    """
    deadline = time.monotonic() + patience
    admin = open_admin(kafka)
    try:
        before: list[Lag] | None = None
        while True:
            lags = measure_lags(admin, {group: set(names) for group, names in groups.items()})
            watch(lags)
            if is_drained(before, lags):
                return
            if time.monotonic() > deadline:
                raise NotDrainedError(lags, patience)
            before = lags
            time.sleep(PAUSE)
    finally:
        admin.close()


def is_drained(before: Sequence[Lag] | None, now: Sequence[Lag]) -> bool:
    """Tell whether two looks in a row saw nothing waiting, and nothing new written between them."""
    return bool(now) and list(before or ()) == list(now) and not any(lag.behind for lag in now)
