"""The saved objects: not drifted, whole, and a checker that sees what is broken."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from sinks.kibana.build import read_checked_in
from sinks.kibana.check import ObjectsError, check_shape, read_ndjson
from sinks.kibana.dashboards import DASHBOARDS
from sinks.kibana.kql import list_kql_fields, translate_kql
from sinks.kibana.objects import VIEWS, build_objects, write_ndjson

Json = dict[str, Any]


def get(objects: list[Json], id_: str) -> Json:
    """Get a saved object by its id."""
    return next(obj for obj in objects if obj["id"] == id_)


def change_panels(dashboard: Json, change: Callable[[list[Json]], None]) -> None:
    """Change the panels inside their string."""
    panels = json.loads(dashboard["attributes"]["panelsJSON"])
    change(panels)
    dashboard["attributes"]["panelsJSON"] = json.dumps(panels)


def test_the_checked_in_file_is_what_the_definitions_say() -> None:
    """`sinks/kibana/tocsin.ndjson` is generated."""
    assert write_ndjson(build_objects()) == read_checked_in(), "run python -m sinks.kibana.build"


def test_five_dashboards_each_with_a_saved_search() -> None:
    """Situation, event ledger, sources, pipeline and alerts; a data view for every shape."""
    objects = build_objects()
    kinds = [obj["type"] for obj in objects]

    assert [d.key for d in DASHBOARDS] == ["situation", "ledger", "sources", "pipeline", "alerts"]
    assert kinds.count("dashboard") == 5
    assert kinds.count("search") == 8
    assert kinds.count("map") == 1
    assert kinds.count("index-pattern") == len(VIEWS)


def test_the_shape_of_every_object_is_right() -> None:
    """References lead somewhere, panels do not overlap, columns that are drawn exist."""
    assert check_shape(read_ndjson(read_checked_in())) == []


def test_another_prefix_gives_other_ids_and_views() -> None:
    """Two Tocsins may share one Kibana."""
    first, second = build_objects("tocsin"), build_objects("desk")

    assert {obj["id"] for obj in first} & {obj["id"] for obj in second} == set()
    assert get(second, "desk-view-events")["attributes"]["title"] == "desk-events"
    assert check_shape(second) == []


def test_the_map_opens_the_ledger() -> None:
    """A click on the map leads to the ledger with the event as filter."""
    situation = get(build_objects(), "tocsin-situation")
    targets = {r["id"] for r in situation["references"] if "drilldown" in r["name"]}
    panels = json.loads(situation["attributes"]["panelsJSON"])
    map_panel = next(panel for panel in panels if panel["type"] == "map")
    (event,) = map_panel["embeddableConfig"]["enhancements"]["dynamicActions"]["events"]

    assert targets == {"tocsin-ledger"}
    assert event["action"]["config"]["useCurrentFilters"] is True


def lose_reference(objects: list[Json]) -> None:
    """Planted: a dashboard forgets a reference."""
    get(objects, "tocsin-alerts")["references"].pop()


def lead_nowhere(objects: list[Json]) -> None:
    """Planted: the data view of a search is not in the file."""
    objects.remove(get(objects, "tocsin-view-deadletters"))


def overlap(objects: list[Json]) -> None:
    """Planted: two panels on one place."""
    change_panels(
        get(objects, "tocsin-situation"), lambda panels: panels[1]["gridData"].update(x=0)
    )


def leave_grid(objects: list[Json]) -> None:
    """Planted: a panel wider than the page."""
    change_panels(
        get(objects, "tocsin-situation"), lambda panels: panels[0]["gridData"].update(w=60)
    )


def draw_nothing(objects: list[Json]) -> None:
    """Planted: a chart draws a column that is not there."""

    def change(panels: list[Json]) -> None:
        lens = panels[0]["embeddableConfig"]["attributes"]
        lens["state"]["visualization"]["metricAccessor"] = "m9"

    change_panels(get(objects, "tocsin-situation"), change)


def lose_version(objects: list[Json]) -> None:
    """Planted: no migration version."""
    del objects[0]["typeMigrationVersion"]


def spoil_json(objects: list[Json]) -> None:
    """Planted: JSON inside a string is cut."""
    get(objects, "tocsin-map-events-map")["attributes"]["layerListJSON"] = "[{"


def double(objects: list[Json]) -> None:
    """Planted: one id twice."""
    objects.append(objects[0])


@pytest.mark.parametrize(
    "plant",
    [
        lose_reference,
        lead_nowhere,
        overlap,
        leave_grid,
        draw_nothing,
        lose_version,
        spoil_json,
        double,
    ],
)
def test_the_checker_sees_a_planted_defect(plant: Callable[[list[Json]], None]) -> None:
    """Each of them would break the import or a panel."""
    objects = read_ndjson(read_checked_in())
    plant(objects)

    assert check_shape(objects) != []


@pytest.mark.parametrize("line", ["no JSON", "3", "{}", '{"type": "search"}', "\ufffd"])
def test_a_line_that_is_no_saved_object_is_named(line: str) -> None:
    """By its number; the last line of Kibana's own exports is passed over."""
    good = write_ndjson(build_objects())
    assert len(read_ndjson(good + '{"exportedCount": 1}\n')) == len(good.splitlines())

    with pytest.raises(ObjectsError, match=f"line {len(good.splitlines()) + 1}:"):
        read_ndjson(good + line)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("status : contested", ["status"]),
        ('not status : withdrawn and kind_label : "Air strike"', ["status", "kind_label"]),
        ("geo.location : *", ["geo.location"]),
        ("at < now-1d and not health : (gone or failing)", ["at", "health"]),
        ("", []),
    ],
)
def test_little_kql_is_read(text: str, fields: list[str]) -> None:
    """Equality, one of several, order, presence, not and and."""
    assert list_kql_fields(text) == fields
    assert translate_kql(text)


@pytest.mark.parametrize(
    "text", ["a ! 3", "a : b or c : d", "free words", "a : (b or c", "a < (b or c)"]
)
def test_other_kql_is_refused(text: str) -> None:
    """A panel may not say what the checker does not understand."""
    with pytest.raises(ValueError, match="not in the KQL"):
        translate_kql(text)
