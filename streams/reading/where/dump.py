"""A GeoNames dump in (allCountries.txt, one country, plain or zipped), its places out, one at a time.

Only what news happens at is taken: populated places, first- and second-level regions, waters, mountains,
islands, and some facilities; streets, shops and schools are left out.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from streams.errors import TocsinError
from streams.reading.when.lexicon import word_map
from streams.reading.where.packages import Town

_COLUMNS = 19
_FEATURES = word_map("places_words", "features")
_HINT = "give a file of https://download.geonames.org/export/dump/, e.g. UA.zip"
_GONE = frozenset(("PPLH", "PPLQ", "PPLW"))
"""Populated places that are no more."""


class DumpError(TocsinError):
    """The file is no GeoNames dump."""

    what = "dump refused"

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(str(path), why, _HINT)


def read_dump(path: Path) -> Iterator[Town]:
    """Every place of the dump that news may name."""
    try:
        with _open(path) as lines:
            yield from _read_lines(lines, path)
    except OSError as error:
        raise DumpError(path, error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise DumpError(path, f"not UTF-8: {error.reason}") from error


def _read_lines(lines: IO[str], path: Path) -> Iterator[Town]:
    for number, line in enumerate(lines, 1):
        cells = line.rstrip("\n").split("\t")
        if len(cells) != _COLUMNS:
            raise DumpError(path, f"line {number} has {len(cells)} columns, not {_COLUMNS}")
        town = _read_row(cells, path, number)
        if town is not None:
            yield town


def _open(path: Path) -> IO[str]:
    if path.suffix.lower() != ".zip":
        return path.open(encoding="utf-8")
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise DumpError(path, str(error)) from error
    names = [
        name
        for name in archive.namelist()
        if name.endswith(".txt") and "readme" not in name.lower()
    ]
    if not names:
        raise DumpError(path, "it holds no .txt file")
    return io.TextIOWrapper(archive.open(names[0]), encoding="utf-8")


def _read_row(cells: list[str], path: Path, number: int) -> Town | None:
    feature_class, code = cells[6], cells[7]
    if feature_class == "P":
        feature = "settlement"
        if code in _GONE:
            return None
    elif code in _FEATURES:
        feature = _FEATURES[code]
    else:
        return None
    try:
        return Town(
            int(cells[0]),
            cells[1],
            cells[8],
            cells[10],
            float(cells[4]),
            float(cells[5]),
            int(cells[14] or 0),
            feature,
            (cells[2], *filter(None, cells[3].split(","))),
        )
    except ValueError as error:
        raise DumpError(path, f"line {number}: {error}") from error
