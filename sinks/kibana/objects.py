"""Dashboards in; Kibana's saved objects out, as NDJSON that Kibana 8.19 and 9 import.

Saved objects carry the migration version of an old, settled shape: a newer Kibana migrates it on
import, while an older one refuses a version that it does not know. Ids are fixed, so that an import
replaces what an earlier one made.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sinks.elastic.indices import read_alias
from sinks.elastic.shapes import SHAPES
from sinks.kibana.dashboards import DASHBOARDS
from sinks.kibana.lens import build_lens
from sinks.kibana.maps import VIEW_REFERENCE, build_map
from sinks.kibana.panels import (
    Chart,
    Control,
    Dashboard,
    Documents,
    EventMap,
    Number,
    Panel,
    Placed,
    Share,
    Table,
    Vega,
    ViewName,
    Words,
)

Json = dict[str, Any]

CORE_VERSION = "8.8.0"
TYPE_VERSIONS = {
    "index-pattern": "8.0.0",
    "search": "8.0.0",
    "map": "8.1.0",
    "dashboard": "8.7.0",
}
"""Shapes that 8.19 and 9 both know and migrate forward."""

PANEL_VERSION = "8.7.0"

VIEWS: dict[ViewName, tuple[str, str | None]] = {
    "articles": ("Tocsin articles", "@timestamp"),
    "mentions": ("Tocsin mentions", "@timestamp"),
    "events": ("Tocsin events", "@timestamp"),
    "alerts": ("Tocsin alerts", "@timestamp"),
    "deadletters": ("Tocsin dead letters", "@timestamp"),
    # a feed's last word counts, however old it is
    "feeds": ("Tocsin feeds", None),
    "arrivals": ("Tocsin: everything, by arrival", "event.ingested"),
}
"""Name and time field of each data view; without one, the time range of a page does not bind it."""


def build_objects(prefix: str = "tocsin") -> list[Json]:
    """Build every saved object, those that others refer to first."""
    objects = [_build_view(name, prefix) for name in VIEWS]
    seen: set[str] = set()
    for dashboard in DASHBOARDS:
        for placed in dashboard.placed:
            part = _build_part(placed.panel, prefix)
            if part is not None and part["id"] not in seen:
                seen.add(part["id"])
                objects.append(part)
    return objects + [_build_dashboard(dashboard, prefix) for dashboard in DASHBOARDS]


def write_ndjson(objects: Iterable[Json]) -> str:
    """Write saved objects as Kibana exports them: one a line."""
    return "".join(json.dumps(obj, sort_keys=True, ensure_ascii=False) + "\n" for obj in objects)


def view_id(name: ViewName, prefix: str) -> str:
    """Name a data view's id."""
    return f"{prefix}-view-{name}"


def dashboard_id(key: str, prefix: str) -> str:
    """Name a dashboard's id."""
    return f"{prefix}-{key}"


def view_indices(name: ViewName, prefix: str) -> str:
    """Name the aliases that a data view reads."""
    if name == "arrivals":
        return ",".join(read_alias(prefix, shape) for shape in SHAPES)
    return read_alias(prefix, name)


def _object(kind: str, id_: str, attributes: Json, references: list[Json]) -> Json:
    return {
        "id": id_,
        "type": kind,
        "attributes": attributes,
        "references": references,
        "coreMigrationVersion": CORE_VERSION,
        "typeMigrationVersion": TYPE_VERSIONS[kind],
    }


def _build_view(name: ViewName, prefix: str) -> Json:
    title, time_field = VIEWS[name]
    attributes = {
        "title": view_indices(name, prefix),
        "name": title,
        **({"timeFieldName": time_field} if time_field else {}),
        "fields": "[]",
        "fieldAttrs": "{}",
        "fieldFormatMap": "{}",
        "runtimeFieldMap": "{}",
        "sourceFilters": "[]",
        "typeMeta": "{}",
    }
    return _object("index-pattern", view_id(name, prefix), attributes, [])


def _build_part(panel: Panel, prefix: str) -> Json | None:
    """Build the saved object of a panel that is one of its own: a saved search or a map."""
    match panel:
        case Documents():
            return _build_search(panel, prefix)
        case EventMap(key=key, title=title, view=view):
            reference = _reference(VIEW_REFERENCE, "index-pattern", view_id(view, prefix))
            attributes = build_map(panel, f"Tocsin: {title}")
            return _object("map", f"{prefix}-map-{key}", attributes, [reference])
        case _:
            return None


def _build_search(panel: Documents, prefix: str) -> Json:
    name = "kibanaSavedObjectMeta.searchSourceJSON.index"
    source = {
        "query": {"language": "kuery", "query": panel.where},
        "filter": [],
        "highlightAll": True,
        "version": True,
        "indexRefName": name,
    }
    attributes = {
        "title": f"Tocsin: {panel.title}",
        "description": "",
        "columns": list(panel.columns),
        "sort": [[panel.sort, "asc" if panel.ascending else "desc"]],
        "grid": {},
        "hideChart": True,
        "kibanaSavedObjectMeta": {"searchSourceJSON": json.dumps(source)},
    }
    reference = _reference(name, "index-pattern", view_id(panel.view, prefix))
    return _object("search", f"{prefix}-search-{panel.key}", attributes, [reference])


