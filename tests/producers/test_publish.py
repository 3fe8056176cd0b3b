"""Publishing: acknowledged by a real broker, through kills and pauses, and by a broken producer."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer
from kafka.admin import NewTopic
from kafka.errors import KafkaTimeoutError

from producers.publish import KafkaPublisher, Letter
from streams.records import Article, decode
from streams.settings import KafkaSettings
from tests.producers.site import Site, build_item, build_rss
from tocsin.brokers import open_admin
from tocsin.stack.local import Stack, inspect_stack
from tocsin.stack.settings import StackSettings


class FakeFuture:
    """A future of kafka-python, settled at once or never."""

    def __init__(self, end: str) -> None:
        self._end = end

    def add_callback(self, call: Callable[[object], None]) -> None:
        if self._end == "acknowledged":
            call(None)

    def add_errback(self, call: Callable[[object], None]) -> None:
        if self._end == "failed":
            call(KafkaTimeoutError("expired"))


class FakeProducer:
    """A producer whose sends end as it is told."""

    def __init__(self, ends: list[str]) -> None:
        self._ends = ends
        self.sent: list[bytes] = []

    def send(self, topic: str, *, key: bytes, value: bytes) -> FakeFuture:
        end = self._ends.pop(0) if self._ends else "acknowledged"
        if end == "no metadata":
            raise KafkaTimeoutError("no metadata")
        if end == "acknowledged":
            self.sent.append(value)
        return FakeFuture(end)

    def close(self, timeout: float) -> None:
        raise KafkaTimeoutError("a wedged producer does this")


def build_publisher(*producers: FakeProducer, stuck_after: float = 300) -> KafkaPublisher:
    """Build a publisher that is given these producers, one after the other."""
    waiting = list(producers)

    def build(_: KafkaSettings) -> Any:
        return waiting.pop(0)

    return KafkaPublisher(KafkaSettings(), stuck_after=stuck_after, build=build)


LETTERS = [Letter("topic", f"k{number}", b"v%d" % number) for number in range(4)]


@pytest.mark.parametrize("end", ["failed", "no metadata"])
async def test_what_was_not_acknowledged_is_sent_again(
    end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failed record costs the producer its place; one without metadata only the time."""
    monkeypatch.setattr("producers.publish._PAUSES", (0.01,))
    first, second = FakeProducer(["acknowledged", end]), FakeProducer([])
    publisher = build_publisher(first, second)
    await publisher.publish(LETTERS)
    await publisher.close()
    assert set(first.sent + second.sent) == {letter.value for letter in LETTERS}
    assert publisher.rebuilt == (1 if end == "failed" else 0)


async def test_a_producer_that_is_stuck_is_abandoned(monkeypatch: pytest.MonkeyPatch) -> None:
    """No acknowledgement for long, with records waiting: a new producer sends them."""
    monkeypatch.setattr("producers.publish._PAUSES", (0.01,))
    stuck, good = FakeProducer(["never"] * 9), FakeProducer([])
    publisher = build_publisher(stuck, good, stuck_after=0.2)
    await publisher.publish(LETTERS)
    await publisher.close()
    assert (publisher.rebuilt, len(good.sent)) == (1, 4)


@pytest.fixture
def topic(stack: Stack, unique_name: Callable[[str], str]) -> str:
    """A topic of its own; the broker makes none by itself."""
    name = unique_name("articles")
    with open_admin(KafkaSettings(bootstrap_servers=(stack.kafka,))) as admin:
        admin.create_topics([NewTopic(name, 2, 1), NewTopic(f"{name}-feeds", 1, 1)])
    return name


def read_topic(stack: Stack, topic: str, count: int) -> list[tuple[bytes, bytes]]:
    """Read a topic from its start until so many messages came, or none for five seconds."""
    consumer = KafkaConsumer(
        topic,
        bootstrap_servers=stack.kafka,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        consumer_timeout_ms=5_000,
    )
    found: list[tuple[bytes, bytes]] = []
    for message in consumer:
        found.append((message.key, message.value))
        if len(found) >= count:
            break
    consumer.close()
    return found


