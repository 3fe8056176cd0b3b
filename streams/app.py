"""Kafka in, Kafka out: the Faust worker, thin shells around the pure steps read, merge and alert.

The only file that imports faust. What it must hold, since Faust does not (docs/decisions.md):

- An agent's body is total. Faust acknowledges a message even when its agent raises, so every message
  ends as Keep, Drop or Dead, and when not even the dead letter can be written the process exits
  without committing and the message comes again.
- Send first, store after. What was stored is known to be sent; a crash between the two repeats the
  sends, whose ids and revisions are the same again.
- `concurrency` stays 1 and `stream_wait_empty` True; either other value loses messages.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import ssl
import time
import weakref
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

import faust
import faust.streams
from aiokafka.errors import KafkaError
from faust.types import EventT as FaustEvent
from faust.types import TableT

from streams.alerting.ring import Ringer
from streams.alerting.ring import Step as Ring
from streams.deadletters import Position, build_deadletter
from streams.errors import UnknownSchemaError, WireError
from streams.logs import get_log
from streams.merging.merge import Merger
from streams.metrics import SECONDS, SENT, count_outcome
from streams.outcomes import Dead, DeadReason, Drop, Keep, Outcome
from streams.reading.pool import ReaderPool
from streams.reading.versions import Told, build_sending, judge_version
from streams.records import (
    MAX_RECORD_BYTES,
    Article,
    Event,
    Mention,
    Record,
    RecordT,
    Tick,
    decode,
    encode,
)
from streams.settings import KafkaSettings, WorkSettings
from streams.topics import ALERTS, ARTICLES, DEADLETTERS, EVENTS, MENTIONS, TICKS, Topic

Message = tuple[Topic, str, Record]
Write = tuple[str, bytes | None]
EventT = FaustEvent[Any]

EXIT_UNSENT = 70
"""Exit code when Kafka did not take what a message led to: nothing was committed, start again."""
SEND_PATIENCE = 40.0
"""Seconds to try; below the 60 s after which Faust gives the partition to somebody else."""
TICK_SECONDS = 30.0
TAKE_SECONDS = 0.05

log = get_log("work")


def build_app(kafka: KafkaSettings, work: WorkSettings, ringer: Ringer) -> faust.App:
    """Build the Faust application with its three agents; nothing is connected yet."""
    app = faust.App(
        work.app_id,
        broker=[f"kafka://{server}" for server in kafka.bootstrap_servers],
        broker_credentials=_build_credentials(kafka),
        broker_client_id=kafka.client_id,
        broker_session_timeout=work.session_timeout,
        broker_heartbeat_interval=work.session_timeout / 3,
        broker_commit_interval=work.commit_interval,
        consumer_auto_offset_reset="earliest",
        processing_guarantee="at_least_once",
        stream_wait_empty=True,
        producer_acks=-1,
        producer_compression_type="gzip",
        producer_max_request_size=MAX_RECORD_BYTES + 100_000,
        key_serializer="raw",
        value_serializer="raw",
        topic_partitions=kafka.partitions,
        topic_replication_factor=kafka.replication_factor,
        datadir=str(work.data_dir),
        store="rocksdb://",
        web_enabled=False,
        web_tables_enabled=False,
        web_router_enabled=False,
    )
    _Worker(app, kafka, work, ringer).add_agents()
    return app


def run_worker(app: faust.App) -> None:
    """Run the application until a signal; exits the process when it is done."""
    worker = faust.Worker(app, redirect_stdouts=False, override_logging=False, loglevel="WARN")
    worker.execute_from_commandline()


class FaustShelf:
    """One partition's part of a Faust table, as the mapping that the pure steps read."""

    def __init__(self, table: TableT[bytes, bytes], partition: int) -> None:
        self._table = table
        self._prefix = f"{partition}\x1f".encode()

    def get(self, key: str) -> bytes | None:
        """Look a key up; None where there is none."""
        value: bytes | None = self._table.get(self._prefix + key.encode())
        return value

    def items(self) -> Iterator[tuple[str, bytes]]:
        """Every key and value of this partition."""
        for key, value in self._table.items():
            if key.startswith(self._prefix):
                yield key[len(self._prefix) :].decode(), value

    def store(self, writes: Sequence[Write]) -> None:
        """Store what a step returned; legal only while the agent handles a message."""
        for key, value in writes:
            full = self._prefix + key.encode()
            if value is None:
                self._table.pop(full, None)
            else:
                self._table[full] = value


