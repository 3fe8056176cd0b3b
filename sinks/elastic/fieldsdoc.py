"""The dictionary of fields in, `docs/fields.md` out: `python -m sinks.elastic.fieldsdoc > docs/fields.md`."""

from __future__ import annotations

import sys

from sinks.elastic.derived import TIMESTAMPS
from sinks.elastic.shapes import MAPPING_VERSION, SHAPES, ShapeName, list_fields

_INTRODUCTION = f"""# Fields of the documents

This page is written by `python -m sinks.elastic.fieldsdoc`, from the records in `streams/records.py`
and the derived fields in `sinks/elastic/derived.py`; a test fails when it is out of date.
The same words stand in `_meta.fields` of every mapping (mapping version {MAPPING_VERSION}).

Names follow the Elastic Common Schema where it has one: `@timestamp`, `message`, `event.start`,
`event.end`, `event.dataset`, `event.ingested`, `geo.*`, `url.full`, `rule.name`, `error.message`.
`nested` fields keep the members of a list together; Lens cannot count in them, so what is counted most
is also there flat: `killed.best`, `says.denies`, `claimants`.
"""


def write_fields_page() -> str:
    """Write the page."""
    return "\n".join([_INTRODUCTION, *(_write_shape(name) for name in SHAPES)])


def _write_shape(name: ShapeName) -> str:
    lines = [
        f"## {name}",
        "",
        f"From the topic `{SHAPES[name].topic.name}`; read them through the alias `tocsin-{name}`.",
        f"`@timestamp`: {TIMESTAMPS[name]}.",
        "",
        "| field | type | meaning | from |",
        "|---|---|---|---|",
    ]
    for field in list_fields(name):
        meaning = field.meaning.replace("|", "\\|")
        lines.append(f"| `{field.path}` | {field.type} | {meaning} | {_source(field.source)} |")
    return "\n".join([*lines, ""])


def _source(source: str) -> str:
    return source if source == "derived" else f"`{source}`"


if __name__ == "__main__":
    sys.stdout.write(write_fields_page())
