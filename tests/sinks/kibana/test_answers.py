"""Every panel's search, run on the real Elasticsearch: it has its fields, their types, and an answer."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator

import pytest

from sinks.elastic.homes import Homes
from sinks.elastic.indices import read_alias
from sinks.elastic.shapes import SHAPES
from sinks.elastic.write import Writer
from sinks.kibana.check import check_answers, read_ndjson
from sinks.kibana.objects import build_objects, write_ndjson
from sinks.kibana.requests import Window, build_requests
from tests.samples import FETCHED, build_feed, build_many
from tests.sinks.kibana.test_objects import Json, change_panels, get
from tests.sinks.test_faults import SHAPES_OF_TOPICS, build_messages
from tests.sinks.world import World
from tocsin.stack.local import Stack

pytestmark = pytest.mark.stack

WINDOW = Window(dt.datetime(2023, 5, 1, tzinfo=dt.UTC), dt.datetime(2023, 7, 1, tzinfo=dt.UTC))


@pytest.fixture(scope="module")
def filled(stack: Stack) -> Iterator[World]:
    """Indices with documents of every shape."""
    made = World(stack, "panels")
    made.set_up(topics=False)
    homes = Homes(made.server, made.name)
    writer = Writer(
        made.server, homes, SHAPES_OF_TOPICS, lambda _n: None, lambda: FETCHED, 4_000_000
    )
    writer.write(build_messages(build_many(60, seed=9)))
    for shape in SHAPES:
        made.server.refresh(read_alias(made.name, shape))
    yield made
    made.close()


def ask(world: World, objects: list[Json], window: Window = WINDOW) -> dict[str, list[str]]:
    """Ask every panel; give what is wrong with each that has something wrong."""
    answers = check_answers(world.server, build_requests(objects, window))
    return {request.where: wrong for request, wrong in answers if wrong}


def build(world: World) -> list[Json]:
    """Build what would be imported."""
    return read_ndjson(write_ndjson(build_objects(world.name)))


def test_every_panel_and_control_has_an_answer(filled: World) -> None:
    """None is empty, none asks for a field that is missing or of a type that does not fit."""
    objects = build(filled)

    assert ask(filled, objects) == {}
    assert len(build_requests(objects, WINDOW)) > 60


def test_a_feed_turns_silent_by_the_clock_and_failures_are_no_silence(filled: World) -> None:
    """What the panels of silent and of failing feeds find: the right ones of five, no more."""
    later = dt.datetime(2200, 1, 1, tzinfo=dt.UTC)
    feeds = [
        build_feed(feed="https://silent.example/"),
        build_feed(feed="https://lively.example/", silent_after=later),
        build_feed(feed="https://young.example/", silent_after=None),
        build_feed(feed="https://failing.example/", health="failing", errors=2, error="HTTP 500"),
        build_feed(feed="https://removed.example/", health="removed"),
    ]
    homes = Homes(filled.server, filled.name)
    writer = Writer(
        filled.server, homes, SHAPES_OF_TOPICS, lambda _n: None, lambda: FETCHED, 4_000_000
    )
    assert writer.write(build_messages({"feeds": list(feeds)})).written == len(feeds)
    filled.server.refresh(read_alias(filled.name, "feeds"))
    requests = {request.where: request for request in build_requests(build(filled), WINDOW)}
    found = {}
    for title in ("Silent feeds, the longest first", "Feeds that fail", "Every feed"):
        request = requests[f"Tocsin: pipeline / {title}"]
        hits = filled.server.search(request.index, request.body)["hits"]["hits"]
        found[title] = {hit["_id"] for hit in hits} & {one.id for one in feeds}
    silent, lively, young, failing, _removed = (one.id for one in feeds)
    assert list(found.values()) == [{silent}, {failing}, {silent, lively, young, failing}]


def change_column(objects: list[Json], old: str, new: str) -> None:
    """Let every panel of the situation ask for another field."""
    dashboard = get(objects, next(o["id"] for o in objects if o["id"].endswith("-situation")))
    text = dashboard["attributes"]["panelsJSON"]
    dashboard["attributes"]["panelsJSON"] = text.replace(json.dumps(old), json.dumps(new))


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("killed.best", "killed.most", "field killed.most is missing"),
        ("killed.best", "status", "field status is keyword, which cannot be used as number"),
        ("kind_group", "title", "field title is text, which cannot be used as group"),
        ("kind_group", "ledger.claimant", "inside a nested list"),
        ("killed.best", "votes.best", "metric m0 has no value"),
    ],
)
def test_the_checker_sees_a_panel_that_asks_wrongly(
    filled: World, old: str, new: str, why: str
) -> None:
    """Planted: a missing field, a wrong type, a nested field, a field that nothing has."""
    objects = build(filled)
    change_column(objects, old, new)

    problems = [problem for wrong in ask(filled, objects).values() for problem in wrong]

    assert any(why in problem for problem in problems), problems


def test_the_checker_sees_an_empty_answer(filled: World) -> None:
    """Outside the time of the documents every panel is empty, and said to be.

    But for those of the feeds: a feed's last word counts whenever it was.
    """
    empty = Window(dt.datetime(1999, 1, 1, tzinfo=dt.UTC), dt.datetime(1999, 2, 1, tzinfo=dt.UTC))
    objects = build(filled)

    timed = [r for r in build_requests(objects, empty) if r.index != f"{filled.name}-feeds"]
    assert len(ask(filled, objects, empty)) == len(timed)


def test_the_checker_sees_a_wrong_aggregation(filled: World) -> None:
    """Planted: an operation that Elasticsearch does not have for the field."""
    objects = build(filled)

    def change(panels: list[Json]) -> None:
        spec = json.loads(panels[2]["embeddableConfig"]["savedVis"]["params"]["spec"])
        spec["data"][0]["url"]["body"]["aggs"]["ledger"]["nested"]["path"] = "ledgers"
        panels[2]["embeddableConfig"]["savedVis"]["params"]["spec"] = json.dumps(spec)

    change_panels(get(objects, f"{filled.name}-ledger"), change)

    assert "field ledgers is missing" in str(ask(filled, objects))
