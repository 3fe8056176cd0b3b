"""Files of feeds (TOML or OPML) in, the list of configured feeds out, with what is wrong in them.

A TOML file says more of a feed than OPML can:

    [[feed]]
    url = "https://example.com/rss"
    publisher = "The Example"      # else the table of outlets, else the domain
    family = "Example Group"
    full_text = true               # else the setting poll.full_text
    floor = 120                    # seconds between polls at least, for this feed
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomlkit
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from producers.links import absolute_url
from producers.opml import Outline, parse_opml


class Feed(BaseModel):
    """One configured feed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    title: str | None = None
    publisher: str | None = None
    family: str | None = None
    country: str | None = Field(None, pattern=r"^[A-Z]{2}$")
    zone: str | None = None
    language: str | None = Field(None, pattern=r"^[a-z]{2}$")
    full_text: bool | None = None
    floor: float | None = Field(None, ge=5)
    ceiling: float | None = Field(None, ge=5)
    enabled: bool = True
    folder: str | None = None

    @field_validator("url")
    @classmethod
    def _check_url(cls, value: str) -> str:
        url = absolute_url(value, None)
        if url is None:
            raise ValueError("must be a whole http or https address")
        return url


@dataclass(frozen=True, slots=True)
class FeedList:
    """The feeds of all files, each address once, and the problems found on the way."""

    feeds: tuple[Feed, ...]
    problems: tuple[str, ...] = ()


def read_feeds(paths: Sequence[Path]) -> FeedList:
    """Read every file; a broken one is named among the problems and the others are read."""
    feeds: dict[str, Feed] = {}
    problems: list[str] = []
    for path in paths:
        found = _read_file(path)
        problems += [f"{path}: {problem}" for problem in found.problems]
        for feed in found.feeds:
            feeds.setdefault(feed.url, feed)
    return FeedList(tuple(feed for feed in feeds.values() if feed.enabled), tuple(problems))


def add_feeds(path: Path, feeds: Iterable[Feed]) -> int:
    """Add feeds to a TOML file, keeping what stands there; returns how many were new."""
    text = path.read_text("utf-8") if path.exists() else ""
    document = tomlkit.parse(text)
    known = {str(table.get("url")) for table in document.get("feed", [])}
    added = [feed for feed in feeds if feed.url not in known]
    if not added:
        return 0
    tables = document.get("feed")
    if tables is None:
        tables = tomlkit.aot()
        document.append("feed", tables)
    for feed in added:
        table = tomlkit.table()
        for name, value in feed.model_dump(exclude_none=True, exclude_defaults=True).items():
            table.append(name, value)
        tables.append(table)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(tomlkit.dumps(document), "utf-8")
    return len(added)


def to_feed(outline: Outline) -> Feed:
    """Turn an OPML outline into a configured feed."""
    return Feed(
        url=outline.url,
        title=outline.title,
        folder=outline.folders[-1] if outline.folders else None,
    )


def to_outline(feed: Feed, title: str | None = None) -> Outline:
    """Turn a configured feed into an OPML outline."""
    return Outline(feed.url, feed.title or title, None, (feed.folder,) if feed.folder else ())


def _read_file(path: Path) -> FeedList:
    try:
        raw = path.read_bytes()
    except OSError as error:
        return FeedList((), (f"cannot be read: {error.strerror or error}",))
    if path.suffix.lower() == ".toml":
        return _read_toml(raw)
    found = parse_opml(raw)
    problems = () if found.outlines else found.problems or ("it lists no feeds",)
    return FeedList(tuple(to_feed(outline) for outline in found.outlines), problems)


def _read_toml(raw: bytes) -> FeedList:
    try:
        document = tomllib.loads(raw.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return FeedList((), (f"not readable as TOML: {error}",))
    problems = [
        f"{name!r} is not known here; feeds are [[feed]]" for name in document if name != "feed"
    ]
    entries = document.get("feed", [])
    if not isinstance(entries, list):
        return FeedList((), (*problems, "`feed` must be a list: [[feed]]"))
    feeds: list[Feed] = []
    for number, entry in enumerate(entries, start=1):
        feed, wrong = _read_entry(entry)
        problems += [f"feed {number}: {problem}" for problem in wrong]
        if feed is not None:
            feeds.append(feed)
    return FeedList(tuple(feeds), tuple(problems))


def _read_entry(entry: Any) -> tuple[Feed | None, list[str]]:
    if isinstance(entry, str):
        entry = {"url": entry}
    try:
        return Feed.model_validate(entry), []
    except ValidationError as error:
        return None, [
            f"{'.'.join(str(part) for part in detail['loc']) or 'entry'}: {detail['msg']}"
            for detail in error.errors()
        ]
