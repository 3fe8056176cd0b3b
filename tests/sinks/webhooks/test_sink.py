"""The whole sink on the real broker: killed, restarted, stopped; every alert is delivered by its id."""

from __future__ import annotations

import asyncio
import base64
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from kafka import KafkaProducer

from sinks.webhooks.store import STORE, DeliveryStore
from streams.records import DeadLetter, decode, encode
from streams.settings import KafkaSettings
from tests.sinks.webhooks.child import build_topic
from tests.sinks.webhooks.receiver import build_secret, receive
from tocsin.brokers import open_admin
from tocsin.stack.local import Stack
from tocsin.topic import read_topic

pytestmark = pytest.mark.stack

CHILD = """
import sys
from pathlib import Path
from sinks.webhooks.endpoints import EndpointsFile
from sinks.webhooks.run import WebhookSink
from sinks.webhooks.settings import WebhookSettings
from streams.settings import KafkaSettings
server, folder, topic = sys.argv[1:]
settings = WebhookSettings(data_dir=Path(folder), group=topic, max_age_days=10_000, grace=2)
file = EndpointsFile(Path(folder) / "endpoints.toml", {})
WebhookSink(
    KafkaSettings(bootstrap_servers=(server,)), settings, file, topic, f"{topic}.dead"
).run()
"""


@pytest.fixture
def topic(stack: Stack, unique_name: Callable[[str], str]) -> str:
    """A topic of alerts and one of dead letters of this test's own."""
    name = unique_name("webhooks")
    admin = open_admin(KafkaSettings(bootstrap_servers=(stack.kafka,)))
    one = {"num_partitions": 1, "replication_factor": 1}
    admin.create_topics({name: one, f"{name}.dead": one}, wait_for_metadata=True)
    admin.close()
    return name


def publish(stack: Stack, topic: str, *values: bytes) -> None:
    """Send messages to a topic."""
    kafka = KafkaSettings(bootstrap_servers=(stack.kafka,))
    producer = KafkaProducer(**kafka.client_config(), acks="all")
    for future in [producer.send(topic, value=value) for value in values]:
        future.get(timeout=30)
    producer.close()


@asynccontextmanager
async def running(
    stack: Stack, folder: Path, topic: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run the sink as a process; it is killed at the end where it has not ended."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CHILD, stack.kafka, str(folder), topic
    )
    try:
        yield child
    finally:
        if child.returncode is None:
            child.kill()
        await child.wait()


async def wait_until(is_done: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for something to hold."""
    async with asyncio.timeout(seconds):
        while not is_done():
            await asyncio.sleep(0.05)


async def test_killed_sink_goes_on_where_it_was(stack: Stack, tmp_path: Path, topic: str) -> None:
    """Kill -9 in the middle, restart, SIGTERM: all ids arrive, what is no alert is a dead letter."""
    alerts = build_topic(60)
    (tmp_path / "secret").write_text(build_secret())
    async with receive(200) as receiver:
        (tmp_path / "endpoints.toml").write_text(
            f"""
            [[endpoint]]
            name = "desk"
            url = "{receiver.url}"
            secret_files = ["secret"]
            allow_private = true
            allow_http = true
            """
        )
        publish(stack, topic, *(encode(alert) for alert in alerts[:40]), b"no alert")
        async with running(stack, tmp_path, topic):
            await wait_until(lambda: len(receiver.taken) >= 5)
        async with running(stack, tmp_path, topic) as child:
            publish(stack, topic, *(encode(alert) for alert in alerts[40:]))
            await wait_until(lambda: len(set(receiver.ids())) == 60)
            child.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(child.wait(), 30) == 0
    assert set(receiver.ids()) == {alert.id for alert in alerts}
    assert all(taken.verified for taken in receiver.taken)
    store = DeliveryStore(tmp_path / STORE)
    assert store.count_states() == {("desk", "delivered"): 60}
    kafka = KafkaSettings(bootstrap_servers=(stack.kafka,))
    dead = [decode(DeadLetter, message.value) for message in read_topic(kafka, f"{topic}.dead")]
    assert {base64.b64decode(letter.raw) for letter in dead} == {b"no alert"}
