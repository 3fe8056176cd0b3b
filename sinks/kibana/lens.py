"""Numbers, charts, tables and shares in; the state of Kibana's Lens out.

The shape is that of Kibana 8.7 to 8.11 (`formBased` data source), which 8.19 and 9 read and migrate.
Ids inside a panel are `layer`, `b0`, `b1` … for groups and `m0`, `m1` … for metrics: any text will do,
and these can be reviewed.
"""

from __future__ import annotations

from typing import Any

from sinks.elastic.shapes import list_fields
from sinks.kibana.panels import (
    SHAPE_OF_VIEW,
    By,
    Chart,
    Metric,
    Number,
    Over,
    Share,
    Table,
    ViewName,
)

LAYER = "layer"
Json = dict[str, Any]
LensPanel = Number | Chart | Table | Share


def build_lens(panel: LensPanel, view_id: str) -> Json:
    """Build the attributes of a Lens panel."""
    groups, metrics = _parts(panel)
    columns = {f"b{i}": _group(group, panel.view, len(metrics)) for i, group in enumerate(groups)}
    columns |= {f"m{i}": _metric(metric, panel.view) for i, metric in enumerate(metrics)}
    layer = {"columnOrder": list(columns), "columns": columns, "incompleteColumns": {}}
    kind, drawing = _draw(panel)
    return {
        "title": "",
        "description": "",
        "type": "lens",
        "visualizationType": kind,
        "state": {
            "visualization": drawing,
            "query": {"language": "kuery", "query": panel.where},
            "filters": [],
            "datasourceStates": {"formBased": {"layers": {LAYER: layer}}},
            "internalReferences": [],
            "adHocDataViews": {},
        },
        "references": [
            {
                "id": view_id,
                "name": f"indexpattern-datasource-layer-{LAYER}",
                "type": "index-pattern",
            }
        ],
    }


def _parts(panel: LensPanel) -> tuple[list[By | Over], list[Metric]]:
    match panel:
        case Number(metric=metric):
            return [], [metric]
        case Share(by=by, metric=metric):
            return [by], [metric]
        case Table(rows=rows, metrics=metrics):
            return list(rows), list(metrics)
        case Chart(x=x, split=split, metrics=metrics):
            # the split comes first: Kibana then takes the largest groups over the whole time
            return ([split, x] if split else [x]), list(metrics)


def _group(group: By | Over, view: ViewName, metrics: int) -> Json:
    if isinstance(group, Over):
        return {
            "label": group.label,
            "customLabel": True,
            "dataType": "date",
            "isBucketed": True,
            "operationType": "date_histogram",
            "scale": "interval",
            "sourceField": group.field,
            "params": {
                "interval": group.interval,
                "includeEmptyRows": True,
                "dropPartials": False,
            },
        }
    by: Json = {"type": "alphabetical", "fallback": False}
    if group.order != "alphabetical":
        assert group.order < metrics
        by = {"type": "column", "columnId": f"m{group.order}"}
    return {
        "label": group.label,
        "customLabel": True,
        "dataType": _data_type(group.field, view),
        "isBucketed": True,
        "operationType": "terms",
        "scale": "ordinal",
        "sourceField": group.field,
        "params": {
            "size": group.size,
            "orderBy": by,
            "orderDirection": "asc" if group.ascending else "desc",
            "otherBucket": group.other,
            "missingBucket": False,
            "parentFormat": {"id": "terms"},
        },
    }


def _metric(metric: Metric, view: ViewName) -> Json:
    params: Json = {"emptyAsNull": True}
    if metric.operation == "percentile":
        params["percentile"] = metric.percentile
    column: Json = {
        "label": metric.label,
        "customLabel": True,
        "dataType": "number",
        "isBucketed": False,
        "operationType": metric.operation,
        "scale": "ratio",
        "sourceField": metric.field or "___records___",
        "params": params,
    }
    if metric.field and metric.operation in ("max", "min"):
        column["dataType"] = _data_type(metric.field, view)
    if metric.where:
        column["filter"] = {"language": "kuery", "query": metric.where}
    return column


def _data_type(path: str, view: ViewName) -> str:
    """Give Kibana's word for the type of a field."""
    kind = "keyword"
    shape = SHAPE_OF_VIEW[view]
    if shape is not None:
        kind = next((field.type for field in list_fields(shape) if field.path == path), "keyword")
    words = {"date": "date", "long": "number", "double": "number", "boolean": "boolean"}
    return words.get(kind, "string")


def _draw(panel: LensPanel) -> tuple[str, Json]:
    match panel:
        case Number():
            return "lnsMetric", {"layerId": LAYER, "layerType": "data", "metricAccessor": "m0"}
        case Share():
            return "lnsPie", {
                "shape": "donut",
                "layers": [
                    {
                        "layerId": LAYER,
                        "layerType": "data",
                        "primaryGroups": ["b0"],
                        "metrics": ["m0"],
                        "numberDisplay": "percent",
                        "categoryDisplay": "default",
                        "legendDisplay": "default",
                        "nestedLegend": False,
                    }
                ],
            }
        case Table(rows=rows, metrics=metrics):
            ids = [f"b{i}" for i in range(len(rows))] + [f"m{i}" for i in range(len(metrics))]
            return "lnsDatatable", {
                "layerId": LAYER,
                "layerType": "data",
                "columns": [{"columnId": column} for column in ids],
            }
        case Chart():
            return "lnsXY", _draw_chart(panel)


def _draw_chart(chart: Chart) -> Json:
    layer: Json = {
        "layerId": LAYER,
        "layerType": "data",
        "seriesType": chart.look,
        "position": "top",
        "showGridlines": False,
        "accessors": [f"m{i}" for i in range(len(chart.metrics))],
        "xAccessor": "b1" if chart.split else "b0",
    }
    if chart.split:
        layer["splitAccessor"] = "b0"
    shown = {"x": True, "yLeft": True, "yRight": True}
    return {
        "legend": {"isVisible": True, "position": "right"},
        "valueLabels": "hide",
        "fittingFunction": "Linear" if chart.look == "line" else "None",
        "preferredSeriesType": chart.look,
        "axisTitlesVisibilitySettings": shown,
        "tickLabelsVisibilitySettings": shown,
        "gridlinesVisibilitySettings": shown,
        "layers": [layer],
    }
