"""The schedule in, tries out: every endpoint works through its own deliveries, beside the others.

Each endpoint has its own task, its own connections and its own number of tries at once. A slow or
broken one holds up nobody else. The schedule is asked, never kept in memory: a process that is killed
loses nothing, and what it was trying is tried again under the same id.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import random
import time
from collections.abc import Callable, Sequence
from typing import Any

from aiohttp.abc import AbstractResolver

from sinks.webhooks.attempt import Attempt, Sender
from sinks.webhooks.endpoints import Endpoint
from sinks.webhooks.schedule import find_delay, find_pause
from sinks.webhooks.store import Delivery, DeliveryStore, Standing, Try
from streams.logs import get_log
from streams.metrics import OUTCOMES

_IDLE_SECONDS = 0.5
"""How often the schedule is looked at when nothing wakes us: other processes write there too."""
_DAY = 86_400.0

Clock = Callable[[], float]
log = get_log("webhooks")


class Dispatcher:
    """Delivers what is due until it is stopped."""

    def __init__(
        self,
        store: DeliveryStore,
        endpoints: Sequence[Endpoint],
        *,
        disable_after: float = 3 * _DAY,
        on_disabled: Callable[[str, str], None] = lambda _name, _why: None,
        clock: Clock = time.time,
        rng: Callable[[], float] = random.random,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._store = store
        self._disable_after = disable_after
        self._on_disabled = on_disabled
        self._clock = clock
        self._rng = rng
        self._stopping = asyncio.Event()
        self._wakes = {endpoint.name: asyncio.Event() for endpoint in endpoints}
        self._senders = [Sender(endpoint, resolver) for endpoint in endpoints]

    def wake(self) -> None:
        """Look at the schedule now: something was put on it."""
        for event in self._wakes.values():
            event.set()

    def stop(self) -> None:
        """Begin nothing new."""
        self._stopping.set()
        self.wake()

    async def run(self, grace: float = 20.0) -> None:
        """Deliver until `stop`; tries that are under way then have `grace` seconds."""
        tasks = [asyncio.create_task(self._serve(sender)) for sender in self._senders]
        try:
            await self._stop_or_fail(tasks)
            if tasks:
                await asyncio.wait(tasks, timeout=grace)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for sender in self._senders:
                await sender.close()

    async def _stop_or_fail(self, tasks: Sequence[asyncio.Task[None]]) -> None:
        """Wait until `stop`, or raise what made an endpoint's task end before."""
        stopped = asyncio.create_task(self._stopping.wait())
        watched: set[asyncio.Task[Any]] = {stopped, *tasks}
        done, _ = await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        for task in done - {stopped}:
            task.result()

    async def _serve(self, sender: Sender) -> None:
        name = sender.endpoint.name
        busy: dict[int, asyncio.Task[None]] = {}
        wake = self._wakes[name]
        try:
            while not self._stopping.is_set():
                wake.clear()
                for key in [key for key, task in busy.items() if task.done()]:
                    busy.pop(key).result()
                now = self._clock()
                standing = self._store.get_standing(name)
                room = sender.endpoint.concurrency - len(busy)
                if standing.disabled_at is None and standing.paused_until <= now and room > 0:
                    if standing.failures:
                        # one at a time until it answers well again: do not fall upon a sick server
                        room = 1 if not busy else 0
                    for delivery in self._store.find_due(name, now, room, busy) if room else ():
                        task = asyncio.create_task(self._try(sender, delivery, standing))
                        busy[delivery.id] = task
                        task.add_done_callback(lambda _: wake.set())
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(
                        wake.wait(), self._find_wait(name, standing, now, len(busy))
                    )
            if busy:
                await asyncio.wait(busy.values())
        finally:
            for task in busy.values():
                task.cancel()

    def _find_wait(self, name: str, standing: Standing, now: float, busy: int) -> float:
        next_at = self._store.find_next_at(name)
        if next_at is None or busy:
            return _IDLE_SECONDS
        return min(_IDLE_SECONDS, max(0.01, max(next_at, standing.paused_until) - now))

    async def _try(self, sender: Sender, delivery: Delivery, standing: Standing) -> None:
        started = self._clock()
        attempt = await sender.send(delivery, dt.datetime.fromtimestamp(started, dt.UTC))
        now = self._clock()
        made = Try(now, now - started, attempt.status, attempt.note)
        bound = log.bind(
            endpoint=delivery.endpoint,
            alert_id=delivery.alert_id,
            tries=delivery.tries + 1,
            status=attempt.status,
            seconds=round(made.seconds, 3),
        )
        if attempt.verdict == "taken":
            self._store.note_delivered(delivery.id, made)
            OUTCOMES.labels("webhooks", "keep", "").inc()
            bound.info("alert delivered")
            return
        next_at = self._note_failure(delivery, attempt, made, standing)
        bound.warning(
            "delivery failed", note=attempt.note, again_in=next_at and round(next_at - now)
        )
        self._disable_where_due(delivery, attempt, now)

    def _note_failure(
        self, delivery: Delivery, attempt: Attempt, made: Try, standing: Standing
    ) -> float | None:
        delay = None
        if attempt.verdict == "failed":
            delay = find_delay(delivery.tries + 1, self._rng, attempt.retry_after)
        next_at = None if delay is None else made.at + delay
        pause = 0.0
        if attempt.pauses:
            pause = made.at + find_pause(standing.failures + 1, attempt.retry_after)
        if next_at is None:
            OUTCOMES.labels("webhooks", "dead", attempt.reason).inc()
        self._store.note_failed(delivery.id, made, next_at, attempt.reason, pause)
        return next_at

    def _disable_where_due(self, delivery: Delivery, attempt: Attempt, now: float) -> None:
        standing = self._store.get_standing(delivery.endpoint)
        since = standing.failing_since
        if attempt.verdict == "gone":
            why = "the receiver answered 410 Gone"
        elif since is not None and now - since > self._disable_after:
            why = f"no delivery has succeeded for {(now - since) / _DAY:.1f} days"
        else:
            return
        if self._store.disable(delivery.endpoint, why, now):
            log.error("endpoint disabled", endpoint=delivery.endpoint, why=why)
            self._on_disabled(delivery.endpoint, why)
