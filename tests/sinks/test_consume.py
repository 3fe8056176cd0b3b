"""The reader of topics on a real Kafka: it joins once, and comes back when it stands still."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from kafka import KafkaProducer, TopicPartition
from kafka.cluster import ClusterMetadata

from sinks import consume
from sinks.consume import Limits, TopicReader
from streams.settings import KafkaSettings
from tocsin.brokers import open_admin
from tocsin.stack.local import Stack

pytestmark = [pytest.mark.stack, pytest.mark.timeout(200)]

COUNT = 40


class WatchedReader(TopicReader):
    """Notes whether it has joined, and which partitions were taken away."""

    def __init__(self, kafka: KafkaSettings, name: str) -> None:
        self.joined = False
        self.revoked: list[set[TopicPartition]] = []
        limits = Limits(records=10, size=1_000_000, seconds=0.05)
        super().__init__(kafka, name, [f"{name}.a", f"{name}.b"], limits, lambda: False)

    def on_revoked(self, partitions: set[TopicPartition]) -> None:  # type: ignore[override]
        """Note what went."""
        self.revoked.append(set(partitions))
        super().on_revoked(partitions)

    def on_assigned(self, partitions: set[TopicPartition]) -> None:  # type: ignore[override]
        """Note that it has joined."""
        self.joined = True
        super().on_assigned(partitions)

    def read(self, count: int, seconds: float = 30) -> int:
        """Read until `count` messages came, in polls as short as a busy sink's."""
        deadline = time.monotonic() + seconds
        found = 0
        while found < count and time.monotonic() < deadline:
            found += len(self.read_batch(0.2))
        return found


@pytest.fixture
def kafka(stack: Stack) -> KafkaSettings:
    """Settings for the real broker."""
    return KafkaSettings(bootstrap_servers=(stack.kafka,))


def fill(kafka: KafkaSettings, name: str) -> None:
    """Make two topics of three partitions and write to them."""
    admin = open_admin(kafka)
    wanted = {"num_partitions": 3, "replication_factor": 1}
    admin.create_topics({f"{name}.a": wanted, f"{name}.b": wanted}, wait_for_metadata=True)
    admin.close()
    producer = KafkaProducer(**kafka.client_config())
    for number in range(COUNT):
        producer.send(f"{name}.{'ab'[number % 2]}", key=str(number).encode(), value=b"1")
    producer.flush()
    producer.close()


def test_a_reader_joins_once_and_reads_all_in_short_polls(
    kafka: KafkaSettings, unique_name: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No second rebalance follows the first, in which a short poll could get lost for good.

    It follows when the answer to the join comes before the metadata, as it may for a reader that
    subscribes after it has looked for its topics. So the metadata is held back here until it has joined.
    """
    name = unique_name("consume")
    fill(kafka, name)
    reader = WatchedReader(kafka, name)
    ttl = ClusterMetadata.ttl

    def hold_back(cluster: Any) -> float:
        return float(ttl(cluster)) if reader.joined else 20.0

    monkeypatch.setattr(ClusterMetadata, "ttl", hold_back)
    assert reader.read(COUNT) == COUNT
    # what is known of the topics now must be what it joined with
    reader._consumer.topics()
    assert reader.read_batch(0.5) == []
    assert not any(reader.revoked)
    reader.close()


def test_a_reader_whose_rebalance_never_ends_is_started_anew(
    kafka: KafkaSettings, unique_name: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its partitions were revoked and nothing was assigned: after a time it joins again, and reads."""
    monkeypatch.setattr(consume, "_REVOKED_SECONDS", 0.5)
    name = unique_name("consume")
    fill(kafka, name)
    reader = WatchedReader(kafka, name)
    while not reader._consumer.assignment():
        reader.read_batch(0.0)
    ours = reader._consumer.assignment()
    # what kafka-python does at the begin of a rebalance, whose end then never comes
    reader._consumer._subscription.mark_pending_revocation(ours)
    reader.on_revoked(ours)
    stuck = reader._consumer
    assert reader.read(COUNT) == COUNT
    assert reader._consumer is not stuck
    reader.close()
