"""What a panel is, in the words of an analyst; `lens`, `maps` and `vega` turn it into Kibana's JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sinks.elastic.shapes import ShapeName

ViewName = Literal["articles", "mentions", "events", "alerts", "deadletters", "feeds", "arrivals"]
"""A data view: one for each shape, and `arrivals`: all of them, by the time of their writing."""

Operation = Literal["count", "sum", "max", "min", "average", "median", "percentile", "unique_count"]


@dataclass(frozen=True, slots=True)
class Metric:
    """A number worked out of documents."""

    label: str
    operation: Operation = "count"
    field: str | None = None
    where: str = ""
    """KQL that its documents must match."""
    percentile: int = 95


@dataclass(frozen=True, slots=True)
class By:
    """Documents grouped by the values of a field, the largest first."""

    label: str
    field: str
    size: int = 10
    order: int | Literal["alphabetical"] = 0
    """Which metric orders the groups, by position."""
    ascending: bool = False
    other: bool = False
    """Whether the rest is shown as one group."""


@dataclass(frozen=True, slots=True)
class Over:
    """Documents grouped by time."""

    label: str
    field: str
    interval: str = "auto"


@dataclass(frozen=True, slots=True)
class Number:
    """One big number."""

    title: str
    view: ViewName
    metric: Metric
    where: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars, lines or areas over time or over groups."""

    title: str
    view: ViewName
    x: Over | By
    metrics: tuple[Metric, ...]
    split: By | None = None
    look: Literal["bar_stacked", "bar_horizontal", "line", "area_stacked"] = "bar_stacked"
    where: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table: groups as rows, metrics as columns."""

    title: str
    view: ViewName
    rows: tuple[By, ...]
    metrics: tuple[Metric, ...]
    where: str = ""
    time_from: str | None = None
    """The panel's own time range, from here to now; e.g. now-90d to see what has gone silent."""
    drills_to: str | None = None
    """Key of the dashboard that a click on a row opens, with the row as filter."""


@dataclass(frozen=True, slots=True)
class Share:
    """A ring of shares."""

    title: str
    view: ViewName
    by: By
    metric: Metric
    where: str = ""


@dataclass(frozen=True, slots=True)
class Documents:
    """A saved search: documents with these columns, the newest first."""

    key: str
    title: str
    view: ViewName
    columns: tuple[str, ...]
    where: str = ""
    sort: str = "@timestamp"
    ascending: bool = False


@dataclass(frozen=True, slots=True)
class EventMap:
    """A map of events: coloured by one field, sized by another."""

    key: str
    title: str
    view: ViewName
    color: str
    size: str
    tooltip: tuple[str, ...]
    drills_to: str | None = None


@dataclass(frozen=True, slots=True)
class Vega:
    """A Vega panel, for what Lens cannot count: members of nested lists."""

    title: str
    view: ViewName
    body: dict[str, object]
    """The search that Kibana sends; the dashboard's filters and time are added to it."""
    drawing: dict[str, object]
    """The rest of the specification; its data set `found` is fed by the search."""
    data_format: str
    """Path in the answer to the rows."""
    transform: tuple[dict[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """A text in Markdown."""

    title: str
    markdown: str


Panel = Number | Chart | Table | Share | Documents | EventMap | Vega | Words


@dataclass(frozen=True, slots=True)
class Placed:
    """A panel on the grid, which is 48 columns wide."""

    panel: Panel
    x: int
    y: int
    w: int
    h: int


@dataclass(frozen=True, slots=True)
class Control:
    """A list of values above the panels that filters all of them."""

    label: str
    view: ViewName
    field: str


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A page of panels."""

    key: str
    title: str
    description: str
    placed: tuple[Placed, ...]
    controls: tuple[Control, ...] = ()
    time_from: str = "now-7d"
    time_to: str = "now"


def arrange(*rows: tuple[int, tuple[tuple[Panel, int], ...]]) -> tuple[Placed, ...]:
    """Place panels in rows: each row has a height and panels with their widths, left to right."""
    placed = []
    y = 0
    for height, panels in rows:
        x = 0
        for panel, width in panels:
            placed.append(Placed(panel, x, y, width, height))
            x += width
        y += height
    return tuple(placed)


SHAPE_OF_VIEW: dict[ViewName, ShapeName | None] = {
    "articles": "articles",
    "mentions": "mentions",
    "events": "events",
    "alerts": "alerts",
    "deadletters": "deadletters",
    "feeds": "feeds",
    "arrivals": None,
}
