"""Kafka's administration: wait until it answers, make the topics, see how far the readers are."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass

from kafka import KafkaAdminClient, OffsetAndMetadata, OffsetSpec, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError
from tenacity import retry, retry_if_exception, stop_after_delay, wait_fixed

from streams.errors import TocsinError, UnreachableError
from streams.logs import get_log
from streams.settings import KafkaSettings
from streams.topics import TOPICS, Topic, list_worker_topics

log = get_log("kafka")


class TopicsError(TocsinError):
    """A topic that is missing, or is not as the table of topics says."""

    what = "topics"


@dataclass(frozen=True, slots=True)
class Lag:
    """How far a consumer group is behind on one partition."""

    group: str
    topic: str
    partition: int
    committed: int
    end: int

    @property
    def behind(self) -> int:
        """Messages that are not committed yet."""
        return max(0, self.end - self.committed)


def open_admin(kafka: KafkaSettings, patience: float = 5.0) -> KafkaAdminClient:
    """Connect; raise `UnreachableError` with the address and what to try when nobody answers."""
    try:
        return KafkaAdminClient(**kafka.client_config(), bootstrap_timeout_ms=int(patience * 1000))
    except (KafkaError, OSError) as error:
        servers = ", ".join(kafka.bootstrap_servers)
        raise UnreachableError(
            f"Kafka at {servers}",
            str(error) or type(error).__name__,
            "`tocsin stack up` for a local one, or set TOCSIN_KAFKA_BOOTSTRAP_SERVERS",
        ) from error


def wait_for_kafka(kafka: KafkaSettings, *, need_topics: bool = False) -> None:
    """Wait, for ever with a growing pause, until Kafka answers; a service outlives its broker.

    With `need_topics`, raise `TopicsError` when the topics are not there.
    """
    pause = 1.0
    while True:
        try:
            admin = open_admin(kafka)
            break
        except UnreachableError as error:
            log.warning("kafka unreachable", error=str(error), retry_in=pause, hint=error.hint)
            time.sleep(pause)
            pause = min(pause * 2, 30.0)
    try:
        missing = {topic.name for topic in TOPICS} - set(admin.list_topics())
    finally:
        admin.close()
    if need_topics and missing:
        raise TopicsError(", ".join(sorted(missing)), "missing in Kafka", "`tocsin setup`")


def create_topics(kafka: KafkaSettings) -> tuple[list[str], list[str]]:
    """Create the topics that are missing and bring the others to their settings.

    Returns the names that were created and those that were there. A topic with another number of
    partitions than configured is a `TopicsError`: the tables are co-partitioned with it.
    """
    admin = open_admin(kafka)
    try:
        there = {t["name"]: len(t["partitions"]) for t in admin.describe_topics()}
        wrong = [
            f"{topic.name} has {there[topic.name]} partitions, not {_partitions(topic, kafka)}"
            for topic in TOPICS
            if topic.name in there and there[topic.name] != _partitions(topic, kafka)
        ]
        if wrong:
            hint = "set TOCSIN_KAFKA_PARTITIONS to what is there, or use a new cluster"
            raise TopicsError(kafka.bootstrap_servers[0], "; ".join(wrong), hint)
        missing = [topic for topic in TOPICS if topic.name not in there]
        if missing:
            admin.create_topics(
                {
                    topic.name: {
                        "num_partitions": _partitions(topic, kafka),
                        "replication_factor": kafka.replication_factor,
                        "configs": topic.config,
                    }
                    for topic in missing
                },
                wait_for_metadata=True,
            )
        kept = [topic for topic in TOPICS if topic.name in there]
        if kept:
            admin.alter_configs(
                [ConfigResource(ConfigResourceType.TOPIC, t.name, dict(t.config)) for t in kept]
            )
    finally:
        admin.close()
    return [topic.name for topic in missing], [topic.name for topic in kept]


def create_worker_topics(kafka: KafkaSettings, app_id: str) -> None:
    """Create the changelogs of the worker's tables, where they are missing."""
    admin = open_admin(kafka)
    try:
        there = set(admin.list_topics())
        missing = {
            name: {
                "num_partitions": kafka.partitions if spread == "many" else 1,
                "replication_factor": kafka.replication_factor,
                "configs": config,
            }
            for name, spread, config in list_worker_topics(app_id)
            if name not in there
        }
        if missing:
            # two workers may start at once: a topic that the other has just made is no error
            admin.create_topics(missing, raise_errors=False, wait_for_metadata=True)
    finally:
        admin.close()


def measure_lags(admin: KafkaAdminClient, groups: dict[str, Collection[str]]) -> list[Lag]:
    """Measure how far each group is behind on each partition of its topics.

    `groups` names the topics that each group reads. A partition without a commit counts from its
    first offset.
    """
    topics = sorted({topic for names in groups.values() for topic in names})
    partitions = [
        TopicPartition(t["name"], p["partition_index"])
        for t in admin.describe_topics(topics)
        for p in t["partitions"]
    ]
    starts = admin.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.EARLIEST))
    ends = admin.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.LATEST))
    committed = _list_commits(admin, groups)
    lags = []
    for group, names in groups.items():
        offsets = committed.get(group, {})
        for partition in partitions:
            if partition.topic not in names:
                continue
            found = offsets.get(partition)
            at = found.offset if found and found.offset >= 0 else starts[partition].offset
            lags.append(
                Lag(group, partition.topic, partition.partition, at, ends[partition].offset)
            )
    return lags


def _may_heal(error: BaseException) -> bool:
    return isinstance(error, KafkaError) and bool(error.retriable)


@retry(
    retry=retry_if_exception(_may_heal),
    stop=stop_after_delay(20),
    wait=wait_fixed(0.3),
    reraise=True,
)
def _list_commits(
    admin: KafkaAdminClient, groups: Collection[str]
) -> dict[str, dict[TopicPartition, OffsetAndMetadata]]:
    """List what was committed; a new broker makes its offsets topic when it is first asked."""
    found: dict[str, dict[TopicPartition, OffsetAndMetadata]] = admin.list_group_offsets(
        dict.fromkeys(groups)
    )
    return found


def _partitions(topic: Topic, kafka: KafkaSettings) -> int:
    return kafka.partitions if topic.spread == "many" else 1
