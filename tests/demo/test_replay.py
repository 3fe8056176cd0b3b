"""A replay of the demo's articles: what it would change, made so, with the bell silent."""

from __future__ import annotations

import json

import pytest

from streams.settings import KafkaSettings
from streams.topics import ALERTS, EVENTS
from tests.demo.conftest import Played, call
from tocsin.topic import read_topic

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.mark.usefixtures("at_demo")
def test_a_replay_is_applied_and_rings_nothing(played: Played) -> None:
    """The same code makes the same events: all are found again, in side indices; Kafka is untouched."""
    kafka = KafkaSettings(bootstrap_servers=(played.summary["kafka"],))
    before = count(kafka)
    found = sorted(event["id"] for event in search())

    tried = call("replay", "--from", "2026-01-01", "--jobs", "1", "--json")
    assert tried.exit_code in {0, 1}, tried.output
    done = call("replay", "--from", "2026-01-01", "--apply", "--jobs", "1", "--json")

    assert done.exit_code == 0, done.output
    *changes, applied = (json.loads(line) for line in done.stdout.splitlines())
    assert [change["sort"] for change in changes] == [
        json.loads(line)["sort"] for line in tried.stdout.splitlines()
    ]
    assert applied["written"] >= len(found)
    assert all("-r" in name for name in applied["indices"])
    assert count(kafka) == before
    again = sorted(event["id"] for event in search())
    gone = {name for change in changes for name in change["before"]}
    assert set(found) - set(again) <= gone
    assert len(again) == len(set(again))


def search() -> list[dict[str, str]]:
    """Every event that a search finds."""
    result = call("search", "--limit", "200", "--json")
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def count(kafka: KafkaSettings) -> list[int]:
    """The messages on the topics that a replay must not write."""
    return [sum(1 for _ in read_topic(kafka, topic.name)) for topic in (ALERTS, EVENTS)]
