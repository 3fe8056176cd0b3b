"""A feed's bytes in, a `ParsedFeed` or `NotAFeed` out. The only file that imports feedparser.

RSS 0.9x to 2.0, RDF, Atom and CDF go through feedparser; JSON Feed and news sitemaps have parsers of
their own. feedparser gets bytes in a `BytesIO` and nothing else: given a string it opens local paths
and fetches addresses. Its sanitiser is off because no markup leaves here: `producers.text` turns
everything into plain text.

Hostile bytes can cost seconds (200,000 nested elements: 6 s), so the poller calls this in a worker
process with a time limit (`producers.workers`).
"""

from __future__ import annotations

import calendar
import datetime as dt
import html
import io
import re
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

import feedparser
import feedparser.api

from producers.finish import MAX_GUID, MAX_ITEMS, MAX_SUMMARY, ZoneOf, clean_names, finish_item
from producers.items import FeedFormat, Item, NotAFeed, ParsedFeed
from producers.jsonfeed import looks_like_json, parse_json_feed
from producers.links import absolute_url
from producers.sitemap import looks_like_sitemap, parse_sitemap
from producers.text import clean_line, clean_paragraphs

# libxml2's SAX driver is looked for in every import path at every parse, and never there
feedparser.api.PREFERRED_XML_PARSERS = []

_PERIODS = {
    "hourly": 3600,
    "daily": 86400,
    "weekly": 604800,
    "monthly": 2592000,
    "yearly": 31536000,
}
_DAYS = {name.lower(): day for day, name in enumerate(calendar.day_name)}
_HTML = re.compile(
    rb"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b",
    re.IGNORECASE | re.DOTALL,
)
_VALUE = re.compile(rb"<(?:hour|day)>\s*([a-z0-9]{1,9})\s*</(?:hour|day)>")
_REF = re.compile(rb"\bref\s*=\s*[\"']([^\"']+)[\"']", re.IGNORECASE)
_MAX_TOMBSTONES = 500


def parse_feed(
    body: bytes,
    *,
    url: str,
    now: dt.datetime,
    content_type: str | None = None,
    zone_of: ZoneOf = lambda _: None,
) -> ParsedFeed | NotAFeed:
    """Parse the body of the feed at `url`, seen at `now`; `zone_of` knows an outlet's time zone."""
    if body[:2] == b"\x1f\x8b":
        unpacked = _unpack(body)
        if unpacked is None:
            return NotAFeed("it is a gzip file that cannot be unpacked within the limits")
        body = unpacked
    if not body.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        return NotAFeed("it is empty")
    if looks_like_json(body):
        return parse_json_feed(body, url=url, now=now, zone_of=zone_of)
    if looks_like_sitemap(body):
        return parse_sitemap(body, url=url, now=now, zone_of=zone_of)
    return _parse_with_feedparser(body, url, now, content_type, zone_of)


def _unpack(body: bytes, limit: int = 20_000_000) -> bytes | None:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        unpacked = unpacker.decompress(body, limit)
    except zlib.error:
        return None
    return None if unpacker.unconsumed_tail else unpacked


