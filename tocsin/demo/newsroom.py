"""The outlets' TOML in, RSS and Atom feeds on loopback out, in a morning and an evening edition.

Between the two editions one article is corrected, as outlets do: same address, other words. The
feeds carry validators, so that a second poll of what has not changed costs a 304.
"""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import hashlib
import hmac
import json
import secrets
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import format_datetime
from importlib import resources
from typing import Any, Literal
from xml.sax.saxutils import escape

from aiohttp import web

Edition = Literal["morning", "evening"]

BROKEN = "broken-bugle"
"""The outlet whose feed is none."""


@dataclass(frozen=True, slots=True)
class Story:
    """One article as its outlet publishes it."""

    url: str
    title: str
    body: tuple[str, ...]
    published: dt.datetime | None
    author: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outlet:
    """One outlet with its articles in one edition."""

    name: str
    slug: str
    format: Literal["rss", "atom"]
    stories: tuple[Story, ...]

    @property
    def home(self) -> str:
        """Its address; `.example` is never anybody's."""
        return f"https://{self.slug}.example"


def load_outlets(edition: Edition) -> tuple[Outlet, ...]:
    """Read every outlet as it is in an edition, the broken one left out."""
    folder = resources.files("tocsin.demo") / "outlets"
    tables = [
        tomllib.loads(file.read_text("utf-8"))
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".toml")
    ]
    return tuple(_build_outlet(table, edition) for table in tables)


def render_feed(outlet: Outlet) -> bytes:
    """Write an outlet's feed in its format."""
    render = _render_rss if outlet.format == "rss" else _render_atom
    return render(outlet).encode()


class Newsroom:
    """The served feeds; set `edition` to publish the next one."""

    def __init__(self) -> None:
        self.edition: Edition = "morning"
        self.address = ""
        self.key = secrets.token_bytes(32)
        self.alerts: dict[str, dict[str, Any]] = {}
        """What the desk has taken, by the id of the delivery."""

    @property
    def feeds(self) -> tuple[str, ...]:
        """The addresses of all feeds, the broken one among them."""
        slugs = [outlet.slug for outlet in load_outlets("morning")]
        return tuple(f"{self.address}/{slug}/feed.xml" for slug in (*slugs, BROKEN))

    @property
    def secret(self) -> str:
        """The desk's secret as Standard Webhooks writes it."""
        return "whsec_" + base64.b64encode(self.key).decode()

    async def take_alert(self, request: web.Request) -> web.Response:
        """Take an alert whose signature is good; the same delivery twice is one alert."""
        body = await request.read()
        name = request.headers.get("webhook-id", "")
        signed = f"{name}.{request.headers.get('webhook-timestamp', '')}.".encode() + body
        good = base64.b64encode(hmac.digest(self.key, signed, "sha256")).decode()
        given = request.headers.get("webhook-signature", "").split()
        if not any(hmac.compare_digest(f"v1,{good}", one) for one in given):
            raise web.HTTPUnauthorized
        self.alerts[name] = json.loads(body)
        return web.Response(status=204)

    async def answer(self, request: web.Request) -> web.Response:
        """Serve one feed, or 304 when the reader has it."""
        slug = request.match_info["slug"]
        found = {outlet.slug: outlet for outlet in load_outlets(self.edition)}
        if slug == BROKEN:
            file = resources.files("tocsin.demo") / "outlets" / f"{BROKEN}.xml"
            return web.Response(body=file.read_bytes(), content_type="application/rss+xml")
        if slug not in found:
            raise web.HTTPNotFound
        body = render_feed(found[slug])
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers={"ETag": tag})
        return web.Response(
            body=body,
            content_type=f"application/{found[slug].format}+xml",
            charset="utf-8",
            headers={"ETag": tag},
        )


@contextmanager
def serve_newsroom() -> Iterator[Newsroom]:
    """Serve the newsroom on a free loopback port, in a thread of its own, until the block ends."""
    room = Newsroom()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    ready = threading.Event()
    problems: list[OSError] = []

    async def serve() -> None:
        application = web.Application()
        application.router.add_get("/{slug}/feed.xml", room.answer)
        application.router.add_post("/desk", room.take_alert)
        runner = web.AppRunner(application, access_log=None)
        try:
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            host, port = runner.addresses[0][:2]
            room.address = f"http://{host}:{port}"
        except OSError as error:
            problems.append(error)
            return
        finally:
            ready.set()
        await stop.wait()
        await runner.cleanup()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    ready.wait()
    if problems:
        raise problems[0]
    try:
        yield room
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()


def _build_outlet(table: dict[str, Any], edition: Edition) -> Outlet:
    stories = []
    for article in table["articles"]:
        told = article | (article.get("evening", {}) if edition == "evening" else {})
        published = told.get("published")
        stories.append(
            Story(
                url=f"https://{table['slug']}.example/{told['slug']}",
                title=told["title"],
                body=tuple(told["body"].strip().split("\n\n")),
                published=published,
                author=told["author"],
                tags=tuple(told["tags"]),
            )
        )
    return Outlet(table["name"], table["slug"], table["format"], tuple(stories))


def _render_html(story: Story) -> str:
    return escape("".join(f"<p>{escape(paragraph)}</p>" for paragraph in story.body))


def _render_rss(outlet: Outlet) -> str:
    items = []
    for story in outlet.stories:
        date = f"<pubDate>{format_datetime(story.published)}</pubDate>" if story.published else ""
        tags = "".join(f"<category>{escape(tag)}</category>" for tag in story.tags)
        items.append(
            f"<item><title>{escape(story.title)}</title><link>{story.url}</link>"
            f'<guid isPermaLink="true">{story.url}</guid>{date}'
            f"<dc:creator>{escape(story.author)}</dc:creator>{tags}"
            f"<description>{escape(story.body[0])}</description>"
            f"<content:encoded>{_render_html(story)}</content:encoded></item>"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>{escape(outlet.name)}</title><link>{outlet.home}</link>"
        f"<description>{escape(outlet.name)}</description><language>en</language>"
        + "\n".join(items)
        + "</channel></rss>\n"
    )


def _render_atom(outlet: Outlet) -> str:
    entries = []
    for story in outlet.stories:
        assert story.published is not None, "an Atom entry must be dated"
        date = story.published.isoformat()
        tags = "".join(f'<category term="{escape(tag)}"/>' for tag in story.tags)
        entries.append(
            f'<entry><title>{escape(story.title)}</title><link rel="alternate" href="{story.url}"/>'
            f"<id>{story.url}</id><published>{date}</published><updated>{date}</updated>"
            f"<author><name>{escape(story.author)}</name></author>{tags}"
            f"<summary>{escape(story.body[0])}</summary>"
            f'<content type="html">{_render_html(story)}</content></entry>'
        )
    latest = max(story.published for story in outlet.stories if story.published)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">'
        f'<title>{escape(outlet.name)}</title><link rel="alternate" href="{outlet.home}"/>'
        f"<id>{outlet.home}/</id><updated>{latest.isoformat()}</updated>"
        + "\n".join(entries)
        + "</feed>\n"
    )
