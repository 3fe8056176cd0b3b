"""A news sitemap in, a `ParsedFeed` out: Google's `news:news` entries, for outlets without a feed.

A plain sitemap lists pages, not articles, and a sitemap index lists sitemaps: both are refused with
what to do. Entities are never expanded and no DTD is loaded.
"""

from __future__ import annotations

import datetime as dt
import io
import re

from lxml import etree

from producers.finish import MAX_ITEMS, ZoneOf, clean_names, finish_item
from producers.items import Item, NotAFeed, ParsedFeed
from producers.links import absolute_url
from producers.text import clean_line

_ROOT = re.compile(
    rb"^[\xef\xbb\xbf\s]*(?:<\?[^>]*\?>\s*|<!--.{0,2000}?-->\s*)*<(?:\w{1,20}:)?(urlset|sitemapindex)\b",
    re.DOTALL,
)


def looks_like_sitemap(body: bytes) -> bool:
    """Tell whether the root element is one of the sitemap protocol."""
    return _ROOT.match(body[:5000]) is not None


def parse_sitemap(
    body: bytes, *, url: str, now: dt.datetime, zone_of: ZoneOf
) -> ParsedFeed | NotAFeed:
    """Parse a news sitemap; `zone_of` knows an outlet's time zone."""
    root = _ROOT.match(body[:5000])
    if root is not None and root.group(1) == b"sitemapindex":
        return NotAFeed("it is a sitemap index; give the address of one of its news sitemaps")
    items: list[Item] = []
    plain = 0
    publication = None
    problems: tuple[str, ...] = ()
    walk = etree.iterparse(
        io.BytesIO(body),
        events=("end",),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        recover=True,
    )
    try:
        for _, element in walk:
            if _name(element) != "url":
                continue
            fields = _read_fields(element)
            element.clear()
            if "title" not in fields and "publication_date" not in fields:
                plain += 1
                continue
            publication = publication or fields.get("name")
            if len(items) < MAX_ITEMS:
                items.append(_build_item(fields, url, now, zone_of))
    except etree.XMLSyntaxError as error:
        problems = (f"{type(error).__name__}: {error}"[:200],)
    if not items and plain:
        return NotAFeed(f"it is a sitemap of {plain} pages without news entries")
    return ParsedFeed(
        format="sitemap",
        version="news-sitemap",
        title=clean_line(publication) or None,
        items=tuple(items),
        problems=problems,
    )


def _read_fields(element: etree._Element) -> dict[str, str]:
    fields: dict[str, str] = {}
    for child in element.iter():
        name = _name(child)
        if name and child.text and child.text.strip():
            fields.setdefault(name, child.text.strip())
    return fields


def _build_item(fields: dict[str, str], url: str, now: dt.datetime, zone_of: ZoneOf) -> Item:
    link = absolute_url(fields.get("loc"), url)
    return finish_item(
        Item(
            guid=fields.get("loc"),
            link=link,
            url=None,
            title=clean_line(fields.get("title")),
            tags=clean_names((fields.get("keywords") or "").split(",")),
            published_raw=fields.get("publication_date"),
        ),
        now=now,
        updated_raw=fields.get("lastmod"),
        zone=zone_of(link or url),
        feed_language=(fields.get("language") or "")[:2].lower() or None,
    )


def _name(element: etree._Element) -> str:
    # in recovery libxml2 keeps names that are none, which QName refuses
    return re.split("[}:]", element.tag)[-1] if isinstance(element.tag, str) else ""
