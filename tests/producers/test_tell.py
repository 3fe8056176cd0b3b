"""What is told of feeds' health: when it changes, once an hour, and never in a poll's way."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import pytest

from producers.feedlist import Feed
from producers.health import SILENT_AT_LEAST, describe_health, find_silence
from producers.links import hide_secrets
from producers.memory import FeedState
from producers.publish import Letter
from producers.publishers import load_outlets
from producers.tell import Teller
from streams.identity import feed_id
from streams.records import FeedHealth, decode
from streams.topics import FEEDS
from tests.producers.site import NOON, Clock, Shelf, Site, build_item, build_poller, build_rss

URL = "https://example.org/rss"


def list_told(shelf: Shelf) -> list[FeedHealth]:
    """List what was told, oldest first."""
    return [decode(FeedHealth, one.value) for one in shelf.letters if one.topic == FEEDS.name]


def build_state(**fields: object) -> FeedState:
    """Build the state of a feed that is polled well."""
    given: dict[str, object] = {
        "feed": URL,
        "address": URL,
        "next_at": NOON,
        "polls": 9,
        "window": 20,
        "last_new": NOON - dt.timedelta(hours=30),
        "usual_gap": 3_600.0,
    }
    return FeedState.model_validate(given | fields)


async def test_a_feed_is_told_when_it_reads_otherwise(
    site: Site, tmp_path: Path, shelf: Shelf, clock: Clock
) -> None:
    """Well, nothing new (not told), failing with its reason, failing again, well again with news."""
    url = site.url("/feed")
    site.put("/feed", build_rss(build_item("Aurora")))
    async with build_poller(tmp_path, [Feed(url=url, publisher="Post")], shelf, clock) as poller:
        await poller.run_once()
        await poller.run_once()
        site.put("/feed", status=500)
        await poller.run_once()
        await poller.run_once()
        site.put("/feed", build_rss(build_item("Aurora"), build_item("Borealis")))
        await poller.run_once()
    told = list_told(shelf)
    assert [(one.health, one.errors, one.articles) for one in told] == [
        ("well", 0, 1),
        ("failing", 1, 1),
        ("failing", 2, 1),
        ("well", 0, 2),
    ]
    assert {one.id for one in told} == {feed_id(url)}
    assert (told[0].feed, told[0].publisher, told[0].at) == (url, "Post", NOON)
    assert (told[1].error, told[1].outcome, told[1].last_success) == (
        "HTTP 500",
        "http_error",
        NOON,
    )
    assert told[3].error is None


async def test_every_feed_is_told_once_an_hour_and_by_a_new_poller(
    site: Site, tmp_path: Path, shelf: Shelf, clock: Clock
) -> None:
    """So the time of the last poll is hardly older, and what was lost is mended."""
    site.put("/feed", build_rss(build_item("Aurora")))
    urls = [site.url("/feed"), site.url("/gone")]
    site.put("/gone", status=410)
    async with build_poller(tmp_path, urls, shelf, clock) as poller:
        await poller.run_once()
        clock.turn(seconds=3_599)
        await poller.run_once()
        assert len(list_told(shelf)) == 2
        clock.turn(seconds=1)
        await poller.run_once()
    assert [one.health for one in list_told(shelf)] == ["well", "gone"] * 2
    async with build_poller(tmp_path, urls, shelf, clock) as poller:
        await poller.run_once()
    assert len(list_told(shelf)) == 6


async def test_a_feed_that_is_removed_is_told_so(
    site: Site, tmp_path: Path, shelf: Shelf, clock: Clock
) -> None:
    """While the poller runs, and when it was taken from the list between two runs."""
    urls = [site.url(path) for path in ("/a", "/b", "/c")]
    for path in ("/a", "/b", "/c"):
        site.put(path, build_rss(build_item(path[1:])))
    async with build_poller(tmp_path, urls, shelf, clock) as poller:
        await poller.run_once()
        poller.set_feeds([Feed(url=url) for url in urls[:2]])
        await poller.run_once()
    assert [(one.feed, one.health) for one in list_told(shelf)[3:]] == [(urls[2], "removed")]
    shelf.letters.clear()
    async with build_poller(tmp_path, urls[:1], shelf, clock) as poller:
        poller.tell_removed()
        await poller.run_once()
    assert {one.feed: one.health for one in list_told(shelf)} == {
        urls[0]: "well",
        urls[1]: "removed",
        urls[2]: "removed",
    }


async def test_a_running_poller_tells_beside_its_polls(
    site: Site, tmp_path: Path, shelf: Shelf, clock: Clock
) -> None:
    """At the start what is remembered, and at the end what was still to be told."""
    site.put("/feed", status=404)
    stop = asyncio.Event()
    async with build_poller(tmp_path, [site.url("/feed")], shelf, clock) as poller:
        running = asyncio.create_task(poller.run(stop))
        while not poller.states[site.url("/feed")].polls:
            await asyncio.sleep(0.01)
        stop.set()
        await running
    assert [one.health for one in list_told(shelf)][-1] == "failing"


class _Cut(Shelf):
    """A publisher whose first sending is broken off."""

    async def publish(self, letters: Sequence[Letter]) -> None:
        """Break off once, then keep."""
        if not self.waiting:
            self.waiting = 1
            raise asyncio.CancelledError
        self.letters += letters


async def test_what_was_not_acknowledged_is_told_the_next_time() -> None:
    """A feed whose record could not be sent stays marked."""
    shelf, feeds, states = _Cut(), {URL: Feed(url=URL)}, {URL: build_state()}
    teller = Teller(shelf, load_outlets(), Clock())
    teller.mark(URL)
    with pytest.raises(asyncio.CancelledError):
        await teller.tell(feeds, states, {})
    assert await teller.tell(feeds, states, {}) == 1
    assert await teller.tell(feeds, states, {}) == 0
    assert [one.health for one in list_told(shelf)] == ["silent"]


@pytest.mark.parametrize(
    ("fields", "health"),
    [
        ({}, "silent"),
        ({"last_new": NOON - SILENT_AT_LEAST + dt.timedelta(minutes=1)}, "well"),
        ({"usual_gap": 4 * 3_600.0}, "well"),
        ({"usual_gap": None}, "well"),
        ({"errors": 3, "error": "HTTP 500"}, "failing"),
        ({"gone": True}, "gone"),
        ({"last_new": None, "usual_gap": None, "window": 0}, "quiet"),
        ({"polls": 0}, "new"),
    ],
)
def test_the_health_follows_from_what_is_remembered(fields: dict[str, object], health: str) -> None:
    """Silence is measured by the feed's own pace, a day at least; a failure is no silence."""
    state = build_state(**fields)
    told = describe_health(Feed(url=URL), state, NOON, load_outlets())
    assert told.health == health
    if health in {"silent", "well"}:
        assert told.silent_after == find_silence(state)
        assert (health == "silent") == (told.silent_after is not None and told.silent_after < NOON)


def test_a_silence_ends_at_the_time_that_was_told() -> None:
    """A reader compares `silent_after` with the clock, and needs no new record."""
    told = describe_health(Feed(url=URL), build_state(), NOON, load_outlets())
    assert told.silent_after == NOON - dt.timedelta(hours=6)
    assert told.items_per_day == 24


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (
            "https://a.example/rss?id=7&api_key=s3cret&x=1",
            "https://a.example/rss?id=7&api_key=***&x=1",
        ),
        ("https://a.example/rss?token=s3cret", "https://a.example/rss?token=***"),
        ("https://a.example/rss?key=a%20b#top", "https://a.example/rss?key=***#top"),
        ("https://a.example/monkey?keyword=iran", "https://a.example/monkey?keyword=iran"),
    ],
)
def test_keys_and_tokens_in_an_address_are_masked(address: str, shown: str) -> None:
    """Subscribers' feeds carry their key in the address."""
    assert hide_secrets(address) == shown
