"""Saved objects and an Elasticsearch with documents in; every problem a viewer would meet out.

First the shape, without a server: references, grid, columns, drill-downs. Then each panel's search is
sent, and its fields, their types and the answer are judged. What this does not prove: that Kibana
draws it, and that a later Kibana still migrates the shape.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sinks.elastic.server import RefusedError, Server
from sinks.kibana.requests import Request
from streams.errors import TocsinError

Json = dict[str, Any]

GRID_COLUMNS = 48

_NUMBERS = {"long", "integer", "short", "byte", "double", "float", "half_float", "unsigned_long"}
_GROUPS = _NUMBERS | {"keyword", "boolean", "date", "ip", "constant_keyword"}
_ALLOWED: dict[str, set[str]] = {
    "group": _GROUPS,
    "nested": _GROUPS,
    "number": _NUMBERS,
    "number or date": _NUMBERS | {"date"},
    "date": {"date"},
    "point": {"geo_point"},
}
_NEEDED = {
    "index-pattern": ("title", "name"),
    "search": ("title", "columns", "sort", "kibanaSavedObjectMeta"),
    "map": ("title", "layerListJSON", "mapStateJSON", "uiStateJSON"),
    "dashboard": ("title", "panelsJSON", "optionsJSON", "kibanaSavedObjectMeta", "timeRestore"),
}


class ObjectsError(TocsinError):
    """A file that holds no saved objects."""

    what = "no saved objects"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where."""

    where: str
    why: str


def read_ndjson(text: str) -> list[Json]:
    """Read saved objects, as they would be imported; raises `ObjectsError` at what is none."""
    objects: list[Json] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except ValueError as error:
            raise ObjectsError(f"line {number}", "it is not JSON") from error
        if isinstance(found, dict) and "exportedCount" in found:
            continue  # the last line of Kibana's own exports
        if not isinstance(found, dict) or not {"type", "id", "attributes"} <= found.keys():
            raise ObjectsError(f"line {number}", "it is no saved object with type, id, attributes")
        objects.append(found)
    return objects


# ---------------------------------------------------------------- shape


def check_shape(objects: Iterable[Json]) -> list[Problem]:
    """Check saved objects without a server."""
    objects = list(objects)
    known = {(obj["type"], obj["id"]) for obj in objects}
    problems = []
    if len(known) != len(objects):
        problems.append(Problem("file", "two objects have one type and id"))
    for obj in objects:
        where = f"{obj['type']} {obj['id']}"
        problems += [Problem(where, why) for why in _check_object(obj, known)]
    return problems


def _check_object(obj: Json, known: set[tuple[str, str]]) -> Iterator[str]:
    if obj["type"] not in _NEEDED:
        yield f"unknown type {obj['type']}"
        return
    wrong = list(_check_attributes(obj))
    yield from wrong
    yield from _check_references(obj, known)
    if obj["type"] == "dashboard" and not wrong:
        yield from _check_dashboard(obj, {reference["name"] for reference in obj["references"]})


def _check_attributes(obj: Json) -> Iterator[str]:
    for name in ("coreMigrationVersion", "typeMigrationVersion"):
        if not obj.get(name):
            yield f"{name} is missing: Kibana would take it for a shape of before 6.5"
    for name in _NEEDED[obj["type"]]:
        if name not in obj["attributes"]:
            yield f"attribute {name} is missing"
    for name, value in obj["attributes"].items():
        if name.endswith("JSON"):
            try:
                json.loads(value)
            except (TypeError, ValueError):
                yield f"attribute {name} is not JSON in a string"


def _check_references(obj: Json, known: set[tuple[str, str]]) -> Iterator[str]:
    names = [reference["name"] for reference in obj["references"]]
    if len(set(names)) != len(names):
        yield "two references have one name"
    for reference in obj["references"]:
        if (reference["type"], reference["id"]) not in known:
            yield f"reference {reference['name']} leads to no object of this file"
    if obj["type"] in ("search", "map"):
        text = json.dumps(obj["attributes"])
        for name in names:
            if name not in text:
                yield f"reference {name} is used nowhere"


def _check_dashboard(obj: Json, names: set[str]) -> Iterator[str]:
    used: set[str] = set()
    panels = json.loads(obj["attributes"]["panelsJSON"])
    if len({panel["title"] for panel in panels}) != len(panels):
        yield "two panels have one title"
    for panel in panels:
        needed = set(_needed_references(panel))
        used |= needed
        for name in needed - names:
            yield f"panel {panel['title']}: reference {name} is missing"
        if panel["panelIndex"] != panel["gridData"]["i"]:
            yield f"panel {panel['title']}: panelIndex and gridData.i differ"
        if panel["type"] == "lens":
            lens = panel["embeddableConfig"]["attributes"]
            yield from (f"panel {panel['title']}: {why}" for why in _check_lens(lens))
    yield from _check_grid(panels)
    controls = json.loads(obj["attributes"].get("controlGroupInput", {}).get("panelsJSON", "{}"))
    for number in controls:
        name = f"controlGroup_{number}:optionsListDataView"
        used.add(name)
        if name not in names:
            yield f"control {number}: reference {name} is missing"
    for name in names - used:
        yield f"reference {name} is used nowhere"


