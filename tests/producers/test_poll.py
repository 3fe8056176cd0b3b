"""Visits to feeds of a real server, row by row: manners, items, safety, and what is remembered."""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
from pathlib import Path

import pytest
from aiohttp import web

from producers.feedlist import Feed
from producers.learning import Visit
from producers.memory import Memory
from producers.poll import Poller
from producers.workers import Workers
from tests.producers.site import (
    NOON,
    Clock,
    HereRunner,
    Shelf,
    Site,
    build_item,
    build_poller,
    build_rss,
    build_settings,
)


async def poll(poller: Poller) -> Visit:
    """Poll the only feed once."""
    (visit,) = await poller.run_once()
    return visit


async def test_articles_are_sent_once_and_again_when_they_change(
    site: Site, tmp_path: Path, shelf: Shelf, clock: Clock
) -> None:
    """New, unchanged, changed: one article, two versions."""
    site.put("/feed", build_rss(build_item("Aurora")))
    async with build_poller(tmp_path, [site.url("/feed")], shelf, clock) as poller:
        assert (await poll(poller)).new == 1
        assert (await poll(poller)).outcome == "unchanged"
        site.put("/feed", build_rss(build_item("Aurora"), build_item("Borealis")))
        assert (await poll(poller)).new == 1
        site.put("/feed", build_rss(build_item("Aurora", summary="Corrected."), title="Other"))
        visit = await poll(poller)
    assert (visit.new, visit.changed) == (0, 1)
    first, second, third = shelf.articles
    assert (first.id, first.url) == (third.id, "https://harbour.example/2026/Aurora")
    assert first.version != third.version
    assert first.id != second.id
    assert first.publisher == first.family == "harbour.example"
    assert first.published == dt.datetime(2026, 3, 10, 8, 30, tzinfo=dt.UTC)
    assert (first.published_offset, first.backfill, first.fetched) == (60, False, NOON)


async def test_validators_are_sent_back_word_for_word(
    site: Site, tmp_path: Path, shelf: Shelf, clock: Clock
) -> None:
    """ETag with its quotes, and Last-Modified; 304 is no work, and now and then is not believed."""
    site.put(
        "/feed",
        build_rss(build_item("A")),
        etag='W/"a-1"',
        Last_Modified="Tue, 10 Mar 2026 09:00:00 GMT",
    )
    async with build_poller(tmp_path, [site.url("/feed")], shelf, clock) as poller:
        await poll(poller)
        assert (await poll(poller)).outcome == "not_modified"
        seen = site.asked("/feed")[1].headers
        assert seen["If-None-Match"] == 'W/"a-1"'
        assert seen["If-Modified-Since"] == "Tue, 10 Mar 2026 09:00:00 GMT"
        outcomes = [(await poll(poller)).outcome for _ in range(22)]
    assert outcomes.count("unchanged") == 1
    assert len(shelf.articles) == 1


async def test_validators_that_lie_are_not_trusted_any_more(
    site: Site, tmp_path: Path, shelf: Shelf, clock: Clock
) -> None:
    """The body changed under the same ETag: say so, and ask without it."""
    body = {"now": build_rss(build_item("A"))}

    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=body["now"], headers={"ETag": '"same"'})

    site.handle("/feed", answer)
    async with build_poller(tmp_path, [site.url("/feed")], shelf, clock) as poller:
        await poll(poller)
        body["now"] = build_rss(build_item("B"), build_item("A"))
        visit = await poll(poller)
        await poll(poller)
    assert visit.notes == ["its validators lie: they are not sent any more"]
    assert "If-None-Match" in site.asked("/feed")[1].headers
    assert "If-None-Match" not in site.asked("/feed")[2].headers


async def test_a_permanent_redirect_moves_the_feed_when_it_repeats(
    site: Site, tmp_path: Path, shelf: Shelf, clock: Clock
) -> None:
    """Three times the same: then the new address is asked at once; its name stays."""
    site.put("/old", status=301, Location="/new")
    site.put("/new", build_rss(build_item("A")))
    async with build_poller(tmp_path, [site.url("/old")], shelf, clock) as poller:
        notes = [(await poll(poller)).notes for _ in range(4)]
        state = poller.states[site.url("/old")]
        assert notes == [[], [], [f"moved for good to {site.url('/new')}"], []]
        assert (state.feed, state.address) == (site.url("/old"), site.url("/new"))
        assert len(site.asked("/old")) == 3
        # and back again: no circle
        site.put("/new", status=301, Location="/old")
        site.put("/old", build_rss(build_item("A")))
        for _ in range(4):
            await poll(poller)
        assert state.address == site.url("/new")


