"""Drained or not: two looks that saw the same, and nothing waiting."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.structs import OffsetAndMetadata

from streams.settings import KafkaSettings
from streams.topics import ALERTS, MENTIONS
from tocsin.brokers import Lag, create_topics
from tocsin.drain import NotDrainedError, is_drained, wait_until_drained
from tocsin.stack.local import Stack


def build_lags(*pairs: tuple[int, int]) -> list[Lag]:
    """Build the lags of partitions with these committed and end offsets."""
    return [Lag("group", "topic", n, committed, end) for n, (committed, end) in enumerate(pairs)]


@pytest.mark.parametrize(
    ("before", "now", "drained"),
    [
        (None, build_lags((5, 5)), False),
        ([], [], False),
        (build_lags((5, 5)), build_lags((5, 5)), True),
        (build_lags((5, 5)), build_lags((6, 6)), False),
        (build_lags((5, 6)), build_lags((5, 6)), False),
        (build_lags((4, 5)), build_lags((5, 5)), False),
        (build_lags((0, 0), (3, 3)), build_lags((0, 0), (3, 3)), True),
        (build_lags((0, 0), (2, 3)), build_lags((0, 0), (3, 3)), False),
    ],
)
def test_one_look_is_not_enough(
    before: Sequence[Lag] | None, now: Sequence[Lag], *, drained: bool
) -> None:
    """A look that saw nothing waiting counts only when nothing has moved since the one before."""
    assert is_drained(before, now) is drained


@pytest.mark.stack
def test_it_waits_for_the_reader_and_tells_who_is_behind(
    stack: Stack, unique_name: Callable[[str], str]
) -> None:
    """Patience that runs out names group, topic and number; a commit of everything ends the wait."""
    kafka = KafkaSettings(bootstrap_servers=(stack.kafka,))
    create_topics(kafka)
    group, topic = unique_name("drain"), ALERTS.name
    with KafkaProducer(bootstrap_servers=stack.kafka) as producer:
        for number in range(3):
            producer.send(topic, b"%d" % number).get(timeout=20)

    with pytest.raises(NotDrainedError, match=rf"{group} has \d+ of {topic}") as caught:
        wait_until_drained(kafka, {group: (topic,)}, patience=0)
    assert sum(lag.behind for lag in caught.value.lags) >= 3

    looks = threading.Event()
    waiting = threading.Thread(
        target=wait_until_drained,
        args=(kafka, {group: (topic, MENTIONS.name)}, 60.0, lambda _: looks.set()),
    )
    waiting.start()
    assert looks.wait(30)
    assert waiting.is_alive()
    commit_everything(stack.kafka, group, (topic, MENTIONS.name))
    waiting.join(30)
    assert not waiting.is_alive()


def commit_everything(server: str, group: str, topics: Sequence[str]) -> None:
    """Commit the end of every partition of topics, as a reader that has read them would."""
    with KafkaConsumer(bootstrap_servers=server, group_id=group) as consumer:
        parts = [
            TopicPartition(topic, number)
            for topic in topics
            for number in consumer.partitions_for_topic(topic) or ()
        ]
        ends = consumer.end_offsets(parts)
        consumer.commit({part: OffsetAndMetadata(end, "", -1) for part, end in ends.items()})
