"""Topics in, batches of raw messages out; offsets are committed when the caller says so, never before.

A batch is bounded by count, bytes and time. While the caller waits for the outside (`wait`), its
partitions are paused but still polled, so that the group does not take the reader for dead. After a
rebalance, messages of partitions that went away are forgotten (their new reader reads them again) and
are never committed here.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.consumer.subscription_state import ConsumerRebalanceListener
from kafka.errors import KafkaError
from kafka.structs import OffsetAndMetadata

from streams.errors import UnreachableError
from streams.logs import get_log
from streams.records import MAX_RECORD_BYTES, DeadLetter, encode
from streams.settings import KafkaSettings
from streams.topics import DEADLETTERS

_POLL_SECONDS = 0.25
"""Longest single poll: how fast a stop is noticed."""
_TOPICS_SECONDS = 15.0
"""How long to wait for the topics before joining all the same; one may be made later."""
_LEFT_OUT_SECONDS = 60.0
"""Without a partition for so long, the consumer is started anew."""
_REVOKED_SECONDS = 20.0
"""So long after its partitions were revoked, with none assigned since, it is started anew."""


class Message(NamedTuple):
    """One message as it stands on a topic."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None

    @property
    def size(self) -> int:
        """Bytes of its value."""
        return len(self.value or b"")


@dataclass(frozen=True, slots=True)
class Limits:
    """What bounds a batch."""

    records: int
    size: int
    seconds: float


class TopicReader:
    """Reads topics for one consumer group, with manual commits."""

    def __init__(
        self,
        kafka: KafkaSettings,
        group: str,
        topics: Sequence[str],
        limits: Limits,
        is_stopping: Callable[[], bool],
        session_seconds: float = 30.0,
        on_assigned: Callable[[], None] | None = None,
    ) -> None:
        self._limits = limits
        self._is_stopping = is_stopping
        self._tell_assigned = on_assigned
        self._log = get_log(group)
        self._held: deque[Message] = deque()
        self._waiting = False
        self._kafka = kafka
        self._topics = tuple(topics)
        self._config = {
            "group_id": group,
            "enable_auto_commit": False,
            "auto_offset_reset": "earliest",
            "allow_auto_create_topics": False,
            "max_poll_records": limits.records,
            "session_timeout_ms": int(session_seconds * 1000),
            "heartbeat_interval_ms": int(session_seconds * 1000 / 10),
            # a record has at most MAX_RECORD_BYTES, its batch on the wire a little more
            "max_partition_fetch_bytes": 2 * MAX_RECORD_BYTES,
        }
        self._consumer = self._join()

    def read_batch(self, seconds: float | None = None) -> list[Message]:
        """Read the next batch; empty when nothing came in the time, or when stopping.

        `seconds` replaces the limit's time; with 0 it takes what has been fetched already.
        """
        patience = self._limits.seconds if seconds is None else seconds
        batch: list[Message] = []
        size = 0
        polled = False
        deadline = time.monotonic() + patience
        while not self._is_stopping():
            while self._held and len(batch) < self._limits.records:
                if batch and size + self._held[0].size > self._limits.size:
                    return batch
                message = self._held.popleft()
                batch.append(message)
                size += message.size
            left = deadline - time.monotonic()
            if len(batch) >= self._limits.records or (left <= 0 and polled):
                break
            self._poll(max(0.0, min(left, _POLL_SECONDS)))
            polled = True
            batch = self._keep_ours(batch)
        return batch

    def wait(self, seconds: float, is_over: Callable[[], bool]) -> None:
        """Wait without reading on, and keep the place in the group; `is_over` ends it early."""
        deadline = time.monotonic() + seconds
        self._waiting = True
        self._consumer.pause(*self._consumer.assignment())
        try:
            while (left := deadline - time.monotonic()) > 0 and not is_over():
                self._poll(min(left, _POLL_SECONDS))
        finally:
            self._waiting = False
            self._consumer.resume(*self._consumer.assignment())

    def commit(self, messages: Sequence[Message]) -> None:
        """Commit the offsets after `messages`, those of partitions still ours.

        A commit that fails is no loss: the messages come again, and their effects are idempotent.
        """
        ends: dict[TopicPartition, int] = {}
        for message in messages:
            partition = TopicPartition(message.topic, message.partition)
            ends[partition] = max(ends.get(partition, 0), message.offset + 1)
        ours = self._consumer.assignment()
        offsets = {p: OffsetAndMetadata(end, "", -1) for p, end in ends.items() if p in ours}
        if not offsets:
            return
        try:
            self._consumer.commit(offsets, timeout_ms=30_000)
        except KafkaError as error:
            self._log.warning("commit failed", error=f"{type(error).__name__}: {error}")

    def close(self) -> None:
        """Leave the group."""
        self._consumer.close(autocommit=False, timeout_ms=5_000)

    def _join(self) -> KafkaConsumer:
        """Connect and join the group, once the topics are known.

        kafka-python 3.0.12 asks for a second rebalance when it learns of a topic after it has joined,
        and stands still for good when the poll in which that begins ends before the rebalance does:
        what asked for it is then fulfilled, and nobody waits for the answer (`join_group_async`). So
        it subscribes first, which fills what it compares with, and is polled when all is known.
        """
        try:
            consumer = KafkaConsumer(**self._kafka.client_config(), **self._config)
            consumer.subscribe(topics=list(self._topics), listener=_Listener(self))
            deadline = time.monotonic() + _TOPICS_SECONDS
            while time.monotonic() < deadline and not self._is_stopping():
                if all(consumer.partitions_for_topic(topic) for topic in self._topics):
                    break
                time.sleep(_POLL_SECONDS)
        except KafkaError as error:
            raise _unreachable(self._kafka, error) from error
        self._assigned_at = time.monotonic()
        self._revoked_at: float | None = None
        return consumer

    def _rejoin_when_left_out(self) -> None:
        """Start the consumer anew when it has had no partition for long.

        Either it stands still, or others of the group have all partitions or are slow to join again;
        for those one more rebalance does no harm.
        """
        now = time.monotonic()
        if self._revoked_at is not None:
            left_out = now - self._revoked_at > _REVOKED_SECONDS
        elif self._consumer.assignment():
            self._assigned_at = now
            return
        else:
            left_out = now - self._assigned_at > _LEFT_OUT_SECONDS
        if left_out:
            self._log.warning("group joined again", reason="no partition for long")
            self._held.clear()
            self._consumer.close(autocommit=False, timeout_ms=5_000)
            self._consumer = self._join()

    def _poll(self, seconds: float) -> None:
        self._rejoin_when_left_out()
        found = self._consumer.poll(timeout_ms=int(seconds * 1000))
        for messages in found.values():
            self._held.extend(
                Message(m.topic, m.partition, m.offset, m.key, m.value) for m in messages
            )

    def _keep_ours(self, messages: Collection[Message]) -> list[Message]:
        ours = self._consumer.assignment()
        return [m for m in messages if TopicPartition(m.topic, m.partition) in ours]

    def on_revoked(self, partitions: Collection[TopicPartition]) -> None:
        """Forget what was read of `partitions` and not yet given out."""
        gone = set(partitions)
        if gone:
            self._revoked_at = time.monotonic()
        self._held = deque(
            m for m in self._held if TopicPartition(m.topic, m.partition) not in gone
        )
        self._log.info("partitions revoked", count=len(partitions))

    def on_assigned(self, partitions: Collection[TopicPartition]) -> None:
        """Pause what came during a wait, and tell the owner that partitions came."""
        self._revoked_at = None
        if self._waiting:
            self._consumer.pause(*partitions)
        if self._tell_assigned is not None:
            self._tell_assigned()
        self._log.info("partitions assigned", count=len(partitions))


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc] # kafka-python has no types
    """Tells a reader about its partitions."""

    def __init__(self, reader: TopicReader) -> None:
        self._reader = reader

    def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        self._reader.on_revoked(revoked)

    def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        self._reader.on_assigned(assigned)


