"""The dead letters' topic in, the letters out, and letters back to where they came from."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from streams.errors import WireError
from streams.logs import get_log
from streams.records import DeadLetter, decode
from streams.settings import KafkaSettings
from streams.topics import DEADLETTERS

log = get_log("deadletters")

POLL_MS = 1_000


def read_letters(kafka: KafkaSettings) -> Iterator[DeadLetter]:
    """Read every dead letter there is now, oldest first; a letter that came twice comes once."""
    consumer = KafkaConsumer(**kafka.client_config(), enable_auto_commit=False)
    try:
        partitions = [
            TopicPartition(DEADLETTERS.name, number)
            for number in consumer.partitions_for_topic(DEADLETTERS.name) or ()
        ]
        consumer.assign(partitions)
        consumer.seek_to_beginning(*partitions)
        ends = consumer.end_offsets(partitions)
        seen: set[str] = set()
        while any(consumer.position(p) < ends[p] for p in partitions):
            for messages in consumer.poll(POLL_MS).values():
                for message in messages:
                    try:
                        letter = decode(DeadLetter, message.value)
                    except WireError as error:
                        log.warning("dead letter unreadable", offset=message.offset, why=error.why)
                        continue
                    if letter.id not in seen:
                        seen.add(letter.id)
                        yield letter
    finally:
        consumer.close()


def can_replay(letter: DeadLetter) -> str | None:
    """Return why a letter cannot be put back, or None when it can."""
    if letter.topic is None:
        return "it came from no topic; the next poll of its feed tries again"
    if letter.truncated:
        return "its bytes were cut, since they were too large"
    return None


def replay_letters(kafka: KafkaSettings, letters: list[DeadLetter]) -> int:
    """Put letters back on their topics, acknowledged; return how many."""
    producer = KafkaProducer(**kafka.client_config(), acks="all")
    try:
        futures = [
            producer.send(
                letter.topic,
                key=None if letter.key is None else base64.b64decode(letter.key),
                value=base64.b64decode(letter.raw),
            )
            for letter in letters
        ]
        for future in futures:
            future.get(30)
    finally:
        producer.close(10)
    return len(letters)
