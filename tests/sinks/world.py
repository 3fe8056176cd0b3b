"""Topics, indices and a sink of a test's own on the real servers, and what must hold afterwards."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from kafka import KafkaProducer

from sinks.elastic.indices import read_alias
from sinks.elastic.run import ElasticSink
from sinks.elastic.server import Server
from sinks.elastic.shapes import SHAPES, ShapeName
from sinks.settings import SinkSettings
from sinks.setup import make_indices, put_templates
from streams.records import Record, encode
from streams.settings import ElasticSettings, KafkaSettings
from tests.samples import PUBLISHED
from tocsin.brokers import measure_lags, open_admin
from tocsin.stack.local import Stack

Documents = dict[tuple[ShapeName, str], dict[str, Any]]

SETTINGS = {
    "batch_records": 50,
    "batch_seconds": 0.2,
    "retry_first": 0.05,
    "retry_cap": 0.3,
    "grace": 0.5,
}


class World:
    """One test's part of the servers."""

    def __init__(
        self,
        stack: Stack,
        name: str,
        elastic: str | None = None,
        timeout: float = 10,
        prefix: str | None = None,
    ) -> None:
        """Name the parts: topics and group by `name`, indices by `prefix` (else by `name`).

        Tests that share a prefix share its templates, which take longest to make.
        """
        self.name = name
        self.prefix = prefix or name
        self.kafka = KafkaSettings(bootstrap_servers=(stack.kafka,))
        self.direct = ElasticSettings(hosts=(stack.elastic,), index_prefix=self.prefix)
        self.elastic = ElasticSettings(
            hosts=(elastic or stack.elastic,), index_prefix=self.prefix, timeout=timeout
        )
        self.topics: dict[str, ShapeName] = {f"{name}.{shape}": shape for shape in SHAPES}
        self.server = Server.connect(self.direct)
        self.sinks: list[ElasticSink] = []

    def set_up(self, *, topics: bool = True) -> None:
        """Make templates where they are missing, this month's indices and the topics."""
        if self.server.get_template_version(read_alias(self.prefix, "events")) is None:
            put_templates(self.server, self.direct)
        make_indices(self.server, self.prefix, PUBLISHED)
        if topics:
            admin = open_admin(self.kafka)
            wanted = {"num_partitions": 3, "replication_factor": 1}
            admin.create_topics(dict.fromkeys(self.topics, wanted), wait_for_metadata=True)
            admin.close()

    def publish(self, made: Mapping[str, Sequence[Record]]) -> None:
        """Send records to their topics, keyed by their ids."""
        self.publish_raw(
            (shape, record.id.encode(), encode(record))  # type: ignore[attr-defined] # all have one
            for shape, records in made.items()
            for record in records
        )

    def publish_raw(self, messages: Any) -> None:
        """Send bytes: shape, key and value."""
        producer = KafkaProducer(**self.kafka.client_config(), acks="all")
        futures = [producer.send(f"{self.name}.{s}", key=k, value=v) for s, k, v in messages]
        for future in futures:
            future.get(timeout=30)
        producer.close()

    @contextmanager
    def running(
        self, build: type[ElasticSink] = ElasticSink, **fields: Any
    ) -> Iterator[ElasticSink]:
        """Run a sink in a thread; at the end it is stopped, and its failure is raised here."""
        settings = SinkSettings(**SETTINGS | {"group": self.name} | fields)
        sink = build(self.kafka, self.elastic, settings, self.topics, f"{self.name}.deadletters")
        failures: list[BaseException] = []

        def run() -> None:
            try:
                sink.run()
            except BaseException as error:  # noqa: BLE001 - told to the test
                failures.append(error)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        try:
            yield sink
        finally:
            sink.stop()
            thread.join(30)
        assert not thread.is_alive(), "the sink did not stop"
        if failures:
            raise failures[0]

    def wait_drained(self, seconds: float = 40, group: str | None = None) -> None:
        """Wait until the sink has committed everything."""
        group = group or self.name
        admin = open_admin(self.kafka)

        def behind() -> int:
            lags = measure_lags(admin, {group: tuple(self.topics)})
            return sum(lag.behind for lag in lags)

        try:
            wait_until(lambda: behind() == 0, seconds, lambda: f"{behind()} messages are left")
        finally:
            admin.close()

    def read(self) -> Documents:
        """Read every document; fail when an id is there twice. Times of the writing are left out."""
        found: Documents = {}
        places: Counter[tuple[ShapeName, str]] = Counter()
        for shape in SHAPES:
            alias = read_alias(self.prefix, shape)
            self.server.refresh(alias)
            for index in self.server.list_indices(alias):
                for hits in self.server.scan(index):
                    for hit in hits:
                        places[shape, hit["_id"]] += 1
                        found[shape, hit["_id"]] = without_writing_times(hit["_source"])
        doubled = [key for key, number in places.items() if number > 1]
        assert doubled == [], f"in two indices: {doubled[:3]}"
        return found

    def close(self) -> None:
        """Drop the indices and the connection."""
        indices = self.server.find_indices(f"{self.prefix}-*")
        if indices:
            self.server.delete_index(",".join(indices))
        self.server.close()


def without_writing_times(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what tells when the document was written."""
    event = {k: v for k, v in fields["event"].items() if k != "ingested"}
    lag = {k: v for k, v in fields["lag"].items() if k != "index"}
    return {**fields, "event": event, "lag": lag}


def wait_until(
    holds: Callable[[], bool], seconds: float, describe: Callable[[], str] = lambda: ""
) -> None:
    """Wait for a condition, and fail with a description when it does not come."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not in {seconds} s: {describe()}"
        time.sleep(0.05)
