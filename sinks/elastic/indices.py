"""The dictionary of fields in, templates and names of indices out.

    tocsin-events                 alias for reading: every month
    tocsin-events-2026.11         alias for writing: one month; moves to the new index in a migration
    tocsin-events-2026.11-v1      the index, with its mapping version
    tocsin-events-2026.11-v1-r5   the same, as the replay of that number made it anew
    tocsin-events                 also the name of the index template, which carries the version

Writes name the month's alias and are sent with `require_alias`: Elasticsearch then never creates an
index by itself, so a lost template cannot let the mapping grow by guessing.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from sinks.elastic.shapes import MAPPING_VERSION, SHAPES, ShapeName, list_fields

_INDEX = re.compile(
    r"^(?P<alias>.+)-(?P<month>\d{4}\.\d{2})-v(?P<version>\d+)(?:-r(?P<replay>\d+))?$"
)


@dataclass(frozen=True, slots=True)
class IndexName:
    """The parts of an index's name."""

    prefix: str
    shape: ShapeName
    month: str
    version: int
    replay: int = 0
    """Number of the replay that made the index; 0 for one that the sink made."""

    @property
    def read_alias(self) -> str:
        """The alias of all months."""
        return read_alias(self.prefix, self.shape)

    @property
    def write_alias(self) -> str:
        """The alias that is written to."""
        return write_alias(self.prefix, self.shape, self.month)

    @property
    def aliases(self) -> tuple[str, str]:
        """Both."""
        return self.read_alias, self.write_alias

    def __str__(self) -> str:
        name = f"{self.write_alias}-v{self.version}"
        return f"{name}-r{self.replay}" if self.replay else name


def read_alias(prefix: str, shape: ShapeName) -> str:
    """Name the alias for reading, e.g. `tocsin-events`."""
    return f"{prefix}-{shape}"


def write_alias(prefix: str, shape: ShapeName, month: str) -> str:
    """Name the alias for writing one month, e.g. `tocsin-events-2026.11`."""
    return f"{prefix}-{shape}-{month}"


def month_of(moment: dt.datetime) -> str:
    """Name the month of a time, e.g. `2026.11`."""
    return moment.astimezone(dt.UTC).strftime("%Y.%m")


def parse_index(prefix: str, name: str) -> IndexName | None:
    """Read an index's name; None for an index that is not ours."""
    found = _INDEX.match(name)
    if found is None:
        return None
    for shape in SHAPES:
        if found["alias"] == read_alias(prefix, shape):
            return IndexName(
                prefix, shape, found["month"], int(found["version"]), int(found["replay"] or 0)
            )
    return None


def build_component_templates(prefix: str, replicas: int) -> dict[str, dict[str, Any]]:
    """Build the component templates: the settings that all share, and one mapping a shape."""
    settings = {
        "index": {
            "number_of_shards": 1,
            "number_of_replicas": replicas,
            "refresh_interval": "1s",
            "mapping": {"total_fields": {"limit": 1000}},
        }
    }
    templates: dict[str, dict[str, Any]] = {f"{prefix}-settings": {"settings": settings}}
    for shape in SHAPES:
        templates[f"{prefix}-{shape}-fields"] = {"mappings": build_mapping(shape)}
    return templates


def build_index_template(prefix: str, shape: ShapeName) -> dict[str, Any]:
    """Build the index template of one shape.

    It names no alias: an index that a migration still fills must not be read.
    """
    return {
        "index_patterns": [f"{prefix}-{shape}-*"],
        "composed_of": [f"{prefix}-settings", f"{prefix}-{shape}-fields"],
        # above the templates that come with a full distribution, which have 100 and 200
        "priority": 500,
        "meta": {"version": MAPPING_VERSION, "topic": SHAPES[shape].topic.name},
    }


def build_mapping(shape: ShapeName) -> dict[str, Any]:
    """Build the strict mapping of one shape, with the meaning of every field in `_meta`."""
    properties: dict[str, Any] = {}
    fields = list_fields(shape)
    for field in fields:
        *parents, last = field.path.split(".")
        inside = properties
        for parent in parents:
            inside = inside.setdefault(parent, {}).setdefault("properties", {})
        inside.setdefault(last, {}).update({"type": field.type, **field.parameters})
    return {
        "dynamic": "strict",
        "_meta": {
            "version": MAPPING_VERSION,
            "fields": {field.path: field.meaning for field in fields},
        },
        "properties": properties,
    }
