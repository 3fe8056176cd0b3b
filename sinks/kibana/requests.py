"""Saved objects in; for each panel the search that Kibana would send out.

This reads the NDJSON that is imported, not our own definitions, and follows how Kibana's data plugin
makes requests: groups nested in the order of the columns, metrics inside the last, filters of the
dashboard and its time range around.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sinks.kibana.kql import list_kql_fields, translate_kql

Json = dict[str, Any]

Use = str
"""How a field is used: `group`, `number`, `number or date`, `date`, `point`, `show`, `query`."""


@dataclass(frozen=True, slots=True)
class Window:
    """The time range that the viewer has chosen."""

    start: dt.datetime
    end: dt.datetime


@dataclass(frozen=True, slots=True)
class Request:
    """One search of one panel, with what it needs and what must come back."""

    where: str
    """Dashboard and panel, for a person."""
    index: str
    body: Json
    uses: tuple[tuple[str, Use], ...]
    rows: str
    """Path in the answer that must not be empty."""
    metrics: tuple[str, ...] = field(default=())
    """Names of metrics that must have a value somewhere in the rows."""


def build_requests(objects: Iterable[Json], window: Window) -> list[Request]:
    """Build the requests of every panel and control of every dashboard."""
    by_id = {(obj["type"], obj["id"]): obj for obj in objects}
    requests: list[Request] = []
    for (kind, _), obj in by_id.items():
        if kind == "dashboard":
            requests += _ask_dashboard(obj, by_id, window)
    return requests


def _ask_dashboard(
    dashboard: Json, by_id: Mapping[tuple[str, str], Json], window: Window
) -> Iterator[Request]:
    attributes = dashboard["attributes"]
    references = {r["name"]: (r["type"], r["id"]) for r in dashboard["references"]}
    for panel in json.loads(attributes["panelsJSON"]):
        place = f"{attributes['title']} / {panel['title']}"
        number = panel["panelIndex"]
        match panel["type"]:
            case "lens":
                lens = panel["embeddableConfig"]["attributes"]
                name = f"{number}:{lens['references'][0]['name']}"
                yield _ask_lens(place, lens, by_id[references[name]], window)
            case "search" | "map":
                part = by_id[references[f"{number}:{panel['panelRefName']}"]]
                view = by_id["index-pattern", part["references"][0]["id"]]
                ask = _ask_search if panel["type"] == "search" else _ask_map
                yield ask(place, part, view, window)
            case "visualization":
                vis = panel["embeddableConfig"]["savedVis"]
                if vis["type"] == "vega":
                    yield _ask_vega(place, json.loads(vis["params"]["spec"]), window)
    controls = attributes.get("controlGroupInput", {}).get("panelsJSON", "{}")
    for number, control in json.loads(controls).items():
        view = by_id[references[f"controlGroup_{number}:optionsListDataView"]]
        path = control["explicitInput"]["fieldName"]
        body = {
            "size": 0,
            "query": _query("", view["attributes"].get("timeFieldName"), window),
            "aggs": {"suggestions": {"terms": {"field": path, "size": 10}}},
        }
        place = f"{attributes['title']} / control {control['explicitInput']['title']}"
        rows = "aggregations.suggestions.buckets"
        yield Request(place, view["attributes"]["title"], body, ((path, "group"),), rows)


def _ask_lens(place: str, lens: Json, view: Json, window: Window) -> Request:
    state = lens["state"]
    (layer,) = state["datasourceStates"]["formBased"]["layers"].values()
    time_field = view["attributes"].get("timeFieldName")
    groups = [(k, c) for k in layer["columnOrder"] if (c := layer["columns"][k])["isBucketed"]]
    metrics = {k: c for k in layer["columnOrder"] if not (c := layer["columns"][k])["isBucketed"]}
    uses: list[tuple[str, Use]] = [(f, "query") for f in list_kql_fields(state["query"]["query"])]
    aggs: Json = {}
    for name, column in metrics.items():
        aggs |= _metric_agg(name, column)
        uses += _metric_uses(column)
    for name, column in reversed(groups):
        ordered = _order_aggs(column, metrics)
        aggs = {name: {**_group_agg(column, metrics, window), "aggs": {**ordered, **aggs}}}
        use = "date" if column["operationType"] == "date_histogram" else "group"
        uses.append((column["sourceField"], use))
    body: Json = {
        "size": 0,
        "track_total_hits": True,
        "query": _query(state["query"]["query"], time_field, window),
        "aggs": aggs,
    }
    rows = f"aggregations.{groups[0][0]}.buckets" if groups else "hits.total.value"
    return Request(
        place,
        view["attributes"]["title"],
        _drop_empty_aggs(body),
        tuple(uses),
        rows,
        tuple(metrics),
    )


def _metric_agg(name: str, column: Json) -> Json:
    """Build the aggregation of a metric; a count needs none, Kibana reads `doc_count`."""
    path = {"field": column["sourceField"]}
    operation = column["operationType"]
    agg: Json | None
    match operation:
        case "count":
            agg = None
        case "unique_count":
            agg = {"cardinality": path}
        case "average":
            agg = {"avg": path}
        case "median":
            agg = {"percentiles": {**path, "percents": [50]}}
        case "percentile":
            agg = {"percentiles": {**path, "percents": [column["params"]["percentile"]]}}
        case "sum" | "min" | "max":
            agg = {operation: path}
        case _:
            raise ValueError(f"unknown operation {operation}")
    if "filter" in column:
        inner = {"aggs": {"value": agg}} if agg else {}
        return {name: {"filter": translate_kql(column["filter"]["query"]), **inner}}
    return {name: agg} if agg else {}


def _metric_uses(column: Json) -> list[tuple[str, Use]]:
    uses: list[tuple[str, Use]] = []
    if "filter" in column:
        uses += [(path, "query") for path in list_kql_fields(column["filter"]["query"])]
    operation = column["operationType"]
    if operation in ("min", "max"):
        uses.append((column["sourceField"], "number or date"))
    elif operation == "unique_count":
        uses.append((column["sourceField"], "group"))
    elif operation != "count":
        uses.append((column["sourceField"], "number"))
    return uses


def _group_agg(column: Json, metrics: Mapping[str, Json], window: Window) -> Json:
    params, path = column["params"], column["sourceField"]
    if column["operationType"] == "date_histogram":
        interval = _interval(window) if params["interval"] == "auto" else params["interval"]
        return {
            "date_histogram": {
                "field": path,
                "fixed_interval": interval,
                "time_zone": "UTC",
                "min_doc_count": 0 if params["includeEmptyRows"] else 1,
            }
        }
    by, direction = params["orderBy"], params["orderDirection"]
    key = "_key" if by["type"] == "alphabetical" else _order_key(by["columnId"], metrics)
    return {"terms": {"field": path, "size": params["size"], "order": {key: direction}}}


def _order_key(name: str, metrics: Mapping[str, Json]) -> str:
    column = metrics[name]
    operation = column["operationType"]
    if operation == "count":
        return name if "filter" in column else "_count"
    percents = {"median": 50, "percentile": column["params"].get("percentile")}
    return f"{name}.{percents[operation]}" if operation in percents else name


def _order_aggs(column: Json, metrics: Mapping[str, Json]) -> Json:
    """Groups that are ordered by a metric carry it themselves, also when more groups are inside."""
    by = column["params"].get("orderBy", {})
    if by.get("type") != "column":
        return {}
    return _metric_agg(by["columnId"], metrics[by["columnId"]])


def _ask_search(place: str, search: Json, view: Json, window: Window) -> Request:
    source = json.loads(search["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"])
    columns = search["attributes"]["columns"]
    time_field = view["attributes"].get("timeFieldName")
    body = {
        "size": 500,
        "track_total_hits": True,
        "sort": [
            {path: {"order": order, "unmapped_type": "boolean"}}
            for path, order in search["attributes"]["sort"]
        ],
        "query": _query(source["query"]["query"], time_field, window),
        "fields": [{"field": path} for path in columns],
        "_source": False,
    }
    uses = [(path, "show") for path in columns]
    uses += [(path, "query") for path in list_kql_fields(source["query"]["query"])]
    uses += [(path, "date") for path, _ in search["attributes"]["sort"]]
    return Request(place, view["attributes"]["title"], body, tuple(uses), "hits.hits")


def _ask_map(place: str, saved: Json, view: Json, window: Window) -> Request:
    layers = json.loads(saved["attributes"]["layerListJSON"])
    layer = next(layer for layer in layers if layer["sourceDescriptor"]["type"] == "ES_SEARCH")
    source = layer["sourceDescriptor"]
    styles = layer["style"]["properties"]
    dynamic = [s["options"] for s in styles.values() if s.get("type") == "DYNAMIC"]
    point = source["geoField"]
    world = {"top_left": {"lat": 89, "lon": -180}, "bottom_right": {"lat": -89, "lon": 180}}
    query = _query("", view["attributes"].get("timeFieldName"), window)
    query["bool"]["filter"] += [
        {"exists": {"field": point}},
        {"geo_bounding_box": {point: world}},
    ]
    aggs: Json = {}
    uses: list[tuple[str, Use]] = [(point, "point"), (source["sortField"], "date")]
    uses += [(path, "show") for path in source["tooltipProperties"]]
    for options in dynamic:
        path = options["field"]["name"]
        categories = options.get("type") == "CATEGORICAL"
        aggs[path] = {"terms" if categories else "extended_stats": {"field": path}}
        uses.append((path, "group" if categories else "number"))
    wanted = {point, *source["tooltipProperties"], *aggs}
    body = {
        "size": 10_000,
        "query": query,
        "sort": [{source["sortField"]: source["sortOrder"]}],
        "fields": [{"field": path} for path in sorted(wanted)],
        "_source": False,
        "aggs": aggs,
    }
    # every event on the map has a point; what its tip shows may be unknown
    return Request(place, view["attributes"]["title"], body, tuple(uses), "hits.hits", (point,))


def _ask_vega(place: str, spec: Json, window: Window) -> Request:
    (data,) = spec["data"]
    url = data["url"]
    body = {**url["body"], "query": _query("", url["%timefield%"], window)}
    return Request(
        place, url["index"], body, tuple(_vega_uses(url["body"])), data["format"]["property"]
    )


def _vega_uses(part: Any, name: str = "") -> Iterator[tuple[str, Use]]:
    """Find the fields that a hand-written search names."""
    if isinstance(part, Mapping):
        for key, value in part.items():
            if key == "field":
                yield str(value), "nested" if "." in str(value) else "group"
            elif key == "path":
                yield str(value), "nested list"
            else:
                yield from _vega_uses(value, key)
    elif isinstance(part, list):
        for value in part:
            if name == "sort" and isinstance(value, Mapping):
                yield from ((path, "date") for path in value)
            elif name == "_source":
                yield str(value), "show"
            else:
                yield from _vega_uses(value, name)


def _query(kql: str, time_field: str | None, window: Window) -> Json:
    bounds = {
        "gte": window.start.isoformat(),
        "lte": window.end.isoformat(),
        "format": "strict_date_optional_time",
    }
    filters = [translate_kql(kql)]
    if time_field:
        filters.append({"range": {time_field: bounds}})
    return {"bool": {"must": [], "filter": filters, "should": [], "must_not": []}}


_INTERVALS = (
    (30, "30s"),
    (60, "1m"),
    (300, "5m"),
    (600, "10m"),
    (1800, "30m"),
    (3600, "1h"),
    (3 * 3600, "3h"),
    (12 * 3600, "12h"),
    (86_400, "1d"),
    (7 * 86_400, "7d"),
    (30 * 86_400, "30d"),
)


def _interval(window: Window) -> str:
    """Choose an interval as Kibana does: at most about a hundred bars."""
    seconds = (window.end - window.start).total_seconds()
    return next((name for size, name in _INTERVALS if seconds / size <= 100), "365d")


def _drop_empty_aggs(part: Any) -> Any:
    if isinstance(part, Mapping):
        return {k: _drop_empty_aggs(v) for k, v in part.items() if not (k == "aggs" and not v)}
    return part
