"""A request in, a feed out: `/feeds/NAME.atom`, `/feeds/NAME.json`, and a page that lists them.

Nothing is served but the feeds. The ETag is a hash of the bytes, so that a reader that asks again with
If-None-Match gets 304 and no body until something has changed. With a password every request must
carry it (HTTP Basic, which feed readers know). Without one only requests for a loopback name are
answered: a web page that has its own name resolved to loopback must not read what somebody follows.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from html import escape
from urllib.parse import quote, urlsplit

from aiohttp import web

from sinks.follow.render import (
    ATOM_TYPE,
    JSON_TYPE,
    Feed,
    find_updated,
    render_atom,
    render_json,
)
from sinks.follow.settings import is_loopback
from sinks.follow.store import FeedStore

Titles = Callable[[], Mapping[str, str]]
"""Gives the lists there are now: name to title."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_STORE = web.AppKey("store", FeedStore)
_HEADERS = {
    "Cache-Control": "private, max-age=60",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
}


@dataclass(frozen=True, slots=True)
class Door:
    """Who is let in."""

    username: str = "tocsin"
    password: str | None = None

    def admits(self, request: web.Request, base_url: str | None) -> bool:
        """Tell whether a request may be answered."""
        if self.password is None:
            host = urlsplit(f"//{request.host}").hostname or ""
            return is_loopback(host) or (
                base_url is not None and host == urlsplit(base_url).hostname
            )
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        right = base64.b64encode(f"{self.username}:{self.password}".encode())
        return scheme.lower() == "basic" and hmac.compare_digest(given.strip().encode(), right)


def build_app(
    store: FeedStore,
    titles: Titles,
    entries: int,
    base_url: str | None = None,
    door: Door = Door(),
) -> web.Application:
    """Build the application."""

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if door.admits(request, base_url):
            return await handler(request)
        if door.password is None:
            raise web.HTTPMisdirectedRequest(text="set TOCSIN_SERVE_BASE_URL to this address\n")
        ask = {"WWW-Authenticate": 'Basic realm="Tocsin", charset="UTF-8"'}
        raise web.HTTPUnauthorized(headers=ask)

    app = web.Application(client_max_size=1_024, middlewares=[guard])
    app[_STORE] = store

    async def feed(request: web.Request) -> web.Response:
        name, form = request.match_info["name"], request.match_info["form"]
        title = titles().get(name)
        if title is None:
            raise web.HTTPNotFound(text=f"there is no list {name}\n")
        about = Feed(name, title, base_url or f"{request.scheme}://{request.host}")
        events = store.list_entries(name, entries)
        body = render_atom(about, events) if form == "atom" else render_json(about, events)
        tag = hashlib.blake2b(body, digest_size=16).hexdigest()
        response = web.Response(headers=_HEADERS)
        response.etag = tag
        response.last_modified = find_updated(events)
        asked = request.if_none_match
        if asked is not None and any(etag.value in (tag, "*") for etag in asked):
            response.set_status(304)
            return response
        response.body = body
        response.headers["Content-Type"] = ATOM_TYPE if form == "atom" else JSON_TYPE
        return response

    async def index(_: web.Request) -> web.Response:
        return web.Response(text=_build_index(titles()), content_type="text/html", headers=_HEADERS)

    app.router.add_get("/feeds/{name:[A-Za-z0-9._-]+}.{form:atom|json}", feed)
    app.router.add_get("/", index)
    return app


def _build_index(titles: Mapping[str, str]) -> str:
    items = "".join(
        f'<li>{escape(title)}: <a href="/feeds/{quote(name)}.atom">Atom</a>,'
        f' <a href="/feeds/{quote(name)}.json">JSON Feed</a></li>'
        for name, title in sorted(titles.items())
    )
    links = "".join(
        f'<link rel="alternate" type="application/atom+xml" title="{escape(title)}"'
        f' href="/feeds/{quote(name)}.atom">'
        for name, title in sorted(titles.items())
    )
    return (
        "<!DOCTYPE html><html lang=en><meta charset=utf-8><title>Tocsin: feeds</title>"
        f"{links}<h1>Feeds</h1><ul>{items}</ul>"
    )
