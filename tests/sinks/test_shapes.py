"""The dictionary of fields: whole, meant, and not drifted from the mapping, the page and the records."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sinks.elastic.documents import build_document
from sinks.elastic.fieldsdoc import write_fields_page
from sinks.elastic.indices import build_component_templates, build_index_template, build_mapping
from sinks.elastic.shapes import MAPPING_VERSION, SHAPES, ShapeName, list_fields
from streams.records import Record
from tests.samples import (
    FETCHED,
    build_alert,
    build_article,
    build_deadletter,
    build_event,
    build_feed,
    build_mention,
)

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parent / "golden"
RECORDS: dict[ShapeName, Record] = {
    "articles": build_article(),
    "mentions": build_mention(),
    "events": build_event(),
    "alerts": build_alert(),
    "deadletters": build_deadletter(),
    "feeds": build_feed(error="HTTP 500", errors=1, address="https://new.example/rss"),
}


def list_paths(value: Any, prefix: str = "") -> set[str]:
    """List the paths of the leaves of a document."""
    if isinstance(value, list):
        return set().union(*(list_paths(part, prefix) for part in value))
    if isinstance(value, dict):
        return set().union(*(list_paths(v, f"{prefix}{k}.") for k, v in value.items()))
    return {prefix.removesuffix(".")}


@pytest.mark.parametrize("name", SHAPES)
def test_every_field_has_a_meaning_and_the_mapping_tells_it(name: ShapeName) -> None:
    """No field without words; the words are in `_meta`, and the mapping is strict."""
    fields = list_fields(name)
    mapping = build_mapping(name)

    assert all(field.meaning.strip() for field in fields)
    assert {f.path: f.meaning for f in fields} == mapping["_meta"]["fields"]
    assert mapping["dynamic"] == "strict"
    assert len(fields) < 600


@pytest.mark.parametrize("name", SHAPES)
def test_documents_hold_only_fields_of_the_dictionary(name: ShapeName) -> None:
    """What the document has, the dictionary has: a strict mapping would refuse the rest."""
    fields = build_document(RECORDS[name], FETCHED).fields
    known = {field.path for field in list_fields(name)}
    inside = {"geo.location", "when.range", "where.candidates.point", "links.parts"}

    unknown = {
        path
        for path in list_paths(fields)
        if path not in known and not any(path.startswith(f"{p}.") for p in inside)
    }

    assert set() == unknown


@pytest.mark.parametrize("name", SHAPES)
def test_a_changed_or_lost_field_needs_a_new_mapping_version(name: ShapeName) -> None:
    """Fields may come; one that goes or changes its type needs `MAPPING_VERSION` raised.

    Then write the file anew: `python -m tests.sinks.test_shapes`.
    """
    golden = json.loads((GOLDEN / f"fields-v{MAPPING_VERSION}.json").read_text("utf-8"))[name]
    now = {field.path: field.type for field in list_fields(name)}

    assert golden == {path: now.get(path) for path in golden}


def test_the_fields_page_is_up_to_date() -> None:
    """`docs/fields.md` says what the dictionary says."""
    page = (ROOT / "docs" / "fields.md").read_text("utf-8")

    assert write_fields_page() == page, "run python -m sinks.elastic.fieldsdoc > docs/fields.md"


def test_names_of_ecs_are_used_where_ecs_has_one() -> None:
    """An analyst who knows ECS finds time, place and address where they always are."""
    events = {field.path: field.type for field in list_fields("events")}
    articles = {field.path: field.type for field in list_fields("articles")}

    assert events["geo.location"] == "geo_point"
    assert events["geo.country_iso_code"] == "keyword"
    assert events["event.start"] == "date"
    assert events["@timestamp"] == "date"
    assert articles["url.full"] == "keyword"
    assert articles["message"] == "text"


def test_templates_are_made_of_components_and_carry_the_version() -> None:
    """One component of settings, one of fields for each shape; the template names no alias."""
    components = build_component_templates("desk", replicas=2)
    template = build_index_template("desk", "events")

    assert components["desk-settings"]["settings"]["index"]["number_of_replicas"] == 2
    assert template["composed_of"] == ["desk-settings", "desk-events-fields"]
    assert template["index_patterns"] == ["desk-events-*"]
    assert template["meta"]["version"] == MAPPING_VERSION
    assert "template" not in template


if __name__ == "__main__":
    fields = {name: {f.path: f.type for f in list_fields(name)} for name in SHAPES}
    GOLDEN.mkdir(exist_ok=True)
    target = GOLDEN / f"fields-v{MAPPING_VERSION}.json"
    target.write_text(json.dumps(fields, indent=1, sort_keys=True) + "\n", "utf-8")
