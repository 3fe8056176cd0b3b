"""An item, its feed and its page in; out, the `Article` that goes to Kafka.

The feed's own full text is kept where it is the longer; a page's text only where it clearly says
more. What is too long for the wire is cut, text first.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from producers.dates import judge_date
from producers.items import Item, Page, ParsedFeed
from producers.links import hide_secrets
from producers.publishers import Outlet
from producers.text import cut_text
from producers.wires import find_wire
from streams.identity import article_version
from streams.records import MAX_RECORD_BYTES, Article, PublishedFrom, TextSource, encode

BACKFILL_AGE = dt.timedelta(hours=48)
"""On a feed's first fetch, older items are history: they are read, but ring no alert."""
_WIRE_ROOM = MAX_RECORD_BYTES - 100_000


@dataclass(frozen=True, slots=True)
class Source:
    """The feed that an item came from, at one fetch."""

    feed: str
    parsed: ParsedFeed
    fetched: dt.datetime
    first: bool
    """Whether it is the first fetch ever of the feed."""


def build_article(
    item: Item, article: str, source: Source, outlet: Outlet, page: Page | None = None
) -> Article:
    """Build the article of an item; `article` is its id."""
    text, text_source = _choose_text(item, page)
    published, published_from, offset = _choose_date(item, source.fetched, page)
    title = item.title or (page.title if page else None) or cut_text(item.summary or text, 140)
    old = published is not None and published < source.fetched - BACKFILL_AGE
    return Article(
        id=article,
        version=article_version(title, item.summary, text),
        feed=hide_secrets(source.feed),
        feed_title=source.parsed.title,
        guid=item.guid,
        url=item.url,
        link=item.link,
        publisher=outlet.name,
        family=outlet.family,
        wire=find_wire(item.summary, text, item.authors),
        title=cut_text(title, 2_000),
        summary=item.summary,
        text=text,
        text_source=text_source,
        language=item.language or source.parsed.language or outlet.language,
        authors=item.authors or (page.authors if page else ()),
        tags=item.tags,
        published=published,
        published_from=published_from,
        published_raw=item.published_raw,
        published_offset=offset,
        fetched=source.fetched,
        withdrawn=item.withdrawn,
        backfill=source.first and old,
    )


def fit_wire(article: Article) -> bytes | None:
    """Encode an article, cutting its text until it fits the wire; None if it cannot fit."""
    raw = encode(article)
    limit = 200_000
    while len(raw) > _WIRE_ROOM and limit >= 1_000:
        limit //= 2
        article = article.model_copy(
            update={
                "text": cut_text(article.text, limit),
                "summary": cut_text(article.summary, limit // 4),
            }
        )
        raw = encode(article)
    return raw if len(raw) <= _WIRE_ROOM else None


def needs_page(item: Item, enough: int) -> bool:
    """Tell whether a feed's item carries too little text to be read well."""
    return item.link is not None and len(item.text or item.summary) < enough


def _choose_text(item: Item, page: Page | None) -> tuple[str, TextSource]:
    if page is not None and len(page.text) > max(len(item.text), len(item.summary)):
        return page.text, "page"
    if item.text:
        return item.text, "feed"
    return "", "none"


def _choose_date(
    item: Item, fetched: dt.datetime, page: Page | None
) -> tuple[dt.datetime | None, PublishedFrom, int | None]:
    if item.published is not None and item.published_from != "url":
        return item.published, item.published_from, item.published_offset
    if page is not None and page.date:
        judged = judge_date(page.date, now=fetched)
        if judged.instant is not None:
            return judged.instant, "page", None
    return item.published, item.published_from, item.published_offset
