"""The path of a SQLite file and its schema in, an open connection that only its owner can read out."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from streams.errors import TocsinError


class DatabaseError(TocsinError):
    """A file that cannot be opened, or is no database."""

    what = "cannot open"


def open_database(path: Path, schema: str, *pragmas: str) -> sqlite3.Connection:
    """Open a database, and make what of it is not there; raises `DatabaseError`.

    The file is for its owner only: what is kept in it may be somebody's interests, or a key that a
    body carries.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _make_private(path)
        database = sqlite3.connect(path, timeout=30, isolation_level=None)
        for pragma in ("journal_mode = WAL", "foreign_keys = ON", *pragmas):
            database.execute(f"PRAGMA {pragma}")
        database.executescript(schema)
    except (OSError, sqlite3.Error) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise DatabaseError(str(path), why or type(error).__name__) from error
    return database


def _make_private(path: Path) -> None:
    """Make the file for its owner only.

    A file that is there is never opened here: closing any descriptor of it would drop the locks of
    every connection of this process, and another process would then take away the log they write to.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        path.chmod(0o600)


@contextmanager
def write_at_once(database: sqlite3.Connection) -> Iterator[None]:
    """Write all or nothing.

    It begins as a writer, so that two processes wait for each other instead of failing.
    """
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")
