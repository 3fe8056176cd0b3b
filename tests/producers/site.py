"""A small real web server for the tests, a publisher that keeps its letters, and a clock to turn."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from producers import worker
from producers.feedlist import Feed
from producers.poll import Poller
from producers.publish import Letter
from producers.settings import PollSettings
from producers.workers import WorkerFailure
from streams.records import Article, DeadLetter, decode
from streams.topics import ARTICLES, DEADLETTERS

NOON = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Seen:
    """A request that the server saw."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(slots=True)
class Site:
    """A web server on loopback whose answers a test sets, path by path."""

    answers: dict[str, Handler] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    base: str = ""
    _runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=2**24)
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    def url(self, path: str) -> str:
        return self.base + path

    def put(
        self,
        path: str,
        body: bytes | str = b"",
        *,
        status: int = 200,
        kind: str = "application/rss+xml",
        **headers: str,
    ) -> None:
        """Answer `path` with a body; `etag="..."` and other headers by name."""
        raw = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}

        async def answer(request: web.Request) -> web.StreamResponse:
            if "etag" in named and request.headers.get("If-None-Match") == named["etag"]:
                return web.Response(status=304, headers=named)
            return web.Response(body=raw, status=status, headers={"Content-Type": kind, **named})

        self.answers[path] = answer

    def handle(self, path: str, handler: Handler) -> None:
        """Answer `path` with a function."""
        self.answers[path] = handler

    def asked(self, path: str) -> list[Seen]:
        """List the requests for `path`."""
        return [seen for seen in self.seen if seen.path == path]

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(
            Seen(request.method, request.path_qs, dict(request.headers), await request.read())
        )
        handler = self.answers.get(request.path_qs) or self.answers.get(request.path)
        return await handler(request) if handler else web.Response(status=404)


@dataclass(slots=True)
class Shelf:
    """A publisher that keeps its letters, and can be shut as Kafka can be away."""

    letters: list[Letter] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: int = 0

    def __post_init__(self) -> None:
        self.open.set()

    async def publish(self, letters: Sequence[Letter]) -> None:
        self.waiting += 1
        await self.open.wait()
        self.waiting -= 1
        self.letters += letters

    async def close(self) -> None:
        pass

    @property
    def articles(self) -> list[Article]:
        return [
            decode(Article, letter.value)
            for letter in self.letters
            if letter.topic == ARTICLES.name
        ]

    @property
    def dead(self) -> list[DeadLetter]:
        return [
            decode(DeadLetter, letter.value)
            for letter in self.letters
            if letter.topic == DEADLETTERS.name
        ]


class HereRunner:
    """Runs the worker's tasks in this process: faster to start, with no limits."""

    async def run(self, task: str, **arguments: Any) -> Any:
        try:
            return worker.TASKS[task](**arguments)
        except Exception as error:  # noqa: BLE001 - as the child process does
            return WorkerFailure("failed", str(error))

    async def close(self) -> None:
        pass


class Clock:
    """A clock that a test turns."""

    def __init__(self, now: dt.datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> dt.datetime:
        return self.now

    def turn(self, **span: float) -> None:
        self.now += dt.timedelta(**span)


def build_settings(tmp_path: Path, **changes: Any) -> PollSettings:
    """Build settings for polling a server on loopback without waiting."""
    values: dict[str, Any] = {
        "state_file": tmp_path / "memory.sqlite",
        "allow_private": True,
        "host_spacing": 0,
        "per_host": 16,
        "full_text": False,
        "timeout": 5,
        "idle_timeout": 3,
        "contact": "https://example.org/about-our-reader",
    }
    return PollSettings(**(values | changes))


def build_poller(
    tmp_path: Path, urls: Sequence[str | Feed], shelf: Shelf, clock: Clock, **changes: Any
) -> Poller:
    """Build a poller of `urls` that publishes to `shelf`."""
    feeds = [url if isinstance(url, Feed) else Feed(url=url) for url in urls]
    settings = build_settings(tmp_path, **changes)
    return Poller(settings, feeds, shelf, now=clock, workers=HereRunner())


def build_rss(*items: str, head: str = "", title: str = "The Harbour Post") -> str:
    """Write an RSS feed around items."""
    return (
        f"<?xml version='1.0' encoding='utf-8'?>\n<rss version='2.0'><channel><title>{title}</title>"
        f"<link>https://harbour.example/</link>{head}{''.join(items)}</channel></rss>"
    )


def build_item(
    name: str,
    *,
    title: str | None = None,
    guid: str | None = None,
    link: str | None = None,
    date: str = "Tue, 10 Mar 2026 09:30:00 +0100",
    summary: str | None = None,
    extra: str = "",
) -> str:
    """Write an RSS item about `name`."""
    link = link or f"https://harbour.example/2026/{name}"
    return (
        f"<item><title>{title or f'Ferry {name} returns to port'}</title><link>{link}</link>"
        f"<guid isPermaLink='false'>{guid or name}</guid><pubDate>{date}</pubDate>"
        f"<description>{summary or f'The ferry {name} came back on Tuesday after a storm.'}"
        f"</description>{extra}</item>"
    )
