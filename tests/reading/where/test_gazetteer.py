"""The index of place names: built, found in, and filled from a GeoNames dump."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from streams.reading.where.dump import DumpError, read_dump
from streams.reading.where.gazetteer import Gazetteer, build_index, default_path, load_gazetteer
from streams.reading.where.packages import Town, data_version
from streams.reading.where.places import fold, load_extra, load_regions, read_table
from tocsin.commands.gazetteer import gazetteer


def _row(number: int, name: str, feature_class: str, code: str, admin1: str, people: int) -> str:
    cells = [str(number), name, name, f"{name}sk,{name}e", "47.75", "36.77", feature_class, code]
    cells += ["UA", "", admin1, "", "", "", str(people), "", "", "Europe/Kyiv", "2024-01-01"]
    return "\t".join(cells)


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    """Write a small dump: a village, a dam, a street and a village that is no more."""
    path = tmp_path / "UA.txt"
    rows = [
        _row(1, "Velykyi Dub", "P", "PPL", "05", 300),
        _row(2, "Dubova Dam", "S", "DAM", "05", 0),
        _row(3, "Dub Street", "R", "ST", "05", 0),
        _row(4, "Staryi Dub", "P", "PPLQ", "05", 0),
    ]
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return path


def test_dump_gives_only_what_news_happens_at(dump: Path) -> None:
    """Villages and dams are taken; streets and places that are no more are not."""
    towns = list(read_dump(dump))
    assert [(town.name, town.feature) for town in towns] == [
        ("Velykyi Dub", "settlement"),
        ("Dubova Dam", "facility"),
    ]


def test_zipped_dump_is_read_like_a_plain_one(dump: Path, tmp_path: Path) -> None:
    """GeoNames ships zip files with a readme beside the data."""
    path = tmp_path / "UA.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "about")
        archive.write(dump, "UA.txt")
    assert list(read_dump(path)) == list(read_dump(dump))


@pytest.mark.parametrize("content", [b"one\ttwo\n", b"\xff\xfe\x00", b"PK\x03\x04"])
def test_other_files_are_refused_with_the_line(content: bytes, tmp_path: Path) -> None:
    """A file that is no dump is refused, saying what is wrong."""
    path = tmp_path / "dump.txt"
    path.write_bytes(content)
    with pytest.raises(DumpError, match=r"dump\.txt"):
        list(read_dump(path))


def test_index_finds_names_and_other_spellings(dump: Path, tmp_path: Path) -> None:
    """A place is found by its own name, folded, and by its other names."""
    path = tmp_path / "index.sqlite"
    assert build_index(path, read_dump(dump)) == 2
    built = Gazetteer(path)
    [place] = built.find("velykyi-dub")
    assert (place.country, place.admin1, place.is_alternate) == ("UA", "Donetsk", False)
    [other] = built.find("Velykyi Dubsk")
    assert other.is_alternate


def test_failed_build_leaves_the_old_index(tmp_path: Path) -> None:
    """An index is replaced only by a whole new one."""
    path = tmp_path / "index.sqlite"
    good = Town(1, "Old", "UA", "05", 1.0, 2.0, 5, "settlement", ())
    build_index(path, [good])
    with pytest.raises(DumpError):
        build_index(path, read_dump(tmp_path / "missing.txt"))
    assert Gazetteer(path).find("Old")
    assert [file.name for file in tmp_path.iterdir()] == ["index.sqlite"]


def test_packaged_index_opens_small() -> None:
    """The packages' towns are in the index, some hundred thousand of them."""
    assert load_gazetteer().size() > 200_000


@pytest.mark.parametrize(
    ("written", "folded"),
    [("São Paulo", "sao paulo"), ("Kryvyi  Rih", "kryvyi rih"), ("St. Louis", "st louis"),
     ("Saint Louis", "st louis"), ("Sana\u2019a", "sanaa"), ("Łódź", "lodz"), ("Port-au-Prince", "port au prince")],
)  # fmt: skip
def test_names_are_compared_folded(written: str, folded: str) -> None:
    """Accents, hyphens and apostrophes do not part a name from its spelling."""
    assert fold(written) == folded


def test_tables_hold_together() -> None:
    """Regions of the extra table exist, and coordinates lie on the globe."""
    names = {(row["country"], row["name"]) for row in read_table("places_regions.tsv")}
    wrong = [
        row["name"]
        for row in read_table("places_extra.tsv")
        if row["region"] and (row["country"], row["region"]) not in names
    ]
    assert wrong == []
    for places in (*load_extra().values(), *load_regions().values()):
        for place in places:
            assert place.lat is None or -90 <= place.lat <= 90
            assert place.lon is None or -180 <= place.lon <= 180


def test_command_finds_and_builds(
    dump: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`tocsin gazetteer build FILE` adds the dump, and `find` answers with the distance."""
    runner = CliRunner()
    path = tmp_path / "built.sqlite"
    monkeypatch.setattr("tocsin.commands.gazetteer.default_path", lambda: path)
    monkeypatch.setattr("tocsin.commands.gazetteer.read_towns", lambda: iter(()))
    built = runner.invoke(gazetteer, ["build", str(dump), "--json"])
    assert (built.exit_code, json.loads(built.stdout)["places"]) == (0, 2)
    monkeypatch.setattr("tocsin.commands.gazetteer.load_gazetteer", lambda: Gazetteer(path))
    found = runner.invoke(gazetteer, ["find", "Velykyi Dub", "--near", "47.8,36.8", "--json"])
    assert json.loads(found.stdout)["km"] == pytest.approx(6.0, abs=1.0)
    assert runner.invoke(gazetteer, ["find", "Velykyi Dub"]).exit_code == 0
    assert runner.invoke(gazetteer, ["find", "Nowhereville"]).exit_code == 1
    assert runner.invoke(gazetteer, ["find", "Dub", "--near", "north"]).exit_code == 2


def test_default_index_lies_in_the_users_cache() -> None:
    """A new package of the data gets a new index."""
    assert data_version() in default_path().name


def test_index_falls_back_where_the_cache_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container without a writable home still reads places."""
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    town = Town(1, "Elsewhere", "UA", "05", 1.0, 2.0, 5, "settlement", ())
    where = "streams.reading.where.gazetteer"
    monkeypatch.setattr(f"{where}.default_path", lambda: blocked / "index.sqlite")
    monkeypatch.setattr(f"{where}.read_towns", lambda: iter([town]))
    monkeypatch.setattr(f"{where}.tempfile.tempdir", str(tmp_path))
    assert load_gazetteer.__wrapped__().find("Elsewhere")
