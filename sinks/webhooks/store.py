"""Deliveries in, the durable schedule out: one SQLite file that survives kill -9.

A delivery is one alert for one endpoint, with its body as it was first built: every try sends the same
bytes under the same id. Within an endpoint, the alerts of one thread go in order: an Update waits until
its Alert is settled (delivered, or given up). Nothing else waits for anything.

`synchronous=FULL` and one transaction a batch: what `enqueue` has returned from is on the disk, so the
offset may be committed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sinks.database import open_database, write_at_once

STORE = "deliveries.sqlite"
"""The name of the file in the sink's folder."""

State = Literal["pending", "delivered", "dead", "skipped"]
SCHEMA = """
CREATE TABLE IF NOT EXISTS deliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  endpoint TEXT NOT NULL,
  alert_id TEXT NOT NULL,
  thread TEXT NOT NULL,
  rule TEXT NOT NULL,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  content_type TEXT NOT NULL,
  headers TEXT NOT NULL,
  body BLOB NOT NULL,
  state TEXT NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  next_at REAL NOT NULL,
  created_at REAL NOT NULL,
  settled_at REAL,
  status INTEGER,
  note TEXT,
  reason TEXT,
  letter_due INTEGER NOT NULL DEFAULT 0,
  UNIQUE (endpoint, alert_id)
);
CREATE INDEX IF NOT EXISTS due ON deliveries (endpoint, next_at) WHERE state = 'pending';
CREATE INDEX IF NOT EXISTS in_thread ON deliveries (endpoint, thread, id) WHERE state = 'pending';
CREATE INDEX IF NOT EXISTS letters ON deliveries (id) WHERE letter_due = 1;
CREATE TABLE IF NOT EXISTS tries (
  delivery INTEGER NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
  at REAL NOT NULL,
  status INTEGER,
  seconds REAL NOT NULL,
  note TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS tries_of ON tries (delivery);
CREATE TABLE IF NOT EXISTS endpoints (
  name TEXT PRIMARY KEY,
  failing_since REAL,
  failures INTEGER NOT NULL DEFAULT 0,
  paused_until REAL NOT NULL DEFAULT 0,
  disabled_at REAL,
  disabled_why TEXT
);
"""


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """An alert for an endpoint, rendered."""

    endpoint: str
    alert_id: str
    thread: str
    rule: str
    kind: str
    title: str
    content_type: str
    headers: Mapping[str, str]
    body: bytes
    state: State = "pending"
    note: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery as it stands."""

    id: int
    endpoint: str
    alert_id: str
    thread: str
    rule: str
    kind: str
    title: str
    content_type: str
    headers: Mapping[str, str]
    body: bytes
    state: State
    tries: int
    next_at: float
    created_at: float
    settled_at: float | None
    status: int | None
    note: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How an endpoint stands."""

    name: str
    failing_since: float | None = None
    failures: int = 0
    paused_until: float = 0.0
    disabled_at: float | None = None
    disabled_why: str | None = None


@dataclass(frozen=True, slots=True)
class Try:
    """One try of a delivery."""

    at: float
    seconds: float
    status: int | None
    note: str


_COLUMNS = (
    "id, endpoint, alert_id, thread, rule, kind, title, content_type, headers, body, state, tries,"
    " next_at, created_at, settled_at, status, note, reason"
)


