"""The newsroom: what it promises to hold, and feeds that any reader takes."""

from __future__ import annotations

import datetime as dt
import urllib.error
import urllib.request
from collections.abc import Iterator

import feedparser
import pytest
from standardwebhooks import Webhook

from tocsin.demo.newsroom import BROKEN, Newsroom, load_outlets, render_feed, serve_newsroom


@pytest.fixture
def room() -> Iterator[Newsroom]:
    """The newsroom, served."""
    with serve_newsroom() as served:
        yield served


def fetch(address: str, tag: str | None = None) -> tuple[int, bytes, str | None]:
    """Fetch an address: status, body and validator."""
    request = urllib.request.Request(address, headers={"If-None-Match": tag} if tag else {})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read(), answer.headers["ETag"]
    except urllib.error.HTTPError as error:
        return error.code, b"", error.headers["ETag"]


def test_it_is_as_large_as_it_says() -> None:
    """At least five outlets and 24 articles, in both formats, one of them without a date."""
    outlets = load_outlets("morning")
    stories = [story for outlet in outlets for story in outlet.stories]

    assert len(outlets) >= 5
    assert len(stories) >= 24
    assert {outlet.format for outlet in outlets} == {"rss", "atom"}
    assert sum(story.published is None for story in stories) == 1
    assert len({story.url for story in stories}) == len(stories)


def test_a_wire_story_is_carried_by_two() -> None:
    """Two outlets print the same words, under headlines of their own."""
    bodies: dict[tuple[str, ...], list[str]] = {}
    for outlet in load_outlets("morning"):
        for story in outlet.stories:
            bodies.setdefault(story.body, []).append(outlet.name)

    assert [names for names in bodies.values() if len(names) > 1] == [
        ["The Harbour Post", "The Northern Ledger"]
    ]


def test_the_evening_corrects_one_article() -> None:
    """The correction keeps the address and changes the words; everything else is as it was."""
    morning = {s.url: s for outlet in load_outlets("morning") for s in outlet.stories}
    evening = {s.url: s for outlet in load_outlets("evening") for s in outlet.stories}

    changed = [url for url, story in evening.items() if story != morning[url]]

    assert changed == ["https://harbour-post.example/chittagong-factory-fire"]
    assert morning.keys() == evening.keys()


def test_every_feed_is_well_formed() -> None:
    """A parser finds every article, with its text and its date."""
    for outlet in load_outlets("evening"):
        feed = feedparser.parse(render_feed(outlet))

        assert not feed.bozo
        assert [entry.title for entry in feed.entries] == [s.title for s in outlet.stories]
        for entry, story in zip(feed.entries, outlet.stories, strict=True):
            assert entry.content[0].value == "".join(f"<p>{line}</p>" for line in story.body)
            assert ("published" in entry) == (story.published is not None)


def test_what_is_unchanged_costs_a_304(room: Newsroom) -> None:
    """The second fetch of an edition sends nothing; the next edition sends the changed feed."""
    address = f"{room.address}/harbour-post/feed.xml"
    status, body, tag = fetch(address)
    again = fetch(address, tag)
    room.edition = "evening"
    changed = fetch(address, tag)

    assert (status, b"kills nine" in body) == (200, True)
    assert again == (304, b"", tag)
    assert (changed[0], b"kills eleven" in changed[1]) == (200, True)


def test_the_broken_feed_is_served_and_is_none(room: Newsroom) -> None:
    """It looks like a feed from outside, and holds a page; other addresses are 404."""
    (broken,) = (address for address in room.feeds if f"/{BROKEN}/" in address)

    assert feedparser.parse(fetch(broken)[1]).entries == []
    assert fetch(f"{room.address}/nobody/feed.xml")[0] == 404


def test_the_desk_takes_an_alert_only_with_a_good_signature(room: Newsroom) -> None:
    """A signature over id, time and body is needed; the same delivery twice is one alert."""
    body = b'{"type": "alert"}'
    now = dt.datetime.now(dt.UTC)
    signed = Webhook(room.secret).sign("a1", now, body.decode())
    headers = {
        "webhook-id": "a1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signed,
    }

    def post(changed: dict[str, str]) -> int:
        request = urllib.request.Request(
            f"{room.address}/desk", data=body, headers=headers | changed
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    assert post({"webhook-id": "a2"}) == 401
    assert post({"webhook-signature": "v1,AAAA"}) == 401
    assert room.alerts == {}
    assert (post({}), post({})) == (204, 204)
    assert room.alerts == {"a1": {"type": "alert"}}
