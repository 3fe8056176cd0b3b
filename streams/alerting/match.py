"""An event and what it must be in, a verdict with its reasons out: why it fits, or why it does not.

Names are compared folded (case, accents of form and white space do not count). Words are whole words
of the title, the summary and the ledger's sentences. A place without a point lies in no circle and no
polygon: an honest unknown does not ring.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from streams.alerting.conditions import format_number, read_number
from streams.alerting.rules import Circle, Label, Match
from streams.identity import fold_text
from streams.lexicon.ontology import get_kind
from streams.records import Event, Point

_EARTH_KM = 6_371.0088


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an event fits, and why or why not."""

    why: tuple[str, ...]
    why_not: tuple[str, ...]

    @property
    def is_met(self) -> bool:
        """Tell whether nothing speaks against it."""
        return not self.why_not


def match_any(matches: Sequence[Match], event: Event) -> Verdict:
    """Judge an event by alternatives: the first that fits, else the nearest miss."""
    verdicts = []
    for match in matches:
        verdict = match_event(match, event)
        if verdict.is_met:
            return verdict
        verdicts.append(verdict)
    return min(verdicts, key=lambda v: len(v.why_not), default=Verdict((), ("nothing to match",)))


def match_event(match: Match, event: Event) -> Verdict:
    """Judge an event by everything that must hold together."""
    checks = (
        *_check_kind(match, event),
        *_check_state(match, event),
        *_check_place(match, event),
        *_check_numbers(match, event),
        *_check_people(match, event),
        *_check_words(match, event),
    )
    return Verdict(
        tuple(text for good, text in checks if good),
        tuple(text for good, text in checks if not good),
    )


def read_labels(event: Event, labels: Iterable[Label]) -> tuple[tuple[str, ...], ...]:
    """Read the groups an event belongs to: one for each combination of its labels.

    An event without a label (no country is known) belongs to no group.
    """
    groups: list[tuple[str, ...]] = [()]
    for label in labels:
        groups = [(*group, value) for group in groups for value in read_label(event, label)]
    return tuple(groups)


def read_label(event: Event, label: Label) -> tuple[str, ...]:
    """Read the values of one label, without doubles."""
    where = event.where
    values: dict[Label, Iterable[str | None]] = {
        "event": (event.id,),
        "kind": (event.kind,),
        "group": (get_kind(event.kind).group,),
        "country": (where.country if where else None,),
        "admin1": (where.admin1 if where else None,),
        "place": ((where.resolved or where.name) if where else None,),
        "publisher": event.publishers,
        "family": event.families,
        "actor": [actor.name for actor in event.actors],
        "story": (event.story,),
    }
    return tuple(dict.fromkeys(value for value in values[label] if value))


def measure_km(one: Point, other: Point) -> float:
    """Measure the distance of two points along the great circle."""
    lat1, lat2 = math.radians(one.lat), math.radians(other.lat)
    half = (
        math.sin((lat2 - lat1) / 2) ** 2
        + math.cos(lat1) * math.cos(lat2) * math.sin(math.radians(other.lon - one.lon) / 2) ** 2
    )
    return 2 * _EARTH_KM * math.asin(min(1.0, math.sqrt(half)))


def is_inside(point: Point, corners: Sequence[tuple[float, float]]) -> bool:
    """Tell whether a point lies in a polygon of (longitude, latitude) corners.

    Edges are straight on the map; across the 180th meridian longitudes go on to 181, or -181.
    """
    return any(_is_drawn_inside(point.lon + turn, point.lat, corners) for turn in (0, 360, -360))


def _is_drawn_inside(lon: float, lat: float, corners: Sequence[tuple[float, float]]) -> bool:
    inside = False
    for (lon1, lat1), (lon2, lat2) in zip(corners, (*corners[1:], corners[0]), strict=True):
        if (lat1 > lat) != (lat2 > lat):
            inside ^= lon < lon1 + (lat - lat1) * (lon2 - lon1) / (lat2 - lat1)
    return inside


Check = tuple[bool, str]