def _parse_with_feedparser(
    body: bytes, url: str, now: dt.datetime, content_type: str | None, zone_of: ZoneOf
) -> ParsedFeed | NotAFeed:
    headers = {"content-location": url}
    if content_type:
        headers["content-type"] = content_type
    try:
        found = feedparser.parse(
            io.BytesIO(body),
            response_headers=headers,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as error:  # noqa: BLE001 - feedparser raises whatever its inputs provoke
        return NotAFeed(f"feedparser gave up: {type(error).__name__}: {error}"[:300])
    if not found.entries and not found.version:
        return NotAFeed(_say_why(body, found))
    feed = found.feed
    language = _language(_get(feed, "language"))
    base = absolute_url(_text(_get(feed, "link")), url) or url
    version = str(found.version or "unknown")
    items = tuple(
        _read_entry(entry, base, now, zone_of, language, version)
        for entry in found.entries[:MAX_ITEMS]
    )
    skips = _read_skips(body)
    links = [link for link in _get(feed, "links") or () if isinstance(link, Mapping)]
    return ParsedFeed(
        format=_format_of(version),
        version=version,
        title=clean_line(_text(_get(feed, "title"))) or None,
        link=absolute_url(_text(_get(feed, "link")), url),
        language=language,
        items=items,
        deleted=_read_tombstones(body),
        hubs=_hrefs(links, "hub", url),
        self_url=next(iter(_hrefs(links, "self", url)), None),
        ttl=_read_ttl(feed),
        skip_hours=frozenset(int(value) % 24 for value in skips["hours"] if value.isdecimal()),
        skip_days=frozenset(
            _DAYS[value.lower()] for value in skips["days"] if value.lower() in _DAYS
        ),
        problems=_say_problems(found, len(found.entries)),
    )


def _read_entry(
    entry: Any, base: str, now: dt.datetime, zone_of: ZoneOf, language: str | None, version: str
) -> Item:
    dated = _name_date(entry, version)
    guid = _text(_get(entry, "id"))
    link = (
        absolute_url(_text(_get(entry, "feedburner_origlink")), base)
        or absolute_url(_text(_get(entry, "link")), base)
        or next(iter(_hrefs(_get(entry, "links") or (), "alternate", base)), None)
        or (absolute_url(guid, None) if guid else None)
    )
    summary = clean_paragraphs(_text(_get(entry, "summary")), MAX_SUMMARY)
    contents = [
        clean_paragraphs(_text(part.get("value")))
        for part in _get(entry, "content") or ()
        if isinstance(part, Mapping) and _is_prose(part)
    ]
    text = max(contents, key=len, default="")
    if len(text) <= len(summary):
        text = ""
    return finish_item(
        Item(
            guid=guid[:MAX_GUID] if guid else None,
            link=link,
            url=None,
            title=clean_line(_text(_get(entry, "title"))),
            summary=summary,
            text=text,
            authors=_read_authors(entry),
            tags=clean_names(
                _text(tag.get("term") or tag.get("label"))
                for tag in _get(entry, "tags") or ()
                if isinstance(tag, Mapping)
            ),
            published_raw=_text(_get(entry, dated)),
        ),
        now=now,
        updated_raw=_text(_get(entry, "updated")),
        zone=zone_of(link or base),
        feed_language=language,
        known=(
            _instant(_get(entry, f"{dated}_parsed")),
            _instant(_get(entry, "updated_parsed")),
        ),
    )


def _name_date(entry: Any, version: str) -> str:
    """Name the date of publication: feedparser calls the only date of RDF and some RSS "updated"."""
    for name in ("published", "created"):
        if _text(_get(entry, name)):
            return name
    return "published" if version.startswith("atom") else "updated"


def _read_authors(entry: Any) -> tuple[str, ...]:
    named = [
        _text(author.get("name") or author.get("email"))
        for author in _get(entry, "authors") or ()
        if isinstance(author, Mapping)
    ]
    return clean_names(named if any(named) else [_text(_get(entry, "author"))])


def _read_ttl(feed: Any) -> float | None:
    ttl = _text(_get(feed, "ttl"))
    if ttl and ttl.strip().isdecimal() and len(ttl) < 9 and int(ttl) > 0:
        return int(ttl) * 60.0
    period = _PERIODS.get((_text(_get(feed, "sy_updateperiod")) or "").strip().lower())
    if period is None:
        return None
    frequency = (_text(_get(feed, "sy_updatefrequency")) or "1").strip()
    return period / max(1, int(frequency) if frequency.isdecimal() and len(frequency) < 6 else 1)


def _read_skips(body: bytes) -> dict[str, list[str]]:
    """Read skipHours and skipDays, which feedparser does not know, from the channel's head."""
    head = body[:200_000].lower()
    skips: dict[str, list[str]] = {}
    for kind in ("hours", "days"):
        start = head.find(f"<skip{kind}".encode())
        end = head.find(f"</skip{kind}".encode(), start)
        inside = head[start : min(end, start + 4_000)] if 0 <= start < end else b""
        skips[kind] = [value.decode() for value in _VALUE.findall(inside)]
    return skips


def _read_tombstones(body: bytes) -> tuple[str, ...]:
    """Read the guids of `at:deleted-entry` (RFC 6721)."""
    refs: list[str] = []
    at = body.find(b"deleted-entry")
    while at >= 0 and len(refs) < _MAX_TOMBSTONES:
        found = _REF.search(body, at, max(at, body.find(b">", at, at + 4_000)))
        if found:
            refs.append(html.unescape(found.group(1).decode("utf-8", "replace")))
        at = body.find(b"deleted-entry", at + 1)
    return tuple(dict.fromkeys(refs))


def _format_of(version: str) -> FeedFormat:
    if version in {"rss090", "rss10"}:
        return "rdf"
    for start, kind in (("rss", "rss"), ("atom", "atom"), ("cdf", "cdf")):
        if version.startswith(start):
            return kind  # type: ignore[return-value]  # one of the literals above
    return "unknown"


def _say_why(body: bytes, found: Any) -> str:
    if _HTML.match(body[:4000]):
        return "it is an HTML page, not a feed; `tocsin feeds add` finds the feeds of a page"
    if found.get("bozo"):
        error = found.get("bozo_exception")
        return f"it is no feed: {type(error).__name__}: {error}"[:300]
    return "it is XML or text, but no feed"


def _say_problems(found: Any, entries: int) -> tuple[str, ...]:
    problems = []
    if found.get("bozo"):
        error = found.get("bozo_exception")
        if not isinstance(error, feedparser.NonXMLContentType):
            problems.append(f"{type(error).__name__}: {error}"[:200])
    if entries > MAX_ITEMS:
        problems.append(f"{entries} items, of which the first {MAX_ITEMS} were read")
    return tuple(problems)


def _hrefs(links: Iterable[Any], rel: str, base: str) -> tuple[str, ...]:
    urls = (
        absolute_url(_text(link.get("href")), base)
        for link in links
        if isinstance(link, Mapping) and str(link.get("rel", "")).lower() == rel
    )
    return tuple(dict.fromkeys(url for url in urls if url))[:5]


def _is_prose(part: Mapping[str, Any]) -> bool:
    kind = str(part.get("type") or "text/html").lower()
    return kind.startswith("text/") or "html" in kind or "xml" in kind


def _language(code: Any) -> str | None:
    found = re.match(r"[A-Za-z]{2,3}(?![A-Za-z])", _text(code) or "")
    return found.group().lower() if found else None


def _instant(parsed: Any) -> dt.datetime | None:
    try:
        return dt.datetime.fromtimestamp(calendar.timegm(parsed), dt.UTC) if parsed else None
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _get(mapping: Any, key: str) -> Any:
    """Read a key as it stands: feedparser's own `get` answers for other keys than were asked."""
    return dict.get(mapping, key) if isinstance(mapping, dict) else None
