"""Events and the lists they belong to in, the entries of each list out: one SQLite file.

An entry is an event in a list. It is replaced by each newer revision of its event and by none older,
so events may come in any order and more than once. An event that was joined into another leaves its
lists: the survivor stands there. One that no longer fits leaves too; one that was withdrawn stays and
says so, since people have read it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from pathlib import Path

from sinks.database import open_database, write_at_once
from streams.records import Event, decode, encode

STORE = "feeds.sqlite"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS events (
  id TEXT PRIMARY KEY,
  revision INTEGER NOT NULL,
  updated REAL NOT NULL,
  body BLOB
);
CREATE TABLE IF NOT EXISTS entries (
  list TEXT NOT NULL,
  event TEXT NOT NULL REFERENCES events (id) ON DELETE CASCADE,
  PRIMARY KEY (list, event)
);
CREATE INDEX IF NOT EXISTS newest ON events (updated);
CREATE TABLE IF NOT EXISTS lists (name TEXT PRIMARY KEY, meaning TEXT NOT NULL, changed REAL NOT NULL);
"""


class FeedStore:
    """The entries of every list."""

    def __init__(self, path: Path) -> None:
        self._db = open_database(path, _SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def put(self, placed: Sequence[tuple[Event, Collection[str]]]) -> int:
        """Put events into their lists, all or none; give how many were news to the store."""
        with write_at_once(self._db):
            return sum(self._put_one(event, lists) for event, lists in placed)

    def list_entries(self, name: str, limit: int) -> list[Event]:
        """List the newest entries of a list, newest first."""
        rows = self._db.execute(
            "SELECT body FROM events JOIN entries ON entries.event = events.id"
            " WHERE list = ? AND body IS NOT NULL ORDER BY updated DESC, id LIMIT ?",
            (name, limit),
        )
        return [decode(Event, row[0]) for row in rows]

    def is_filled(self, name: str, meaning: str) -> bool:
        """Tell whether a list has its entries, and was filled when it meant the same."""
        row = self._db.execute("SELECT meaning FROM lists WHERE name = ?", (name,)).fetchone()
        return row is not None and row[0] == meaning

    def refill(self, name: str, meaning: str, events: Collection[str], now: float) -> None:
        """Give a list exactly these events of those that the store knows, and note its meaning.

        Both at once: a kill in between would leave it without its past for ever.
        """
        with write_at_once(self._db):
            self._db.execute(
                "INSERT OR REPLACE INTO lists (name, meaning, changed) VALUES (?, ?, ?)",
                (name, meaning, now),
            )
            self._db.execute("DELETE FROM entries WHERE list = ?", (name,))
            self._db.executemany(
                "INSERT INTO entries (list, event) VALUES (?, ?)",
                [(name, event) for event in events],
            )

    def list_events(self) -> list[Event]:
        """List every event that is kept, to fill a list that is new."""
        rows = self._db.execute("SELECT body FROM events WHERE body IS NOT NULL")
        return [decode(Event, row[0]) for row in rows]

    def forget(self, before: dt.datetime) -> int:
        """Drop events that last changed before a time."""
        return self._db.execute(
            "DELETE FROM events WHERE updated < ?", (before.timestamp(),)
        ).rowcount

    def _put_one(self, event: Event, lists: Collection[str]) -> int:
        row = self._db.execute("SELECT revision FROM events WHERE id = ?", (event.id,)).fetchone()
        if row is not None and row[0] >= event.revision:
            return 0
        # a joined event keeps its revision, so that an older one cannot bring it back
        body = None if event.superseded_by else encode(event)
        self._db.execute(
            "INSERT INTO events (id, revision, updated, body) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET revision = excluded.revision,"
            " updated = excluded.updated, body = excluded.body",
            (event.id, event.revision, event.last_changed.timestamp(), body),
        )
        there = {
            name
            for (name,) in self._db.execute("SELECT list FROM entries WHERE event = ?", (event.id,))
        }
        wanted = there | set(lists) if event.status == "withdrawn" else set(lists)
        if event.superseded_by:
            wanted = set()
        for name in there - wanted:
            self._db.execute("DELETE FROM entries WHERE list = ? AND event = ?", (name, event.id))
        for name in wanted - there:
            self._db.execute("INSERT INTO entries (list, event) VALUES (?, ?)", (name, event.id))
        return 1
