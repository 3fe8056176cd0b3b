"""Dead letters can be looked at and put back as they came, on the real broker."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Callable, Iterator

import pytest
from click.testing import CliRunner
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from streams.deadletters import MAX_RAW_BYTES, Position, build_deadletter
from streams.outcomes import Dead
from streams.records import MAX_RECORD_BYTES, DeadLetter, encode
from streams.settings import KafkaSettings
from streams.topics import ARTICLES, DEADLETTERS
from tocsin.brokers import create_topics
from tocsin.command import tocsin
from tocsin.letters import can_replay, read_letters
from tocsin.stack.local import Stack

NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
WRONG = Dead("invalid_record", "Article: no title")


@pytest.mark.stack
def test_a_letter_goes_back_where_it_came_from(
    stack: Stack, unique_name: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Key and value are the bytes that were refused."""
    kafka = KafkaSettings(bootstrap_servers=(stack.kafka,))
    create_topics(kafka)
    monkeypatch.setenv("TOCSIN_KAFKA_BOOTSTRAP_SERVERS", stack.kafka)
    key, value = unique_name("key").encode(), b"\xff not json"
    position = Position(ARTICLES.name, 0, 1_000_000_007)
    letter = build_deadletter("read", WRONG, position, (key, value), NOW)
    producer = KafkaProducer(**kafka.client_config())
    for _ in range(2):
        producer.send(DEADLETTERS.name, key=str(position).encode(), value=encode(letter)).get(30)
    producer.close(10)

    monkeypatch.setattr("tocsin.commands.deadletters.read_letters", read_loudly)
    listed = CliRunner().invoke(tocsin, ["deadletters", "list", "--json", "--limit", "10000"])
    ids = [json.loads(line)["id"] for line in listed.stdout.splitlines()]
    assert ids.count(letter.id) == 1
    assert "a broker is slow" in listed.stderr

    dry = CliRunner().invoke(tocsin, ["deadletters", "replay", "--id", letter.id])
    assert "would put back 1" in dry.output
    done = CliRunner().invoke(tocsin, ["deadletters", "replay", "--id", letter.id, "--yes"])
    assert "put back 1" in done.output
    assert [m for m in read_all(kafka) if m[0] == key] == [(key, value)]


def read_loudly(kafka: KafkaSettings) -> Iterator[DeadLetter]:
    """Read the letters while the client complains: what programs read holds letters only."""
    logging.getLogger("kafka").warning("a broker is slow")
    return read_letters(kafka)


def read_all(kafka: KafkaSettings) -> list[tuple[bytes, bytes]]:
    consumer = KafkaConsumer(**kafka.client_config(), enable_auto_commit=False)
    partitions = [TopicPartition(ARTICLES.name, n) for n in range(4)]
    consumer.assign(partitions)
    consumer.seek_to_beginning(*partitions)
    ends = consumer.end_offsets(partitions)
    found = []
    while any(consumer.position(p) < ends[p] for p in partitions):
        for messages in consumer.poll(1000).values():
            found += [(m.key, m.value) for m in messages]
    consumer.close()
    return found


def test_what_was_cut_or_came_from_no_topic_cannot_go_back() -> None:
    """And the reason is said."""
    position = Position(ARTICLES.name, 0, 1)
    whole = build_deadletter("read", WRONG, position, (None, b"x"), NOW)
    cut = build_deadletter("read", WRONG, position, (None, b"x" * (MAX_RAW_BYTES + 1)), NOW)
    assert can_replay(whole) is None
    assert "cut" in (can_replay(cut) or "")
    assert "feed" in (can_replay(whole.model_copy(update={"topic": None})) or "")


def test_the_largest_letter_fits_on_the_wire() -> None:
    """However large the message was."""
    huge = b"\xff" * 5_000_000
    letter = build_deadletter("read", WRONG, Position(ARTICLES.name, 0, 1), (huge, huge), NOW)
    assert len(encode(letter)) <= MAX_RECORD_BYTES
