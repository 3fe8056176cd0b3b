"""A real worker as a process, articles to feed it, and the events it left, for tests that kill it."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from kafka import (
    KafkaAdminClient,
    KafkaConsumer,
    KafkaProducer,
    OffsetAndMetadata,
    OffsetSpec,
    TopicPartition,
)
from kafka.errors import (
    CoordinatorLoadInProgressError,
    CoordinatorNotAvailableError,
    KafkaError,
)

from streams.errors import WireError
from streams.identity import article_id, article_version
from streams.records import Article, Event, decode, encode
from streams.settings import KafkaSettings
from streams.topics import ARTICLES, EVENTS
from tocsin.brokers import open_admin
from tocsin.drain import WORKER_READS, wait_until_drained

PUBLISHED = dt.datetime(2026, 3, 3, 9, tzinfo=dt.UTC)  # a Tuesday
OUTLETS = ("Harbour Post", "Inland Times", "Metro Wire", "Daily Lantern", "The Ridge")
HAPPENINGS = (
    ("An earthquake in {place} killed {n} people on Monday", "Izmir"),
    ("A bus crash near {place} killed {n} people on Monday", "Cusco"),
    ("A fire in a hotel in {place} killed {n} people on Monday", "Osaka"),
    ("Floods in {place} killed {n} people on Monday", "Durban"),
    ("A missile strike on {place} killed {n} people on Monday", "Kharkiv"),
    ("A suicide bombing in {place} killed {n} people on Monday", "Quetta"),
)


def build_articles(run: str, happenings: int = 6, outlets: int = 5) -> list[Article]:
    """Build the same articles for any run; only their addresses carry the name of the run."""
    articles = []
    for number, (sentence, place) in enumerate(HAPPENINGS[:happenings]):
        for rank, outlet in enumerate(OUTLETS[:outlets]):
            title = sentence.format(place=place, n=11 + rank % 3)
            host = outlet.lower().replace(" ", "-")
            url = f"https://{host}.example/{run}/{number}"
            text = f"{title}, {outlet} has learned from officials.\n\nRescue teams were at work."
            published = PUBLISHED + dt.timedelta(minutes=10 * rank + number)
            articles.append(
                Article(
                    id=article_id(url, None, host, title),
                    version=article_version(title, "", text),
                    feed=f"https://{host}.example/feed",
                    url=url,
                    publisher=outlet,
                    family=outlet,
                    title=title,
                    text=text,
                    text_source="feed",
                    language="en",
                    published=published,
                    published_from="feed",
                    published_offset=0,
                    fetched=published + dt.timedelta(minutes=2),
                )
            )
    return articles


def publish(kafka: KafkaSettings, articles: Sequence[Article]) -> None:
    """Put articles on their topic and wait for every acknowledgement."""
    producer = KafkaProducer(**kafka.client_config())
    futures = [producer.send(ARTICLES.name, key=a.id.encode(), value=encode(a)) for a in articles]
    for future in futures:
        future.get(30)
    producer.close(10)


def read_events(kafka: KafkaSettings, articles: Sequence[Article]) -> dict[str, Event]:
    """Read the last revision of every event that tells one of these articles."""
    wanted = {article.id for article in articles}
    consumer = KafkaConsumer(**kafka.client_config(), enable_auto_commit=False)
    partition = TopicPartition(EVENTS.name, 0)
    consumer.assign([partition])
    consumer.seek_to_beginning(partition)
    end = consumer.end_offsets([partition])[partition]
    found: dict[str, Event] = {}
    while consumer.position(partition) < end:
        for messages in consumer.poll(1000).values():
            for message in messages:
                try:
                    event = decode(Event, message.value)
                except WireError:  # the poison of a test
                    continue
                known = found.get(event.id)
                if wanted & set(event.article_ids) and (
                    known is None or event.revision >= known.revision
                ):
                    found[event.id] = event
    consumer.close()
    return found


def describe(events: dict[str, Event]) -> list[tuple[object, ...]]:
    """What a reader sees of living events, without the ids, in one order."""
    return sorted(
        (
            event.kind,
            event.where.name if event.where else "",
            str(event.when.date),
            event.status,
            event.voices,
            event.publishers,
            tuple((t.measure, t.low, t.best, t.high) for t in event.tolls),
            len(event.article_ids),
        )
        for event in events.values()
        if event.superseded_by is None
    )


@dataclass(slots=True)
class WorkerRun:
    """One worker process that can be killed and started again."""

    kafka: KafkaSettings
    app_id: str
    folder: Path
    process: subprocess.Popen[bytes] | None = None
    log: IO[bytes] | None = field(default=None)

    def start(self) -> None:
        """Start the worker; its log is appended to one file."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log = (self.folder / "worker.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tocsin", "work"],
            env={
                **{k: v for k, v in os.environ.items() if not k.startswith("TOCSIN_")},
                "TOCSIN_KAFKA_BOOTSTRAP_SERVERS": ",".join(self.kafka.bootstrap_servers),
                "TOCSIN_KAFKA_PARTITIONS": str(self.kafka.partitions),
                "TOCSIN_WORK_APP_ID": self.app_id,
                "TOCSIN_WORK_DATA_DIR": str(self.folder / "tables"),
                "TOCSIN_WORK_SESSION_TIMEOUT": "6",
                "TOCSIN_LOG_LEVEL": "info",
            },
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )

    def skip_what_is_there(self) -> None:
        """Begin at the end of the topics: what other tests and runs have told is not read."""
        admin = open_admin(self.kafka)
        try:
            partitions = [
                TopicPartition(t["name"], p["partition_index"])
                for t in admin.describe_topics(list(WORKER_READS))
                for p in t["partitions"]
            ]
            ends = admin.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.LATEST))
            offsets = {p: OffsetAndMetadata(end.offset, "", -1) for p, end in ends.items()}
            altered = _alter_offsets(admin, self.app_id, offsets)
        finally:
            admin.close()
        assert {error.errno for error in altered.values()} == {0}

    def kill(self) -> None:
        """Kill -9."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(30)
        self.close_log()

    def stop(self) -> int:
        """SIGTERM; return the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(60)
        finally:
            if self.process.poll() is None:
                self.process.kill()
            self.close_log()

    def wait_until_drained(self, patience: float = 150) -> None:
        """Wait until everything is read; fail at once when the worker has died."""

        def watch(_: object) -> None:
            assert self.process is not None
            assert self.process.poll() is None, self.tail()

        wait_until_drained(self.kafka, {self.app_id: WORKER_READS}, patience, watch)

    def wait_for_events(self, articles: Sequence[Article], count: int, patience: float) -> None:
        """Wait until the topic holds `count` events or more of these articles."""
        deadline = time.monotonic() + patience
        while len(read_events(self.kafka, articles)) < count:
            assert time.monotonic() < deadline, self.tail()
            time.sleep(0.2)

    def tail(self) -> str:
        """The end of the worker's log."""
        return (self.folder / "worker.log").read_text("utf-8", "replace")[-4_000:]

    def close_log(self) -> None:
        """Close the log of the process that has ended."""
        if self.log is not None:
            self.log.close()
            self.log = None


def _alter_offsets(
    admin: KafkaAdminClient, group: str, offsets: dict[TopicPartition, OffsetAndMetadata]
) -> dict[TopicPartition, type[KafkaError]]:
    """Set a group's offsets; the first group of a new broker waits until its topic is made."""
    deadline = time.monotonic() + 60
    while True:
        try:
            altered: dict[TopicPartition, type[KafkaError]] = admin.alter_group_offsets(
                group, offsets
            )
        except (CoordinatorNotAvailableError, CoordinatorLoadInProgressError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
        else:
            return altered
