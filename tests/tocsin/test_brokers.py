"""Kafka's administration, on the real broker."""

from __future__ import annotations

import time

import pytest
from kafka import KafkaProducer

from streams.errors import UnreachableError
from streams.settings import KafkaSettings
from streams.topics import ARTICLES, EVENTS, TOPICS
from tocsin.brokers import TopicsError, create_topics, measure_lags, open_admin
from tocsin.stack.local import Stack


def build_settings(stack: Stack, partitions: int = 4) -> KafkaSettings:
    return KafkaSettings(bootstrap_servers=(stack.kafka,), partitions=partitions)


@pytest.mark.stack
def test_topics_are_made_once_and_kept_right(stack: Stack) -> None:
    """The second run creates nothing; another number of partitions is refused, not ignored."""
    create_topics(build_settings(stack))
    created, kept = create_topics(build_settings(stack))
    assert (created, set(kept)) == ([], {topic.name for topic in TOPICS})
    with pytest.raises(TopicsError, match="has 4 partitions, not 8"):
        create_topics(build_settings(stack, partitions=8))


@pytest.mark.stack
def test_topics_are_as_the_table_says(stack: Stack) -> None:
    """Partitions by spread, and the events compacted."""
    create_topics(build_settings(stack))
    admin = open_admin(build_settings(stack))
    try:
        found = {t["name"]: len(t["partitions"]) for t in admin.describe_topics()}
    finally:
        admin.close()
    assert found[ARTICLES.name] == 4
    assert found[EVENTS.name] == 1


@pytest.mark.stack
def test_a_group_that_never_read_is_behind_by_all_there_is(stack: Stack) -> None:
    """Lag counts from the first offset where nothing was committed."""
    settings = build_settings(stack)
    create_topics(settings)
    producer = KafkaProducer(**settings.client_config())
    producer.send("tocsin.ticks", value=b"{}").get(30)
    producer.close(10)
    admin = open_admin(settings)
    try:
        lags = measure_lags(admin, {"nobody": ("tocsin.ticks",)})
    finally:
        admin.close()
    assert [lag.topic for lag in lags] == ["tocsin.ticks"]
    assert lags[0].behind >= 1


def test_an_absent_broker_is_named_with_what_to_try() -> None:
    """Within the patience, with the address."""
    started = time.monotonic()
    with pytest.raises(UnreachableError, match=r"Kafka at 127\.0\.0\.1:1") as caught:
        open_admin(KafkaSettings(bootstrap_servers=("127.0.0.1:1",)), patience=1)
    assert caught.value.hint is not None
    assert "tocsin stack up" in caught.value.hint
    assert time.monotonic() - started < 30
