"""The worker on a real broker: articles become events, and kill -9 loses and doubles nothing."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from streams.records import DeadLetter, decode
from streams.settings import KafkaSettings
from streams.topics import ARTICLES, DEADLETTERS, EVENTS, MENTIONS
from tests.worker_run import WorkerRun, build_articles, describe, publish, read_events
from tocsin.brokers import create_topics
from tocsin.stack.local import Stack

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def kafka(stack: Stack) -> KafkaSettings:
    settings = KafkaSettings(bootstrap_servers=(stack.kafka,))
    create_topics(settings)
    return settings


@pytest.fixture
def worker(
    kafka: KafkaSettings, tmp_path: Path, unique_name: Callable[[str], str]
) -> Iterator[WorkerRun]:
    run = WorkerRun(kafka, unique_name("worker"), tmp_path)
    yield run
    if run.process is not None and run.process.poll() is None:
        run.kill()


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_killing_the_worker_loses_and_doubles_nothing(
    kafka: KafkaSettings, worker: WorkerRun, tmp_path: Path, unique_name: Callable[[str], str]
) -> None:
    """The events after kill -9 in the middle of the stream are those of a run that nobody disturbed."""
    calm, rough = build_articles(unique_name("calm")), build_articles(unique_name("rough"))
    worker.skip_what_is_there()
    publish(kafka, calm)
    worker.start()
    worker.wait_until_drained()
    assert worker.stop() == 0
    expected = describe(read_events(kafka, calm))
    assert len(expected) == 6

    again = WorkerRun(kafka, unique_name("worker"), tmp_path / "rough")
    seed = random.randrange(2**32)
    rng = random.Random(seed)
    try:
        again.skip_what_is_there()
        again.start()
        for portion in (rough[:14], rough[14:22]):
            publish(kafka, portion)
            again.wait_for_events(rough, rng.randint(1, 3), patience=120)
            again.kill()
            again.start()
        publish(kafka, rough[22:])
        again.wait_until_drained()
        assert again.stop() == 0
    finally:
        if again.process is not None and again.process.poll() is None:
            again.kill()
    assert describe(read_events(kafka, rough)) == expected, f"seed {seed}"


def test_poison_ends_in_the_dead_letters_and_the_rest_goes_on(
    kafka: KafkaSettings, worker: WorkerRun, unique_name: Callable[[str], str]
) -> None:
    """Each with its reason and its position, on every topic that the worker reads."""
    articles = build_articles(unique_name("poison"), happenings=1, outlets=2)
    mark = unique_name("mark").encode()
    worker.skip_what_is_there()
    producer = KafkaProducer(**kafka.client_config())
    sent = {}
    for topic in (ARTICLES, MENTIONS, EVENTS):
        for raw, reason in (
            (b"not json " + mark, "undecodable"),
            (b'{"schema":99,"mark":"' + mark + b'"}', "unknown_schema"),
            (b'{"schema":1,"mark":"' + mark + b'"}', "invalid_record"),
        ):
            metadata = producer.send(topic.name, key=mark, value=raw).get(30)
            sent[topic.name, metadata.partition, metadata.offset] = reason
    metadata = producer.send(ARTICLES.name, key=mark, value=None).get(30)
    sent[ARTICLES.name, metadata.partition, metadata.offset] = "invalid_record"
    producer.close(10)
    publish(kafka, articles)
    worker.start()
    worker.wait_until_drained()
    assert worker.stop() == 0
    letters = {(d.topic, d.partition, d.offset): d.reason for d in read_deadletters(kafka)}
    assert {position: letters.get(position) for position in sent} == sent
    assert len(describe(read_events(kafka, articles))) == 1


def read_deadletters(kafka: KafkaSettings) -> list[DeadLetter]:
    consumer = KafkaConsumer(**kafka.client_config(), enable_auto_commit=False)
    partition = TopicPartition(DEADLETTERS.name, 0)
    consumer.assign([partition])
    consumer.seek_to_beginning(partition)
    end = consumer.end_offsets([partition])[partition]
    letters = []
    while consumer.position(partition) < end:
        for messages in consumer.poll(1000).values():
            letters += [decode(DeadLetter, message.value) for message in messages]
    consumer.close()
    return letters
