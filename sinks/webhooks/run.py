"""The topic of alerts in, deliveries out: the service behind `tocsin sink webhooks`.

One thread reads the topic and writes the schedule; the main thread delivers. Offsets are committed
after the schedule is on the disk. What is given up goes to the dead letters, and is marked as written
only after Kafka has it.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import signal
import threading
import time
from collections.abc import Callable, Sequence

from sinks.backoff import compute_pause
from sinks.consume import DeadLetterWriter, Limits, Message, TopicReader
from sinks.webhooks.dispatch import Dispatcher
from sinks.webhooks.endpoints import EndpointsFile
from sinks.webhooks.enqueue import Enqueuer
from sinks.webhooks.letters import build_letter
from sinks.webhooks.settings import WebhookSettings
from sinks.webhooks.store import STORE, DeliveryStore
from streams.deadletters import Position, build_deadletter
from streams.errors import (
    SettingsError,
    UnknownSchemaError,
    UnreachableError,
    WireError,
)
from streams.logs import get_log
from streams.outcomes import Dead
from streams.records import Alert, DeadLetter, decode
from streams.settings import KafkaSettings
from streams.topics import ALERTS, DEADLETTERS

_LIMITS = Limits(records=100, size=4_000_000, seconds=0.2)
"""Small batches: an alert should not wait for company."""
_LETTER_SECONDS = 5.0
_WATCH_SECONDS = 2.0
_SESSION_SECONDS = 10.0
"""How long a killed sink keeps the topic from the one that takes its place."""
_DAY = 86_400.0
log = get_log("webhooks")


class WebhookSink:
    """The sink as a service."""

    def __init__(
        self,
        kafka: KafkaSettings,
        settings: WebhookSettings,
        file: EndpointsFile,
        topic: str = ALERTS.name,
        deadletters: str = DEADLETTERS.name,
    ) -> None:
        self._kafka = kafka
        self._settings = settings
        self._file = file
        self._endpoints = file.load()
        self._topic = topic
        self._deadletters = deadletters
        self._path = settings.data_dir / STORE
        self._stopping = threading.Event()
        self._failure: BaseException | None = None

    def run(self) -> None:
        """Run until SIGTERM or SIGINT; raises what made it impossible to go on."""
        asyncio.run(self._run())
        if self._failure is not None:
            raise self._failure

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        store = DeliveryStore(self._path)
        dispatcher = self._build_dispatcher(store)

        def stop() -> None:
            self._stopping.set()
            dispatcher.stop()

        def read() -> None:
            self._read(lambda: loop.call_soon_threadsafe(dispatcher.wake))

        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop)
        loop.add_signal_handler(signal.SIGHUP, self._file.ask)
        threads = [
            threading.Thread(target=self._guard, args=(work, loop, stop), name=work.__name__)
            for work in (read, self._write_letters)
        ]
        for thread in threads:
            thread.start()
        try:
            while not self._stopping.is_set():
                names = [endpoint.name for endpoint in self._endpoints]
                log.info("endpoints in use", endpoints=names, file=str(self._file.path))
                watcher = asyncio.create_task(self._watch_file(dispatcher))
                await dispatcher.run(self._settings.grace)
                watcher.cancel()
                dispatcher = self._build_dispatcher(store)
        finally:
            self._stopping.set()
            for thread in threads:
                await asyncio.to_thread(thread.join)
            store.close()
        log.info("webhooks stopped")

    async def _watch_file(self, dispatcher: Dispatcher) -> None:
        """Stop the dispatcher when the endpoints have changed; the next one has the new ones."""
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            if not self._file.has_changed():
                continue
            try:
                self._endpoints = self._file.load()
            except SettingsError as error:
                log.warning("endpoints refused", problems=error.problems)
                continue
            dispatcher.stop()
            return

    def _build_dispatcher(self, store: DeliveryStore) -> Dispatcher:
        def tell(name: str, why: str) -> None:
            self._build_enqueuer(store).enqueue_notice(name, why, _now())
            dispatcher.wake()

        dispatcher = Dispatcher(
            store,
            self._endpoints,
            disable_after=self._settings.disable_after_days * _DAY,
            on_disabled=tell,
        )
        return dispatcher

    def _guard(
        self, work: Callable[[], None], loop: asyncio.AbstractEventLoop, stop: Callable[[], None]
    ) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - raised by `run`; a sink without its reader must end
            self._failure = error
            loop.call_soon_threadsafe(stop)

    def _build_enqueuer(self, store: DeliveryStore) -> Enqueuer:
        max_age = dt.timedelta(days=self._settings.max_age_days)
        return Enqueuer(store, self._endpoints, max_age)

    # ------------------------------------------------------------------ reading

    def _read(self, wake: Callable[[], object]) -> None:
        store = DeliveryStore(self._path)
        failures = 0
        try:
            while not self._stopping.is_set():
                try:
                    self._read_on(store, wake)
                except UnreachableError as error:
                    # what is on the schedule is delivered meanwhile
                    failures += 1
                    pause = compute_pause(failures, 1.0, 30.0, random.random)
                    log.warning("kafka unreachable", error=str(error), again_in=round(pause, 1))
                    self._stopping.wait(pause)
        finally:
            store.close()

    def _read_on(self, store: DeliveryStore, wake: Callable[[], object]) -> None:
        reader = TopicReader(
            self._kafka,
            self._settings.group,
            [self._topic],
            _LIMITS,
            self._stopping.is_set,
            _SESSION_SECONDS,
        )
        letters = DeadLetterWriter(self._kafka, self._deadletters)
        try:
            while not self._stopping.is_set():
                batch = reader.read_batch()
                if not batch:
                    continue
                alerts, dead = decode_batch(batch, _now())
                letters.write(dead)
                added = self._build_enqueuer(store).enqueue(alerts, _now())
                # only now: what is on the disk is delivered, whatever happens to us
                reader.commit(batch)
                wake()
                log.info("alerts scheduled", alerts=len(alerts), deliveries=added, dead=len(dead))
        finally:
            reader.close()
            letters.close()

    # ------------------------------------------------------------------ dead letters

    def _write_letters(self) -> None:
        store = DeliveryStore(self._path)
        writer = DeadLetterWriter(self._kafka, self._deadletters)
        forgotten_at = 0.0
        try:
            while True:
                try:
                    _write_due(store, writer)
                except UnreachableError as error:
                    log.warning("dead letters wait", error=str(error))
                if time.time() - forgotten_at > _DAY:
                    forgotten_at = time.time()
                    store.forget_settled(forgotten_at - self._settings.keep_days * _DAY)
                if self._stopping.wait(_LETTER_SECONDS):
                    return
        finally:
            writer.close()
            store.close()


def _write_due(store: DeliveryStore, writer: DeadLetterWriter) -> None:
    due = store.find_letters()
    writer.write([build_letter(delivery, _now()) for delivery in due])
    if due:
        store.note_letters([delivery.id for delivery in due])


def decode_batch(
    batch: Sequence[Message], now: dt.datetime
) -> tuple[list[Alert], list[DeadLetter]]:
    """Decode a batch: its alerts, and dead letters for what is none."""
    alerts: list[Alert] = []
    dead: list[DeadLetter] = []
    for message in batch:
        try:
            alerts.append(decode(Alert, message.value))
        except WireError as error:
            unknown = isinstance(error, UnknownSchemaError)
            outcome = Dead("unknown_schema" if unknown else "invalid_record", str(error))
            position = Position(message.topic, message.partition, message.offset)
            parts = (message.key, message.value)
            dead.append(build_deadletter("webhooks", outcome, position, parts, now))
    return alerts, dead


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
