"""Settings and indices in, the indices whose time is past out: whole months are dropped, never parts.

No scripts and no ILM: a month is dropped when its last day is older than what is kept. That works on
every server, and `tocsin retention` shows what it would do before it does it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sinks.elastic.indices import parse_index, read_alias
from sinks.elastic.server import Server
from sinks.elastic.shapes import SHAPES, ShapeName


@dataclass(frozen=True, slots=True)
class Past:
    """One index, with whether its time is past."""

    index: str
    shape: ShapeName
    documents: int
    kept_until: dt.date | None
    """First day on which it may be dropped; None: kept for ever."""
    drop: bool


def find_past(
    indices: Iterable[tuple[str, int]],
    prefix: str,
    days: Mapping[ShapeName, int | None],
    today: dt.date,
) -> list[Past]:
    """Judge each index, given with its number of documents; those of others are left out."""
    judged = []
    for name, documents in sorted(indices):
        index = parse_index(prefix, name)
        if index is None:
            continue
        kept = days[index.shape]
        until = None if kept is None else end_of_month(index.month) + dt.timedelta(days=kept)
        drop = until is not None and today >= until
        judged.append(Past(name, index.shape, documents, until, drop))
    return judged


def list_indices(server: Server, prefix: str) -> list[tuple[str, int]]:
    """List every index of ours with its number of documents."""
    names = [name for shape in SHAPES for name in server.list_indices(read_alias(prefix, shape))]
    return [(name, server.count(name)) for name in names]


def end_of_month(month: str) -> dt.date:
    """Give the first day after a month such as `2026.11`."""
    year, number = (int(part) for part in month.split("."))
    return dt.date(year + number // 12, number % 12 + 1, 1)
