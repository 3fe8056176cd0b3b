"""Encoded records in, acknowledgements out. The producers' only file that talks to Kafka.

kafka-python's producer never recovers once a batch has outlived `delivery_timeout_ms` (its default is
120 s), so that is a day here; what is in flight is bounded; every future is waited for; and a
producer that acknowledges nothing for long is abandoned and rebuilt, and what it held is sent again.
Sending blocks while Kafka is away: that is the back-pressure, and callers simply wait.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from kafka import KafkaProducer
from kafka.errors import KafkaError, MessageSizeTooLargeError

from streams.errors import UnreachableError
from streams.logs import get_log
from streams.settings import KafkaSettings

DELIVERY_TIMEOUT_MS = 86_400_000
BOOTSTRAP_TIMEOUT_MS = 10_000
MAX_IN_FLIGHT_BYTES = 24_000_000
STUCK_AFTER = 300.0
"""Seconds without one acknowledgement, with records waiting, before the producer is rebuilt."""
_End = Literal["acknowledged", "failed", "unsent"]
_PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to send."""

    topic: str
    key: str
    value: bytes


class Publisher(Protocol):
    """Where articles go: Kafka, or a list in a test."""

    async def publish(self, letters: Sequence[Letter]) -> None:
        """Return when every letter is acknowledged; wait for as long as that takes."""

    async def close(self) -> None:
        """Release what is held."""


class KafkaPublisher:
    """Publishes to Kafka, idempotently, with all replicas acknowledging."""

    def __init__(
        self,
        settings: KafkaSettings,
        *,
        stuck_after: float = STUCK_AFTER,
        build: Callable[[KafkaSettings], Any] | None = None,
    ) -> None:
        self._settings = settings
        self._stuck_after = stuck_after
        self._build = build or build_producer
        self._producer: Any = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="publish")
        self._room = _Room(MAX_IN_FLIGHT_BYTES)
        self._mending = asyncio.Lock()
        self._acknowledged_at = time.monotonic()
        self._sending = 0
        self._log = get_log("poll")
        self.rebuilt = 0

    async def connect(self, *topics: str) -> None:
        """Connect once, or raise `UnreachableError`: a clear word at the start of a command.

        `topics` must exist, since sending to a topic that does not is waiting for ever.
        """
        loop = asyncio.get_running_loop()
        producer = await loop.run_in_executor(self._thread, self._build, self._settings)
        self._producer = producer
        for topic in topics:
            try:
                await loop.run_in_executor(self._thread, producer.partitions_for, topic)
            except KafkaError as error:
                raise UnreachableError(
                    f"topic {topic}", f"{type(error).__name__}: {error}", "make it: `tocsin setup`"
                ) from error

    async def publish(self, letters: Sequence[Letter]) -> None:
        """Return when every letter is acknowledged by the broker."""
        waiting = list(letters)
        attempt = 0
        while waiting:
            size = sum(len(letter.value) for letter in waiting)
            async with self._room.take(size):
                waiting = await self._send(waiting)
            if waiting:
                await asyncio.sleep(_PAUSES[min(attempt, len(_PAUSES) - 1)])
                attempt += 1

    async def close(self) -> None:
        """Close the producer without waiting for what cannot be delivered."""
        if self._producer is not None:
            await asyncio.get_running_loop().run_in_executor(
                self._thread, _abandon, self._producer, 2.0
            )
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _send(self, letters: list[Letter]) -> list[Letter]:
        """Send once; the letters that were not acknowledged come back."""
        producer = await self._get_producer()
        if producer is None:
            return letters
        if not self._sending:
            self._acknowledged_at = time.monotonic()  # the silence so far was ours
        self._sending += 1
        try:
            ends = await self._wait_for(producer, letters)
        finally:
            self._sending -= 1
        if "failed" in ends:
            # a producer that failed a future may never deliver again (law 4)
            await self._replace(producer, "a record failed")
        return [letter for letter, end in zip(letters, ends, strict=True) if end != "acknowledged"]

    async def _wait_for(self, producer: Any, letters: list[Letter]) -> list[_End]:
        loop = asyncio.get_running_loop()
        futures: list[asyncio.Future[_End]] = [loop.create_future() for _ in letters]
        why = await loop.run_in_executor(self._thread, _send_all, producer, letters, futures, loop)
        if why is not None:
            self._log.warning(
                "articles wait for kafka", why=why, next_step="is it up, and `tocsin setup` run?"
            )
        pending: set[asyncio.Future[_End]] = set(futures)
        while pending:
            done, pending = await asyncio.wait(pending, timeout=min(5.0, self._stuck_after / 4))
            if any(future.result() == "acknowledged" for future in done):
                self._acknowledged_at = time.monotonic()
            if pending and time.monotonic() - self._acknowledged_at > self._stuck_after:
                await self._replace(producer, "no acknowledgement")
                break
        return [future.result() if future.done() else "unsent" for future in futures]

    async def _get_producer(self) -> Any:
        async with self._mending:
            if self._producer is None:
                try:
                    await self.connect()
                except UnreachableError as error:
                    self._log.warning("kafka was unreachable", error=str(error))
            return self._producer

    async def _replace(self, broken: Any, why: str) -> None:
        async with self._mending:
            if self._producer is not broken:
                return
            self._producer = None
            self.rebuilt += 1
            self._acknowledged_at = time.monotonic()
            self._log.warning("producer was abandoned and rebuilt", why=why)
            # a thread of its own: closing a wedged producer may hang
            asyncio.get_running_loop().run_in_executor(None, _abandon, broken, 1.0)