def _check_kind(match: Match, event: Event) -> list[Check]:
    names = {fold_text(name) for name in (event.kind, *get_kind(event.kind).parents)}
    checks = []
    if match.kind:
        wanted = any(fold_text(kind) in names for kind in match.kind)
        checks.append((wanted, f"kind {event.kind}" + ("" if wanted else " is not wanted")))
    if any(fold_text(kind) in names for kind in match.not_kind):
        checks.append((False, f"kind {event.kind} is left out"))
    if match.events:
        checks.append((event.id in match.events or _is_followed(match, event), f"event {event.id}"))
    if match.stories:
        checks.append((event.story in match.stories, f"story {event.story or 'unknown'}"))
    return checks


def _is_followed(match: Match, event: Event) -> bool:
    return any(joined in match.events for joined in event.supersedes)


def _check_state(match: Match, event: Event) -> list[Check]:
    checks = [
        (event.modality in match.modality, f"modality {event.modality}"),
        (event.newsworthiness in match.newsworthiness, f"news value {event.newsworthiness}"),
        (event.status != "withdrawn", f"status {event.status}"),
    ]
    if match.status:
        checks.append((event.status in match.status, f"status {event.status}"))
    # what holds for nearly every event is worth telling only where it does not
    return [
        check
        for check in dict.fromkeys(checks)
        if not check[0] or (match.status and "status" in check[1])
    ]


def _check_place(match: Match, event: Event) -> list[Check]:
    where = event.where
    country, admin1 = (where.country, where.admin1) if where else (None, None)
    checks = []
    if match.country:
        checks.append((country in match.country, f"country {country or 'unknown'}"))
    if country in match.not_country:
        checks.append((False, f"country {country} is left out"))
    if match.admin1:
        named = admin1 is not None and fold_text(admin1) in _fold(match.admin1)
        checks.append((named, f"region {admin1 or 'unknown'}"))
    if match.place:
        names = (where.name, where.resolved, admin1, country) if where else ()
        found = next((n for n in names if n and fold_text(n) in _fold(match.place)), None)
        told = found or (where.name if where else "unknown")
        checks.append((found is not None, f"place {told}"))
    if match.within or match.polygon:
        checks.append(_check_area(match, where.point if where else None))
    return checks


def _check_area(match: Match, point: Point | None) -> Check:
    if point is None:
        return False, "the place is not known to a point"
    for circle in match.within:
        if _distance(circle, point) <= circle.km:
            return True, f"{_distance(circle, point):.0f} km from {circle.lat:g}, {circle.lon:g}"
    if match.polygon and is_inside(point, match.polygon):
        return True, "inside the polygon"
    return False, "outside the area"


def _distance(circle: Circle, point: Point) -> float:
    return measure_km(point, Point(lat=circle.lat, lon=circle.lon))


def _check_numbers(match: Match, event: Event) -> list[Check]:
    checks = []
    for condition in match.numbers:
        value = read_number(event, condition.field, condition.unit)
        known = "unknown" if value is None else format_number(value)
        checks.append((condition.is_met(event), f"{condition.field} {known} ({condition})"))
    return checks


def _check_people(match: Match, event: Event) -> list[Check]:
    checks = []
    outlets = _fold((*event.publishers, *event.families))
    if match.publishers:
        checks.append((bool(outlets & _fold(match.publishers)), "reported by a wanted outlet"))
    if event.publishers and _fold(event.publishers) <= _fold(match.not_publishers):
        checks.append((False, "reported only by outlets that are left out"))
    if match.actors:
        people = (*event.actors, *event.targets, *event.recipients)
        names = [actor.name for actor in people] + [entry.claimant for entry in event.ledger]
        found = next((n for n in names if any(_has_words(w, n) for w in match.actors)), None)
        checks.append((found is not None, f"actor {found}" if found else "no wanted actor"))
    return checks


def _check_words(match: Match, event: Event) -> list[Check]:
    if not match.words and not match.not_words:
        return []
    text = "\n".join((event.title, event.summary, *(entry.sentence for entry in event.ledger)))
    checks = []
    if match.words:
        found = next((word for word in match.words if _has_words(word, text)), None)
        checks.append((found is not None, f"the words {found!r}" if found else "no wanted word"))
    barred = next((word for word in match.not_words if _has_words(word, text)), None)
    if barred:
        checks.append((False, f"the words {barred!r} are left out"))
    return checks


def _has_words(words: str, text: str) -> bool:
    return _word_pattern(words).search(fold_text(text)) is not None


@lru_cache(maxsize=4_096)
def _word_pattern(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(fold_text(words))}(?!\w)")


@lru_cache(maxsize=4_096)
def _fold(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(fold_text(name) for name in names)
