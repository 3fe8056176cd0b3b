"""`tocsin demo` as a user runs it, in a folder of its own: feeds in, events in Elasticsearch, all found again."""

from __future__ import annotations

import json

import pytest
from kafka import KafkaConsumer, TopicPartition

from sinks.elastic.shapes import SHAPES, ShapeName
from streams.records import (
    Alert,
    Article,
    DeadLetter,
    Event,
    FeedHealth,
    Mention,
    Record,
    decode,
)
from tests.demo.conftest import Played, call

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.timeout(400)]


def find(*words: str) -> list[str]:
    """Search, and give the ids that were found."""
    result = call("search", *words, "--json", "--limit", "10000")
    assert result.exit_code == 0, result.output
    return [json.loads(line)["id"] for line in result.stdout.splitlines()]


def read_topic(kafka: str, shape: ShapeName) -> list[Record]:
    """Read every record that the demo wrote to a topic, with a reader that joins no group."""
    spec = SHAPES[shape].topic
    consumer = KafkaConsumer(bootstrap_servers=kafka, group_id=None, enable_auto_commit=False)
    places = [TopicPartition(spec.name, n) for n in consumer.partitions_for_topic(spec.name)]
    consumer.assign(places)
    consumer.seek_to_beginning(*places)
    left = consumer.end_offsets(places)
    found: list[Record] = []
    while any(consumer.position(place) < end for place, end in left.items()):
        for messages in consumer.poll(timeout_ms=1000).values():
            # a compacted topic has tombstones
            found += [decode(spec.record, m.value) for m in messages if m.value is not None]
    consumer.close()
    return found


def words_of(record: Record) -> str:
    """Give words that an analyst would look for to find a record."""
    match record:
        case Article() | Alert() | Event():
            return record.title
        case Mention():
            return record.sentence
        case DeadLetter():
            return record.detail
        case FeedHealth():
            return record.feed
    raise AssertionError(record)


def test_what_is_expected_arrives_and_no_service_stays(played: Played) -> None:
    """It ends with 0, shows the corrected toll and a delivered alert; only the servers were kept."""
    assert played.code == 0, played.log
    assert played.summary["problems"] == []
    (fire,) = (event for event in played.events if event["kind"] == "fire")
    assert fire["killed"]["best"] == 11
    assert played.summary["delivered"] == played.summary["alerts"] >= 1
    assert list((played.folder / "run").glob("child-*.json")) == []


@pytest.mark.usefixtures("at_demo")
@pytest.mark.parametrize("shape", list(SHAPES))
def test_every_record_on_a_topic_is_found_by_search(played: Played, shape: ShapeName) -> None:
    """All ids of the topic are found, each by itself and by its own words, and nothing else is."""
    records = {record.id: record for record in read_topic(played.summary["kafka"], shape)}  # type: ignore[attr-defined] # every one has an id

    assert records, "the demo wrote nothing to this topic"
    assert set(find(f"--{shape}")) == set(records)
    for id_, record in records.items():
        assert find(f"--{shape}", "--id", id_) == [id_]
        quoted = words_of(record).replace('"', " ")
        assert id_ in find(f"--{shape}", f'"{quoted}"'), quoted


@pytest.mark.usefixtures("at_demo")
def test_every_panel_has_something_to_show() -> None:
    """`tocsin kibana check` asks what each panel would ask, and no answer is empty or refused."""
    result = call("kibana", "check", "--json")
    lines = [json.loads(line) for line in result.stdout.splitlines()]

    assert [line for line in lines if not line["fine"]] == []
    assert result.exit_code == 0, result.output
    assert len(lines) > 60
