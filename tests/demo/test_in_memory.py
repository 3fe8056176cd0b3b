"""The newsroom read and merged in this process, without servers: what is expected does not hang on order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from sinks.elastic.documents import build_document
from streams.identity import article_id, article_version
from streams.records import Article, Mention
from tocsin.clustering import merge_all, read_all
from tocsin.demo.expected import find_problems, load_expected
from tocsin.demo.newsroom import Edition, Outlet, Story, load_outlets

FIRST_POLL = dt.datetime(2026, 4, 14, 20, tzinfo=dt.UTC)
Read = list[tuple[Article, tuple[Mention, ...]]]


def build_article(outlet: Outlet, story: Story, fetched: dt.datetime) -> Article:
    """Build the article that the poller makes of a story."""
    body = "\n\n".join(story.body)
    published = story.published
    zone = published.utcoffset() if published else None
    return Article(
        id=article_id(story.url, None, "", ""),
        version=article_version(story.title, story.body[0], body),
        feed=f"{outlet.home}/feed.xml",
        url=story.url,
        publisher=outlet.name,
        family=outlet.name,
        title=story.title,
        summary=story.body[0],
        text=body,
        text_source="feed",
        language="en",
        authors=(story.author,),
        tags=story.tags,
        published=published,
        published_from="feed" if published else "unknown",
        published_offset=int(zone.total_seconds() // 60) if zone is not None else None,
        fetched=fetched,
    )


@pytest.fixture(scope="module")
def morning_and_evening() -> tuple[Read, Read]:
    """Every article of the morning, and those that are other in the evening, as read."""
    told: dict[str, Story] = {}
    read: dict[Edition, Read] = {}
    editions: tuple[Edition, ...] = ("morning", "evening")
    for hour, edition in enumerate(editions):
        fetched = FIRST_POLL + dt.timedelta(hours=hour)
        new = [
            build_article(outlet, story, fetched)
            for outlet in load_outlets(edition)
            for story in outlet.stories
            if told.get(story.url) != story
        ]
        told |= {story.url: story for outlet in load_outlets(edition) for story in outlet.stories}
        read[edition] = list(read_all(new, jobs=1))
    return read["morning"], read["evening"]


@pytest.mark.parametrize(
    "order", [list, lambda read: read[::-1], lambda read: read[1::2] + read[::2]]
)
def test_what_is_expected_comes_out_in_any_order(
    morning_and_evening: tuple[Read, Read], order: Callable[[Read], Read]
) -> None:
    """Outlets may be polled in any order; the correction comes with the next poll."""
    morning, evening = morning_and_evening
    expected = load_expected()

    events = merge_all([*order(morning), *evening]).list_events()

    documents = [build_document(event, FIRST_POLL).fields for event in events]
    counts = {name: getattr(expected, name) for name in ("articles", "alerts", "delivered")}
    assert find_problems(expected, documents, counts, expected.deadletters) == []
