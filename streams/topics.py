"""The topics, as one table: name, key, record, partitions, how long kept, who writes and who reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from streams.records import Alert, Article, DeadLetter, Event, FeedHealth, Mention, Record, Tick

Spread = Literal["many", "one"]
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic is a contract: change it as you would change a public function."""

    name: str
    key: str
    record: type[Record]
    spread: Spread
    """`many`: the configured number of partitions. `one`: a single partition, because its readers
    compare records across keys (rules over time, inhibition, joined events)."""
    config: dict[str, str] = field(default_factory=dict)
    writers: tuple[str, ...] = ()
    readers: tuple[str, ...] = ()


ARTICLES = Topic(
    name="tocsin.articles",
    key="article id",
    record=Article,
    spread="many",
    config={"retention.ms": str(90 * DAY_MS), "cleanup.policy": "delete"},
    writers=("poll",),
    readers=("read", "elastic"),
)
MENTIONS = Topic(
    name="tocsin.mentions",
    key="blocking key",
    record=Mention,
    spread="many",
    config={"retention.ms": str(90 * DAY_MS), "cleanup.policy": "delete"},
    writers=("read",),
    readers=("merge", "elastic"),
)
EVENTS = Topic(
    name="tocsin.events",
    key="event id",
    record=Event,
    spread="one",
    config={
        "cleanup.policy": "compact",
        # readers near the head see every revision; compaction may only touch what is a week old
        "min.compaction.lag.ms": str(7 * DAY_MS),
        "segment.ms": str(7 * DAY_MS),
    },
    writers=("merge",),
    readers=("alert", "elastic"),
)
ALERTS = Topic(
    name="tocsin.alerts",
    key="alert thread: rule and event",
    record=Alert,
    spread="one",
    config={"retention.ms": str(365 * DAY_MS), "cleanup.policy": "delete"},
    writers=("alert",),
    readers=("webhooks", "elastic"),
)
DEADLETTERS = Topic(
    name="tocsin.deadletters",
    key="source position",
    record=DeadLetter,
    spread="one",
    config={"retention.ms": str(365 * DAY_MS), "cleanup.policy": "delete"},
    writers=("poll", "read", "merge", "alert", "elastic", "webhooks"),
    readers=("elastic", "replay"),
)
FEEDS = Topic(
    name="tocsin.feeds",
    key="feed id",
    record=FeedHealth,
    spread="one",
    # only the newest word on each feed is needed; a segment that is written to is not compacted
    config={"cleanup.policy": "compact", "segment.ms": str(DAY_MS)},
    writers=("poll",),
    readers=("elastic",),
)

TICKS = Topic(
    name="tocsin.ticks",
    key="none",
    record=Tick,
    spread="one",
    config={"retention.ms": str(DAY_MS), "cleanup.policy": "delete"},
    writers=("alert",),
    readers=("alert",),
)
"""The clock as messages, so that rules over time are as replayable as rules over events."""

TOPICS: tuple[Topic, ...] = (ARTICLES, MENTIONS, EVENTS, ALERTS, DEADLETTERS, FEEDS, TICKS)

TABLES: dict[str, Spread] = {"read": "many", "merge": "many", "alert": "one"}
"""The tables of the worker, each spread as the topic whose messages write it."""


def list_worker_topics(app_id: str) -> tuple[tuple[str, Spread, dict[str, str]], ...]:
    """List the topics that belong to one worker application: name, spread and settings.

    They are made before the worker starts. Left to Faust, a changelog can be made after its producer has
    read the broker's metadata; every write of the table then fails until that is read again, minutes later.
    """
    changelogs = tuple(
        (f"{app_id}-{table}-changelog", spread, {"cleanup.policy": "compact"})
        for table, spread in TABLES.items()
    )
    leader: Spread = "one"
    return (*changelogs, (f"{app_id}-__assignor-__leader", leader, {"cleanup.policy": "delete"}))