class DeadLetterWriter:
    """Writes dead letters and waits until Kafka has them; connects when the first one comes."""

    def __init__(self, kafka: KafkaSettings, topic: str = DEADLETTERS.name) -> None:
        self._kafka = kafka
        self._topic = topic
        self._producer: KafkaProducer | None = None

    def write(self, letters: Sequence[DeadLetter]) -> None:
        """Write `letters`; raise `UnreachableError` when one was not acknowledged in two minutes."""
        if not letters:
            return
        try:
            if self._producer is None:
                # delivery_timeout_ms: kafka-python never recovers from a batch that outlived it
                self._producer = KafkaProducer(
                    **self._kafka.client_config(),
                    acks="all",
                    delivery_timeout_ms=86_400_000,
                )
            futures = [
                self._producer.send(self._topic, key=_source_key(letter), value=encode(letter))
                for letter in letters
            ]
            for future in futures:
                future.get(timeout=120)
        except KafkaError as error:
            raise _unreachable(self._kafka, error) from error

    def close(self) -> None:
        """Close the connection."""
        if self._producer is not None:
            self._producer.close(timeout=5)


def _source_key(letter: DeadLetter) -> bytes:
    return f"{letter.topic}/{letter.partition}/{letter.offset}".encode()


def _unreachable(kafka: KafkaSettings, error: KafkaError) -> UnreachableError:
    servers = ", ".join(kafka.bootstrap_servers)
    return UnreachableError(
        f"Kafka at {servers}", f"{type(error).__name__}: {error}", "tocsin stack up"
    )
