"""A JSON Feed (versions 1 and 1.1) in, a `ParsedFeed` out."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from producers.finish import MAX_GUID, MAX_ITEMS, MAX_SUMMARY, ZoneOf, clean_names, finish_item
from producers.items import Item, NotAFeed, ParsedFeed
from producers.links import absolute_url
from producers.text import clean_line, clean_paragraphs

_VERSION = "jsonfeed.org/version/"


def looks_like_json(body: bytes) -> bool:
    """Tell whether a body starts as a JSON object does."""
    return body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["}


def parse_json_feed(
    body: bytes, *, url: str, now: dt.datetime, zone_of: ZoneOf
) -> ParsedFeed | NotAFeed:
    """Parse a JSON Feed; `zone_of` knows an outlet's time zone."""
    try:
        feed = json.loads(body)
    except (ValueError, RecursionError) as error:
        return NotAFeed(f"it starts as JSON but is none: {error}"[:300])
    if not isinstance(feed, dict):
        return NotAFeed("it is JSON, but no object")
    version = str(feed.get("version", "")).rpartition(_VERSION)
    if not version[1] or not isinstance(feed.get("items"), list):
        return NotAFeed("it is JSON, but no JSON Feed: `version` or `items` is missing")
    entries = [entry for entry in feed["items"] if isinstance(entry, dict)]
    odd = len(feed["items"]) - len(entries)
    language = _read_language(feed)
    hubs = (
        absolute_url(_text(hub.get("url")), url)
        for hub in _list(feed.get("hubs"))
        if isinstance(hub, Mapping) and str(hub.get("type", "")).lower() == "websub"
    )
    return ParsedFeed(
        format="json",
        version="json" + version[2].replace(".", "")[:4],
        title=clean_line(_text(feed.get("title"))) or None,
        link=absolute_url(_text(feed.get("home_page_url")), url),
        language=language,
        items=tuple(
            _read_item(entry, url, now, zone_of, language) for entry in entries[:MAX_ITEMS]
        ),
        hubs=tuple(hub for hub in hubs if hub)[:5],
        self_url=absolute_url(_text(feed.get("feed_url")), url),
        problems=(f"{odd} items are no objects",) if odd else (),
    )


def _read_item(
    entry: Mapping[str, Any], base: str, now: dt.datetime, zone_of: ZoneOf, language: str | None
) -> Item:
    guid = entry.get("id")
    guid = str(guid) if isinstance(guid, str | int | float) and guid != "" else None
    link = (
        absolute_url(_text(entry.get("url")), base)
        or absolute_url(_text(entry.get("external_url")), base)
        or absolute_url(guid, None)
    )
    content = _text(entry.get("content_html")) or _text(entry.get("content_text"))
    summary = clean_paragraphs(_text(entry.get("summary")), MAX_SUMMARY)
    text = clean_paragraphs(content)
    named = [*_list(entry.get("authors")), entry.get("author")]
    return finish_item(
        Item(
            guid=guid[:MAX_GUID] if guid else None,
            link=link,
            url=None,
            title=clean_line(_text(entry.get("title"))),
            summary=summary,
            text=text if len(text) > len(summary) else "",
            language=_read_language(entry),
            authors=clean_names(
                _text(author.get("name")) for author in named if isinstance(author, Mapping)
            ),
            tags=clean_names(_text(tag) for tag in _list(entry.get("tags"))),
            published_raw=_text(entry.get("date_published")),
        ),
        now=now,
        updated_raw=_text(entry.get("date_modified")),
        zone=zone_of(link or base),
        feed_language=language,
    )


def _read_language(thing: Mapping[str, Any]) -> str | None:
    code = _text(thing.get("language")) or ""
    return code[:2].lower() if code[:2].isalpha() and not code[2:3].isalpha() else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