class _Room:
    """Bounds the bytes in flight; one oversized batch may go alone."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._used = 0
        self._freed = asyncio.Condition()

    @contextlib.asynccontextmanager
    async def take(self, size: int) -> Any:
        async with self._freed:
            await self._freed.wait_for(lambda: not self._used or self._used + size <= self._limit)
            self._used += size
        try:
            yield
        finally:
            async with self._freed:
                self._used -= size
                self._freed.notify_all()


def build_producer(settings: KafkaSettings) -> Any:
    """Build the producer, or raise `UnreachableError` with what to try."""
    options: dict[str, Any] = settings.client_config() | {
        "client_id": f"{settings.client_id}-poll",
        "acks": "all",
        "enable_idempotence": True,
        "delivery_timeout_ms": DELIVERY_TIMEOUT_MS,
        "request_timeout_ms": 30_000,
        "retries": 2**31 - 1,
        "linger_ms": 5,
        "max_block_ms": 10_000,
        "bootstrap_timeout_ms": BOOTSTRAP_TIMEOUT_MS,
        "max_request_size": 1_100_000,
    }
    servers = ", ".join(settings.bootstrap_servers)
    # its every failed attempt is one line of its own; ours says it once, with what to try
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    try:
        return KafkaProducer(**options)
    except (KafkaError, OSError) as error:
        raise UnreachableError(
            f"Kafka at {servers}",
            f"{type(error).__name__}: {error}",
            "start it (`tocsin stack up`), or set TOCSIN_KAFKA_BOOTSTRAP_SERVERS",
        ) from error


def _send_all(
    producer: Any,
    letters: Sequence[Letter],
    futures: Sequence[asyncio.Future[_End]],
    loop: asyncio.AbstractEventLoop,
) -> str | None:
    """Hand letters to the producer, in its thread; each future learns what became of its letter.

    Returns why it stopped before the last one, if it did.
    """

    def settle(future: asyncio.Future[_End], end: _End) -> None:
        def answer() -> None:
            if not future.done():
                future.set_result(end)

        with contextlib.suppress(RuntimeError):  # the loop is gone: nobody waits any more
            loop.call_soon_threadsafe(answer)

    for position, (letter, future) in enumerate(zip(letters, futures, strict=True)):
        try:
            sent = producer.send(letter.topic, key=letter.key.encode(), value=letter.value)
        except MessageSizeTooLargeError:
            raise  # `producers.articles.fit_wire` holds this; a bug must be seen
        except (KafkaError, AssertionError) as error:
            # no metadata or no room within max_block_ms: the rest would only wait as long again
            for rest in futures[position:]:
                settle(rest, "unsent")
            return f"{type(error).__name__}: {error}"
        sent.add_callback(lambda _, future=future: settle(future, "acknowledged"))
        sent.add_errback(lambda _, future=future: settle(future, "failed"))
    return None


def _abandon(producer: Any, seconds: float) -> None:
    # a wedged producer raises from close(); it is dropped either way
    with contextlib.suppress(Exception):
        producer.close(timeout=seconds)
