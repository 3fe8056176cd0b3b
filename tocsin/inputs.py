"""A file, an address or standard input in, the one article on it out.

Forgiving on purpose: plain text with or without a headline, HTML, or JSON with as many of the fields
of an `Article` as one has. What cannot be guessed is asked for: the time of publication, because
"Tuesday" means nothing without it.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from producers.extract import extract_page
from producers.fetch import PAGE_ACCEPT, Failure, Fetcher
from producers.items import Page
from producers.language import detect_language
from producers.pages import read_content_type
from producers.publishers import load_outlets
from producers.wires import find_wire
from streams.errors import TocsinError
from streams.identity import article_id, article_version
from streams.reading.passages import find_title
from streams.records import Article

MAX_BYTES = 5_000_000
AGENT = "tocsin-explain"
WANTED = "add --published with a day or a time, e.g. --published 2023-06-13T22:00-04:00"


class InputError(TocsinError):
    """A source that gives no article."""

    what = "no article"


@dataclass(frozen=True, slots=True)
class Given:
    """What the person says about the article, beside the article."""

    published: str | None = None
    publisher: str | None = None
    title: str | None = None
    url: str | None = None
    tags: tuple[str, ...] = ()
    language: str | None = None


def load_article(source: str, given: Given, now: dt.datetime) -> Article:
    """Load the article from a path, an http(s) address, or `-` for standard input."""
    if source.startswith(("http://", "https://")):
        body, address, charset = asyncio.run(_fetch(source))
        page = extract_page(body, url=address, charset=charset)
        return _from_page(source, page, address, given, now)
    body = _read_bytes(source)
    text = body.decode("utf-8-sig", "replace")
    start = text.lstrip()[:300].lower()
    if start.startswith("{"):
        return _from_json(source, text, given, now)
    if start.startswith("<") and (
        "<html" in start or "<!doctype" in start or "<body" in start or "<p" in start
    ):
        return _from_page(source, extract_page(body, url=given.url or ""), given.url, given, now)
    return _from_text(source, text, given, now)


def parse_instant(written: str) -> tuple[dt.datetime, int | None]:
    """Read a day or a time, ISO 8601; return it in UTC, and the offset of the clock in minutes.

    A day alone is its noon in UTC, so that it is the same day nearly everywhere.
    """
    try:
        if len(written.strip()) == 10:
            day = dt.date.fromisoformat(written.strip())
            return dt.datetime(day.year, day.month, day.day, 12, tzinfo=dt.UTC), None
        moment = dt.datetime.fromisoformat(written.strip())
    except ValueError as error:
        raise InputError(
            "--published", f"{written!r} is no ISO 8601 day or time", WANTED
        ) from error
    offset = moment.utcoffset()
    if offset is None:
        return moment.replace(tzinfo=dt.UTC), None
    return moment.astimezone(dt.UTC), int(offset.total_seconds() // 60)


def _read_bytes(source: str) -> bytes:
    if source == "-":
        body = sys.stdin.buffer.read(MAX_BYTES + 1)
    else:
        path = Path(source)
        try:
            with path.open("rb") as file:
                body = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise InputError(source, error.strerror or "cannot be read") from error
    if len(body) > MAX_BYTES:
        raise InputError(source, f"longer than {MAX_BYTES:,} bytes")
    if not body.strip():
        raise InputError(source, "it is empty")
    return body


async def _fetch(url: str) -> tuple[bytes, str, str | None]:
    fetcher = Fetcher(user_agent=AGENT)
    try:
        reply = await fetcher.get(url, accept=PAGE_ACCEPT)
    finally:
        await fetcher.close()
    if isinstance(reply, Failure):
        raise InputError(url, f"{reply.kind}: {reply.detail}")
    if reply.status != 200:
        raise InputError(url, f"the server answered {reply.status}")
    _, charset = read_content_type(reply.headers.get("content-type"))
    return reply.body, reply.url, charset


def _from_page(source: str, page: Page, url: str | None, given: Given, now: dt.datetime) -> Article:
    if not page.text:
        raise InputError(source, "no article text was found on the page", "save its text to a file")
    published = given.published or page.date
    facts = {"title": given.title or page.title or "", "text": page.text, "authors": page.authors}
    return _build(source, facts, published, url or given.url, given, now)


def _from_text(source: str, text: str, given: Given, now: dt.datetime) -> Article:
    title, body = (given.title, text.strip()) if given.title else find_title(text)
    return _build(source, {"title": title, "text": body}, given.published, given.url, given, now)


def _from_json(source: str, text: str, given: Given, now: dt.datetime) -> Article:
    try:
        facts = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(source, f"it starts like JSON and is not: {error}") from error
    known = {name: facts[name] for name in Article.model_fields if facts.get(name) is not None}
    for name, alias in (
        ("text", "body"),
        ("text", "content"),
        ("title", "headline"),
        ("url", "link"),
    ):
        if name not in known and isinstance(facts.get(alias), str):
            known[name] = facts[alias]
    if not (known.get("text") or known.get("summary") or known.get("title")):
        raise InputError(source, "the JSON has neither title, summary nor text")
    published = given.published or known.pop("published", None)
    known.pop("published", None)
    return _build(source, known, published, given.url or known.get("url"), given, now)


def _build(
    source: str,
    facts: dict[str, Any],
    published: str | None,
    url: str | None,
    given: Given,
    now: dt.datetime,
) -> Article:
    if published is None:
        raise InputError(source, "the time of publication is not known", WANTED)
    moment, offset = parse_instant(str(published))
    title, text = str(given.title or facts.get("title") or ""), str(facts.get("text") or "")
    summary = str(facts.get("summary") or "")
    outlet = load_outlets().find(url) if url else None
    publisher = given.publisher or facts.get("publisher") or (outlet.name if outlet else "unknown")
    authors = tuple(facts.get("authors") or ())
    known = {
        **facts,
        "id": facts.get("id") or article_id(url, None, "explain", f"{title}\n{text or summary}"),
        "version": article_version(title, summary, text),
        "feed": facts.get("feed") or "explain",
        "publisher": publisher,
        "family": facts.get("family") or (outlet.family if outlet else publisher),
        "wire": facts.get("wire") or find_wire(summary, text, authors),
        "title": title,
        "text": text,
        "url": url,
        "language": given.language
        or facts.get("language")
        or detect_language(f"{title}. {text or summary}"),
        "tags": (*(facts.get("tags") or ()), *given.tags),
        "published": moment,
        "published_from": facts.get("published_from") or "page",
        "published_offset": offset if offset is not None else facts.get("published_offset"),
        "fetched": facts.get("fetched") or max(moment, min(now, moment + dt.timedelta(days=1))),
    }
    try:
        return Article.model_validate(known)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(source, f"{where}: {first['msg']}") from error