class _Worker:
    """The agents and what they share."""

    def __init__(
        self, app: faust.App, kafka: KafkaSettings, work: WorkSettings, ringer: Ringer
    ) -> None:
        self.app = app
        self.batch = work.read_batch
        self.pool = ReaderPool(work.read_processes, work.read_timeout)
        self.ringer = ringer
        self.mergers: dict[int, Merger] = {}
        many, one = kafka.partitions, 1
        self.topics = {
            topic.name: app.topic(
                topic.name,
                key_serializer="raw",
                value_serializer="raw",
                partitions=many if topic.spread == "many" else one,
                internal=False,
            )
            for topic in (ARTICLES, MENTIONS, EVENTS, ALERTS, DEADLETTERS, TICKS)
        }
        self.told = _build_table(app, "read", many)
        self.merging = _build_table(app, "merge", many)
        self.alerting = _build_table(app, "alert", one)

    def add_agents(self) -> None:
        """Hang the agents and the clock into the application."""
        app = self.app
        app.agent(self.topics[ARTICLES.name], name="tocsin.read", concurrency=1)(self.read)
        app.agent(self.topics[MENTIONS.name], name="tocsin.merge", concurrency=1)(self.merge)
        watched = app.topic(
            EVENTS.name, TICKS.name, key_serializer="raw", value_serializer="raw", partitions=1
        )
        app.agent(watched, name="tocsin.alert", concurrency=1)(self.alert)
        app.timer(interval=TICK_SECONDS, on_leader=True)(self.tick)
        app.task(self.warm_reader)
        app.on_partitions_revoked.connect(self.forget_partitions)
        app.on_before_shutdown.connect(self.stop_reader)

    async def warm_reader(self) -> None:
        """Load the language models before the first article waits for them."""
        await self.pool.warm()
        log.info("reader ready")

    async def stop_reader(self, *_: Any, **__: Any) -> None:
        """End the reading processes."""
        self.pool.stop()

    async def forget_partitions(self, *_: Any, **__: Any) -> None:
        """Drop indices in memory: whoever has a partition next may have changed its table."""
        self.mergers.clear()

    # ------------------------------------------------------------------ read

    async def read(self, stream: Any) -> None:
        """Articles → mentions. A batch is read side by side, then sent and stored in order."""
        async for events in stream.take_events(self.batch, within=TAKE_SECONDS):
            started = time.monotonic()
            outcomes = await asyncio.gather(*(self._read_one(event) for event in events))
            for event, outcome in zip(events, outcomes, strict=True):
                _enter(event)
                await self._conclude("read", event, await self._finish_reading(event, outcome))
            SECONDS.labels("read").observe((time.monotonic() - started) / len(events))

    async def _read_one(self, event: EventT) -> Outcome[tuple[Article, tuple[Mention, ...]]]:
        _enter(event)
        article = _decode(Article, event.message.value)
        if isinstance(article, Dead):
            return article
        dropped = _drop_version(article, self._look_up_told(event, article))
        if dropped is not None:
            return dropped
        if article.withdrawn:
            return Keep(((article, ()),))
        read = await self.pool.read(article)
        return Keep(((article, read.records),)) if isinstance(read, Keep) else read

    async def _finish_reading(
        self, event: EventT, outcome: Outcome[tuple[Article, tuple[Mention, ...]]]
    ) -> Outcome[Any]:
        if not isinstance(outcome, Keep):
            return outcome
        article, mentions = outcome.records[0]
        # once more: another version may have stood before this one in the batch
        told = self._look_up_told(event, article)
        dropped = _drop_version(article, told)
        if dropped is not None:
            return dropped
        sending = build_sending(article, mentions, told)
        refused = await self._send([(MENTIONS, block, m) for block, m in sending.messages])
        if refused is not None:
            return refused
        stored = sending.told.model_dump_json(exclude_none=True).encode()
        FaustShelf(self.told, event.message.partition).store([(article.id, stored)])
        return Keep(mentions) if sending.messages else Drop("no_event")

    def _look_up_told(self, event: EventT, article: Article) -> Told | None:
        stored = FaustShelf(self.told, event.message.partition).get(article.id)
        return None if stored is None else Told.model_validate_json(stored)

    # ------------------------------------------------------------------ merge

    async def merge(self, stream: Any) -> None:
        """Mentions → events."""
        async for event in stream.events():
            with SECONDS.labels("merge").time():
                await self._conclude("merge", event, await self._merge_one(event))

    async def _merge_one(self, event: EventT) -> Outcome[Event]:
        mention = _decode(Mention, event.message.value)
        if isinstance(mention, Dead):
            return mention
        partition = event.message.partition
        shelf = FaustShelf(self.merging, partition)
        block = (event.message.key or b"").decode("utf-8", "replace")
        try:
            merger = self.mergers.get(partition)
            if merger is None:
                merger = self.mergers[partition] = Merger(shelf)
            # the stream's time, not the clock: a replay closes events when they were closed before
            step = merger.merge(mention, block, mention.fetched)
        except Exception as error:
            self.mergers.pop(partition, None)
            log.exception("merge failed", mention_id=mention.id)
            return Dead("merge_failed", f"{mention.id}: {type(error).__name__}: {error}")
        if not step.events and not step.relays and not step.writes:
            return Drop("already_merged")
        relays: list[Message] = [(MENTIONS, key, relay) for key, relay in step.relays]
        refused = await self._send([*((EVENTS, out.id, out) for out in step.events), *relays])
        if refused is not None:
            self.mergers.pop(partition, None)
            return refused
        shelf.store(step.writes)
        merger.apply(step)
        return Keep(step.events)

    # ------------------------------------------------------------------ alert

    async def alert(self, stream: Any) -> None:
        """Events and ticks → alerts."""
        async for event in stream.events():
            with SECONDS.labels("alert").time():
                await self._conclude("alert", event, await self._alert_one(event))

    async def _alert_one(self, event: EventT) -> Outcome[Any]:
        shelf = FaustShelf(self.alerting, event.message.partition)
        try:
            step = self._ring(event, shelf)
        except Exception as error:
            log.exception("alert failed", topic=event.message.topic, offset=event.message.offset)
            return Dead("alert_failed", f"{type(error).__name__}: {error}")
        if isinstance(step, Dead):
            return step
        rings: list[Message] = [(ALERTS, f"{a.rule}/{a.event_id}", a) for a in step.alerts]
        refused = await self._send(rings)
        if refused is not None:
            return refused
        shelf.store(step.writes)
        return Keep(step.alerts) if step.alerts else Drop(step.drop or "no_rule")

    def _ring(self, event: EventT, shelf: FaustShelf) -> Ring | Dead:
        if event.message.topic == TICKS.name:
            ticked = _decode(Tick, event.message.value)
            return ticked if isinstance(ticked, Dead) else self.ringer.tick(ticked.at, shelf)
        judged = _decode(Event, event.message.value)
        return judged if isinstance(judged, Dead) else self.ringer.judge(judged, shelf)

    async def tick(self) -> None:
        """Send the time as a message."""
        await self._send([(TICKS, "", Tick(at=_now()))])

    # ------------------------------------------------------------------ shared

    async def _conclude(self, step: str, event: EventT, outcome: Outcome[Any]) -> None:
        count_outcome(step, outcome)
        if not isinstance(outcome, Dead):
            return
        message = event.message
        position = Position(message.topic, message.partition, message.offset)
        log.warning("message refused", step=step, position=str(position), reason=outcome.reason)
        letter = build_deadletter(step, outcome, position, (message.key, message.value), _now())
        await self._send([(DEADLETTERS, str(position), letter)])

    async def _send(self, messages: Sequence[Message]) -> Dead | None:
        """Send and wait until Kafka has acknowledged everything; exit when it does not.

        Returns Dead, with nothing sent, when a record is too large for the wire.
        """
        waiting = [(topic, key.encode(), encode(record)) for topic, key, record in messages]
        for topic, key, value in waiting:
            if len(value) > MAX_RECORD_BYTES:
                return Dead("too_large", f"{topic.name} {key.decode()}: {len(value)} bytes")
        deadline = time.monotonic() + SEND_PATIENCE
        pause = 0.2
        while waiting:
            answers = await asyncio.gather(
                *(self._put(topic, key, value) for topic, key, value in waiting),
                return_exceptions=True,
            )
            pairs = list(zip(waiting, answers, strict=True))
            failed = [(m, a) for m, a in pairs if isinstance(a, BaseException)]
            for (topic, _, _), answer in pairs:
                if not isinstance(answer, BaseException):
                    SENT.labels(topic.name).inc()
            waiting = [message for message, _ in failed]
            if failed:
                error = failed[0][1]
                log.warning("send failed", error=repr(error), count=len(failed))
                if time.monotonic() + pause > deadline or not isinstance(error, KafkaError):
                    self._give_up()
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5.0)
        return None

    async def _put(self, topic: Topic, key: bytes, value: bytes) -> None:
        acknowledged = await self.topics[topic.name].send(key=key, value=value)
        await acknowledged

    def _give_up(self) -> NoReturn:
        log.error("worker gave up", reason="kafka did not acknowledge", code=EXIT_UNSENT)
        self.pool.stop()
        os._exit(EXIT_UNSENT)


