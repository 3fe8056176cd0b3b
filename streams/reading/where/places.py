"""The small tables of places in, places by name out: countries, first-level regions, seas and dams.

Names are compared folded: lower case, without accents, apostrophes and hyphens. A name in lower case
that is an ordinary word is no place, so the caller looks up only what the text writes with a capital.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import cast

from streams.reading.where.packages import read_counties, read_countries
from streams.records import PlaceFeature

_LETTERS = str.maketrans(
    dict(zip("\u0142\u00f8\u0131\u0111\u00f0", "loidd", strict=True))
    | {"\u00df": "ss", "\u00fe": "th", "\u00e6": "ae", "\u0153": "oe"}
    | dict.fromkeys("\u2019\u2018'`\u02b9\u02bc\u02bb")
    | dict.fromkeys("-\u2010\u2011\u2013.,", " ")
)
_SAINT = re.compile(r"\b(?:saint|sainte|st|ste)\b")
_SPACES = re.compile(r"\s+")
GENERIC = [
    "region",
    "oblast",
    "province",
    "governorate",
    "prefecture",
    "state",
    "county",
    "district",
    "department",
    "krai",
    "republic",
    "raion",
    "canton",
    "voivodeship",
    "emirate",
    "territory",
    "division",
    "wilaya",
    "regency",
    "parish",
]
"""Words that turn a name into the name of a region."""

GENERIC_WORDS = frozenset(GENERIC)

_GENERIC_END = re.compile(rf"\s+(?:{'|'.join(GENERIC)}|administrative region|autonomous republic)$")
_GENERIC_START = re.compile(rf"^(?:the\s+)?(?:{'|'.join(GENERIC)}|autonomous republic)\s+of\s+")


@dataclass(frozen=True, slots=True)
class Place:
    """One thing that a name can mean."""

    name: str
    country: str | None
    admin1: str | None
    lat: float | None
    lon: float | None
    feature: PlaceFeature
    population: int = 0
    geoname_id: int | None = None
    is_alternate: bool = False


@lru_cache(20_000)
def fold(name: str) -> str:
    """The form in which names are compared."""
    name = name.lower()
    if not name.isascii():
        name = unicodedata.normalize("NFKD", name.translate(_LETTERS))
        name = "".join(letter for letter in name if not unicodedata.combining(letter))
    name = name.translate(_LETTERS)
    name = _SAINT.sub("st", name)
    return _SPACES.sub(" ", name).strip()


def read_table(name: str) -> list[dict[str, str]]:
    """The rows of a table of the lexicon."""
    text = resources.files("streams.lexicon").joinpath(name).read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


@cache
def region_names() -> dict[tuple[str, str], str]:
    """The name of each first-level region, by country and GeoNames code."""
    return {(row["country"], row["code"]): row["name"] for row in read_table("places_regions.tsv")}


@cache
def load_regions() -> dict[str, tuple[Place, ...]]:
    """First-level regions by folded name and spelling."""
    found: dict[str, dict[tuple[str, str], Place]] = {}
    for row in read_table("places_regions.tsv"):
        names = [row["name"], *filter(None, row["aliases"].split(";"))]
        for index, name in enumerate(names):
            place = Place(
                row["name"],
                row["country"],
                row["name"],
                float(row["lat"]),
                float(row["lon"]),
                "region",
                int(row["people"]),
                is_alternate=index > 0,
            )
            found.setdefault(strip_generic(fold(name)), {}).setdefault(
                (row["country"], row["name"]), place
            )
    return {name: tuple(places.values()) for name, places in found.items()}


@cache
def load_counties() -> dict[str, tuple[Place, ...]]:
    """Counties of the United States, by folded name; most names are many counties."""
    states = region_names()
    found: dict[str, list[Place]] = {}
    for name, code in read_counties():
        state = states.get(("US", code))
        if state is not None:
            place = Place(name, "US", state, None, None, "region", 50_000)
            found.setdefault(fold(name), []).append(place)
    return {name: tuple(places) for name, places in found.items()}


@cache
def load_countries() -> dict[str, tuple[Place, ...]]:
    """Countries and the parts of one that news writes like a country, by folded name."""
    found: dict[str, tuple[Place, ...]] = {}
    points = {}
    for country in read_countries():
        place = Place(country.name, country.code, None, None, None, "country", country.people)
        points[country.code] = place
        found[fold(country.name)] = (place,)
    for row in read_table("places_countries.tsv"):
        base = points[row["country"]]
        region = row["region"] or None
        feature: PlaceFeature = "region" if region else "country"
        place = Place(
            region or base.name, base.country, region, None, None, feature, base.population
        )
        found[fold(row["name"])] = (place,)
    return found


@cache
def capitals() -> dict[str, str]:
    """The capital of each country that does not bear its capital's name."""
    return {c.code: c.capital for c in read_countries() if c.capital != c.name}


@cache
def _country_names() -> dict[str, str]:
    return {country.code: country.name for country in read_countries()}


def country_name(code: str) -> str | None:
    """The English name of a country."""
    return _country_names().get(code)


@cache
def load_extra() -> dict[str, tuple[Place, ...]]:
    """Seas, straits, dams, ranges and regions without a border, by folded name."""
    found: dict[str, list[Place]] = {}
    for row in read_table("places_extra.tsv"):
        place = Place(
            row["name"],
            row["country"] or None,
            row["region"] or None,
            float(row["lat"]) if row["lat"] else None,
            float(row["lon"]) if row["lon"] else None,
            cast("PlaceFeature", row["feature"]),
            1_000_000,
        )
        for name in (row["name"], *filter(None, (row["aliases"] or "").split(","))):
            found.setdefault(fold(name), []).append(place)
    return {name: tuple(places) for name, places in found.items()}


def strip_generic(folded: str) -> str:
    """A region's name without "Oblast", "province of" and the like."""
    bare = _GENERIC_END.sub("", _GENERIC_START.sub("", folded))
    return bare or folded
