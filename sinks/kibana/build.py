"""The panel definitions in, `sinks/kibana/tocsin.ndjson` out: `python -m sinks.kibana.build`."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from sinks.kibana.objects import build_objects, write_ndjson

FILE = "tocsin.ndjson"


def read_checked_in() -> str:
    """Read the file that is checked in; a test fails when it is out of date."""
    return resources.files("sinks.kibana").joinpath(FILE).read_text("utf-8")


if __name__ == "__main__":
    (Path(__file__).parent / FILE).write_text(write_ndjson(build_objects()), "utf-8")