@pytest.mark.parametrize(
    ("status", "headers", "outcome", "seconds"),
    [
        (404, {}, "not_found", 900),
        (500, {}, "http_error", 900),
        (403, {}, "http_error", 900),
        (429, {}, "rate_limited", 900),
        (429, {"Retry_After": "7200"}, "rate_limited", 7200),
        (503, {"Retry_After": "Tue, 10 Mar 2026 15:00:00 GMT"}, "rate_limited", 10_800),
    ],
)
async def test_errors_back_off_and_servers_are_obeyed(  # noqa: PLR0917 - fixtures and cases
    site: Site, tmp_path: Path, shelf: Shelf, clock: Clock, status: int, headers: dict[str, str],
    outcome: str, seconds: float,
) -> None:  # fmt: skip
    """Each failure is soft: the feed is asked again later, and later each time."""
    site.put("/feed", "no", status=status, **headers)
    async with build_poller(tmp_path, [site.url("/feed")], shelf, clock) as poller:
        visit = await poll(poller)
        state = poller.states[site.url("/feed")]
        wait = (state.next_at - NOON).total_seconds()
        assert (visit.outcome, visit.failed) == (outcome, True)
        assert seconds <= wait <= seconds * 1.1
        if "Retry_After" in headers:
            assert poller.hosts.delay(site.base.partition("//")[2]) > 0
        else:
            await poll(poller)
            assert (state.next_at - NOON).total_seconds() >= 1800
            site.put("/feed", build_rss(build_item("A")))
            assert (await poll(poller)).outcome == "articles"
            assert state.errors == 0


async def test_a_feed_that_is_gone_is_not_asked_again(
    site: Site, tmp_path: Path, shelf: Shelf, clock: Clock
) -> None:
    """410 is an answer for good, also after a restart."""
    site.put("/feed", "no", status=410)
    async with build_poller(tmp_path, [site.url("/feed")], shelf, clock) as poller:
        assert (await poll(poller)).outcome == "gone"
        assert await poller.run_once() == []
    async with build_poller(tmp_path, [site.url("/feed")], shelf, clock) as poller:
        assert await poller.run_once() == []
    assert len(site.seen) == 1


async def test_a_window_that_ran_over_is_told_and_polled_sooner(
    site: Site, tmp_path: Path, shelf: Shelf, clock: Clock
) -> None:
    """Every item new in a busy feed: some were probably missed."""
    site.put("/feed", build_rss(*(build_item(f"a{n}") for n in range(8))))
    async with build_poller(tmp_path, [site.url("/feed")], shelf, clock) as poller:
        await poll(poller)
        state = poller.states[site.url("/feed")]
        state.interval = 4000
        site.put("/feed", build_rss(*(build_item(f"b{n}") for n in range(8))))
        visit = await poll(poller)
    assert visit.overran
    assert (state.overruns, state.interval) == (1, 2000)


async def test_history_is_marked_on_the_first_fetch_only(
    site: Site, tmp_path: Path, shelf: Shelf, clock: Clock
) -> None:
    """Old items of a new feed ring no alert; old items that turn up later may."""
    old = "Sun, 01 Mar 2026 09:00:00 GMT"
    site.put("/feed", build_rss(build_item("A", date=old), build_item("B")))
    async with build_poller(tmp_path, [site.url("/feed")], shelf, clock) as poller:
        await poll(poller)
        site.put("/feed", build_rss(build_item("C", date=old), build_item("B")))
        await poll(poller)
    assert [article.backfill for article in shelf.articles] == [True, False, False]


async def test_an_article_of_two_feeds_is_sent_once(
    site: Site, tmp_path: Path, shelf: Shelf, clock: Clock
) -> None:
    """A paper's sections share stories."""
    site.put("/world", build_rss(build_item("A")))
    site.put("/europe", build_rss(build_item("A", summary="Shorter.")))
    urls = [site.url("/world"), site.url("/europe")]
    async with build_poller(tmp_path, urls, shelf, clock, concurrency=1) as poller:
        await poller.run_once()
        await poller.run_once()
    assert len(shelf.articles) == 1


async def test_a_tombstone_withdraws_its_article(
    site: Site, tmp_path: Path, shelf: Shelf, clock: Clock
) -> None:
    """An Atom feed that says what it took back, once; and a notice in a headline."""
    entry = (
        "<entry><id>urn:1</id><title>Ferry sinks</title><link href='https://h.example/1'/></entry>"
    )
    feed = "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:at='http://purl.org/atompub/tombstones/1.0'>"
    site.put("/feed", f"{feed}<title>t</title>{entry}</feed>")
    async with build_poller(tmp_path, [site.url("/feed")], shelf, clock) as poller:
        await poll(poller)
        gone = "<at:deleted-entry ref='urn:1' when='2026-03-10T10:00:00Z'/>"
        for number in range(2):
            site.put("/feed", f"{feed}<title>t{number}</title>{gone}</feed>")
            await poll(poller)
    before, after = shelf.articles
    assert (after.id, after.withdrawn, before.withdrawn) == (before.id, True, False)


