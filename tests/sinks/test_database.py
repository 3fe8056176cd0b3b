"""The files that sinks keep: only their owner reads them, and one that is broken is named."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pytest

from sinks.database import DatabaseError, open_database, write_at_once

SCHEMA = "CREATE TABLE IF NOT EXISTS notes (word TEXT);"


def test_only_the_owner_reads_the_file(tmp_path: Path) -> None:
    """Bodies may carry a key, and lists tell what somebody follows."""
    path = tmp_path / "folder" / "notes.sqlite"
    database = open_database(path, SCHEMA)
    database.execute("INSERT INTO notes VALUES ('x')")

    modes = {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    database.close()

    assert modes == {0o600}


def test_what_cannot_be_opened_is_named(tmp_path: Path) -> None:
    """A file of something else, and a folder that cannot be made."""
    (tmp_path / "text").write_text("no database, and long enough not to be taken for an empty one")
    for path in (tmp_path / "text", tmp_path / "text" / "notes.sqlite"):
        with pytest.raises(DatabaseError, match=str(path)):
            open_database(path, SCHEMA)


def test_all_or_nothing_is_written(tmp_path: Path) -> None:
    """An error in between takes back what came before it, and the next write goes well."""
    database = open_database(tmp_path / "notes.sqlite", SCHEMA)

    def write(*words: str | None) -> None:
        with write_at_once(database):
            for word in words:
                database.execute("INSERT INTO notes VALUES (?)", (word,))
                if word is None:
                    raise sqlite3.IntegrityError

    with pytest.raises(sqlite3.IntegrityError):
        write("lost", None)
    write("kept")

    assert database.execute("SELECT word FROM notes").fetchall() == [("kept",)]
    database.close()