@pytest.mark.stack
async def test_a_real_broker_acknowledges(stack: Stack, topic: str) -> None:
    """Every letter is there, under its key."""
    publisher = KafkaPublisher(KafkaSettings(bootstrap_servers=(stack.kafka,)))
    await publisher.publish([Letter(topic, f"k{n}", b"x" * n) for n in range(50)])
    await publisher.close()
    found = await asyncio.to_thread(read_topic, stack, topic, 50)
    assert sorted(found) == sorted((f"k{n}".encode(), b"x" * n) for n in range(50))


KILLED = """
import asyncio, sys
from pathlib import Path
from producers import visit, publish
from producers.feedlist import Feed
from producers.poll import Poller
from producers.publish import KafkaPublisher
from producers.settings import PollSettings
from streams.settings import KafkaSettings
from streams import topics
from dataclasses import replace
from producers import harvest, tell

async def main(kafka, topic, memory, *urls):
    harvest.ARTICLES = replace(topics.ARTICLES, name=topic)
    tell.FEEDS = replace(topics.FEEDS, name=f"{topic}-feeds")
    settings = PollSettings(state_file=Path(memory), allow_private=True, host_spacing=0,
        per_host=4, concurrency=4, full_text=False, parse_processes=1)
    publisher = KafkaPublisher(KafkaSettings(bootstrap_servers=(kafka,)))
    async with Poller(settings, [Feed(url=url) for url in urls], publisher) as poller:
        await poller.run_once()
    await publisher.close()

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.stack
async def test_a_poller_that_is_killed_loses_nothing(
    stack: Stack, site: Site, tmp_path: Path, topic: str
) -> None:
    """Kill -9 at three moments, then one run to the end: every article is on the topic."""
    feeds, items = 30, 6
    for feed in range(feeds):
        body = build_rss(*(build_item(f"{feed}-{item}") for item in range(items)))
        site.put(f"/{feed}", body, etag=f'"{feed}"')
    command = [
        sys.executable, "-c", KILLED, stack.kafka, topic, str(tmp_path / "memory.sqlite"),
        *(site.url(f"/{feed}") for feed in range(feeds)),
    ]  # fmt: skip
    for served in (4, 14):
        already = len(site.seen)
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: ASYNC220 - killed below
        while len(site.seen) < already + served and child.poll() is None:
            await asyncio.sleep(0.02)
        child.send_signal(signal.SIGKILL)
        await asyncio.to_thread(child.wait)
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: ASYNC220 - waited for
    assert await asyncio.to_thread(child.wait, 60) == 0
    found = await asyncio.to_thread(read_topic, stack, topic, 10_000)
    ids = {decode(Article, value).id for _, value in found}
    assert len(ids) == feeds * items
    # at most what was in flight is sent again: four visits of six articles a kill
    assert len(found) <= feeds * items + 2 * 4 * items


@pytest.mark.stack
async def test_a_broker_that_pauses_only_delays(stack: Stack, topic: str) -> None:
    """The broker stands still for some seconds: sends wait, and arrive once."""
    servers = inspect_stack(StackSettings(data_dir=stack.data_dir))
    pid = next(server.pid for server in servers if server.name == "kafka")
    assert pid is not None
    publisher = KafkaPublisher(KafkaSettings(bootstrap_servers=(stack.kafka,)))
    await publisher.publish([Letter(topic, "first", b"1")])
    os.kill(pid, signal.SIGSTOP)
    try:
        sends = [
            asyncio.create_task(publisher.publish([Letter(topic, f"k{n}", b"2")]))
            for n in range(20)
        ]
        done, _ = await asyncio.wait(sends, timeout=3)
        assert not done
    finally:
        os.kill(pid, signal.SIGCONT)
    await asyncio.wait_for(asyncio.gather(*sends), 60)
    await publisher.close()
    assert publisher.rebuilt == 0
    found = await asyncio.to_thread(read_topic, stack, topic, 21)
    assert len({key for key, _ in found}) == 21
