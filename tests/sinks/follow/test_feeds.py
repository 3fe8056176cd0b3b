"""Feeds are valid for any reader, update with their events, and cost nothing when unchanged."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import json
import random
import re
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import feedparser
import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from pydantic import SecretStr, ValidationError

from sinks.consume import Message
from sinks.follow.fill import Filler
from sinks.follow.render import ATOM, Feed, render_atom, render_json
from sinks.follow.serve import Door, build_app
from sinks.follow.settings import ServeSettings
from sinks.follow.store import STORE, FeedStore
from streams.records import Event, LedgerEntry, encode
from tests.alerting.scripts import build_event

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
FEED = Feed("ana", "Ana's <list> & more", "http://127.0.0.1:8321")
NASTY = 'Bomb <script>alert(1)</script> & "quotes" \x00\x0b \u202e end ]]>'


def build_told(event: str = "e1", url: str | None = "https://a.example/1", **said: Any) -> Event:
    """Build an event with one entry in its ledger."""
    built = build_event(event, **said)
    entry = LedgerEntry(
        claimant="The Courier",
        stance="asserts",
        sentence=NASTY,
        at=built.last_changed,
        article_id="a1",
        mention_id="m1",
        publisher="The Courier",
        family="The Courier",
        url=url,
    )
    return built.model_copy(update={"ledger": (entry,), "summary": NASTY})


def parse(body: bytes) -> Any:
    """Parse a feed, and let nothing be wrong with it."""
    parsed = feedparser.parse(body)
    assert not parsed.bozo, parsed.bozo_exception
    return parsed


def test_atom_passes_feedparser() -> None:
    """No bozo flag, also with hostile titles."""
    events = [
        build_told("e1", title=NASTY, killed=11, country="UA"),
        build_told("e2", day=NOON.date()),
    ]
    parsed = parse(render_atom(FEED, events))
    assert parsed.version == "atom10"
    assert parsed.feed.title == "Ana's <list> & more"
    assert [entry.id for entry in parsed.entries] == ["urn:tocsin:event:e1", "urn:tocsin:event:e2"]
    assert parsed.entries[0].link == "https://a.example/1"
    assert "<script>" not in parsed.entries[0].content[0].value


def test_empty_feed_is_valid() -> None:
    """A list that has nothing yet is still a feed."""
    assert parse(render_atom(FEED, [])).entries == []
    assert json.loads(render_json(FEED, []))["items"] == []


def test_atom_keeps_the_rules_of_rfc_4287() -> None:
    """One id, title and updated each; authors; a self link; RFC 3339 times; ids that are unique."""
    events = [build_told(f"e{n}", title="" if n else NASTY, publishers=[]) for n in range(3)]
    root = etree.fromstring(render_atom(FEED, events))
    for element in (root, *root.findall(f"{{{ATOM}}}entry")):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{{{ATOM}}}{name}")) == 1
        for name in ("updated", "published"):
            for time in element.findall(f"{{{ATOM}}}{name}"):
                assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", time.text or "")
        alternates = [
            (link.get("type"), link.get("hreflang"))
            for link in element.findall(f"{{{ATOM}}}link")
            if link.get("rel") == "alternate"
        ]
        assert len(alternates) == len(set(alternates))
    # an entry without an author takes that of the feed
    assert root.find(f"{{{ATOM}}}author/{{{ATOM}}}name") is not None
    assert [e.get("rel") for e in root.findall(f"{{{ATOM}}}link")].count("self") == 1
    ids = [element.text for element in root.iter(f"{{{ATOM}}}id")]
    assert len(ids) == len(set(ids))
    # RFC 4287, 4.1.2: an entry without content must have an alternate link; ours all have content
    assert len(root.findall(f"{{{ATOM}}}entry/{{{ATOM}}}content")) == 3


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://a.example/ x", 'https://a/"><b>', None]
)
def test_links_that_are_not_safe_are_left_out(url: str | None) -> None:
    """What is no plain address of the web is no link."""
    event = build_told(url=url)
    assert not parse(render_atom(FEED, [event])).entries[0].get("links")
    assert "url" not in json.loads(render_json(FEED, [event]))["items"][0]


def test_json_feed_has_what_version_1_1_asks() -> None:
    """Version, title, and for each item an id and content; dates in RFC 3339."""
    whole = json.loads(render_json(FEED, [build_told(title=NASTY, killed=11)]))
    assert whole["version"] == "https://jsonfeed.org/version/1.1"
    assert whole["title"]
    item = whole["items"][0]
    assert isinstance(item["id"], str)
    assert item["content_text"]
    assert item["_tocsin"]["tolls"] == {"killed": 11.0}
    for name in ("date_published", "date_modified"):
        assert dt.datetime.fromisoformat(item[name]).tzinfo is not None


@settings(max_examples=40, deadline=None)
@given(rng=st.randoms(use_true_random=False))
def test_any_order_gives_the_same_feed(tmp_path_factory: Any, rng: random.Random) -> None:
    """Revisions late, early and doubled; a join; a withdrawal: the newest of each event stands."""
    events = [
        build_event("e1", revision=1, killed=3),
        build_event("e1", revision=2, killed=5),
        build_event("e2", revision=1, kind="flood"),
        build_event("e2", revision=2, kind="flood", superseded_by="e1"),
        build_event("e3", revision=1),
        build_event("e3", revision=2, status="withdrawn"),
        build_event("e4", revision=1),
        build_event("e4", revision=2, kind="flood"),
    ]
    mixed = [*events, *rng.sample(events, 3)]
    rng.shuffle(mixed)
    store = FeedStore(tmp_path_factory.mktemp("feeds") / STORE)
    for event in mixed:
        is_followed = event.kind == "missile_strike" and event.status != "withdrawn"
        store.put([(event, ["ana"] if is_followed else [])])
    found = {event.id: event.revision for event in store.list_entries("ana", 10)}
    store.close()
    found.pop("e3", None)  # it stays only where it was read before it was withdrawn
    assert found == {"e1": 2}


def test_withdrawn_event_stays_and_says_so(tmp_path: Path) -> None:
    """People have read it: the feed tells them that it is taken back."""
    store = FeedStore(tmp_path / STORE)
    store.put([(build_event("e1", revision=1), ["ana"])])
    store.put([(build_event("e1", revision=2, status="withdrawn"), [])])
    entry = parse(render_atom(FEED, store.list_entries("ana", 10))).entries[0]
    assert entry.title == "Withdrawn: Headline of e1"


def test_list_that_changes_is_filled_again(tmp_path: Path) -> None:
    """A new list, or one that follows something else, has its entries from the events there are."""
    meaning = {"ana": "floods"}
    store = FeedStore(tmp_path / STORE)
    filler = Filler(
        store,
        lambda: meaning,
        lambda event: [n for n, kinds in meaning.items() if event.kind in kinds],
    )
    assert filler.refresh(NOON) == ["ana"]
    batch = [
        Message("tocsin.events", 0, n, None, encode(build_event(f"e{n}", kind=kind)))
        for n, kind in enumerate(("flood", "storm"))
    ]
    meaning["ana"] = "flood"
    assert filler.take([*batch, Message("tocsin.events", 0, 9, None, b"no event")]) == 2
    filler.refresh(NOON)
    assert [event.kind for event in store.list_entries("ana", 9)] == ["flood"]
    meaning["ana"] = "storm"
    filler.refresh(NOON)
    assert [event.kind for event in store.list_entries("ana", 9)] == ["storm"]


def test_list_that_could_not_be_filled_is_filled_later(tmp_path: Path) -> None:
    """Its meaning is noted with its entries or not at all, so that a kill in between loses nothing."""
    store = FeedStore(tmp_path / STORE)
    with pytest.raises(sqlite3.IntegrityError):
        store.refill("ana", "floods", ["an event that the store does not know"], 0.0)
    assert not store.is_filled("ana", "floods")
    store.refill("ana", "floods", [], 0.0)
    assert store.is_filled("ana", "floods")
    store.close()


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[tuple[FeedStore, str]]:
    """A store, and the address it is served at."""
    store = FeedStore(tmp_path / STORE)
    runner = web.AppRunner(build_app(store, lambda: {"ana": "Ana <3"}, 10))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield store, f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()
    store.close()


async def test_unchanged_feed_costs_nothing(served: tuple[FeedStore, str]) -> None:
    """If-None-Match gives 304 without a body, until the event changes."""
    store, base = served
    store.put([(build_told("e1", revision=1, killed=10), ["ana"])])
    async with aiohttp.ClientSession() as session:
        for form in ("atom", "json"):
            async with session.get(f"{base}/feeds/ana.{form}") as first:
                assert first.status == 200
                assert first.headers["Content-Type"].startswith(
                    f"application/{form}".replace("json", "feed")
                )
                tag = first.headers["ETag"]
            async with session.get(
                f"{base}/feeds/ana.{form}", headers={"If-None-Match": tag}
            ) as again:
                assert (again.status, await again.read()) == (304, b"")
        store.put([(build_told("e1", revision=2, killed=11), ["ana"])])
        async with session.get(f"{base}/feeds/ana.json", headers={"If-None-Match": tag}) as changed:
            assert changed.status == 200
            items = (await changed.json(content_type=None))["items"]
            assert [item["_tocsin"]["tolls"]["killed"] for item in items] == [11.0]


def basic(words: str) -> str:
    """Write user and password as a header has them."""
    return f"Basic {base64.b64encode(words.encode()).decode()}"


@contextlib.asynccontextmanager
async def serve(tmp_path: Path, base_url: str | None, door: Door) -> Any:
    """Serve a store behind a door."""
    store = FeedStore(tmp_path / STORE)
    runner = web.AppRunner(build_app(store, lambda: {"ana": "Ana"}, 10, base_url, door))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()
    store.close()


@pytest.mark.parametrize("path", ["/", "/feeds/ana.atom", "/feeds/ana.json", "/feeds/nobody.atom"])
async def test_password_is_asked_for_everywhere(tmp_path: Path, path: str) -> None:
    """Right user and password only; whether a list exists is not told to strangers."""
    door = Door("ana", "pässwörd:x")
    wrong: tuple[dict[str, str], ...] = (
        {},
        {"Authorization": "Bearer x"},
        {"Authorization": "Basic !!!"},
        {"Authorization": basic("ana:password")},
        {"Authorization": basic("bob:pässwörd:x")},
    )
    async with serve(tmp_path, None, door) as base, aiohttp.ClientSession() as session:
        for headers in wrong:
            async with session.get(base + path, headers=headers) as answer:
                assert answer.status == 401
                assert answer.headers["WWW-Authenticate"].startswith("Basic ")
                assert "pässwörd" not in await answer.text()
        right = {"Authorization": basic("ana:pässwörd:x")}
        async with session.get(base + path, headers=right) as answer:
            assert answer.status == (404 if "nobody" in path else 200)


async def test_name_of_a_stranger_is_not_answered(tmp_path: Path) -> None:
    """A page whose name was made to lead to loopback reads nothing; the address people use is answered."""
    async with (
        serve(tmp_path, "https://news.example.org", Door()) as base,
        aiohttp.ClientSession() as session,
    ):
        for host, status in (
            ("evil.example", 421),
            ("127.0.0.1.evil.example", 421),
            ("localhost:8321", 200),
            ("[::1]:8321", 200),
            ("news.example.org", 200),
        ):
            async with session.get(f"{base}/feeds/ana.atom", headers={"Host": host}) as answer:
                assert answer.status == status, host


@pytest.mark.parametrize(
    ("given", "part"),
    [
        ({"host": "0.0.0.0"}, "give a password"),
        ({"host": "::"}, "give a password"),
        ({"password": ""}, "empty"),
        ({"username": "a:b", "password": "x"}, "colon"),
    ],
)
def test_open_doors_are_refused(given: dict[str, Any], part: str) -> None:
    """Listening beyond loopback needs a password, and an empty one is none."""
    with pytest.raises(ValidationError, match=part):
        ServeSettings(**given)
    ServeSettings(host="0.0.0.0", password=SecretStr("x"))


def test_huge_list_stays_bounded(tmp_path: Path) -> None:
    """Two thousand events in a list: the feed has the newest it may have."""
    store = FeedStore(tmp_path / STORE)
    events = [
        build_event(f"e{n}").model_copy(update={"last_changed": NOON + dt.timedelta(seconds=n)})
        for n in range(2_000)
    ]
    store.put([(event, ["ana"]) for event in events])
    entries = store.list_entries("ana", 100)
    assert [event.id for event in entries] == [f"e{n}" for n in range(1_999, 1_899, -1)]
    assert len(render_atom(FEED, entries)) < 200_000
    store.close()


def test_id_stays_and_updated_only_rises(tmp_path: Path) -> None:
    """Revisions in any order: one id, and a reader never sees a time before the last one it saw."""
    store = FeedStore(tmp_path / STORE)
    seen = []
    for revision in (2, 1, 4, 3, 4, 5):
        event = build_event("e1", revision=revision).model_copy(
            update={"last_changed": NOON + dt.timedelta(minutes=revision)}
        )
        store.put([(event, ["ana"])])
        (entry,) = parse(render_atom(FEED, store.list_entries("ana", 10))).entries
        seen.append((entry.id, entry.updated))
    store.close()
    assert {id_ for id_, _ in seen} == {"urn:tocsin:event:e1"}
    assert [updated for _, updated in seen] == sorted(updated for _, updated in seen)


async def test_nothing_but_feeds_is_served(served: tuple[FeedStore, str]) -> None:
    """An unknown list and every other path is 404; the index quotes what people wrote."""
    _, base = served
    async with aiohttp.ClientSession() as session:
        for path in ("/feeds/nobody.atom", "/feeds/ana.xml", "/etc/passwd", "/feeds/../ana.atom"):
            async with session.get(base + path) as answer:
                assert answer.status == 404
        async with session.get(base) as index:
            text = await index.text()
        assert "Ana &lt;3" in text
        async with session.get(f"{base}/feeds/ana.atom") as feed:
            parse(await feed.read())
