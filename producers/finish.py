"""An item as its format told it in; out, the item with what every format shares filled in.

That is: the canonical URL, the dates judged, the language, and whether it is a notice of withdrawal.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import replace
from zoneinfo import ZoneInfo

from producers.dates import date_in_url, judge_date
from producers.items import Item
from producers.language import detect_language
from producers.links import canonical_url
from producers.text import clean_line
from producers.withdrawn import is_withdrawal
from streams.records import PublishedFrom

MAX_ITEMS = 20_000
"""More entries than any feed has; a sitemap may hold 50,000, of which the first are read."""
MAX_GUID = 2_000
MAX_SUMMARY = 20_000
_MAX_NAMES = 50

ZoneOf = Callable[[str | None], ZoneInfo | None]
"""Knows the time zone of the outlet whose link it is given."""


def finish_item(
    item: Item,
    *,
    now: dt.datetime,
    updated_raw: str | None = None,
    zone: ZoneInfo | None = None,
    feed_language: str | None = None,
    known: tuple[dt.datetime | None, dt.datetime | None] = (None, None),
) -> Item:
    """Finish an item seen at `now`, published by an outlet whose clock is `zone`.

    `known` are the published and updated instants as another reader understood them.
    """
    url = canonical_url(item.link)
    published = judge_date(item.published_raw, now=now, zone=zone, known=known[0])
    updated = judge_date(updated_raw, now=now, zone=zone, known=known[1])
    instant, offset, problem = published.instant, published.offset, published.problem
    source: PublishedFrom = "feed" if instant else "unknown"
    raw = item.published_raw
    if instant is None and updated.instant is not None:
        instant, offset, source = updated.instant, updated.offset, "updated"
        if problem == "missing":
            problem, raw = updated.problem, updated_raw
    if instant is None:
        instant = _instant_in_url(url, now)
        source = "url" if instant else "unknown"
    prose = f"{item.title}\n{item.summary or item.text[:2000]}"
    return replace(
        item,
        url=url,
        language=detect_language(prose, item.language or feed_language),
        published=instant,
        published_from=source,
        published_raw=raw[:200] if raw else None,
        published_offset=offset,
        date_problem=problem,
        updated=updated.instant,
        withdrawn=item.withdrawn or is_withdrawal(item.title),
    )


def clean_names(names: Iterable[str | None]) -> tuple[str, ...]:
    """Clean by-lines or tags: plain text, each once, none endless."""
    cleaned = (clean_line(name)[:200] for name in names)
    return tuple(dict.fromkeys(name for name in cleaned if name))[:_MAX_NAMES]


def _instant_in_url(url: str | None, now: dt.datetime) -> dt.datetime | None:
    day = date_in_url(url)
    if day is None:
        return None
    instant = dt.datetime.combine(day, dt.time.min, dt.UTC)
    return instant if dt.datetime(1990, 1, 1, tzinfo=dt.UTC) <= instant <= now else None
