"""A link in, the outlet behind it out: its name, the family it speaks for, its country and clock.

The family is what corroboration counts: twenty papers of one owner, or twenty copies of one wire, are
one voice. Outlets are listed in `publishers.toml` by domain; of others the registered domain is name
and family.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tld import get_fld

PROXIES = frozenset(
    {"feedproxy.google.com", "feeds.feedburner.com", "feedburner.com", "news.google.com", "t.co"}
)
"""Hosts that stand between a reader and an outlet; their name says nothing of who publishes."""


@dataclass(frozen=True, slots=True)
class Outlet:
    """Who publishes."""

    name: str
    family: str
    country: str | None = None
    """ISO 3166-1 alpha-2."""
    zone: str | None = None
    """IANA time zone of its newsroom."""
    language: str | None = None


class Outlets:
    """The table of outlets, asked by link."""

    def __init__(self, by_domain: Mapping[str, Outlet]) -> None:
        self._by_domain = dict(by_domain)

    def __len__(self) -> int:
        return len(self._by_domain)

    def find(self, link: str | None) -> Outlet | None:
        """Find the listed outlet of a link: its host, or the domain above it."""
        host = _host(link)
        while host:
            if host in self._by_domain:
                return self._by_domain[host]
            host = host.partition(".")[2]
        return None

    def name(self, link: str | None, feed: str) -> Outlet:
        """Name the outlet of a link, else of the feed; never fails, an unlisted domain is its own."""
        for address in (link, feed):
            if _host(address) in PROXIES:
                continue
            outlet = self.find(address)
            if outlet is None and (domain := registered_domain(address)):
                outlet = Outlet(domain, domain)
            if outlet is not None:
                return outlet
        host = _host(feed) or feed
        return Outlet(host, host)

    def zone_of(self, link: str | None) -> ZoneInfo | None:
        """Know the clock of the outlet of a link, where it is listed."""
        outlet = self.find(link)
        return None if outlet is None or outlet.zone is None else _zone(outlet.zone)


def registered_domain(link: str | None) -> str | None:
    """Cut a link to the domain that was registered, e.g. `example.co.uk`; a literal address stays."""
    host = _host(link)
    return _cut_host(host) if host else None


@functools.lru_cache(maxsize=20_000)
def _cut_host(host: str) -> str:
    found = get_fld(f"http://{host}/", fail_silently=True)
    return str(found) if found else host


@functools.cache
def load_outlets() -> Outlets:
    """Load `publishers.toml`."""
    table = tomllib.loads(
        resources.files("producers").joinpath("publishers.toml").read_text("utf-8")
    )
    return Outlets(
        {
            domain: Outlet(*(value or None for value in row))  # type: ignore[arg-type]
            for domain, row in table["outlets"].items()
        }
    )


@functools.cache
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None


def _host(link: str | None) -> str:
    if not link:
        return ""
    try:
        return (urlsplit(link).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
