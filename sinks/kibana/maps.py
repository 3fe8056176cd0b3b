"""A map of events in; the attributes of Kibana's map saved object out (its shape of 8.1)."""

from __future__ import annotations

import json
from typing import Any

from sinks.kibana.panels import EventMap

Json = dict[str, Any]

VIEW_REFERENCE = "layer_1_source_index_pattern"
MOST_EVENTS = 10_000
"""Kibana's limit of documents in one layer; the newest are shown."""


def build_map(panel: EventMap, title: str) -> Json:
    """Build the attributes of a map."""
    state = {
        "zoom": 1.7,
        "center": {"lat": 20, "lon": 10},
        "timeFilters": {"from": "now-7d", "to": "now"},
        "refreshConfig": {"isPaused": True, "interval": 0},
        "query": {"language": "kuery", "query": ""},
        "filters": [],
        "settings": {"autoFitToDataBounds": False, "initialLocation": "LAST_SAVED_LOCATION"},
    }
    return {
        "title": title,
        "description": "",
        "layerListJSON": json.dumps([_basemap(), _events(panel)]),
        "mapStateJSON": json.dumps(state),
        "uiStateJSON": json.dumps({"isLayerTOCOpen": True, "openTOCDetails": []}),
    }


def _basemap() -> Json:
    return {
        "id": "basemap",
        "type": "EMS_VECTOR_TILE",
        "label": None,
        "alpha": 1,
        "minZoom": 0,
        "maxZoom": 24,
        "visible": True,
        "includeInFitToBounds": True,
        "sourceDescriptor": {
            "type": "EMS_TMS",
            "isAutoSelect": True,
            "lightModeDefault": "road_map_desaturated",
        },
        "style": {"type": "TILE"},
    }


def _events(panel: EventMap) -> Json:
    return {
        "id": "events",
        "type": "GEOJSON_VECTOR",
        "label": panel.title,
        "alpha": 0.75,
        "minZoom": 0,
        "maxZoom": 24,
        "visible": True,
        "includeInFitToBounds": True,
        "joins": [],
        "sourceDescriptor": {
            "id": "events-source",
            "type": "ES_SEARCH",
            "indexPatternRefName": VIEW_REFERENCE,
            "geoField": "geo.location",
            "scalingType": "LIMIT",
            "filterByMapBounds": True,
            "applyGlobalQuery": True,
            "applyGlobalTime": True,
            "applyForceRefresh": True,
            "sortField": "@timestamp",
            "sortOrder": "desc",
            "tooltipProperties": list(panel.tooltip),
            "topHitsGroupByTimeseries": False,
            "topHitsSplitField": "",
            "topHitsSize": 1,
        },
        "style": {"type": "VECTOR", "isTimeAware": True, "properties": _style(panel)},
    }


def _style(panel: EventMap) -> Json:
    return {
        "icon": {"type": "STATIC", "options": {"value": "marker"}},
        "symbolizeAs": {"options": {"value": "circle"}},
        "fillColor": {
            "type": "DYNAMIC",
            "options": {
                "type": "CATEGORICAL",
                "colorCategory": "palette_0",
                "field": {"name": panel.color, "origin": "source"},
                "fieldMetaOptions": {"isEnabled": True, "sigma": 3},
            },
        },
        "lineColor": {"type": "STATIC", "options": {"color": "#3d3d3d"}},
        "lineWidth": {"type": "STATIC", "options": {"size": 1}},
        "iconSize": {
            "type": "DYNAMIC",
            "options": {
                "minSize": 6,
                "maxSize": 32,
                "field": {"name": panel.size, "origin": "source"},
                "fieldMetaOptions": {"isEnabled": True, "sigma": 3},
            },
        },
        "iconOrientation": {"type": "STATIC", "options": {"orientation": 0}},
        "labelText": {"type": "STATIC", "options": {"value": ""}},
        "labelColor": {"type": "STATIC", "options": {"color": "#000000"}},
        "labelSize": {"type": "STATIC", "options": {"size": 14}},
        "labelBorderColor": {"type": "STATIC", "options": {"color": "#FFFFFF"}},
        "labelBorderSize": {"options": {"size": "SMALL"}},
    }
