"""The sink to Elasticsearch against `elasticsearch.helpers.streaming_bulk` fed from memory.

    python -m benchmarks.elastic --documents 6000 --rounds 3

It starts a Kafka and an Elasticsearch of its own; `--there` measures those of the settings instead.
Both write the same documents into indices of the same mapping on the same server, by turns. The
helper gets finished documents from memory. The sink reads records from Kafka, decodes them, makes the
documents, writes them with external versions and commits the offsets. The sink's clock starts when its
first batch is read and not yet built; it has joined its group then. The last line is the ratio of the
medians.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import statistics
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from elasticsearch import Elasticsearch, helpers
from kafka import KafkaProducer

from sinks.consume import Message
from sinks.elastic.documents import Document, build_document
from sinks.elastic.homes import Homes
from sinks.elastic.indices import month_of
from sinks.elastic.run import ElasticSink, calm_collector
from sinks.elastic.server import Server
from sinks.elastic.shapes import SHAPES, ShapeName
from sinks.elastic.write import Built
from sinks.settings import SinkSettings
from sinks.setup import make_indices, put_templates
from streams.logs import set_up_logs
from streams.records import Record, encode
from streams.settings import ElasticSettings, KafkaSettings, LogSettings
from tests.samples import PUBLISHED, build_many
from tocsin.brokers import open_admin
from tocsin.config import load
from tocsin.stack.leash import tie_to_this_process
from tocsin.stack.local import start_stack, stop_stack
from tocsin.stack.settings import StackSettings

BATCH = 500


class TimedSink(ElasticSink):
    """The sink, with a clock, that stops when all has been written."""

    expected = 0
    done = 0
    started = 0.0
    seconds = 0.0

    def _build(self, messages: Sequence[Message]) -> Built:
        self.started = self.started or time.perf_counter()
        return super()._build(messages)

    def _handle(self, messages: Sequence[Message], built: Built) -> None:
        super()._handle(messages, built)
        self.done += len(messages)
        if self.done >= self.expected:
            self.seconds = time.perf_counter() - self.started
            self.stop()


def main() -> None:
    """Measure and print one JSON object a line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=6000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--there", action="store_true", help="on the servers of the settings")
    asked = parser.parse_args()
    set_up_logs(LogSettings(level="error"), sys.stderr)
    calm_collector()
    if asked.there:
        settings = load((KafkaSettings, ElasticSettings))
        compare(settings[KafkaSettings], settings[ElasticSettings], asked)
        return
    with tempfile.TemporaryDirectory() as folder:
        stack_settings = StackSettings(
            data_dir=Path(folder) / ".tocsin", kafka_port=0, elastic_port=0
        )
        leash = tie_to_this_process(stack_settings.data_dir)
        try:
            stack = start_stack(stack_settings, print_line)
            compare(
                KafkaSettings(bootstrap_servers=(stack.kafka,)),
                ElasticSettings(hosts=(stack.elastic,)),
                asked,
            )
        finally:
            stop_stack(stack_settings, print_line)
            assert leash.stdin is not None
            leash.stdin.close()
            leash.wait(60)