class DeliveryStore:
    """The schedule and log of deliveries."""

    def __init__(self, path: Path) -> None:
        self._db = open_database(path, SCHEMA, "synchronous = FULL")

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    # ------------------------------------------------------------------ what comes in

    def enqueue(self, deliveries: Iterable[NewDelivery], now: float) -> int:
        """Put deliveries on the schedule, all or none; those that are there already stay as they are."""
        rows = [
            (
                d.endpoint,
                d.alert_id,
                d.thread,
                d.rule,
                d.kind,
                d.title,
                d.content_type,
                json.dumps(dict(d.headers)),
                d.body,
                d.state,
                now,
                now,
                None if d.state == "pending" else now,
                d.note,
                d.reason,
                int(d.state == "dead"),
            )
            for d in deliveries
        ]
        if not rows:
            return 0
        with write_at_once(self._db):
            before = self._db.total_changes
            self._db.executemany(
                "INSERT OR IGNORE INTO deliveries (endpoint, alert_id, thread, rule, kind, title,"
                " content_type, headers, body, state, next_at, created_at, settled_at, note, reason,"
                " letter_due) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                rows,
            )
            return self._db.total_changes - before

    # ------------------------------------------------------------------ what goes out

    def find_due(
        self, endpoint: str, now: float, limit: int, busy: Collection[int] = ()
    ) -> list[Delivery]:
        """Find deliveries of an endpoint that may be tried now; `busy` are being tried."""
        marks = ",".join("?" * len(busy))
        return self._select(
            "WHERE state = 'pending' AND endpoint = ? AND next_at <= ?"  # noqa: S608 - only marks
            f" AND id NOT IN ({marks})"
            " AND NOT EXISTS (SELECT 1 FROM deliveries AS earlier WHERE earlier.state = 'pending'"
            "   AND earlier.endpoint = deliveries.endpoint AND earlier.thread = deliveries.thread"
            "   AND earlier.id < deliveries.id)"
            " ORDER BY next_at, id LIMIT ?",
            (endpoint, now, *busy, limit),
        )

    def find_next_at(self, endpoint: str) -> float | None:
        """Find when the next delivery of an endpoint is due; None when nothing is pending."""
        row = self._db.execute(
            "SELECT min(next_at) FROM deliveries AS d WHERE state = 'pending' AND endpoint = ?"
            " AND NOT EXISTS (SELECT 1 FROM deliveries AS earlier WHERE earlier.state = 'pending'"
            "   AND earlier.endpoint = d.endpoint AND earlier.thread = d.thread"
            "   AND earlier.id < d.id)",
            (endpoint,),
        ).fetchone()
        return None if row[0] is None else float(row[0])

    def note_delivered(self, delivery: int, made: Try) -> None:
        """Settle a delivery that the receiver has taken."""
        with write_at_once(self._db):
            self._note_try(delivery, made)
            self._db.execute(
                "UPDATE deliveries SET state = 'delivered', settled_at = ?, status = ?, note = NULL,"
                " reason = NULL, letter_due = 0, tries = tries + 1 WHERE id = ?",
                (made.at, made.status, delivery),
            )
            self._db.execute(
                "UPDATE endpoints SET failing_since = NULL, failures = 0, paused_until = 0"
                " WHERE name = (SELECT endpoint FROM deliveries WHERE id = ?)",
                (delivery,),
            )

    def note_failed(
        self, delivery: int, made: Try, next_at: float | None, reason: str, pause_until: float = 0.0
    ) -> None:
        """Note a failed try: the next at `next_at`, or None to give up (a dead letter is due)."""
        with write_at_once(self._db):
            self._note_try(delivery, made)
            settled = None if next_at is not None else made.at
            self._db.execute(
                "UPDATE deliveries SET tries = tries + 1, status = ?, note = ?, reason = ?,"
                " next_at = coalesce(?, next_at), settled_at = ?, state = ?, letter_due = ?"
                " WHERE id = ?",
                (
                    made.status,
                    made.note,
                    reason,
                    next_at,
                    settled,
                    "pending" if settled is None else "dead",
                    int(settled is not None),
                    delivery,
                ),
            )
            self._db.execute(
                "INSERT INTO endpoints (name, failing_since, failures, paused_until)"
                " SELECT endpoint, ?, 1, ? FROM deliveries WHERE id = ?"
                " ON CONFLICT (name) DO UPDATE SET failures = failures + 1,"
                " failing_since = coalesce(failing_since, excluded.failing_since),"
                " paused_until = max(paused_until, excluded.paused_until)",
                (made.at, pause_until, delivery),
            )

    # ------------------------------------------------------------------ endpoints

    def get_standing(self, endpoint: str) -> Standing:
        """Get how an endpoint stands."""
        row = self._db.execute(
            "SELECT name, failing_since, failures, paused_until, disabled_at, disabled_why"
            " FROM endpoints WHERE name = ?",
            (endpoint,),
        ).fetchone()
        return Standing(*row) if row else Standing(endpoint)

    def disable(self, endpoint: str, why: str, now: float) -> bool:
        """Disable an endpoint and give up what waits for it; False when it was disabled already."""
        with write_at_once(self._db):
            changed = self._db.execute(
                "INSERT INTO endpoints (name, disabled_at, disabled_why) VALUES (?, ?, ?)"
                " ON CONFLICT (name) DO UPDATE SET disabled_at = excluded.disabled_at,"
                " disabled_why = excluded.disabled_why WHERE disabled_at IS NULL",
                (endpoint, now, why),
            ).rowcount
            self._db.execute(
                "UPDATE deliveries SET state = 'dead', settled_at = ?, letter_due = 1,"
                " reason = 'delivery_refused', note = ? WHERE endpoint = ? AND state = 'pending'",
                (now, f"endpoint disabled: {why}", endpoint),
            )
            return bool(changed)

    def enable(self, endpoint: str) -> bool:
        """Enable an endpoint again; False when it was not disabled."""
        with write_at_once(self._db):
            return bool(
                self._db.execute(
                    "UPDATE endpoints SET disabled_at = NULL, disabled_why = NULL, failures = 0,"
                    " failing_since = NULL, paused_until = 0"
                    " WHERE name = ? AND disabled_at IS NOT NULL",
                    (endpoint,),
                ).rowcount
            )

    # ------------------------------------------------------------------ dead letters

    def find_letters(self, limit: int = 100) -> list[Delivery]:
        """Find deliveries that were given up and are not in the dead letters yet."""
        return self._select("WHERE letter_due = 1 ORDER BY id LIMIT ?", (limit,))

    def note_letters(self, deliveries: Iterable[int]) -> None:
        """Note that dead letters were written."""
        with write_at_once(self._db):
            self._db.executemany(
                "UPDATE deliveries SET letter_due = 0 WHERE id = ?", [(d,) for d in deliveries]
            )

    # ------------------------------------------------------------------ people

    def list_deliveries(
        self,
        *,
        endpoint: str | None = None,
        state: str | None = None,
        alert: str | None = None,
        since: float | None = None,
        until: float | None = None,
        limit: int = 100,
    ) -> list[Delivery]:
        """List deliveries, newest first."""
        where, values = _build_where(endpoint, state, alert, since, until)
        return self._select(f"{where} ORDER BY id DESC LIMIT ?", (*values, limit))

    def list_tries(self, delivery: int) -> list[Try]:
        """List the tries of a delivery, oldest first."""
        rows = self._db.execute(
            "SELECT at, seconds, status, note FROM tries WHERE delivery = ? ORDER BY at",
            (delivery,),
        )
        return [Try(*row) for row in rows]

    def count_states(self) -> dict[tuple[str, str], int]:
        """Count deliveries by endpoint and state."""
        rows = self._db.execute("SELECT endpoint, state, count(*) FROM deliveries GROUP BY 1, 2")
        return {(endpoint, state): count for endpoint, state, count in rows}

    def replay(self, deliveries: Collection[int], now: float) -> int:
        """Put settled deliveries on the schedule once more, under the same ids."""
        with write_at_once(self._db):
            cursor = self._db.executemany(
                "UPDATE deliveries SET state = 'pending', tries = 0, next_at = ?, settled_at = NULL,"
                " letter_due = 0, reason = NULL, note = 'replayed' WHERE id = ? AND state != 'pending'",
                [(now, delivery) for delivery in deliveries],
            )
            return cursor.rowcount

    def forget_settled(self, before: float) -> int:
        """Drop settled deliveries from the log that were settled before a time."""
        with write_at_once(self._db):
            return self._db.execute(
                "DELETE FROM deliveries WHERE state != 'pending' AND letter_due = 0 AND settled_at < ?",
                (before,),
            ).rowcount

    # ------------------------------------------------------------------ helpers

    def _note_try(self, delivery: int, made: Try) -> None:
        self._db.execute(
            "INSERT INTO tries (delivery, at, seconds, status, note) VALUES (?, ?, ?, ?, ?)",
            (delivery, made.at, made.seconds, made.status, made.note),
        )

    def _select(self, where: str, values: Iterable[object]) -> list[Delivery]:
        query = f"SELECT {_COLUMNS} FROM deliveries {where}"  # noqa: S608 - our own words
        with closing(self._db.execute(query, tuple(values))) as rows:
            return [Delivery(*(*row[:8], json.loads(row[8]), *row[9:])) for row in rows]


def _build_where(
    endpoint: str | None,
    state: str | None,
    alert: str | None,
    since: float | None,
    until: float | None,
) -> tuple[str, list[object]]:
    parts: list[str] = []
    values: list[object] = []
    for words, value in (
        ("endpoint = ?", endpoint),
        ("state = ?", state),
        ("alert_id = ?", alert),
        ("created_at >= ?", since),
        ("created_at < ?", until),
    ):
        if value is not None:
            parts.append(words)
            values.append(value)
    return ("WHERE " + " AND ".join(parts) if parts else ""), values
