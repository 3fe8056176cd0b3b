"""Event documents read back from Elasticsearch in, every expectation that they do not meet out.

What is expected stands in `expected.toml`, as a person would say it; nothing here knows the stories.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from streams.identity import article_id
from streams.records import Status

Document = Mapping[str, Any]


class _Piece(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ExpectedEvent(_Piece):
    """One event that must be there, exactly once."""

    name: str
    kinds: tuple[str, ...] = Field(min_length=1)
    articles: tuple[str, ...] = Field(min_length=1)
    """Addresses of the articles that tell it; all of them must be in the one event."""
    country: str | None = None
    place: str | None = None
    day: dt.date | None = None
    modality: str = "happened"
    statuses: tuple[Status, ...] = ()
    voices: int | None = None
    tolls: dict[str, tuple[float, float]] = Field(default_factory=dict)
    """Measure to lowest and highest number that somebody stands by."""

    @property
    def outlets(self) -> int:
        """How many outlets tell it."""
        return len({url.split("/")[2] for url in self.articles})


class Expected(_Piece):
    """Everything that must come out of the newsroom."""

    event: tuple[ExpectedEvent, ...] = Field(min_length=1)
    silent: tuple[str, ...] = ()
    """Addresses of articles that report nothing that happened."""
    articles: int
    """Articles, each in its newest version."""
    alerts: int = 0
    delivered: int = 0
    """Alerts that the desk took by webhook."""
    deadletters: dict[str, int] = Field(default_factory=dict)
    """Reason to number."""


def load_expected() -> Expected:
    """Read `expected.toml`."""
    text = (resources.files("tocsin.demo") / "expected.toml").read_text("utf-8")
    return Expected.model_validate(tomllib.loads(text))


def find_problems(
    expected: Expected,
    events: Sequence[Document],
    counts: Mapping[str, int],
    deadletters: Mapping[str, int],
) -> list[str]:
    """Compare what was read back with what is expected; say everything that does not fit.

    `counts` are of articles, alerts and delivered alerts.
    """
    wanted_counts = {name: getattr(expected, name) for name in ("articles", "alerts", "delivered")}
    problems = [
        f"{name}: {counts[name]}, not {number}"
        for name, number in wanted_counts.items()
        if counts[name] != number
    ]
    if dict(deadletters) != expected.deadletters:
        problems.append(f"dead letters are {dict(deadletters)}, not {expected.deadletters}")
    living = [event for event in events if not event.get("superseded_by")]
    for wanted in expected.event:
        problems += _check_event(wanted, living)
    for url in expected.silent:
        told = [event["kind"] for event in living if _id(url) in event.get("article_ids", ())]
        if told:
            problems.append(f"{url} reports nothing, and became {', '.join(told)}")
    return problems


def match_event(wanted: ExpectedEvent, events: Sequence[Document]) -> Document | None:
    """Find the event of one of the kinds that tells most of the articles."""
    ids = {_id(url) for url in wanted.articles}
    shared = [
        (len(ids & set(event.get("article_ids", ()))), event)
        for event in events
        if event["kind"] in wanted.kinds
    ]
    best = max(shared, key=lambda pair: pair[0], default=(0, None))
    return best[1] if best[0] else None


def _check_event(wanted: ExpectedEvent, events: Sequence[Document]) -> list[str]:
    event = match_event(wanted, events)
    if event is None:
        return [f"{wanted.name}: no event of kind {' or '.join(wanted.kinds)}"]
    problems = []
    missing = [url for url in wanted.articles if _id(url) not in event.get("article_ids", ())]
    if missing:
        problems.append(f"it lacks {', '.join(missing)}")
    geo, when = event.get("geo") or {}, event.get("when") or {}
    facts: list[tuple[str, object, object]] = [
        ("modality", event.get("modality"), wanted.modality),
        ("country", geo.get("country_iso_code"), wanted.country),
        ("place", geo.get("name"), wanted.place),
        ("day", when.get("date"), wanted.day.isoformat() if wanted.day else None),
        ("voices", event.get("voices"), wanted.voices),
        ("outlets", len(event.get("publishers", ())), wanted.outlets),
    ]
    problems += [
        f"{name} is {found}, not {want}" for name, found, want in facts if want not in (None, found)
    ]
    if wanted.statuses and event.get("status") not in wanted.statuses:
        problems.append(f"status is {event.get('status')}, not {' or '.join(wanted.statuses)}")
    for measure, ends in wanted.tolls.items():
        found = event.get(measure) or {}
        if (found.get("low"), found.get("high")) != ends:
            told = f"{found.get('low')} to {found.get('high')}" if found else "unknown"
            problems.append(f"{measure} is {told}, not {ends[0]:g} to {ends[1]:g}")
    return [f"{wanted.name}: {problem}" for problem in problems]


def _id(url: str) -> str:
    return article_id(url, None, "", "")
