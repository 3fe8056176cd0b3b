"""The seed's `gold.json` in, its article with labels and what must never be read from it out.

The file describes kinds in words; they are mapped to leaf kinds here. What must not be read is prose
in the file; the checks below are that prose.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from streams.lexicon.ontology import get_kind
from streams.reading.passages import find_title
from streams.records import Mention
from tocsin.scoring.gold import GoldArticle, GoldClaim, GoldEvent, GoldNumber
from tocsin.scoring.match import Problem

KINDS: dict[str, tuple[str, ...]] = {
    "missile strike": ("missile_strike",),
    "infrastructure destroyed": ("infrastructure_destroyed",),
    "territory gained": ("territory_gained", "territory_overtaken"),
    "military aid": ("military_aid",),
    "threat": ("threat", "threat_sanctions"),
    "claim of casualties": ("casualty_claim", "armed_clash"),
    "offensive": ("offensive",),
    "troops seen in villages": ("mobilization", "territory_gained"),
    "visit/meeting": ("consultation",),
    "raids": ("armed_clash", "shooting", "offensive"),
    "strikes": ("missile_strike", "air_strike", "bombing"),
    "occupation": ("territory_gained", "territory_overtaken", "territory_transferred"),
    "failed capture": ("territory_gained", "offensive"),
    "conditional offer": ("consultation", "concession", "statement", "support_statement"),
    "equipment destroyed or captured": ("equipment_loss", "seizure", "infrastructure_destroyed"),
}
FURNITURE = ("Skip to main", "Open this photo", "Follow related", "Interact with", "SMUTKO")
_UNITS = {"km": "km", "km2": "km2"}


def load_seed(folder: Path) -> GoldArticle:
    """Load the seed as a labelled article."""
    gold = json.loads((folder / "gold.json").read_text("utf-8"))
    title, text = find_title((folder / gold["article"]).read_text("utf-8"))
    return GoldArticle(
        title=title,
        publisher=gold["publisher"],
        published=dt.datetime.fromisoformat(gold["published"]),
        text=text,
        events=(
            *(_build_event(entry, must=True) for entry in gold["must"]),
            *(_build_event(entry, must=False) for entry in gold["may"]),
        ),
    )


def find_forbidden(mentions: Sequence[Mention]) -> list[Problem]:
    """Find what must not be read from the seed."""
    found: list[Problem] = []
    for mention in mentions:
        for rule, broken in _check_forbidden(mention):
            if broken:
                told = f"{mention.kind} {mention.modality} {mention.when.date}: {mention.sentence}"
                found.append(Problem("seed", "-", f"must not: {rule}", "nothing", told))
    return found


def _check_forbidden(mention: Mention) -> list[tuple[str, bool]]:
    group = get_kind(mention.kind).group
    happened = mention.modality == "happened"
    place = (mention.where.name if mention.where else "").casefold()
    new = mention.newsworthiness == "new"
    is_attack = group in {"attack", "territory"}
    denial = "denied" in mention.sentence and "Putin" in mention.sentence
    by_putin = any("putin" in actor.name.casefold() for actor in mention.actors)
    day = mention.when.date
    wrong_days = {dt.date(2023, 6, 20)}
    if mention.kind == "missile_strike" and new:
        wrong_days.add(dt.date(2023, 6, 6))
    furniture = any(words in mention.sentence for words in FURNITURE)
    return [
        ("furniture", furniture),
        ("a real attack on Kyiv", is_attack and happened and new and place in {"kyiv", "kiev"}),
        ("a real sanitary zone", "sanitary" in mention.sentence and happened and is_attack and new),
        ("a denial as an advance", denial and happened and group == "territory"),
        ("an attack by Putin", is_attack and happened and by_putin),
        ("a wrong Tuesday", mention.when.precision in {"hour", "day"} and day in wrong_days),
    ]


def _build_event(entry: dict[str, Any], *, must: bool) -> GoldEvent:
    numbers: dict[str, GoldNumber] = {}
    for name in ("killed", "displaced"):
        if name in entry:
            numbers[name] = _build_number(entry[name], "people")
    if "money" in entry:
        numbers["money"] = GoldNumber(
            value=entry["money"]["value"], unit=entry["money"]["currency"]
        )
    if "quantity" in entry:
        unit = _UNITS[entry["quantity"]["unit"]]
        numbers["area" if unit == "km2" else "distance"] = _build_number(entry["quantity"], unit)
    point = (entry["lat"], entry["lon"]) if "lat" in entry else None
    cumulative = "cumulative" in entry.get("note", "")
    date, precision = _read_date(entry)
    return GoldEvent.model_validate(
        {
            "id": entry["id"],
            "kinds": KINDS[entry["kind"]],
            "must": must,
            "modality": ("hypothetical", "threatened") if "modality" in entry else (),
            "newsworthiness": entry.get("newsworthy"),
            "date": date,
            "precision": precision,
            "not_single_day": cumulative,
            "places": (*entry.get("place", ()), *entry.get("direction", ())),
            "admin1": entry.get("admin1"),
            "country": entry.get("country"),
            "not_admin1": "Kherson" if "Kherson" in entry.get("note", "") else None,
            "point": point,
            "actors": entry.get("actor", ()),
            "recipients": entry.get("recipient", ()),
            "targets": entry.get("target", ()),
            "numbers": numbers,
            "claims": [GoldClaim.model_validate(claim) for claim in entry.get("claims", ())],
        }
    )


def _read_date(entry: dict[str, Any]) -> tuple[dt.date | None, str]:
    written = entry.get("date")
    if written is None:
        return None, "day"
    parts = [int(part) for part in written.split("-")]
    date = dt.date(parts[0], parts[1] if len(parts) > 1 else 1, parts[2] if len(parts) > 2 else 1)
    return date, entry.get("precision", "day")


def _build_number(entry: dict[str, Any], unit: str) -> GoldNumber:
    if isinstance(entry["value"], str):
        return GoldNumber.model_validate({"qualifier": entry["value"]})
    qualifier = entry.get("qualifier", "exactly").replace(" ", "_")
    return GoldNumber(value=entry["value"], qualifier=qualifier, unit=unit)