async def test_what_is_no_feed_goes_to_the_dead_letters_once(
    site: Site, tmp_path: Path, shelf: Shelf, clock: Clock
) -> None:
    """With its bytes and the reason; the same bytes are not sent again."""
    site.put("/feed", "<html><body>Maintenance</body></html>", kind="text/html")
    async with build_poller(tmp_path, [site.url("/feed")], shelf, clock) as poller:
        assert (await poll(poller)).outcome == "not_a_feed"
        assert (await poll(poller)).outcome == "not_a_feed"
    (letter,) = shelf.dead
    assert (letter.reason, letter.source) == ("feed_unparseable", site.url("/feed"))
    assert base64.b64decode(letter.raw) == b"<html><body>Maintenance</body></html>"
    assert "HTML page" in letter.detail


async def test_a_hostile_feed_costs_its_own_process_and_nobody_else(
    site: Site, tmp_path: Path, shelf: Shelf, clock: Clock
) -> None:
    """A body that parses for ever is killed at the time limit; the others are polled meanwhile."""
    site.put("/bomb", "<rss><channel>" + "<div>" * 900_000)
    for number in range(5):
        site.put(f"/good{number}", build_rss(build_item(f"A{number}")))
    urls = [site.url("/bomb"), *(site.url(f"/good{number}") for number in range(5))]
    settings = build_settings(tmp_path)
    workers = Workers(2, seconds=0.7)
    feeds = [Feed(url=url) for url in urls]
    async with Poller(settings, feeds, shelf, now=clock, workers=workers) as poller:
        # started before the clock of the bomb runs
        await asyncio.gather(*(workers.run("parse", body=b"<rss/>", url="", now=NOON,
            content_type=None) for _ in range(2)))  # fmt: skip
        visits = {visit.feed: visit.outcome for visit in await poller.run_once()}
    assert visits.pop(site.url("/bomb")) == "parse_failed"
    assert set(visits.values()) == {"articles"}
    assert "timed_out" in shelf.dead[0].detail


async def test_private_addresses_are_refused_by_default(
    site: Site, tmp_path: Path, shelf: Shelf, clock: Clock
) -> None:
    """A feed on loopback is not polled unless a setting allows it."""
    async with build_poller(
        tmp_path, [site.url("/feed")], shelf, clock, allow_private=False
    ) as poller:
        assert (await poll(poller)).outcome == "unsafe"
    assert site.seen == []


async def test_nothing_is_remembered_before_kafka_has_it(
    site: Site, tmp_path: Path, shelf: Shelf, clock: Clock
) -> None:
    """A poller that dies while Kafka is away sends everything again after its restart."""
    site.put("/feed", build_rss(build_item("A")), etag='"1"')
    shelf.open.clear()
    async with build_poller(tmp_path, [site.url("/feed")], shelf, clock) as poller:
        task = asyncio.create_task(poller.run_once())
        while not shelf.waiting:
            await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    memory = Memory(tmp_path / "memory.sqlite")
    assert list(memory.load_states()) == []
    memory.close()
    shelf.open.set()
    async with build_poller(tmp_path, [site.url("/feed")], shelf, clock) as poller:
        assert (await poll(poller)).new == 1
    async with build_poller(tmp_path, [site.url("/feed")], shelf, clock) as poller:
        assert (await poll(poller)).outcome == "not_modified"
    assert len(shelf.articles) == 1


async def test_while_kafka_is_away_no_new_visits_start(
    site: Site, tmp_path: Path, shelf: Shelf, clock: Clock
) -> None:
    """Back-pressure: what waits is bounded, nothing is dropped, and all of it arrives."""
    count = 60
    for number in range(count):
        site.put(f"/{number}", build_rss(build_item(f"A{number}")))
    shelf.open.clear()
    stop = asyncio.Event()
    urls = [site.url(f"/{number}") for number in range(count)]
    async with build_poller(tmp_path, urls, shelf, clock, concurrency=2) as poller:
        clock.turn(seconds=5)
        task = asyncio.create_task(poller.run(stop))
        while shelf.waiting < 2:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.3)
        assert len(site.seen) <= 2 * 4
        shelf.open.set()
        while len(shelf.articles) < count:
            await asyncio.sleep(0.02)
        stop.set()
        await task
    assert len({article.id for article in shelf.articles}) == count