def _enter(event: EventT) -> None:
    """Make `event` the current one of this task.

    A table finds its partition through the current event, which in a batch is the last one taken.
    Faust sets the same variable for streams without a batch.
    """
    faust.streams._current_event.set(weakref.ref(event))  # noqa: SLF001 - no public way


def _drop_version(article: Article, told: Told | None) -> Drop | None:
    verdict = judge_version(article, told)
    if verdict == "unchanged":
        return Drop("unchanged")
    return Drop("stale") if verdict == "stale" else None


def _decode(record_type: type[RecordT], raw: bytes | None) -> RecordT | Dead:
    try:
        return decode(record_type, raw)
    except UnknownSchemaError as error:
        return Dead("unknown_schema", str(error))
    except WireError as error:
        reason: DeadReason = "undecodable" if "not a JSON object" in error.why else "invalid_record"
        return Dead(reason, str(error))


def _build_table(app: faust.App, name: str, partitions: int) -> TableT[bytes, bytes]:
    """Build a table of raw bytes; Faust's default block cache is 2 GiB a table and partition."""
    table: TableT[bytes, bytes] = app.Table(
        name,
        partitions=partitions,
        key_type=bytes,  # Faust takes the raw serializer from the types
        value_type=bytes,
        options={"block_cache_size": 16 << 20, "write_buffer_size": 8 << 20},
    )
    return table


def _build_credentials(kafka: KafkaSettings) -> Any:
    if kafka.security_protocol == "PLAINTEXT":
        return None
    context = ssl.create_default_context(cafile=str(kafka.ca_file) if kafka.ca_file else None)
    if kafka.security_protocol == "SSL":
        return faust.SSLCredentials(context=context)
    assert kafka.password is not None
    return faust.SASLCredentials(
        username=kafka.username,
        password=kafka.password.get_secret_value(),
        mechanism=kafka.sasl_mechanism,
        ssl_context=context if kafka.security_protocol == "SASL_SSL" else None,
    )


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
