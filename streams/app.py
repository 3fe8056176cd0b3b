"""Kafka in, Kafka out: the Faust worker, thin shells around the pure steps read, merge and alert.

The only file that imports faust. What it must hold, since Faust does not (docs/decisions.md):

- An agent's body is total. Faust acknowledges a message even when its agent raises, so every message
  ends as Keep, Drop or Dead, and when not even the dead letter can be written the process exits
  without committing and the message comes again.
- Send first, store after, a batch at a time (streams/plans.py). What was stored is known to be sent; a
  crash between the two repeats the sends, whose ids and revisions are the same again.
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
from contextlib import contextmanager
from itertools import chain
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
from streams.plans import Message, Overlay, Plan, Shelf, Wire, Write, build_plan
from streams.reading.pool import ReaderPool
from streams.reading.versions import Told, build_sending, judge_version
from streams.records import (
    MAX_RECORD_BYTES,
    Article,
    Event,
    Mention,
    RecordT,
    Tick,
    decode,
    encode,
)
from streams.settings import KafkaSettings, WorkSettings
from streams.topics import ALERTS, ARTICLES, DEADLETTERS, EVENTS, MENTIONS, TICKS

_Reading = tuple[Article, tuple[Mention, ...]]
EventT = FaustEvent[Any]

EXIT_UNSENT = 70
"""Exit code when Kafka did not take what a message led to: nothing was committed, start again."""
SEND_PATIENCE = 40.0
"""Seconds to try; below the 60 s after which Faust gives the partition to somebody else."""
TICK_SECONDS = 30.0
TAKE_SECONDS = 0.05
"""Seconds to wait for a batch to fill."""
MERGE_BATCH = 50
ALERT_BATCH = 50

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
        """Articles → mentions. A batch is read side by side, then planned in order."""
        async for events in stream.take_events(self.batch, within=TAKE_SECONDS):
            with _timed("read", len(events)):
                outcomes = await self._read_all(events)
                batch = _Batch("read", self.told)
                for event, outcome in zip(events, outcomes, strict=True):
                    batch.add(event, self._plan_reading(outcome, batch.enter(event)))
                await self._finish(batch)

    async def _read_all(self, events: Sequence[EventT]) -> list[Outcome[_Reading]]:
        judged = [self._judge(event) for event in events]
        waiting = [article for article in judged if isinstance(article, Article)]
        read = iter(await self.pool.read_all(waiting))
        return [_pair(one, next(read)) if isinstance(one, Article) else one for one in judged]

    def _judge(self, event: EventT) -> Article | Outcome[_Reading]:
        """The article of a message if it is to be read; else what became of it."""
        article = _decode(Article, event.message.value)
        if isinstance(article, Dead):
            return article
        _enter(event)
        shelf = FaustShelf(self.told, event.message.partition)
        dropped = _drop_version(article, _look_up_told(shelf, article))
        if dropped is not None:
            return dropped
        return Keep(((article, ()),)) if article.withdrawn else article

    def _plan_reading(self, outcome: Outcome[_Reading], shelf: Overlay) -> Plan:
        if not isinstance(outcome, Keep):
            return Plan(outcome)
        article, mentions = outcome.records[0]
        # once more: another version may stand before this one in the batch
        told = _look_up_told(shelf, article)
        dropped = _drop_version(article, told)
        if dropped is not None:
            return Plan(dropped)
        sending = build_sending(article, mentions, told)
        stored = sending.told.model_dump_json(exclude_none=True).encode()
        return build_plan(
            Keep(mentions) if sending.messages else Drop("no_event"),
            [(MENTIONS, block, mention) for block, mention in sending.messages],
            [(article.id, stored)],
        )

    # ------------------------------------------------------------------ merge

    async def merge(self, stream: Any) -> None:
        """Mentions → events."""
        async for events in stream.take_events(MERGE_BATCH, within=TAKE_SECONDS):
            with _timed("merge", len(events)):
                batch = _Batch("merge", self.merging)
                for event in events:
                    batch.add(event, self._plan_merging(event, batch.enter(event)))
                    await asyncio.sleep(0)  # heartbeats and the other agents come in between
                await self._finish(batch)

    def _plan_merging(self, event: EventT, shelf: Overlay) -> Plan:
        mention = _decode(Mention, event.message.value)
        if isinstance(mention, Dead):
            return Plan(mention)
        partition = event.message.partition
        block = (event.message.key or b"").decode("utf-8", "replace")
        try:
            merger = self.mergers.get(partition)
            if merger is None:
                merger = self.mergers[partition] = Merger(shelf)
            # the stream's time, not the clock: a replay closes events when they were closed before
            step = merger.merge(mention, block, mention.fetched)
            if not step.events and not step.relays and not step.writes:
                return Plan(Drop("already_merged"))
            relays: list[Message] = [(MENTIONS, key, relay) for key, relay in step.relays]
            sends = [*((EVENTS, out.id, out) for out in step.events), *relays]
            plan = build_plan(Keep(step.events), sends, step.writes)
            if isinstance(plan.outcome, Keep):
                merger.apply(step)
        except Exception as error:
            self.mergers.pop(partition, None)
            log.exception("merge failed", mention_id=mention.id)
            return Plan(Dead("merge_failed", f"{mention.id}: {type(error).__name__}: {error}"))
        return plan

    # ------------------------------------------------------------------ alert

    async def alert(self, stream: Any) -> None:
        """Events and ticks → alerts."""
        async for events in stream.take_events(ALERT_BATCH, within=TAKE_SECONDS):
            with _timed("alert", len(events)):
                batch = _Batch("alert", self.alerting)
                for event in events:
                    batch.add(event, self._plan_ringing(event, batch.enter(event)))
                    await asyncio.sleep(0)
                await self._finish(batch)

    def _plan_ringing(self, event: EventT, shelf: Overlay) -> Plan:
        try:
            step = self._ring(event, shelf)
        except Exception as error:
            log.exception("alert failed", topic=event.message.topic, offset=event.message.offset)
            return Plan(Dead("alert_failed", f"{type(error).__name__}: {error}"))
        if isinstance(step, Dead):
            return Plan(step)
        return build_plan(
            Keep(step.alerts) if step.alerts else Drop(step.drop or "no_rule"),
            [(ALERTS, f"{alert.rule}/{alert.event_id}", alert) for alert in step.alerts],
            step.writes,
        )

    def _ring(self, event: EventT, shelf: Overlay) -> Ring | Dead:
        if event.message.topic == TICKS.name:
            ticked = _decode(Tick, event.message.value)
            return ticked if isinstance(ticked, Dead) else self.ringer.tick(ticked.at, shelf)
        judged = _decode(Event, event.message.value)
        return judged if isinstance(judged, Dead) else self.ringer.judge(judged, shelf)

    async def tick(self) -> None:
        """Send the time as a message."""
        await self._send([(TICKS, b"", encode(Tick(at=_now())))])

    # ------------------------------------------------------------------ shared

    async def _finish(self, batch: _Batch) -> None:
        """Send everything that a batch leads to, then store everything; or exit and take it again."""
        await self._send(batch.list_messages(_now()))
        try:
            batch.store()
        except Exception:
            # Faust would acknowledge the batch and lose its writes
            log.exception("store failed", step=batch.step)
            self._give_up("a table did not take its writes")
        for _, plan in batch.plans:
            count_outcome(batch.step, plan.outcome)

    async def _send(self, waiting: Sequence[Wire]) -> None:
        """Send and wait until Kafka has acknowledged everything; exit when it does not.

        What has one key arrives in its order: each message of a key is handed over before its next (one
        that finds a batch of the client full would be overtaken by a shorter one), and what follows a
        message that failed is sent again after it.
        """
        deadline = time.monotonic() + SEND_PATIENCE
        pause = 0.2
        while waiting:
            lanes: dict[tuple[str, bytes], list[Wire]] = {}
            for message in waiting:
                lanes.setdefault(_lane_of(message), []).append(message)
            waiting = list(chain.from_iterable(lanes.values()))
            handed = await asyncio.gather(*map(self._hand_over, lanes.values()))
            answers = await asyncio.gather(*chain.from_iterable(handed), return_exceptions=True)
            pairs = list(zip(waiting, answers, strict=True))
            failed = [a for _, a in pairs if isinstance(a, BaseException)]
            for (topic, _, _), answer in pairs:
                if not isinstance(answer, BaseException):
                    SENT.labels(topic.name).inc()
            waiting = list_unsent(pairs)
            if failed:
                error = failed[0]
                log.warning("send failed", error=repr(error), count=len(failed))
                if time.monotonic() + pause > deadline or not isinstance(error, KafkaError):
                    self._give_up("kafka did not acknowledge")
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5.0)

    async def _hand_over(self, waiting: Sequence[Wire]) -> list[asyncio.Future[Any]]:
        """Hand the messages of one key to the client in turn; each future ends when Kafka has it.

        The first that the client refuses ends it: the futures of that one and the rest fail.
        """
        handed: list[asyncio.Future[Any]] = []
        for topic, key, value in waiting:
            try:
                acknowledged = await self.topics[topic.name].send(key=key, value=value)
            except Exception as error:  # noqa: BLE001 - the caller looks at it as at any answer
                refused: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
                refused.set_exception(error)
                handed += [refused] * (len(waiting) - len(handed))
                break
            handed.append(asyncio.ensure_future(acknowledged))
        return handed

    def _give_up(self, reason: str) -> NoReturn:
        log.error("worker gave up", reason=reason, code=EXIT_UNSENT)
        self.pool.stop()
        os._exit(EXIT_UNSENT)


class _Batch:
    """The messages of one batch with their plans, over one table."""

    def __init__(self, step: str, table: TableT[bytes, bytes]) -> None:
        self.step = step
        self.plans: list[tuple[EventT, Plan]] = []
        self._table = table
        self._overlays: dict[int, Overlay] = {}

    def enter(self, event: EventT) -> Overlay:
        """Make `event` the current one, and return the state that it finds."""
        _enter(event)
        partition = event.message.partition
        if partition not in self._overlays:
            self._overlays[partition] = Overlay(FaustShelf(self._table, partition))
        return self._overlays[partition]

    def add(self, event: EventT, plan: Plan) -> None:
        """Add the plan of a message; those after it see what it will store."""
        self.plans.append((event, plan))
        self._overlays[event.message.partition].plan(plan.writes)

    def list_messages(self, now: dt.datetime) -> list[Wire]:
        """List what is to be sent, in order, the dead letters among it."""
        found: list[Wire] = []
        for event, plan in self.plans:
            found += plan.messages
            if isinstance(plan.outcome, Dead):
                message = event.message
                position = Position(message.topic, message.partition, message.offset)
                reason = plan.outcome.reason
                log.warning(
                    "message refused", step=self.step, position=str(position), reason=reason
                )
                pair = (message.key, message.value)
                letter = build_deadletter(self.step, plan.outcome, position, pair, now)
                found.append((DEADLETTERS, str(position).encode(), encode(letter)))
        return found

    def store(self) -> None:
        """Store what the plans say, each in the partition of its message."""
        for event, plan in self.plans:
            if plan.writes:
                _enter(event)
                FaustShelf(self._table, event.message.partition).store(plan.writes)


def _lane_of(message: Wire) -> tuple[str, bytes]:
    """What keeps its order: the messages of one key on one topic."""
    topic, key, _ = message
    return topic.name, key


def list_unsent(pairs: Sequence[tuple[Wire, Any]]) -> list[Wire]:
    """List what must be sent again: what failed, and what followed it under its key."""
    found: list[Wire] = []
    late: set[tuple[str, bytes]] = set()
    for message, answer in pairs:
        lane = _lane_of(message)
        if isinstance(answer, BaseException):
            late.add(lane)
        if lane in late:
            found.append(message)
    return found


@contextmanager
def _timed(step: str, units: int) -> Iterator[None]:
    started = time.monotonic()
    yield
    SECONDS.labels(step).observe((time.monotonic() - started) / units)


def _enter(event: EventT) -> None:
    """Make `event` the current one of this task.

    A table finds its partition through the current event, which in a batch is the last one taken.
    Faust sets the same variable for streams without a batch.
    """
    faust.streams._current_event.set(weakref.ref(event))  # noqa: SLF001 - no public way


def _pair(article: Article, read: Outcome[Mention]) -> Outcome[_Reading]:
    return Keep(((article, read.records),)) if isinstance(read, Keep) else read


def _look_up_told(shelf: Shelf, article: Article) -> Told | None:
    stored = shelf.get(article.id)
    return None if stored is None else Told.model_validate_json(stored)


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