def _build_dashboard(dashboard: Dashboard, prefix: str) -> Json:
    panels: list[Json] = []
    references: list[Json] = []
    for number, placed in enumerate(dashboard.placed):
        panel_id = f"p{number}"
        panel, needs = _build_panel(placed, panel_id, prefix)
        panels.append(panel)
        references += needs
    controls = {}
    for number, control in enumerate(dashboard.controls):
        control_id = f"c{number}"
        controls[control_id] = _build_control(control, control_id, number)
        name = f"controlGroup_{control_id}:optionsListDataView"
        references.append(_reference(name, "index-pattern", view_id(control.view, prefix)))
    source = {"query": {"language": "kuery", "query": ""}, "filter": []}
    options = {
        "useMargins": True,
        "syncColors": False,
        "syncCursor": True,
        "syncTooltips": False,
        "hidePanelTitles": False,
    }
    attributes: Json = {
        "title": dashboard.title,
        "description": dashboard.description,
        "panelsJSON": json.dumps(panels),
        "optionsJSON": json.dumps(options),
        "timeRestore": True,
        "timeFrom": dashboard.time_from,
        "timeTo": dashboard.time_to,
        "refreshInterval": {"pause": True, "value": 60_000},
        "version": 1,
        "kibanaSavedObjectMeta": {"searchSourceJSON": json.dumps(source)},
    }
    if controls:
        keep = ("ignoreFilters", "ignoreQuery", "ignoreTimerange", "ignoreValidations")
        attributes["controlGroupInput"] = {
            "controlStyle": "oneLine",
            "chainingSystem": "HIERARCHICAL",
            "panelsJSON": json.dumps(controls),
            "ignoreParentSettingsJSON": json.dumps(dict.fromkeys(keep, False)),
        }
    return _object("dashboard", dashboard_id(dashboard.key, prefix), attributes, references)


def _build_control(control: Control, control_id: str, order: int) -> Json:
    return {
        "type": "optionsListControl",
        "order": order,
        "grow": True,
        "width": "medium",
        "explicitInput": {
            "id": control_id,
            "fieldName": control.field,
            "title": control.label,
            "selectedOptions": [],
            "enhancements": {},
        },
    }


def _build_panel(placed: Placed, panel_id: str, prefix: str) -> tuple[Json, list[Json]]:
    """Build a panel of a dashboard, and the references that the dashboard holds for it."""
    panel = placed.panel
    config: Json = {"enhancements": {}}
    built: Json = {
        "version": PANEL_VERSION,
        "panelIndex": panel_id,
        "gridData": {"x": placed.x, "y": placed.y, "w": placed.w, "h": placed.h, "i": panel_id},
        "embeddableConfig": config,
        "title": panel.title,
    }
    references: list[Json] = []
    match panel:
        case Number() | Chart() | Table() | Share():
            built["type"] = "lens"
            config["attributes"] = build_lens(panel, view_id(panel.view, prefix))
            references += [
                {**reference, "name": f"{panel_id}:{reference['name']}"}
                for reference in config["attributes"]["references"]
            ]
        case Documents() | EventMap():
            part = _build_part(panel, prefix)
            assert part is not None
            built["type"] = part["type"]
            built["panelRefName"] = f"panel_{panel_id}"
            name = f"{panel_id}:panel_{panel_id}"
            references.append(_reference(name, part["type"], part["id"]))
            if part["type"] == "map":
                config |= {"hiddenLayers": [], "isLayerTOCOpen": False, "openTOCDetails": []}
                config["mapCenter"] = {"lat": 20, "lon": 10, "zoom": 1.7}
        case Vega():
            built["type"] = "visualization"
            config["savedVis"] = _saved_vis("vega", {"spec": json.dumps(_spec(panel, prefix))})
        case Words():
            built["type"] = "visualization"
            markdown = {"fontSize": 12, "openLinksInNewTab": False, "markdown": panel.markdown}
            config["savedVis"] = _saved_vis("markdown", markdown)
    if isinstance(panel, Table) and panel.time_from:
        config["timeRange"] = {"from": panel.time_from, "to": "now"}
    target = panel.drills_to if isinstance(panel, (Table, EventMap)) else None
    if target:
        event_id = f"{panel_id}-drill"
        config["enhancements"] = _drilldown(event_id)
        name = f"{panel_id}:drilldown:DASHBOARD_TO_DASHBOARD_DRILLDOWN:{event_id}:dashboardId"
        references.append(_reference(name, "dashboard", dashboard_id(target, prefix)))
    return built, references


def _saved_vis(kind: str, params: Json) -> Json:
    source = {"query": {"language": "kuery", "query": ""}, "filter": []}
    return {
        "title": "",
        "description": "",
        "type": kind,
        "params": params,
        "uiState": {},
        "data": {"aggs": [], "searchSource": source},
    }


def _spec(panel: Vega, prefix: str) -> Json:
    time_field = VIEWS[panel.view][1]
    url = {
        "%context%": True,
        "%timefield%": time_field,
        "index": view_indices(panel.view, prefix),
        "body": panel.body,
    }
    found = {
        "name": "found",
        "url": url,
        "format": {"property": panel.data_format},
        "transform": list(panel.transform),
    }
    return {
        "$schema": "https://vega.github.io/schema/vega/v5.json",
        "data": [found],
        **panel.drawing,
    }


def _drilldown(event_id: str) -> Json:
    action = {
        "factoryId": "DASHBOARD_TO_DASHBOARD_DRILLDOWN",
        "name": "Open the ledger",
        "config": {"useCurrentFilters": True, "useCurrentDateRange": True, "openInNewTab": False},
    }
    event = {"eventId": event_id, "triggers": ["FILTER_TRIGGER"], "action": action}
    return {"dynamicActions": {"events": [event]}}


def _reference(name: str, kind: str, id_: str) -> Json:
    return {"name": name, "type": kind, "id": id_}
