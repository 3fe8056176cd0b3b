"""Lines of a file in, which events and which story each article is in out, without servers.

The same reading and merging as the worker's, with a queue for the topic and a dict for the table. A
line's place in the file is its arrival. What a line does not say is unknown: an article without a date
is read like the backlog of a feed (no "today" to count "Tuesday" from), and one without a publisher
is nobody's independent voice.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from producers.language import detect_language
from producers.publishers import load_outlets
from producers.wires import find_wire
from streams.errors import TocsinError
from streams.identity import article_id, article_version
from streams.merging.address import address_mentions
from streams.merging.local import LocalMerge
from streams.records import Article, Event, Mention
from tocsin.inputs import parse_instant

FEED = "cluster"
UNKNOWN = "unknown"
MAX_LINES = 200_000
MAX_LINE = 1_000_000
ARRIVAL = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
"""Where the clock of arrival starts; only the order of lines has a meaning."""


class LineError(TocsinError):
    """A line that is no article."""

    what = "line refused"


@dataclass(frozen=True, slots=True)
class Placed:
    """Where one line ended up."""

    name: str
    events: tuple[str, ...]
    headline_event: str | None


def load_lines(path: Path) -> list[tuple[str, Article]]:
    """Load the articles of a file, each with the id its line gives."""
    found: list[tuple[str, Article]] = []
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                if len(found) == MAX_LINES or len(line) > MAX_LINE:
                    raise LineError(f"{path}:{number}", "too long", "split the file")
                article = _build_article(f"{path}:{number}", line, len(found))
                found.append((article.guid or "", article))
    except (OSError, UnicodeDecodeError) as error:
        raise LineError(str(path), f"cannot be read: {error}") from error
    return found


def read_all(
    articles: Iterable[Article], jobs: int
) -> Iterator[tuple[Article, tuple[Mention, ...]]]:
    """Read articles, in order, in `jobs` processes; each comes with its addressed mentions."""
    if jobs <= 1:
        for article in articles:
            yield _read(article)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_read, articles, chunksize=4)


def merge_all(read: Iterable[tuple[Article, tuple[Mention, ...]]]) -> LocalMerge:
    """Merge what was read; a later line of the same id replaces what the earlier one told."""
    merge = LocalMerge()
    told: dict[str, tuple[Mention, ...]] = {}
    for article, mentions in read:
        now = {mention.id for mention in mentions}
        for mention in mentions:
            merge.tell(mention)
        for old in told.get(article.id, ()):
            if old.id not in now:
                changes = {"withdrawn": True, "fetched": article.fetched}
                merge.tell(old.model_copy(update=changes))
        told[article.id] = mentions
    return merge


def place_articles(lines: list[tuple[str, Article]], merge: LocalMerge) -> list[Placed]:
    """Say for every line where its article stands after the last one was merged."""
    events = [event for event in merge.list_events() if event.superseded_by is None]
    by_article: dict[str, list[str]] = {}
    by_mention: dict[str, str] = {}
    for event in events:
        if event.status == "withdrawn":
            continue
        for told in event.article_ids:
            by_article.setdefault(told, []).append(event.id)
        by_mention.update(dict.fromkeys(event.mention_ids, event.id))
    names = {
        story: next((by_mention[m.id] for m in mentions if m.id in by_mention), story)
        for story, mentions in merge.merger.list_stories()
    }
    placed = []
    for line, article in lines:
        story = merge.merger.find_story(article.id)
        headline = None if story is None else names[story]
        placed.append(Placed(line, tuple(by_article.get(article.id, ())), headline))
    return placed


def list_live(merge: LocalMerge) -> list[Event]:
    """List the events that stand after everything was merged."""
    return [event for event in merge.list_events() if event.superseded_by is None]


def _read(article: Article) -> tuple[Article, tuple[Mention, ...]]:
    from streams.reading.read import read_article  # noqa: PLC0415 - loads the models, in the worker

    return article, address_mentions(article, read_article(article))


def _build_article(where: str, line: str, place: int) -> Article:
    try:
        given = json.loads(line)
    except json.JSONDecodeError as error:
        raise LineError(where, f"not JSON: {error}", "one JSON object a line") from error
    if not isinstance(given, dict) or given.get("id") in (None, ""):
        raise LineError(where, "not an object with an id", 'each line is {"id": …, "text": …}')
    title, text = _get_text(given, "title"), _get_text(given, "text")
    if not (title or text):
        raise LineError(where, "neither title nor text")
    url = _get_text(given, "url") or None
    outlet = load_outlets().find(url) if url else None
    publisher = _get_text(given, "publisher") or (outlet.name if outlet else UNKNOWN)
    published, offset = _read_date(where, given)
    return Article(
        id=article_id(None, str(given["id"]), FEED, ""),
        version=article_version(title, "", text),
        feed=FEED,
        guid=str(given["id"]),
        url=url,
        publisher=publisher,
        family=_get_text(given, "family") or (outlet.family if outlet else publisher),
        wire=find_wire("", text, ()),
        title=title,
        text=text,
        text_source="page" if text else "none",
        language=detect_language(f"{title}. {text}"[:1000]),
        published=published,
        published_from="page" if published else "unknown",
        published_offset=offset,
        fetched=ARRIVAL + dt.timedelta(seconds=place),
        # like the backlog of a feed: "Tuesday" has no day to be counted from
        backfill=published is None,
    )


def _get_text(given: dict[str, Any], name: str) -> str:
    value = given.get(name)
    return value.strip() if isinstance(value, str) else ""


def _read_date(where: str, given: dict[str, Any]) -> tuple[dt.datetime | None, int | None]:
    written = _get_text(given, "published")
    if not written:
        return None, None
    try:
        return parse_instant(written)
    except TocsinError as error:
        raise LineError(where, f"published: {error.why}") from error