def compare(kafka: KafkaSettings, elastic: ElasticSettings, asked: argparse.Namespace) -> None:
    """Measure both by turns, and print the medians and their ratio."""
    made = build_many(asked.documents * 10 // 34, seed=5)
    speeds: dict[str, list[float]] = {"helper": [], "sink": []}
    for number in range(asked.rounds):
        for name, measure in (("helper", measure_helper), ("sink", measure_sink)):
            count, seconds = measure(kafka, elastic, made)
            speeds[name].append(count / seconds)
            told = {"round": number, "name": name, "documents": count, "seconds": seconds}
            print(json.dumps(told | {"per_second": round(count / seconds)}))
    _drop_topics(kafka)
    medians = {name: statistics.median(values) for name, values in speeds.items()}
    ratio = medians["sink"] / medians["helper"]
    print(json.dumps({n: round(v) for n, v in medians.items()} | {"ratio": round(ratio, 2)}))


def _drop_topics(kafka: KafkaSettings) -> None:
    """Delete the topics of all rounds, after the last: a consumer must not see topics go."""
    admin = open_admin(kafka)
    ours = [topic for topic in admin.list_topics() if topic.startswith("bench-")]
    admin.delete_topics(ours)
    admin.close()


def print_line(line: str) -> None:
    """Say what is going on."""
    print(line, file=sys.stderr)


def measure_helper(
    _kafka: KafkaSettings, elastic: ElasticSettings, made: dict[str, list[Record]]
) -> tuple[int, float]:
    """Write finished documents with the client's own helper."""
    own = _own(elastic)
    server = _set_up(own)
    homes = Homes(server, own.index_prefix)
    now = dt.datetime.now(dt.UTC)
    documents = [build_document(r, now) for records in made.values() for r in records]
    actions = list(_build_actions(documents, homes))
    client = Elasticsearch(list(own.hosts), request_timeout=60)
    started = time.perf_counter()
    count = sum(ok for ok, _ in helpers.streaming_bulk(client, actions, chunk_size=BATCH))
    seconds = time.perf_counter() - started
    client.close()
    _drop(server, own)
    return count, seconds


def measure_sink(
    kafka: KafkaSettings, elastic: ElasticSettings, made: dict[str, list[Record]]
) -> tuple[int, float]:
    """Write the same from Kafka with the sink."""
    own = _own(elastic)
    server = _set_up(own)
    topics: dict[str, ShapeName] = {f"{own.index_prefix}.{shape}": shape for shape in SHAPES}
    homes = Homes(server, own.index_prefix)
    for records in made.values():
        # the months are made before the clock starts, as they are for the helper
        for record in records:
            document = build_document(record, PUBLISHED)
            homes.ensure(document.shape, month_of(document.first_sight))
    count = _fill(kafka, topics, made)
    sink = TimedSink(
        kafka,
        own,
        SinkSettings(group=own.index_prefix, batch_records=BATCH),
        topics,
        f"{own.index_prefix}.deadletters",
    )
    sink.expected = count
    thread = threading.Thread(target=sink.run)
    thread.start()
    thread.join(600)
    _drop(server, own)
    return count, sink.seconds


def _own(elastic: ElasticSettings) -> ElasticSettings:
    return elastic.model_copy(update={"index_prefix": f"bench-{uuid.uuid4().hex[:8]}"})


def _set_up(own: ElasticSettings) -> Server:
    server = Server.connect(own)
    put_templates(server, own)
    make_indices(server, own.index_prefix, PUBLISHED)
    return server


def _drop(server: Server, own: ElasticSettings) -> None:
    for index in server.find_indices(f"{own.index_prefix}-*"):
        server.delete_index(index)
    server.close()


def _build_actions(documents: Sequence[Document], homes: Homes) -> Iterator[dict[str, Any]]:
    for document in documents:
        yield {
            "_index": homes.ensure(document.shape, month_of(document.first_sight)),
            "_id": document.id,
            "_source": document.fields,
        }


def _fill(kafka: KafkaSettings, topics: dict[str, ShapeName], made: dict[str, list[Record]]) -> int:
    admin = open_admin(kafka)
    wanted = {"num_partitions": 4, "replication_factor": 1}
    admin.create_topics(dict.fromkeys(topics, wanted), wait_for_metadata=True)
    admin.close()
    producer = KafkaProducer(**kafka.client_config(), acks="all", linger_ms=20)
    count = 0
    for topic, shape in topics.items():
        for record in made[shape]:
            producer.send(topic, key=record.id.encode(), value=encode(record))  # type: ignore[attr-defined] # every one has an id
            count += 1
    producer.flush()
    producer.close()
    return count


if __name__ == "__main__":
    main()
