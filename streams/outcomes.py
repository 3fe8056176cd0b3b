"""One unit of work in, exactly one outcome out: Keep(records), Drop(reason) or Dead(reason, detail).

Faust acknowledges a message even when its agent raises, so a step never raises for a message it
cannot take: it returns what became of it. Reasons are closed lists with their meaning; dashboards,
metrics and docs read them from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

T = TypeVar("T")

DropReason = Literal[
    "unchanged",
    "stale",
    "already_merged",
    "no_event",
    "no_rule",
    "muted",
]
DROP_REASONS: dict[DropReason, str] = {
    "unchanged": "the same version of the article was read before",
    "stale": "a newer version or revision was seen before this one",
    "already_merged": "the mention is in its event already",
    "no_event": "the article reports nothing that Tocsin counts",
    "no_rule": "no alert rule cares about this event",
    "muted": "a rule would have rung, but is silenced, inhibited or replayed",
}

DeadReason = Literal[
    "undecodable",
    "unknown_schema",
    "invalid_record",
    "too_large",
    "reader_failed",
    "reader_timed_out",
    "reader_crashed",
    "merge_failed",
    "alert_failed",
    "rejected_by_elasticsearch",
    "feed_unparseable",
    "item_invalid",
    "delivery_exhausted",
    "delivery_refused",
]
DEAD_REASONS: dict[DeadReason, str] = {
    "undecodable": "the bytes are not JSON",
    "unknown_schema": "the record has a schema version this code does not know",
    "invalid_record": "the JSON is not the record it should be",
    "too_large": "the record is over the size limit",
    "reader_failed": "reading the article raised an error",
    "reader_timed_out": "reading the article took longer than its limit",
    "reader_crashed": "the reading process died on this article, twice",
    "merge_failed": "merging the mention raised an error",
    "alert_failed": "applying the alert rules raised an error",
    "rejected_by_elasticsearch": "Elasticsearch refused the document for good (mapping)",
    "feed_unparseable": "the body of a feed is not a feed",
    "item_invalid": "an item of a feed cannot become an article",
    "delivery_exhausted": "every try to deliver an alert failed",
    "delivery_refused": "the receiver's address is not allowed, or the receiver is gone (410)",
}


@dataclass(frozen=True, slots=True)
class Keep(Generic[T]):
    """The step produced records (possibly none that differ)."""

    records: tuple[T, ...]


@dataclass(frozen=True, slots=True)
class Drop:
    """The step rightly produced nothing."""

    reason: DropReason


@dataclass(frozen=True, slots=True)
class Dead:
    """The step cannot take this message; it goes to the dead letters as it came."""

    reason: DeadReason
    detail: str


Outcome = Keep[T] | Drop | Dead