def _needed_references(panel: Json) -> Iterator[str]:
    number, config = panel["panelIndex"], panel["embeddableConfig"]
    if "panelRefName" in panel:
        yield f"{number}:{panel['panelRefName']}"
    for reference in config.get("attributes", {}).get("references", ()):
        yield f"{number}:{reference['name']}"
    events = config.get("enhancements", {}).get("dynamicActions", {}).get("events", ())
    for event in events:
        yield f"{number}:drilldown:{event['action']['factoryId']}:{event['eventId']}:dashboardId"


def _check_grid(panels: list[Json]) -> Iterator[str]:
    taken: dict[tuple[int, int], str] = {}
    for panel in panels:
        grid = panel["gridData"]
        if grid["x"] < 0 or grid["w"] < 1 or grid["h"] < 1 or grid["x"] + grid["w"] > GRID_COLUMNS:
            yield f"panel {panel['title']}: outside the grid of {GRID_COLUMNS} columns"
        for x in range(grid["x"], grid["x"] + grid["w"]):
            for y in range(grid["y"], grid["y"] + grid["h"]):
                other = taken.setdefault((x, y), panel["panelIndex"])
                if other != panel["panelIndex"]:
                    yield f"panel {panel['title']}: lies over panel {other}"
                    return


def _check_lens(lens: Json) -> Iterator[str]:
    layers = lens["state"]["datasourceStates"]["formBased"]["layers"]
    drawing = lens["state"]["visualization"]
    drawn = drawing.get("layers", [drawing])
    for layer in drawn:
        if layer["layerId"] not in layers:
            yield f"it draws the layer {layer['layerId']}, which is not there"
            return
        columns = layers[layer["layerId"]]["columns"]
        if sorted(columns) != sorted(layers[layer["layerId"]]["columnOrder"]):
            yield "columnOrder and columns differ"
        for name in _drawn_columns(layer):
            if name not in columns:
                yield f"it draws the column {name}, which is not there"
        for column in columns.values():
            order = column["params"].get("orderBy", {})
            if order.get("type") == "column" and order["columnId"] not in columns:
                yield f"column {column['label']} is ordered by {order['columnId']}, not there"
    for name in layers:
        wanted = f"indexpattern-datasource-layer-{name}"
        if wanted not in {reference["name"] for reference in lens["references"]}:
            yield f"layer {name} has no data view"


def _drawn_columns(layer: Json) -> Iterator[str]:
    for key in ("metricAccessor", "xAccessor", "splitAccessor"):
        if key in layer:
            yield layer[key]
    for key in ("accessors", "primaryGroups", "metrics"):
        yield from layer.get(key, ())
    for column in layer.get("columns", ()):
        yield column["columnId"]


# ---------------------------------------------------------------- answers


def check_answers(
    server: Server, requests: Iterable[Request]
) -> Iterator[tuple[Request, list[str]]]:
    """Send each request; give it with what is wrong about it, nothing when all is well."""
    types: dict[str, dict[str, str]] = {}
    for request in requests:
        try:
            if request.index not in types:
                types[request.index] = server.get_field_types(request.index)
            wrong = list(_check_fields(request, types[request.index]))
            if not wrong:
                wrong = list(_check_answer(request, server.search(request.index, request.body)))
        except RefusedError as error:
            wrong = [error.why]
        yield request, wrong


def _check_fields(request: Request, types: Mapping[str, str]) -> Iterator[str]:
    nested = [path for path, kind in types.items() if kind == "nested"]
    for path, use in request.uses:
        kind = types.get(path)
        if kind is None:
            yield f"field {path} is missing"
            continue
        allowed = _ALLOWED.get(use)
        if allowed is not None and kind not in allowed:
            yield f"field {path} is {kind}, which cannot be used as {use}"
        inside = any(path.startswith(f"{parent}.") for parent in nested)
        if inside and use in ("group", "number", "number or date", "date", "point"):
            yield f"field {path} is inside a nested list, which Lens cannot count"
        if use == "nested list" and kind != "nested":
            yield f"field {path} is {kind}, not nested"


def _check_answer(request: Request, answer: Json) -> Iterator[str]:
    shards = answer["_shards"]
    if shards["failed"]:
        yield f"{shards['failed']} shards failed: {shards['failures'][0]['reason']['reason']}"
    rows = _follow(answer, request.rows)
    if not rows:
        yield f"empty: {request.rows} has no rows"
        return
    if request.rows == "hits.hits":
        shown = {name for hit in rows for name in hit.get("fields", ())}
        for name in request.metrics:
            if not any(field == name or field.startswith(f"{name}.") for field in shown):
                yield f"column {name} is empty in all {len(rows)} rows"
        return
    buckets = list(_walk_buckets(answer.get("aggregations", {})))
    for name in request.metrics:
        found = [bucket[name] for bucket in buckets if name in bucket]
        if found and not any(_has_value(value) for value in found):
            yield f"metric {name} has no value"


def _follow(answer: Any, path: str) -> Any:
    for part in path.split("."):
        answer = answer.get(part) if isinstance(answer, Mapping) else None
    return answer


def _walk_buckets(aggregations: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield aggregations
    for value in aggregations.values():
        if isinstance(value, Mapping):
            for bucket in value.get("buckets", ()):
                if bucket["doc_count"]:
                    yield from _walk_buckets(bucket)


def _has_value(value: Mapping[str, Any]) -> bool:
    if "values" in value:
        return any(number is not None for number in value["values"].values())
    if "value" in value and not isinstance(value["value"], Mapping):
        return value["value"] is not None
    # a count of what a filter lets through: none is an answer too, e.g. no alert was cancelled
    return "doc_count" in value
