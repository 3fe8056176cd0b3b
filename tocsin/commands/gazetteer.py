"""`tocsin gazetteer`: build the index of place names, and look a name up in it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import click
from rich.console import Console
from rich.table import Table

from streams.reading.where.dump import read_dump
from streams.reading.where.gazetteer import build_index, default_path, load_gazetteer
from streams.reading.where.packages import Town, read_towns
from streams.reading.where.places import Place
from streams.reading.where.resolve import kilometres

OUT = Console()
ERR = Console(stderr=True)


@click.group()
def gazetteer() -> None:
    """Place names: build the index from GeoNames data, and look names up."""


@gazetteer.command()
@click.argument("dump", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of words.")
def build(dump: Path | None, *, as_json: bool) -> None:
    """Build the index: from the packages, and from DUMP where it is given.

    DUMP is a GeoNames file as https://download.geonames.org/export/dump/ has them: allCountries.txt
    or one country (UA.txt), plain or zipped. Its places are added to those of the packages. Reading
    without DUMP happens by itself at first use.
    """
    path = default_path()
    try:
        with ERR.status("building the index of place names") as status:
            count = build_index(
                path, _towns(dump), lambda done: status.update(f"{done:,} places read")
            )
    except OSError as error:
        _fail(f"{path}: {error.strerror}", "check the folder and the free space")
    size = path.stat().st_size
    if as_json:
        click.echo(json.dumps({"places": count, "path": str(path), "bytes": size}))
    else:
        OUT.print(f"{count:,} places, {size / 1e6:.0f} MB, in {path}", soft_wrap=True)


@gazetteer.command()
@click.argument("name")
@click.option("--near", metavar="LAT,LON", help="Order by distance from here.")
@click.option("--limit", default=10, show_default=True, help="Most rows to show.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def find(name: str, near: str | None, limit: int, *, as_json: bool) -> None:
    """Show what NAME can mean, and how far from --near it lies."""
    here = _read_point(near) if near else None
    places = list(load_gazetteer().find(name))
    if here is not None:
        places.sort(key=lambda place: _distance(place, here) or 1e9)
    shown = places[:limit]
    if as_json:
        for place in shown:
            click.echo(json.dumps(_as_object(place, here), ensure_ascii=False))
    elif shown:
        OUT.print(_as_table(name, shown, here))
        if len(places) > len(shown):
            OUT.print(f"{len(places) - len(shown)} more; --limit shows them")
    if not shown:
        ERR.print(f"no place is called {name!r} in {default_path()}", soft_wrap=True)
        sys.exit(1)


def _towns(dump: Path | None) -> Iterator[Town]:
    yield from read_towns()
    if dump is not None:
        yield from read_dump(dump)


def _read_point(text: str) -> tuple[float, float]:
    try:
        lat, lon = (float(part) for part in text.split(","))
    except ValueError:
        lat = lon = 999.0
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        _fail(f"--near {text}: not a latitude and a longitude", "write it as --near 47.91,33.39")
    return lat, lon


def _distance(place: Place, here: tuple[float, float]) -> float | None:
    if place.lat is None or place.lon is None:
        return None
    return kilometres(place.lat, place.lon, *here)


def _as_object(place: Place, here: tuple[float, float] | None) -> dict[str, object]:
    row: dict[str, object] = {
        "name": place.name,
        "country": place.country,
        "admin1": place.admin1,
        "feature": place.feature,
        "lat": place.lat,
        "lon": place.lon,
        "population": place.population or None,
        "geoname_id": place.geoname_id,
        "alternate": place.is_alternate,
    }
    if here is not None:
        distance = _distance(place, here)
        row["km"] = None if distance is None else round(distance, 1)
    return row


def _as_table(name: str, places: list[Place], here: tuple[float, float] | None) -> Table:
    table = Table(title=f"{name} can mean")
    for column in ("name", "country", "region", "sort", "point", "people"):
        table.add_column(column, justify="right" if column == "people" else "left")
    if here is not None:
        table.add_column("km", justify="right")
    for place in places:
        point = "" if place.lat is None else f"{place.lat:.2f}, {place.lon:.2f}"
        people = (
            f"{place.population:,}" if place.feature in ("settlement", "region", "country") else ""
        )
        row = [place.name, place.country or "", place.admin1 or "", place.feature, point, people]
        if here is not None:
            distance = _distance(place, here)
            row.append("" if distance is None else f"{distance:,.0f}")
        table.add_row(*row)
    return table


def _fail(what: str, hint: str) -> NoReturn:
    ERR.print(f"tocsin: {what}", soft_wrap=True)
    ERR.print(f"  try: {hint}", soft_wrap=True)
    sys.exit(2)
