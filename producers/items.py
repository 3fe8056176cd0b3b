"""What a feed's bytes become: a `ParsedFeed` with its `Item`s, or `NotAFeed` with the reason.

Items are plain text throughout: no markup, no entities, no control characters. They know nothing of
earlier polls; `producers.articles` decides what is new.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

from streams.records import PublishedFrom

FeedFormat = Literal["rss", "rdf", "atom", "json", "sitemap", "cdf", "unknown"]

DateProblem = Literal["missing", "unparseable", "future", "ancient", "no_zone", "wrong_zone"]
DATE_PROBLEMS: dict[DateProblem, str] = {
    "missing": "the item has no date",
    "unparseable": "the item's date is no date that Tocsin can read",
    "future": "the item's date lies in the future, so it was not believed",
    "ancient": "the item's date is before 1990 (a default of some software), so it was not believed",
    "no_zone": "the date says no time zone; the outlet's own was taken, else UTC",
    "wrong_zone": "the date said UTC but was the outlet's local time; it was corrected",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a feed."""

    guid: str | None
    """The feed's own id, as given."""
    link: str | None
    """The link as given, made absolute; http or https only."""
    url: str | None
    """The canonical form of `link`."""
    title: str
    summary: str = ""
    text: str = ""
    """Full text where the feed carries it, paragraphs parted by blank lines."""
    language: str | None = None
    """ISO 639-1."""
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    published: dt.datetime | None = None
    published_from: PublishedFrom = "unknown"
    published_raw: str | None = None
    published_offset: int | None = None
    """Minutes east of UTC where the date said so."""
    date_problem: DateProblem | None = None
    updated: dt.datetime | None = None
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed that could be read, possibly with no items."""

    format: FeedFormat
    version: str
    """The exact dialect, e.g. rss20, atom10."""
    title: str | None = None
    link: str | None = None
    language: str | None = None
    items: tuple[Item, ...] = ()
    deleted: tuple[str, ...] = ()
    """Guids the feed says it took back (Atom tombstones, RFC 6721)."""
    hubs: tuple[str, ...] = ()
    """WebSub hubs."""
    self_url: str | None = None
    """The address the feed gives itself: the topic at a hub."""
    ttl: float | None = None
    """Seconds the feed asks readers to wait: `ttl`, or `sy:updatePeriod` over its frequency."""
    skip_hours: frozenset[int] = frozenset()
    """Hours of the day (GMT) in which the feed does not change."""
    skip_days: frozenset[int] = frozenset()
    """Days of the week (Monday is 0) on which the feed does not change."""
    problems: tuple[str, ...] = field(default=())
    """What was wrong with the bytes, for a person; the items were read nevertheless."""


@dataclass(frozen=True, slots=True)
class NotAFeed:
    """The bytes are no feed."""

    reason: str


@dataclass(frozen=True, slots=True)
class Page:
    """What the page of an article says."""

    text: str = ""
    """Plain text, paragraphs parted by blank lines; empty when the page holds no article."""
    title: str | None = None
    date: str | None = None
    """Day of publication as the page says it, ISO 8601."""
    authors: tuple[str, ...] = ()
