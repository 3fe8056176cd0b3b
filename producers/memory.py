"""What the poller remembers across restarts: one SQLite file (WAL) of feeds and the items they showed.

A feed's state is saved only after Kafka has acknowledged its articles, in one transaction with the
items it showed: a kill at any moment repeats at most what was in flight and loses nothing.
Each feed keeps a bounded number of items.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from streams.records import Instant

KEEP_ITEMS = 300
"""Items remembered of a feed, at least; never fewer than three times its window."""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS feeds (
    feed TEXT PRIMARY KEY,
    next_at REAL NOT NULL,
    state TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS items (
    feed TEXT NOT NULL,
    article TEXT NOT NULL,
    guid TEXT,
    content TEXT NOT NULL,
    url TEXT,
    title TEXT NOT NULL,
    published REAL,
    shown TEXT NOT NULL,
    version TEXT NOT NULL,
    page_tries INTEGER NOT NULL,
    raw TEXT,
    seen REAL NOT NULL,
    PRIMARY KEY (feed, article)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS items_by_article ON items (article);
PRAGMA user_version = 1;
"""


class FeedState(BaseModel):
    """What is known of one feed."""

    model_config = ConfigDict(extra="ignore", validate_assignment=False)

    feed: str
    """Its address as configured: its name for ever."""
    address: str
    """Where it is now: the same, until a permanent redirect was seen often enough."""
    title: str | None = None
    moved_to: str | None = None
    moved_seen: int = 0
    former: tuple[str, ...] = ()
    etag: str | None = None
    last_modified: str | None = None
    distrusts_validators: bool = False
    since_whole: int = 0
    """Answers of 304 since the body was last fetched unconditionally."""
    body_hash: str | None = None
    dead_hash: str | None = None
    """Hash of the body that went to the dead letters last."""
    next_at: Instant
    because: str = "new"
    interval: float | None = None
    gap: float | None = None
    """Mean seconds between new items, raised by silence: for the schedule."""
    usual_gap: float | None = None
    """Mean seconds between new items by its history alone: what silence is measured against."""
    polls: int = 0
    articles: int = 0
    versions: int = 0
    overruns: int = 0
    window: int = 0
    """Items in the feed the last time."""
    pages_owed: int = 0
    """Pages that are to be tried again."""
    errors: int = 0
    error: str | None = None
    outcome: str | None = None
    gone: bool = False
    fetched_first: bool = False
    last_try: Instant | None = None
    last_success: Instant | None = None
    last_new: Instant | None = None
    ttl: float | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    shared_urls: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    hub: str | None = None
    topic: str | None = None
    hub_secret: str | None = Field(None, repr=False)
    hub_token: str | None = Field(None, repr=False)
    lease_until: Instant | None = None
    hub_tried: Instant | None = None

    def is_pushed(self, now: dt.datetime) -> bool:
        """Tell whether a hub's lease is running."""
        return self.lease_until is not None and self.lease_until > now


@dataclass(frozen=True, slots=True)
class SeenItem:
    """One item a feed has shown."""

    article: str
    guid: str | None
    content: str
    """Hash of what it said, for items whose guid and address change at every fetch."""
    url: str | None
    title: str
    published: float | None
    shown: str
    """Version of what the feed showed, without the page's text."""
    version: str
    """Version of the article as it was sent."""
    page_tries: int = 0
    """Tries to fetch its page that failed and may be repeated; 0 when done."""
    raw: str | None = None
    """Hash of its bytes (`producers.slices`); None when they must be parsed every time."""


class Memory:
    """The poller's SQLite file."""

    def __init__(self, path: Path | str) -> None:
        if str(path) != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, timeout=10, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        # a crash of the process loses nothing; a power cut may repeat the last articles, never skip one
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def load_states(self) -> Iterator[FeedState]:
        """Load the state of every feed that was ever polled."""
        for (state,) in self._db.execute("SELECT state FROM feeds ORDER BY feed"):
            yield FeedState.model_validate_json(state)

    def load_items(self, feed: str) -> list[SeenItem]:
        """Load the items a feed has shown."""
        rows = self._db.execute(
            "SELECT article, guid, content, url, title, published, shown, version, page_tries, raw"
            " FROM items WHERE feed = ?",
            (feed,),
        )
        return [SeenItem(*row) for row in rows]

    def find_elsewhere(self, feed: str, articles: Iterable[str]) -> set[str]:
        """Find which articles another feed has brought before."""
        found: set[str] = set()
        for article in articles:
            row = self._db.execute(
                "SELECT 1 FROM items WHERE article = ? AND feed != ? LIMIT 1", (article, feed)
            ).fetchone()
            if row:
                found.add(article)
        return found

    def save(
        self,
        state: FeedState,
        items: Iterable[SeenItem] = (),
        still: Sequence[str] = (),
        *,
        now: dt.datetime | None = None,
    ) -> None:
        """Save a feed's state and the items it shows now, in one transaction.

        `items` are written; the articles of `still` are in the feed as they were.
        """
        seen = (now or state.last_try or state.next_at).timestamp()
        rows = [
            (
                state.feed,
                item.article,
                item.guid,
                item.content,
                item.url,
                item.title[:300],
                item.published,
                item.shown,
                item.version,
                item.page_tries,
                item.raw,
                seen,
            )
            for item in items
        ]
        with self._transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO feeds VALUES (?, ?, ?)",
                (
                    state.feed,
                    state.next_at.timestamp(),
                    state.model_dump_json(exclude_defaults=True),
                ),
            )
            if rows:
                self._db.executemany(
                    "INSERT OR REPLACE INTO items VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows
                )
            if still:
                self._db.executemany(
                    "UPDATE items SET seen = ? WHERE feed = ? AND article = ?",
                    [(seen, state.feed, article) for article in still],
                )
            if rows:
                self._prune(state.feed, max(KEEP_ITEMS, 3 * (len(rows) + len(still))))

    def forget(self, feed: str) -> None:
        """Forget a feed and its items."""
        with self._transaction():
            self._db.execute("DELETE FROM items WHERE feed = ?", (feed,))
            self._db.execute("DELETE FROM feeds WHERE feed = ?", (feed,))

    def _prune(self, feed: str, keep: int) -> None:
        (count,) = self._db.execute("SELECT count(*) FROM items WHERE feed = ?", (feed,)).fetchone()
        if count > keep + keep // 4:
            self._db.execute(
                "DELETE FROM items WHERE feed = ?1 AND article IN (SELECT article FROM items"
                " WHERE feed = ?1 ORDER BY seen ASC LIMIT ?2)",
                (feed, count - keep),
            )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")
