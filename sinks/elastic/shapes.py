"""Record classes in, the dictionary of document fields out: each with its type and its meaning.

The dictionary is walked from the records themselves, so a new field of a record is a new field of
its documents. What differs from the record stands here: fields with an ECS name (`moves`), lists
whose members must stay together when they are counted (`nested`), and fields that are worked out
for people who count (`derived`). The mappings, `docs/fields.md` and the checker of the dashboards
read this dictionary and nothing else.
"""

from __future__ import annotations

import datetime as dt
import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import AwareDatetime
from pydantic.fields import FieldInfo

from sinks.elastic import derived
from sinks.elastic.derived import Derived
from streams.records import (
    Point,
    Prose,
    Record,
    Span,
)
from streams.topics import ALERTS, ARTICLES, DEADLETTERS, EVENTS, FEEDS, MENTIONS, Topic

MAPPING_VERSION = 1
"""Raise it when a field changes its type or its name; `tocsin setup --migrate` moves the documents."""

IGNORE_ABOVE = 1024
"""Longer exact values stay in the document but are not indexed; Lucene refuses 32,766 bytes."""

ShapeName = Literal["articles", "mentions", "events", "alerts", "deadletters", "feeds"]


@dataclass(frozen=True, slots=True)
class Shape:
    """How one sort of record becomes documents."""

    name: ShapeName
    topic: Topic
    moves: dict[str, str] = field(default_factory=dict)
    """Path in the record to path in the document, where they differ."""
    nested: frozenset[str] = frozenset()
    """Lists of objects, by path in the document, whose members are counted one by one."""
    leave_out: frozenset[str] = frozenset()
    """Paths in the record that are not documents of this shape: their facets are derived."""
    binary: frozenset[str] = frozenset()
    """Base64 that is kept and not searched."""
    derived: tuple[Derived, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentField:
    """One field of a document."""

    path: str
    type: str
    meaning: str
    source: str
    """The record's field it is, or `derived`."""
    parameters: dict[str, Any] = field(default_factory=dict)


_WHEN_AND_WHERE = {
    "when.start": "event.start",
    "when.end": "event.end",
    "where.point": "geo.location",
    "where.name": "geo.name",
    "where.country": "geo.country_iso_code",
    "where.admin1": "geo.region_name",
}

SHAPES: dict[ShapeName, Shape] = {
    "articles": Shape(
        name="articles",
        topic=ARTICLES,
        moves={"url": "url.full"},
        derived=derived.ARTICLE,
    ),
    "mentions": Shape(
        name="mentions",
        topic=MENTIONS,
        moves={"url": "url.full", **_WHEN_AND_WHERE},
        nested=frozenset({"numbers", "claims"}),
        # what blocks of the merge step tell each other; such mentions are not on this topic
        leave_out=frozenset({"relay"}),
        derived=derived.MENTION,
    ),
    "events": Shape(
        name="events",
        topic=EVENTS,
        moves=_WHEN_AND_WHERE,
        nested=frozenset({"tolls", "ledger", "ledger.numbers"}),
        derived=derived.EVENT,
    ),
    "alerts": Shape(
        name="alerts",
        topic=ALERTS,
        moves={"rule": "rule.name", "kind": "alert_kind", "event_kind": "kind"},
        leave_out=frozenset({"event"}),
        derived=derived.ALERT,
    ),
    "deadletters": Shape(
        name="deadletters",
        topic=DEADLETTERS,
        moves={"detail": "error.message"},
        binary=frozenset({"raw"}),
        derived=derived.DEADLETTER,
    ),
    "feeds": Shape(
        name="feeds",
        topic=FEEDS,
        moves={"error": "error.message"},
        derived=derived.FEED,
    ),
}

_SCALARS: dict[type, str] = {
    str: "keyword",
    bool: "boolean",
    int: "long",
    float: "double",
    AwareDatetime: "date",
    dt.datetime: "date",
    dt.date: "date",
}
_WITH_KEYWORD = {"title", "headline"}
_WORDS = frozenset(
    {
        *("title", "summary", "text", "headline", "context", "sentence", "reason", "publisher"),
        *("publishers", "wire", "authors", "tags", "names", "places", "kind_label", "message"),
        *("geo.name", "geo.region_name", "where.resolved", "where.toward", "actors.name"),
        *("targets.name", "recipients.name", "claims.claimant", "ledger.claimant"),
        *("ledger.sentence", "rule.name", "error.message", "feed_title", "digest", "step"),
    }
)
"""Fields whose words `tocsin search` looks in: they are copied to the field `words`."""


@cache
def list_fields(name: ShapeName) -> tuple[DocumentField, ...]:
    """List every field of the documents of one shape, by path."""
    shape = SHAPES[name]
    found = {f.path: f for f in _walk(shape.topic.record, shape, "", "")}
    timestamp = Derived("@timestamp", "date", derived.TIMESTAMPS[name])
    for extra in (timestamp, *derived.COMMON, *shape.derived):
        found[extra.path] = DocumentField(
            extra.path, extra.type, extra.meaning, "derived", _parameters(extra.path, extra.type)
        )
    return tuple(sorted(found.values(), key=lambda f: f.path))


def _walk(record: type[Record], shape: Shape, inside: str, prefix: str) -> Iterator[DocumentField]:
    """Yield the fields of `record`; `inside` is its path in the record, `prefix` in the document."""
    for name, info in record.model_fields.items():
        origin = f"{inside}{name}"
        path = shape.moves.get(origin, f"{prefix}{name}")
        if origin in shape.leave_out:
            continue
        inner, many, prose = _unwrap(info.annotation, info)
        meaning = info.description or ""
        source = f"{shape.topic.record.__name__}.{origin}"
        if isinstance(inner, type) and issubclass(inner, Record) and inner is not Point:
            if many and path in shape.nested:
                yield DocumentField(path, "nested", meaning, source)
            yield from _walk(inner, shape, f"{origin}.", f"{path}.")
            continue
        kind = _type_of(inner, prose=prose)
        if origin in shape.binary:
            kind = "binary"
        yield DocumentField(path, kind, meaning, source, _parameters(path, kind, record))


def _unwrap(annotation: Any, info: FieldInfo | None = None) -> tuple[Any, bool, bool]:
    """Strip `Annotated`, `None` and `tuple[...]`: the type inside, whether many, whether prose."""
    prose = any(isinstance(mark, Prose) for mark in (info.metadata if info else ()))
    many = False
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation, *marks = get_args(annotation)
            prose = prose or any(isinstance(mark, Prose) for mark in marks)
        elif origin in (Union, types.UnionType):
            annotation = next(arg for arg in get_args(annotation) if arg is not type(None))
        elif origin is tuple:
            annotation, many = get_args(annotation)[0], True
        elif origin is Literal:
            return type(get_args(annotation)[0]), many, prose
        else:
            return annotation, many, prose


def _type_of(inner: Any, *, prose: bool) -> str:
    if prose:
        return "text"
    if inner is Point:
        return "geo_point"
    if get_origin(inner) is dict:
        return "flattened"
    return _SCALARS[inner]


def _parameters(path: str, kind: str, record: type[Record] | None = None) -> dict[str, Any]:
    parameters: dict[str, Any] = {}
    if kind == "keyword":
        parameters["ignore_above"] = IGNORE_ABOVE
    if kind == "text" and path in _WITH_KEYWORD:
        parameters["fields"] = {"keyword": {"type": "keyword", "ignore_above": 256}}
    if path == "geo.name":
        parameters["fields"] = {"folded": {"type": "text"}}
    if record is Span:
        # positions in the text are shown, never searched or counted
        parameters |= {"index": False, "doc_values": False}
    if path in _WORDS:
        parameters["copy_to"] = "words"
    return parameters
