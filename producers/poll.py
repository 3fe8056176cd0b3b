"""The configured feeds in, visits out, each when it is due: one heap, no task per waiting feed.

Ten thousand feeds are ten thousand heap entries. A feed whose server is busy waits in that server's
queue, which has one heap entry however long it is. When Kafka is away, visits wait for it, no new ones
start, and everything goes on by itself when it is back.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import heapq
import random
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from typing import Self

from producers import metrics
from producers.feedlist import Feed
from producers.fetch import Fetcher, Limits
from producers.hosts import Hosts
from producers.learning import Visit
from producers.links import host_of
from producers.memory import FeedState, Memory
from producers.publish import Publisher
from producers.publishers import load_outlets
from producers.settings import PollSettings
from producers.tell import Teller
from producers.visit import Visitor
from producers.websub import WebSub
from producers.workers import Runner, Workers
from streams.logs import get_log

WAITING_VISITS = 4
"""Visits that may wait for pages of their articles, as a multiple of the concurrency."""
_TICK = 5.0
_RENEW_EVERY = 60.0
_TELL_EVERY = 10.0
_LAST_WORD = 5.0
"""Seconds that the end waits for what is still to be told of feeds."""


def utc_now() -> dt.datetime:
    """Tell the time; the poller's only clock."""
    return dt.datetime.now(dt.UTC)


def build_user_agent(contact: str | None) -> str:
    """Say honestly who we are and where to complain."""
    about = contact or "no contact configured"
    return f"tocsin/{metadata.version('tocsin')} (news feed reader; {about})"


@dataclass(slots=True)
class _Queue:
    """Feeds that wait for one server."""

    feeds: deque[str] = field(default_factory=deque)


