"""An article's link in, what its page says out: fetched with the same manners as feeds.

robots.txt is asked first (kept a day; a server that cannot serve it is left alone for an hour), the
host's spacing holds, and the bytes are read in a worker process.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from time import monotonic
from urllib.parse import urljoin

from producers import robots
from producers.fetch import PAGE_ACCEPT, Failure, Fetcher
from producers.hosts import Hosts
from producers.items import Page
from producers.links import host_of
from producers.outcomes import PageOutcome
from producers.robots import Robots, parse_robots
from producers.workers import Runner, WorkerFailure

AGENT = "tocsin"
_KEPT = 5_000
_DAY, _HOUR = 86_400.0, 3_600.0


@dataclass(frozen=True, slots=True)
class PageFetch:
    """What came of fetching a page."""

    outcome: PageOutcome
    page: Page | None = None


class Pages:
    """Fetches pages of articles."""

    def __init__(
        self,
        fetcher: Fetcher,
        workers: Runner,
        hosts: Hosts,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._fetcher = fetcher
        self._workers = workers
        self._hosts = hosts
        self._clock = clock
        self._robots: OrderedDict[str, tuple[float, Robots]] = OrderedDict()
        self._asking: dict[str, asyncio.Task[Robots]] = {}

    async def fetch(  # noqa: PLR0911 - one return an outcome
        self, link: str
    ) -> PageFetch:
        """Fetch the page at `link` and extract its article."""
        rules = await self._get_robots(link)
        if not rules.allows(link):
            return PageFetch("disallowed")
        async with self._hosts.turn(host_of(link), spacing=rules.delay):
            reply = await self._fetcher.get(link, accept=PAGE_ACCEPT)
        if isinstance(reply, Failure):
            return PageFetch("failed")
        if reply.status == 410:
            return PageFetch("gone")
        if reply.status != 200:
            return PageFetch("failed" if reply.status >= 429 else "no_text")
        kind, charset = read_content_type(reply.headers.get("content-type"))
        if kind and "html" not in kind and "xml" not in kind and kind != "text/plain":
            return PageFetch("no_text")
        page = await self._workers.run("extract", body=reply.body, url=reply.url, charset=charset)
        if isinstance(page, WorkerFailure) or not page.text:
            return PageFetch("no_text", page if isinstance(page, Page) else None)
        return PageFetch("text", page)

    async def _get_robots(self, link: str) -> Robots:
        host = host_of(link)
        kept = self._robots.get(host)
        if kept is not None and kept[0] > self._clock():
            return kept[1]
        task = self._asking.get(host)
        if task is None:
            task = self._asking[host] = asyncio.create_task(self._ask_robots(host, link))
            task.add_done_callback(lambda _: self._asking.pop(host, None))
        return await asyncio.shield(task)

    async def _ask_robots(self, host: str, link: str) -> Robots:
        async with self._hosts.turn(host):
            reply = await self._fetcher.get(
                urljoin(link, "/robots.txt"), accept="text/plain, */*;q=0.1"
            )
        if isinstance(reply, Failure) or reply.status >= 500 or reply.status == 429:
            # RFC 9309: unreachable means everything is disallowed, for the time being
            rules, keep = robots.NOTHING, _HOUR
        elif reply.status == 200:
            rules, keep = parse_robots(reply.body, AGENT), _DAY
        else:
            rules, keep = robots.EVERYTHING, _DAY
        self._robots[host] = (self._clock() + keep, rules)
        while len(self._robots) > _KEPT:
            self._robots.popitem(last=False)
        return rules


def read_content_type(value: str | None) -> tuple[str, str | None]:
    """Read the media type and charset of a Content-Type."""
    if not value:
        return "", None
    message = Message()
    message["content-type"] = value
    charset = message.get_param("charset")
    return message.get_content_type(), charset if isinstance(charset, str) else None
