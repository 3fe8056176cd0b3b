"""A label and a mention in, whether the place is right, wrong or honestly unknown out."""

from __future__ import annotations

import math
from typing import Literal

from streams.identity import fold_text
from streams.records import Mention, Where
from tocsin.scoring.gold import GoldEvent

NEAR_KM = 30.0
"""A point within this distance of the label's is right."""
EARTH_KM = 6371.0


def judge_place(event: GoldEvent, mention: Mention) -> Literal["right", "wrong", "unknown"] | None:
    """Compare the place: by name, by point, by country; None where nothing is labelled."""
    where = mention.where
    if not event.places and event.country is None:
        return None
    if where is None:
        return "unknown"
    if _is_elsewhere(event, where):
        return "wrong"
    if event.places and not _is_named(event, where):
        return "unknown" if where.precision == 3 or where.point is None else "wrong"
    return "right"


def _is_elsewhere(event: GoldEvent, where: Where) -> bool:
    """Tell whether the country, the region or the point is another one."""
    if event.country is not None and where.country not in {None, event.country}:
        return True
    if event.not_admin1 is not None and where.admin1 == event.not_admin1:
        return True
    if event.point is None or where.point is None or where.precision != 1:
        return False
    return distance_km(event.point, (where.point.lat, where.point.lon)) > NEAR_KM


def distance_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Great-circle distance of two points, in km."""
    lat1, lon1, lat2, lon2 = (math.radians(value) for value in (*one, *other))
    chord = (
        math.sin((lat2 - lat1) / 2) ** 2
        + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    )
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, chord)))


def _is_named(event: GoldEvent, where: Where) -> bool:
    said = " | ".join(fold_text(name or "") for name in (where.name, where.resolved, where.toward))
    return any(fold_text(place) in said for place in event.places)
