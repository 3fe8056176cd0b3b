"""The feeds are filled from the real broker, and a stop in between loses nothing."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from kafka import KafkaProducer

from sinks.follow.fill import fill_feeds
from sinks.follow.settings import ServeSettings
from sinks.follow.store import STORE, FeedStore
from streams.records import encode
from streams.settings import KafkaSettings
from tests.alerting.scripts import build_event
from tocsin.brokers import open_admin
from tocsin.stack.local import Stack

pytestmark = pytest.mark.stack


def test_feeds_are_filled_and_go_on_after_a_stop(
    stack: Stack, tmp_path: Path, unique_name: Callable[[str], str]
) -> None:
    """Events of the topic stand in their lists; what is no event is passed over."""
    topic = unique_name("serve")
    kafka = KafkaSettings(bootstrap_servers=(stack.kafka,))
    admin = open_admin(kafka)
    admin.create_topics(
        {topic: {"num_partitions": 1, "replication_factor": 1}}, wait_for_metadata=True
    )
    admin.close()
    settings = ServeSettings(data_dir=tmp_path, group=topic)
    store = FeedStore(tmp_path / STORE)
    producer = KafkaProducer(**kafka.client_config(), acks="all")

    def run_until(wanted: dict[str, int], *values: bytes) -> None:
        for value in values:
            producer.send(topic, value=value).get(timeout=30)
        stopping = threading.Event()
        thread = threading.Thread(
            target=fill_feeds,
            args=(
                kafka,
                settings,
                lambda: {"ana": "strikes"},
                lambda event: ["ana"] if event.kind == "missile_strike" else [],
                stopping.is_set,
                lambda: dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC),
                topic,
            ),
        )
        thread.start()
        deadline = time.monotonic() + 60
        found: dict[str, int] = {}
        while found != wanted and time.monotonic() < deadline:
            time.sleep(0.05)
            found = {event.id: event.revision for event in store.list_entries("ana", 9)}
        stopping.set()
        thread.join(30)
        assert found == wanted

    first = [build_event("e1"), build_event("e2", kind="flood"), build_event("e3")]
    run_until({"e1": 1, "e3": 1}, *map(encode, first), b"no event")
    run_until({"e1": 2, "e3": 1}, encode(build_event("e1", revision=2)))
    producer.close()
    store.close()