class Poller:
    """Polls feeds; use as an async context manager."""

    def __init__(
        self,
        settings: PollSettings,
        feeds: Iterable[Feed],
        publisher: Publisher,
        *,
        now: Callable[[], dt.datetime] = utc_now,
        rng: random.Random | None = None,
        fetcher: Fetcher | None = None,
        workers: Runner | None = None,
    ) -> None:
        self._settings = settings
        self._now = now
        self._rng = rng or random.Random()
        self._publisher = publisher
        self._given_fetcher, self._given_workers = fetcher, workers
        self._log = get_log("poll")
        self.memory = Memory(settings.state_file)
        self._remembered = {state.feed: state for state in self.memory.load_states()}
        self.feeds: dict[str, Feed] = {}
        self.states: dict[str, FeedState] = {}
        self._heap: list[tuple[float, int, str, str]] = []
        self._count = 0
        self._queues: dict[str, _Queue] = {}
        self._running: dict[asyncio.Task[Visit], str] = {}
        self._busy: dict[str, asyncio.Lock] = {}
        self._woken = asyncio.Event()
        self.hosts = Hosts(per_host=settings.per_host, spacing=settings.host_spacing)
        self.websub: WebSub | None = None
        self._teller = Teller(publisher, load_outlets(), now)
        self.set_feeds(feeds)

    async def __aenter__(self) -> Self:
        settings = self._settings
        self.fetcher = self._given_fetcher or Fetcher(
            user_agent=build_user_agent(settings.contact),
            limits=Limits(
                total=settings.timeout, idle=settings.idle_timeout, bytes=settings.max_bytes
            ),
            allow_private=settings.allow_private,
            connections=settings.concurrency * 2,
            per_host=settings.per_host,
        )
        self._workers = self._given_workers or Workers(
            settings.parse_processes,
            seconds=settings.parse_timeout,
            memory=settings.parse_memory,
        )
        self.visitor = Visitor(
            settings,
            fetcher=self.fetcher,
            workers=self._workers,
            hosts=self.hosts,
            memory=self.memory,
            publisher=self._publisher,
            outlets=load_outlets(),
            now=self._now,
            jitter=self._rng.random,
        )
        if settings.callback_url:
            self.websub = WebSub(
                settings,
                states=self.states,
                save=self.memory.save,
                deliver=self.deliver,
                fetcher=self.fetcher,
                now=self._now,
            )
            await self.websub.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.websub is not None:
            await self.websub.close()
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._workers.close()
        await self.fetcher.close()
        self.memory.close()

    def set_feeds(self, feeds: Iterable[Feed]) -> None:
        """Take the configured feeds: new ones are due at once, those no longer named are dropped."""
        wanted = {feed.url: feed for feed in feeds}
        for url in self.feeds.keys() - wanted.keys():
            del self.feeds[url]
            self._remembered[url] = self.states.pop(url)
            self._teller.mark(url)
        now = self._now()
        for number, (url, feed) in enumerate(wanted.items()):
            if url not in self.feeds:
                state = self._remembered.pop(url, None)
                if state is None:
                    # ten thousand new feeds do not all start in the same second
                    state = FeedState(
                        feed=url, address=url, next_at=now + dt.timedelta(milliseconds=2 * number)
                    )
                self.states[url] = state
                self.feeds[url] = feed
                self._push_feed(url)
            else:
                self.feeds[url] = feed
            self._teller.mark(url)
        self._woken.set()

    def tell_removed(self) -> None:
        """Tell also of the feeds that are remembered and not among those given."""
        for url in self._remembered:
            self._teller.mark(url)

    async def run(self, stop: asyncio.Event, reload: Callable[[], None] | None = None) -> None:
        """Poll until `stop`; what is under way then gets ten seconds to end."""
        stopping = asyncio.create_task(stop.wait())
        renewing = asyncio.create_task(self._renew_leases())
        telling = asyncio.create_task(self._tell_on())
        try:
            while not stop.is_set():
                if reload is not None:
                    reload()
                wait = self._start_due()
                self._count_feeds()
                waking = asyncio.create_task(self._woken.wait())
                await asyncio.wait(
                    {stopping, waking}, timeout=wait, return_when=asyncio.FIRST_COMPLETED
                )
                waking.cancel()
                self._woken.clear()
        finally:
            stopping.cancel()
            renewing.cancel()
            telling.cancel()
        if self._running:
            await asyncio.wait(set(self._running), timeout=10)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._tell(), _LAST_WORD)

    async def run_once(
        self, on_visit: Callable[[Visit], None] | None = None, *, only_due: bool = False
    ) -> list[Visit]:
        """Visit every feed once (those that are gone excepted), and return what came of it."""
        now = self._now()
        names = [
            url
            for url, state in self.states.items()
            if not state.gone and (not only_due or state.next_at <= now)
        ]
        limit = asyncio.Semaphore(self._settings.concurrency * WAITING_VISITS)
        visits: list[Visit] = []

        async def visit(url: str) -> None:
            async with limit:
                done = await self._visit(url)
            visits.append(done)
            if on_visit is not None:
                on_visit(done)

        for batch in _batches(names, 1000):
            async with asyncio.TaskGroup() as group:
                for url in batch:
                    group.create_task(visit(url))
        await self._tell()
        return visits

    async def deliver(self, url: str, body: bytes, content_type: str | None) -> Visit | None:
        """Take a body that a hub pushed for the feed `url`."""
        if url not in self.feeds:
            return None
        try:
            async with self._lock(url):
                return await self.visitor.deliver(
                    self.feeds[url], self.states[url], body, content_type
                )
        finally:
            self._teller.mark(url)

    async def _renew_leases(self) -> None:
        while self.websub is not None:
            await self.websub.renew()
            await asyncio.sleep(_RENEW_EVERY)

    async def _tell_on(self) -> None:
        while True:
            try:
                await self._tell()
            except Exception as error:  # noqa: BLE001 - a bug in telling must not end the polling
                self._log.error("telling of feeds failed", exc_info=error)
            await asyncio.sleep(_TELL_EVERY)

    async def _tell(self) -> None:
        await self._teller.tell(self.feeds, self.states, self._remembered)

    async def _visit(self, url: str) -> Visit:
        try:
            async with self._lock(url):
                return await self.visitor.visit(self.feeds[url], self.states[url])
        finally:
            self._teller.mark(url)

    def _lock(self, url: str) -> asyncio.Lock:
        lock = self._busy.get(url)
        if lock is None:
            if len(self._busy) > 4 * len(self.feeds) + 100:
                self._busy = {name: held for name, held in self._busy.items() if held.locked()}
            lock = self._busy[url] = asyncio.Lock()
        return lock

    def _start_due(self) -> float:
        """Start what is due; the seconds until something may be due again."""
        limit = self._settings.concurrency * WAITING_VISITS
        now = self._now().timestamp()
        metrics.LATE.set(max(0.0, now - self._heap[0][0]) if self._heap else 0.0)
        while self._heap and self._heap[0][0] <= now:
            if len(self._running) >= limit:
                return _TICK  # a visit that ends wakes us
            _, _, kind, name = heapq.heappop(self._heap)
            if kind == "feed":
                self._start_feed(name)
            else:
                self._start_queue(name)
        return min(max(0.0, self._heap[0][0] - now), _TICK) if self._heap else _TICK

    def _start_feed(self, url: str) -> None:
        state = self.states.get(url)
        if state is None or state.gone:
            return
        host = host_of(state.address)
        queue = self._queues.get(host)
        wait = self.hosts.delay(host)
        if queue is None and wait <= 0:
            self._start(url)
            return
        if queue is None:
            queue = self._queues[host] = _Queue()
            self._push(self._now().timestamp() + wait, "host", host)
        queue.feeds.append(url)

    def _start_queue(self, host: str) -> None:
        queue = self._queues[host]
        if self.hosts.delay(host) <= 0 and queue.feeds:
            url = queue.feeds.popleft()
            if url in self.states:
                self._start(url)
        if queue.feeds:
            wait = max(self.hosts.delay(host), 0.01)
            self._push(self._now().timestamp() + wait, "host", host)
        else:
            del self._queues[host]

    def _start(self, url: str) -> None:
        task = asyncio.create_task(self._visit(url))
        self._running[task] = url
        task.add_done_callback(self._finish)

    def _finish(self, task: asyncio.Task[Visit]) -> None:
        url = self._running.pop(task)
        self._woken.set()
        if task.cancelled():
            return
        error = task.exception()
        if error is not None:
            # a bug of ours in one visit must not end the others; the feed is tried again later
            self._log.error("visit failed", feed=url, exc_info=error)
            if url in self.states:
                self.states[url].next_at = self._now() + dt.timedelta(seconds=self._settings.start)
        if url in self.states:
            self._push_feed(url)

    def _push_feed(self, url: str) -> None:
        self._push(self.states[url].next_at.timestamp(), "feed", url)

    def _push(self, at: float, kind: str, name: str) -> None:
        self._count += 1
        heapq.heappush(self._heap, (at, self._count, kind, name))

    def _count_feeds(self) -> None:
        gone = failing = 0
        for state in self.states.values():
            gone += state.gone
            failing += bool(state.errors) and not state.gone
        metrics.FEEDS.labels("gone").set(gone)
        metrics.FEEDS.labels("failing").set(failing)
        metrics.FEEDS.labels("well").set(len(self.states) - gone - failing)


def _batches(names: Sequence[str], size: int) -> Iterable[Sequence[str]]:
    for start in range(0, len(names), size):
        yield names[start : start + size]
