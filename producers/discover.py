"""The address of a page or feed in, the feeds found there out, each of them fetched and parsed once.

A feed's own address gives itself. A page names its feeds in `<link rel="alternate">`; where it names
none, links that look like feeds, the usual places and the news sitemaps of robots.txt are tried.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

from lxml import etree

from producers.fetch import Failure, Fetcher
from producers.hosts import Hosts
from producers.items import ParsedFeed
from producers.links import absolute_url, host_of
from producers.workers import Runner, WorkerFailure

_TYPES = re.compile(
    r"application/(?:rss|atom|rdf|feed)\+(?:xml|json)|application/json|text/xml", re.IGNORECASE
)
_LOOKS = re.compile(
    r"(?:^|[/._-])(?:rss|feeds?|atom)(?:[/._?-]|$)|\.(?:rss|rdf|atom)$", re.IGNORECASE
)
_USUAL = (
    "/feed",
    "/rss",
    "/rss.xml",
    "/feed.xml",
    "/atom.xml",
    "/index.xml",
    "/feeds/posts/default",
    "/feed.json",
)
_SITEMAP = re.compile(r"^\s*sitemap:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
MAX_TRIES = 20


@dataclass(frozen=True, slots=True)
class Found:
    """A feed that was found and could be read."""

    url: str
    feed: ParsedFeed


@dataclass(frozen=True, slots=True)
class NothingFound:
    """No feed there."""

    reason: str


async def discover_feeds(
    url: str, *, fetcher: Fetcher, workers: Runner, hosts: Hosts, now: dt.datetime
) -> list[Found] | NothingFound:
    """Find the feeds of the page or feed at `url`, those the page names first."""
    finder = _Finder(fetcher, workers, hosts, now)
    start = await finder.fetch(url)
    if isinstance(start, str):
        return NothingFound(start)
    address, body = start
    itself = await finder.parse(address, body)
    if isinstance(itself, ParsedFeed):
        return [Found(url, itself)]
    for candidates in (find_named_feeds, find_likely_feeds):
        if found := await finder.try_all(candidates(body, address)):
            return found
    # the rest is guesswork, for pages that name nothing
    if found := await finder.try_all(await finder.list_usual_places(address)):
        return found
    return NothingFound(f"{itself}; the page names none, and none is in the usual places")


class _Finder:
    """Fetches and parses candidates; a string says why there is nothing."""

    def __init__(self, fetcher: Fetcher, workers: Runner, hosts: Hosts, now: dt.datetime) -> None:
        self._fetcher = fetcher
        self._workers = workers
        self._hosts = hosts
        self._now = now

    async def fetch(self, address: str) -> tuple[str, bytes] | str:
        async with self._hosts.turn(host_of(address)):
            reply = await self._fetcher.get(address)
        if isinstance(reply, Failure):
            return f"{reply.kind}: {reply.detail}"
        return (reply.url, reply.body) if reply.status == 200 else f"HTTP {reply.status}"

    async def parse(self, address: str, body: bytes) -> ParsedFeed | str:
        parsed = await self._workers.run(
            "parse", body=body, url=address, now=self._now, content_type=None
        )
        if isinstance(parsed, WorkerFailure):
            return parsed.detail
        return parsed if isinstance(parsed, ParsedFeed) else str(parsed.reason)

    async def try_all(self, candidates: Iterable[str]) -> list[Found]:
        found: list[Found] = []
        for candidate in list(dict.fromkeys(candidates))[:MAX_TRIES]:
            got = await self.fetch(candidate)
            if isinstance(got, str):
                continue
            feed = await self.parse(*got)
            if isinstance(feed, ParsedFeed):
                found.append(Found(candidate, feed))
        return found

    async def list_usual_places(self, address: str) -> list[str]:
        places = [urljoin(address, place) for place in _USUAL]
        robots = await self.fetch(urljoin(address, "/robots.txt"))
        if isinstance(robots, tuple):
            text = robots[1][:500_000].decode("utf-8", "replace")
            sitemaps = (absolute_url(one, address) for one in _SITEMAP.findall(text))
            places += [one for one in sitemaps if one and "news" in one.lower()]
        return places


def find_named_feeds(html: bytes, base: str) -> Iterator[str]:
    """Find the feeds a page names in its head."""
    for element in _iterate(html, "link"):
        rel = str(element.get("rel", "")).lower().split()
        if ("alternate" in rel or "feed" in rel) and (
            _TYPES.match(str(element.get("type", ""))) or "feed" in rel
        ):
            address = absolute_url(str(element.get("href", "")), base)
            # WordPress names its API as application/json beside its feeds
            if address and "/wp-json/" not in address:
                yield address


def find_likely_feeds(html: bytes, base: str) -> Iterator[str]:
    """Find links on a page whose address looks like a feed's."""
    for element in _iterate(html, "a"):
        address = absolute_url(str(element.get("href", "")), base)
        if address and _LOOKS.search(address.partition("//")[2].partition("/")[2]):
            yield address


def _iterate(html: bytes, tag: str) -> Iterator[etree._Element]:
    try:
        root = etree.fromstring(html, etree.HTMLParser(recover=True, no_network=True))
    except (etree.XMLSyntaxError, ValueError):
        return
    if root is not None:
        yield from root.iter(tag)
