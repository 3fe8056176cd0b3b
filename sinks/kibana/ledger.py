"""The panels of the event ledger: drawings in Vega, since Lens cannot count members of nested lists."""

from __future__ import annotations

from sinks.kibana.panels import Vega

_ROW_HEIGHT = 18
_STANCES = ["asserts", "announces", "confirms", "accuses", "threatens", "denies", "cannot_verify"]
_COLOURS = ["#6092c0", "#54b399", "#209280", "#d36086", "#b9a888", "#cc5642", "#ca8eae"]

_HITS: dict[str, object] = {
    "size": 20,
    "_source": ["id", "title", "ledger", "@timestamp"],
    "sort": [{"last_changed": "desc"}],
}
_ENTRIES: tuple[dict[str, object], ...] = (
    {"type": "flatten", "fields": ["_source.ledger"], "as": ["entry"]},
    {"type": "filter", "expr": "isValid(datum.entry)"},
    {"type": "formula", "as": "at", "expr": "toDate(datum.entry.at)"},
)
_STANCE_COLOUR = {
    "name": "stance",
    "type": "ordinal",
    "domain": _STANCES,
    "range": _COLOURS,
}

CLAIMS_GRID = Vega(
    title="Who says what",
    view="events",
    body={
        "size": 0,
        "aggs": {
            "ledger": {
                "nested": {"path": "ledger"},
                "aggs": {
                    "claimants": {
                        "terms": {"field": "ledger.claimant", "size": 25},
                        "aggs": {"stances": {"terms": {"field": "ledger.stance", "size": 7}}},
                    }
                },
            }
        },
    },
    data_format="aggregations.ledger.claimants.buckets",
    transform=(
        {"type": "flatten", "fields": ["stances.buckets"], "as": ["stance"]},
        {"type": "formula", "as": "name", "expr": "truncate(datum.key, 40)"},
    ),
    drawing={
        "padding": 5,
        "scales": [
            {
                "name": "x",
                "type": "band",
                "domain": _STANCES,
                "range": "width",
                "padding": 0.05,
            },
            {
                "name": "y",
                "type": "band",
                "domain": {"data": "found", "field": "name"},
                "range": "height",
                "padding": 0.1,
            },
            _STANCE_COLOUR,
        ],
        "axes": [
            {"orient": "top", "scale": "x"},
            {"orient": "left", "scale": "y"},
        ],
        "marks": [
            {
                "type": "rect",
                "from": {"data": "found"},
                "encode": {
                    "enter": {
                        "x": {"scale": "x", "field": "stance.key"},
                        "width": {"scale": "x", "band": 1},
                        "y": {"scale": "y", "field": "name"},
                        "height": {"scale": "y", "band": 1},
                        "fill": {"scale": "stance", "field": "stance.key"},
                    }
                },
            },
            {
                "type": "text",
                "from": {"data": "found"},
                "encode": {
                    "enter": {
                        "x": {"scale": "x", "field": "stance.key", "band": 0.5},
                        "y": {"scale": "y", "field": "name", "band": 0.5},
                        "align": {"value": "center"},
                        "baseline": {"value": "middle"},
                        "fill": {"value": "white"},
                        "text": {"field": "stance.doc_count"},
                    }
                },
            },
        ],
    },
)

NUMBERS_OVER_TIME = Vega(
    title="Numbers over time, and who gives them",
    view="events",
    body=_HITS,
    data_format="hits.hits",
    transform=(
        *_ENTRIES,
        {"type": "flatten", "fields": ["entry.numbers"], "as": ["number"]},
        {"type": "filter", "expr": "isValid(datum.number)"},
        {
            "type": "formula",
            "as": "value",
            "expr": "isValid(datum.number.value) ? datum.number.value : datum.number.low",
        },
        {"type": "filter", "expr": "isValid(datum.value)"},
    ),
    drawing={
        "padding": 5,
        "scales": [
            {
                "name": "x",
                "type": "utc",
                "domain": {"data": "found", "field": "at"},
                "range": "width",
            },
            {
                "name": "y",
                "type": "linear",
                "zero": True,
                "nice": True,
                "domain": {"data": "found", "field": "value"},
                "range": "height",
            },
            {
                "name": "measure",
                "type": "ordinal",
                "domain": {"data": "found", "field": "number.measure"},
                "range": "category",
            },
        ],
        "axes": [
            {"orient": "bottom", "scale": "x"},
            {"orient": "left", "scale": "y", "grid": True},
        ],
        "legends": [{"fill": "measure", "title": "measure"}],
        "marks": [
            {
                "type": "symbol",
                "from": {"data": "found"},
                "encode": {
                    "enter": {
                        "x": {"scale": "x", "field": "at"},
                        "y": {"scale": "y", "field": "value"},
                        "size": {"value": 90},
                        "fill": {"scale": "measure", "field": "number.measure"},
                        "tooltip": {
                            "signal": "{who: datum.entry.claimant, says: datum.number.text,"
                            " in: datum.entry.publisher, at: datum.entry.at}"
                        },
                    }
                },
            }
        ],
    },
)


def _lines(text: str, colour: str | None) -> dict[str, object]:
    """Draw one line of text for each row, oldest first."""
    fill: dict[str, object] = {"value": "#343741"}
    if colour:
        fill = {"scale": "stance", "field": colour}
    return {
        "padding": 5,
        "scales": [_STANCE_COLOUR],
        "marks": [
            {
                "type": "text",
                "from": {"data": "found"},
                "encode": {
                    "enter": {
                        "x": {"value": 0},
                        "y": {"signal": f"datum.row * {_ROW_HEIGHT}"},
                        "align": {"value": "left"},
                        "baseline": {"value": "top"},
                        "fontSize": {"value": 12},
                        "fill": fill,
                        "limit": {"signal": "width"},
                        "text": {"signal": text},
                        "tooltip": {"signal": "datum.entry.sentence"},
                    }
                },
            }
        ],
    }


_ROWS: tuple[dict[str, object], ...] = (
    {
        "type": "window",
        "sort": {"field": "at", "order": "ascending"},
        "ops": ["row_number"],
        "as": ["row"],
    },
)

LEDGER_LINES = Vega(
    title="The ledger, oldest first",
    view="events",
    body=_HITS,
    data_format="hits.hits",
    transform=(*_ENTRIES, *_ROWS),
    drawing=_lines(
        "utcFormat(datum.at, '%d %b %H:%M') + '  ' + datum.entry.claimant + ' '"
        " + replace(datum.entry.stance, '_', ' ')"
        " + (isValid(datum.entry.of) ? ' ' + datum.entry.of : '')"
        " + ': ' + datum.entry.sentence + '  [' + datum.entry.publisher + ']'",
        "entry.stance",
    ),
)

ARTICLES_OF_EVENT = Vega(
    title="Articles",
    view="events",
    body=_HITS,
    data_format="hits.hits",
    transform=(
        *_ENTRIES,
        {
            "type": "aggregate",
            "groupby": ["entry.article_id", "entry.publisher", "entry.url"],
            "fields": ["at", "at"],
            "ops": ["min", "count"],
            "as": ["at", "claims"],
        },
        *_ROWS,
    ),
    drawing=_lines(
        "utcFormat(datum.at, '%d %b %H:%M') + '  ' + datum['entry.publisher']"
        " + ' (' + datum.claims + ' claims)  '"
        " + (isValid(datum['entry.url']) ? datum['entry.url'] : '')",
        None,
    ),
)
