"""A scripted stream in (tests/cases/streams/*.toml), the mentions of its steps and what is expected out.

A step tells one mention; `article` names its article (else each step is an article of its own), so that
a later step of the same article and sentence is a new version. `withdraw = true` takes it back.
`expect` lists every event that stands after the step, each with the fields that the script cares about.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from streams.identity import article_id, fold_text, mention_id
from streams.merging.blocking import build_block_keys
from streams.merging.local import LocalMerge
from streams.records import Actor, Claim, Event, Mention, Point, Quantity, Span, When, Where

FOLDER = Path(__file__).parents[1] / "cases" / "streams"
MEASURES = ("killed", "injured", "magnitude", "missing", "money", "score")


@dataclass(frozen=True, slots=True)
class ScriptStep:
    """One step: a mention, and the events expected after it."""

    mention: Mention
    expected: tuple[dict[str, Any], ...]


def load_script(path: Path) -> list[ScriptStep]:
    """Load a script."""
    script = tomllib.loads(path.read_text("utf-8"))
    places = script.get("places", {})
    defaults = script.get("defaults", {})
    return [
        ScriptStep(build_mention({**defaults, **step}, places, number), tuple(step["expect"]))
        for number, step in enumerate(script["step"])
    ]


def describe_events(merge: LocalMerge, wanted: tuple[dict[str, Any], ...]) -> list[dict[str, Any]]:
    """Describe the standing events by the fields that the expected ones name, in the same order."""
    standing = [event for event in merge.list_events() if event.superseded_by is None]
    return match_order([describe_event(event) for event in standing], wanted)


def match_order(
    found: list[dict[str, Any]], wanted: tuple[dict[str, Any], ...]
) -> list[dict[str, Any]]:
    """Bring what was found into the order of what is wanted, cut to the same fields."""
    rest = list(found)
    ordered = []
    for want in wanted:
        best = max(
            rest, key=lambda one: sum(one.get(k) == v for k, v in want.items()), default=None
        )
        if best is not None:
            rest.remove(best)
            ordered.append({name: best.get(name) for name in want})
    return ordered + rest


def describe_event(event: Event) -> dict[str, Any]:
    """Describe an event in the words of the scripts."""
    tolls: dict[str, Any] = {toll.measure: [toll.low, toll.best, toll.high] for toll in event.tolls}
    latest = {
        fold_text(entry.claimant): f"{entry.claimant} {entry.stance}" for entry in event.ledger
    }
    return {
        "kind": event.kind,
        "place": event.where.name if event.where else None,
        "day": event.when.date.isoformat() if event.when.date else None,
        "status": event.status,
        "outlets": len(event.publishers),
        "voices": event.voices,
        "mentions": len(event.mention_ids),
        "newsworthiness": event.newsworthiness,
        "modality": event.modality,
        "title": event.title,
        "split": event.split_from is not None,
        "joined": len(event.supersedes),
        "says": sorted(latest.values()),
        **tolls,
    }


def build_mention(step: dict[str, Any], places: dict[str, Any], number: int) -> Mention:
    """Build the mention of a step."""
    outlet = step.get("outlet", f"Outlet {number}")
    article = article_id(None, step.get("article", f"article-{number}"), outlet, "")
    kind, sentence = step["kind"], step["sentence"]
    published = _read_instant(step.get("at"))
    fetched = _read_instant(step.get("fetched")) or (published or _ARRIVAL) + dt.timedelta(
        minutes=10 + (0 if published else number)
    )
    where = _build_where(step.get("place"), places)
    main = step.get("main", True)
    return Mention(
        id=mention_id(article, kind, sentence, step.get("ordinal", 0)),
        article_id=article,
        article_version=step.get("version", "v1"),
        fetched=fetched,
        published=published,
        publisher=outlet,
        family=step.get("family", outlet),
        wire=step.get("wire"),
        headline=step["headline"],
        context=step.get("text", f"{step['headline']}\n\n{sentence}"),
        blocks=build_block_keys(kind, where, main=main),
        kind=kind,
        modality=step.get("modality", "happened"),
        newsworthiness=step.get("newsworthiness", "new"),
        main=main,
        when=_build_when(step.get("day")),
        where=where,
        actors=tuple(Actor(**actor) for actor in step.get("actors", ())),
        targets=tuple(Actor(**actor) for actor in step.get("targets", ())),
        numbers=tuple(
            _build_number(measure, step[measure]) for measure in MEASURES if measure in step
        ),
        claims=tuple(Claim(**claim) for claim in step.get("claims", ())),
        sentence=sentence,
        span=Span(start=0, end=len(sentence)),
        confidence=step.get("confidence", 0.8),
        withdrawn=step.get("withdraw", False),
    )


_ARRIVAL = dt.datetime(2031, 1, 1, tzinfo=dt.UTC)


def _read_instant(written: str | None) -> dt.datetime | None:
    return None if written is None else dt.datetime.fromisoformat(written).replace(tzinfo=dt.UTC)


def _build_when(day: str | None) -> When:
    if day is None:
        return When()
    if len(day) == 4:
        year = int(day)
        start, end = (
            dt.datetime(year, 1, 1, tzinfo=dt.UTC),
            dt.datetime(year + 1, 1, 1, tzinfo=dt.UTC),
        )
        return When(start=start, end=end, date=start.date(), precision="year")
    start = dt.datetime.fromisoformat(day).replace(tzinfo=dt.UTC)
    return When(start=start, end=start + dt.timedelta(days=1), date=start.date(), precision="day")


def _build_where(name: str | None, places: dict[str, Any]) -> Where | None:
    if name is None:
        return None
    given = places[name]
    point = Point(lat=given["lat"], lon=given["lon"]) if "lat" in given else None
    return Where(
        name=name,
        resolved=name,
        point=point,
        precision=1 if point else 3,
        country=given.get("country"),
        admin1=given.get("admin1"),
        feature="settlement" if point else "country",
    )


def _build_number(measure: Any, given: Any) -> Quantity:
    if isinstance(given, dict):
        return Quantity(measure=measure, **{"text": str(given.get("value")), **given})
    return Quantity(measure=measure, value=given, low=given, high=given, text=str(given))
