"""A topic in, every message that stands on it now out, oldest first; for commands that look back."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from typing import Any

from sinks.consume import Limits, Message, TopicReader
from streams.errors import UnreachableError, WireError
from streams.records import decode
from streams.settings import KafkaSettings
from streams.topics import Topic
from tocsin.brokers import measure_lags, open_admin

_LIMITS = Limits(records=500, size=8_000_000, seconds=1.0)
_PATIENCE = 60.0
"""Seconds without a message until the broker is taken for gone."""


def read_records(kafka: KafkaSettings, topic: Topic) -> Iterator[Any]:
    """Read the records that stand on a topic now, each of `topic.record`.

    What cannot be decoded is left out: its reader has put it on the dead letters, or it was written by
    another version.
    """
    for message in read_topic(kafka, topic.name):
        try:
            yield decode(topic.record, message.value)
        except WireError:
            continue


def read_topic(kafka: KafkaSettings, topic: str) -> Iterator[Message]:
    """Read a topic from its beginning to where it ends now; commits nothing."""
    group = f"tocsin-look-{uuid.uuid4().hex[:12]}"
    admin = open_admin(kafka)
    try:
        lags = measure_lags(admin, {group: {topic}})
    finally:
        admin.close()
    ends = {lag.partition: lag.end for lag in lags if lag.behind}
    last_seen = time.monotonic()
    reader = TopicReader(kafka, group, [topic], _LIMITS, lambda: not ends)
    try:
        while ends:
            batch = reader.read_batch()
            if batch:
                last_seen = time.monotonic()
            elif time.monotonic() - last_seen > _PATIENCE:
                servers = ", ".join(kafka.bootstrap_servers)
                raise UnreachableError(f"Kafka at {servers}", f"{topic} gives nothing more")
            for message in batch:
                yield message
                if message.offset + 1 >= ends.get(message.partition, 0):
                    ends.pop(message.partition, None)
    finally:
        reader.close()
