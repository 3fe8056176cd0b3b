"""The entries of a list in, an Atom feed (RFC 4287) or a JSON Feed 1.1 out.

The id of an entry is the event's for ever; `updated` is the time of the event's last change, so a
reader shows an entry again when the event has changed. Titles and sentences are strangers' text: they
are plain text in Atom and JSON, never markup.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import quote

from lxml import etree

from streams.lexicon.ontology import get_kind
from streams.records import Event

ATOM = "http://www.w3.org/2005/Atom"
ATOM_TYPE = "application/atom+xml; charset=utf-8"
JSON_TYPE = "application/feed+json; charset=utf-8"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SAFE_URL = re.compile(r"https?://[^\s<>\"{}|\\^`]+$")
_LEDGER = 20


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed is called and where it is."""

    name: str
    title: str
    base_url: str

    def address(self, ending: str) -> str:
        """Build the address of the feed in one of its forms: atom or json."""
        return f"{self.base_url}/feeds/{quote(self.name)}.{ending}"


def find_updated(events: Sequence[Event]) -> dt.datetime:
    """Find when a feed last changed; an empty one never has."""
    return max(
        (event.last_changed for event in events), default=dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    )


def render_atom(feed: Feed, events: Sequence[Event]) -> bytes:
    """Render a feed as Atom."""
    root = etree.Element(_tag("feed"), nsmap={None: ATOM})  # type: ignore[dict-item] # the stubs know no default namespace
    _add(root, "id", f"urn:tocsin:list:{quote(feed.name)}")
    _add(root, "title", feed.title)
    _add(root, "updated", _iso(find_updated(events)))
    _add(_add(root, "author"), "name", "Tocsin")
    _add(root, "generator", "Tocsin")
    _add(root, "link", rel="self", type="application/atom+xml", href=feed.address("atom"))
    _add(root, "link", rel="alternate", type="application/feed+json", href=feed.address("json"))
    for event in events:
        _add_entry(root, event)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def render_json(feed: Feed, events: Sequence[Event]) -> bytes:
    """Render a feed as JSON Feed 1.1."""
    whole = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "feed_url": feed.address("json"),
        "authors": [{"name": "Tocsin"}],
        "items": [_build_item(event) for event in events],
    }
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()


def build_title(event: Event) -> str:
    """Build the title of an entry."""
    word = "Withdrawn: " if event.status == "withdrawn" else ""
    return f"{word}{_clean(event.title)}" or get_kind(event.kind).label


def build_lines(event: Event) -> list[str]:
    """Build what an entry says, line by line: the facts, then who says what."""
    lines = [_clean(event.summary)] if event.summary else []
    lines.append(f"{get_kind(event.kind).label}, {event.status}, {event.voices} independent voices")
    if event.when.date is not None:
        lines.append(f"When: {event.when.date.isoformat()} ({event.when.precision})")
    if event.where is not None:
        names = (event.where.resolved or event.where.name, event.where.admin1, event.where.country)
        lines.append("Where: " + ", ".join(dict.fromkeys(_clean(n) for n in names if n)))
    for toll in event.tolls:
        if toll.best is not None:
            has_ends = _has_ends(toll.low, toll.high)
            ends = f" ({toll.low:,.15g} to {toll.high:,.15g})" if has_ends else ""
            unit = f" {toll.unit}" if toll.unit else ""
            lines.append(f"{toll.measure.capitalize()}: {toll.best:,.15g}{unit}{ends}")
    lines += [
        f"{entry.at:%Y-%m-%d %H:%M} {_clean(entry.publisher)}: {_clean(entry.claimant)} {entry.stance}"
        for entry in event.ledger[-_LEDGER:]
    ]
    return lines


def find_url(event: Event) -> str | None:
    """Find the newest article that is safe to link to."""
    urls = [entry.url for entry in reversed(event.ledger) if entry.url]
    return next((url for url in urls if _SAFE_URL.match(url)), None)


def _add_entry(root: etree._Element, event: Event) -> None:
    entry = _add(root, "entry")
    _add(entry, "id", f"urn:tocsin:event:{quote(event.id)}")
    _add(entry, "title", build_title(event))
    _add(entry, "updated", _iso(max(event.last_changed, event.first_seen)))
    _add(entry, "published", _iso(event.first_seen))
    for publisher in event.publishers[:10]:
        _add(_add(entry, "author"), "name", _clean(publisher) or "unknown")
    if url := find_url(event):
        _add(entry, "link", rel="alternate", type="text/html", href=url)
    for term in dict.fromkeys((event.kind, get_kind(event.kind).group)):
        _add(entry, "category", term=term, label=term.replace("_", " "))
    if event.summary:
        _add(entry, "summary", event.summary, type="text")
    body = "".join(f"<p>{escape(line)}</p>" for line in build_lines(event))
    _add(entry, "content", body, type="html")


def _build_item(event: Event) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": f"urn:tocsin:event:{event.id}",
        "title": build_title(event),
        "content_text": "\n".join(build_lines(event)),
        "date_published": _iso(event.first_seen),
        "date_modified": _iso(max(event.last_changed, event.first_seen)),
        "authors": [{"name": _clean(publisher)} for publisher in event.publishers[:10]],
        "tags": list(dict.fromkeys((event.kind, get_kind(event.kind).group, event.status))),
        "_tocsin": {"about": "the event, by the fields of Tocsin", **_build_facts(event)},
    }
    if url := find_url(event):
        item["url"] = url
    return item


def _build_facts(event: Event) -> dict[str, Any]:
    return {
        "revision": event.revision,
        "kind": event.kind,
        "status": event.status,
        "voices": event.voices,
        "country": event.where.country if event.where else None,
        "tolls": {toll.measure: toll.best for toll in event.tolls if toll.best is not None},
    }


def _has_ends(low: float | None, high: float | None) -> bool:
    return low is not None and high is not None and low != high


def _clean(text: str) -> str:
    return " ".join(_NOT_XML.sub("", text).split())


def _iso(time: dt.datetime) -> str:
    return f"{time.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"


def _tag(name: str) -> str:
    return f"{{{ATOM}}}{name}"


def _add(
    parent: etree._Element, name: str, text: str | None = None, **attributes: str
) -> etree._Element:
    element = etree.SubElement(parent, _tag(name), attributes)
    if text is not None:
        element.text = _NOT_XML.sub("", text)
    return element
