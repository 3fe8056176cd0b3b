"""A place name in, what it can mean out: the index of towns on disk, and the small tables in memory.

The index is one SQLite file in the user's cache, built at first use from the packages (about ten
seconds), opened in a millisecond and never loaded into memory. `tocsin gazetteer build` puts a full
GeoNames dump into the same file.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path

from streams.reading.where.packages import Town, data_version, read_towns
from streams.reading.where.places import (
    Place,
    fold,
    load_counties,
    load_countries,
    load_extra,
    load_regions,
    region_names,
    strip_generic,
)
from streams.records import PlaceFeature

INDEX_VERSION = 1
"""Raise when the layout of the index changes."""

_SCHEMA = """
create table places (
    id integer primary key, name text not null, country text, admin1 text,
    lat real, lon real, population integer, feature text
);
create table names (name text not null, place integer not null, alternate integer not null,
    primary key (name, place)) without rowid;
"""
_FIND = """
select p.id, p.name, p.country, p.admin1, p.lat, p.lon, p.population, p.feature, n.alternate
from names n join places p on p.id = n.place where n.name = ?
order by p.population desc limit 60
"""
_FEATURES: dict[str, PlaceFeature] = {
    "settlement": "settlement",
    "region": "region",
    "water": "water",
    "sea": "sea",
    "facility": "facility",
    "area": "area",
}


class Gazetteer:
    """Places by name."""

    def __init__(self, path: Path) -> None:
        """Open the index at `path`."""
        self.path = path
        self._database = sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=False)
        self._names = region_names()
        self._find = lru_cache(maxsize=20_000)(self._read)

    def find(self, name: str) -> tuple[Place, ...]:
        """Everything the name can mean: countries and regions first, then towns by their size."""
        return self._find(fold(name))

    def size(self) -> int:
        """How many places the index holds."""
        row = self._database.execute("select count(*) from places").fetchone()
        return int(row[0])

    def _read(self, folded: str) -> tuple[Place, ...]:
        if len(folded) < 2:
            return ()
        return (
            *load_countries().get(folded, ()),
            *load_extra().get(folded, ()),
            *load_regions().get(strip_generic(folded), ()),
            *load_counties().get(folded, ()),
            *self._towns(folded),
        )

    def _towns(self, folded: str) -> Iterator[Place]:
        for row in self._database.execute(_FIND, (folded,)):
            number, name, country, code, lat, lon, population, feature, alternate = row
            yield Place(
                name,
                country,
                self._names.get((country, code)),
                lat,
                lon,
                _FEATURES.get(feature, "unknown"),
                population,
                number,
                is_alternate=bool(alternate),
            )


def default_path() -> Path:
    """Where the index of this user and this data lies."""
    return Path.home() / ".cache" / "tocsin" / f"gazetteer-{INDEX_VERSION}-{data_version()}.sqlite"


@cache
def load_gazetteer() -> Gazetteer:
    """Open the user's index, building it at first use; where the cache cannot be written, in /tmp."""
    path = default_path()
    spare = Path(tempfile.gettempdir()) / f"tocsin-{os.getuid()}" / path.name
    for place in (path, spare):
        if place.exists():
            return Gazetteer(place)
    try:
        build_index(path, read_towns())
    except OSError:
        path = spare
        build_index(path, read_towns())
    return Gazetteer(path)


def build_index(
    path: Path, towns: Iterable[Town], progress: Callable[[int], None] | None = None
) -> int:
    """Write a new index beside the old one and put it in its place at once; returns its places."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    os.close(handle)
    temporary = Path(name)
    try:
        database = sqlite3.connect(temporary)
        database.execute("pragma journal_mode = off")
        database.execute("pragma synchronous = off")
        database.executescript(_SCHEMA)
        count = _fill(database, towns, progress)
        database.commit()
        database.close()
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return count


def _fill(
    database: sqlite3.Connection, towns: Iterable[Town], progress: Callable[[int], None] | None
) -> int:
    count = 0
    for town in towns:
        count += 1
        database.execute(
            "insert or replace into places values (?,?,?,?,?,?,?,?)",
            (
                town.id,
                town.name,
                town.country,
                town.admin1,
                town.lat,
                town.lon,
                town.population,
                town.feature,
            ),
        )
        database.executemany("insert or replace into names values (?,?,?)", _spellings(town))
        if progress is not None and count % 5000 == 0:
            progress(count)
    return count


def _spellings(town: Town) -> list[tuple[str, int, int]]:
    """The names a town is found by; its own name last, so that it wins over an alternate."""
    found: dict[str, int] = {}
    for name in town.alternates:
        folded = fold(name)
        if 3 <= len(folded) <= 48 and folded.isascii() and not (name.isupper() and len(name) < 5):
            found[folded] = 1
    own = fold(town.name)
    if own:
        found[own] = 0
    return [(name, town.id, alternate) for name, alternate in found.items()]