async def test_feeds_are_polled_when_they_are_due(
    site: Site, tmp_path: Path, shelf: Shelf, clock: Clock
) -> None:
    """Only those; and a list that changes is taken up while running."""
    site.put("/a", build_rss(build_item("A")))
    site.put("/b", build_rss(build_item("B")))
    stop = asyncio.Event()
    async with build_poller(tmp_path, [site.url("/a")], shelf, clock) as poller:
        task = asyncio.create_task(poller.run(stop))
        while len(shelf.articles) < 1:
            await asyncio.sleep(0.01)
        assert len(await poller.run_once(only_due=True)) == 0
        poller.set_feeds([Feed(url=site.url("/b"))])
        while len(shelf.articles) < 2:
            await asyncio.sleep(0.01)
            clock.turn(milliseconds=1)
        stop.set()
        await task
        assert set(poller.states) == {site.url("/b")}
    assert len(site.asked("/a")) == 1


async def test_a_server_is_not_asked_by_more_at_once_than_allowed(
    site: Site, tmp_path: Path, shelf: Shelf, clock: Clock
) -> None:
    """Connections to one host are bounded, and its feeds take turns."""
    active = peak = 0

    async def answer(request: web.Request) -> web.Response:
        nonlocal active, peak
        active += 1
        peak = max(peak, active)
        await asyncio.sleep(0.02)
        active -= 1
        return web.Response(text=build_rss(build_item(request.path.strip("/"))))

    for number in range(12):
        site.handle(f"/{number}", answer)
    urls = [site.url(f"/{number}") for number in range(12)]
    async with build_poller(tmp_path, urls, shelf, clock, per_host=2) as poller:
        visits = await poller.run_once()
    assert all(visit.new == 1 for visit in visits)
    assert peak == 2


async def test_the_configured_feed_says_who_publishes(
    site: Site, tmp_path: Path, shelf: Shelf, clock: Clock
) -> None:
    """Else the table of outlets by the link, else the domain; a wire's credit is read."""
    wire = "KYIV (Reuters) - A ferry came back to port on Tuesday after a storm at sea."
    site.put("/own", build_rss(build_item("A")))
    site.put(
        "/table", build_rss(build_item("B", link="https://www.chicagotribune.com/b", summary=wire))
    )
    own = Feed(url=site.url("/own"), publisher="The Post", family="Post Group", language="en")
    async with build_poller(tmp_path, [own, site.url("/table")], shelf, clock) as poller:
        await poller.run_once()
    told = {article.publisher: (article.family, article.wire) for article in shelf.articles}
    assert told == {
        "The Post": ("Post Group", None),
        "Chicago Tribune": ("Tribune Publishing", "Reuters"),
    }


async def test_the_user_agent_names_a_contact(
    site: Site, tmp_path: Path, shelf: Shelf, clock: Clock
) -> None:
    """A server's owner finds whom to ask."""
    site.put("/feed", build_rss())
    async with build_poller(tmp_path, [site.url("/feed")], shelf, clock) as poller:
        assert (await poll(poller)).outcome == "no_items"
    agent = site.seen[0].headers["User-Agent"]
    assert agent.startswith("tocsin/")
    assert "https://example.org/about-our-reader" in agent


async def test_ten_thousand_feeds_are_ten_thousand_heap_entries(
    tmp_path: Path, shelf: Shelf, clock: Clock
) -> None:
    """No task waits for a feed that is not due."""
    feeds = [Feed(url=f"https://outlet{number}.example/rss") for number in range(10_000)]
    settings = build_settings(tmp_path)
    async with Poller(settings, feeds, shelf, now=clock, workers=HereRunner()) as poller:
        for state in poller.states.values():
            state.next_at = NOON + dt.timedelta(hours=1)
        before = len(asyncio.all_tasks())
        poller._heap.clear()
        for url in poller.states:
            poller._push_feed(url)
        assert poller._start_due() > 0
        assert len(asyncio.all_tasks()) == before


async def test_a_key_in_a_feeds_address_is_used_and_never_told(
    site: Site, tmp_path: Path, shelf: Shelf, clock: Clock
) -> None:
    """Articles, dead letters and the feed's health show it masked, all three alike."""
    url = site.url("/feed?key=s3cret")
    site.put("/feed", build_rss(build_item("Aurora")))
    async with build_poller(tmp_path, [url], shelf, clock) as poller:
        await poll(poller)
        site.put("/feed", "<!doctype html><html><body>No feed here.</body></html>")
        await poll(poller)
    assert len(site.asked("/feed?key=s3cret")) == 2
    assert b"s3cret" not in b"".join(letter.value for letter in shelf.letters)
    assert shelf.articles[0].feed == site.url("/feed?key=***")
    assert len({letter.topic for letter in shelf.letters}) == 3
