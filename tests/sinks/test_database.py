"""The files that sinks keep: only their owner reads them, and one that is broken is named."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from sinks.database import DatabaseError, open_database, write_at_once

SCHEMA = "CREATE TABLE IF NOT EXISTS notes (word TEXT);"
OTHER = f"""
import sys
from pathlib import Path
from sinks.database import open_database
database = open_database(Path(sys.argv[1]), {SCHEMA!r})
database.execute("INSERT INTO notes VALUES (?)", (sys.argv[2],))
database.close()
"""


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


def test_what_another_process_writes_is_seen(tmp_path: Path) -> None:
    """A second connection here must not take the first one's locks away, nor so its log."""
    path = tmp_path / "notes.sqlite"
    first = open_database(path, SCHEMA)
    first.execute("INSERT INTO notes VALUES ('here')")
    second = open_database(path, SCHEMA)
    seen: list[list[str]] = []
    for word in ("there", "again"):
        # what was read is remembered until the log says that it has changed
        seen = [[row[0] for row in one.execute("SELECT * FROM notes")] for one in (first, second)]
        subprocess.run([sys.executable, "-c", OTHER, str(path), word], check=True, timeout=60)
        seen = [[row[0] for row in one.execute("SELECT * FROM notes")] for one in (first, second)]
    first.close()
    second.close()
    assert seen == [["here", "there", "again"]] * 2
