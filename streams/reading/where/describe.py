"""A name and its sense in, the `Where` of a mention out; and the places a whole article stands for."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from streams.reading.parse import ParsedArticle
from streams.reading.where.context import Context
from streams.reading.where.gazetteer import Gazetteer
from streams.reading.where.model import FoundPlace, NamedPlace
from streams.reading.where.places import Place, capitals, country_name, fold
from streams.reading.where.words import LAND
from streams.records import Candidate, PlaceFeature, PlacePrecision, Point, Where

_CANDIDATES = 5
_ENOUGH, _MOST = 1.0, 0.8
_PLENTY, _MUCH = 4.0, 0.65
"""Weight and share of a country in the names of an article that make it the story's."""
_AGAIN = 2
_HALF = 0.4
"""The share that is enough for a country which the dateline names, too."""


SHORT_CAPITALS = 3
"""Names in capitals up to this length are abbreviations."""


@dataclass(slots=True)
class Sense:
    """What a name was resolved to."""

    place: Place | None
    scored: list[tuple[float, Place]]
    rule: str
    reason: str | None = None
    country: str | None = None
    admin1: str | None = None


def build_where(named: NamedPlace, sense: Sense) -> Where:
    """Write a name and its sense as the `Where` of a mention."""
    place = sense.place
    candidates = tuple(_candidate(score, other) for score, other in sense.scored[:_CANDIDATES])
    if place is None:
        return Where(
            name=_spell(named.name),
            precision=3,
            country=sense.country,
            admin1=sense.admin1,
            feature="front" if named.is_front else "facility" if named.facility else "unknown",
            relation="near" if named.is_near else "at",
            candidates=candidates,
            rule=sense.rule,
            reason=sense.reason,
            span=named.span,
        )
    precision, point, reason = _precision(named, place)
    return Where(
        name=_spell(named.name),
        resolved=place.name,
        point=point,
        precision=precision,
        country=place.country,
        admin1=place.admin1,
        feature=_feature(named, place),
        relation="near" if named.is_near else "at",
        geoname_id=place.geoname_id,
        candidates=candidates if len(candidates) > 1 else (),
        rule=sense.rule,
        reason=reason,
        span=named.span,
    )


def _feature(named: NamedPlace, place: Place) -> PlaceFeature:
    """What sort of place the words after the name make of it: a front, a building, an island."""
    if named.is_front:
        return "front"
    if named.facility is None or place.feature != "settlement":
        return place.feature
    if named.facility in ("lake", "river", "reservoir", "canal"):
        return "water"
    return "area" if named.facility in LAND else "facility"


def _precision(named: NamedPlace, place: Place) -> tuple[PlacePrecision, Point | None, str | None]:
    point = None
    if place.lat is not None and place.lon is not None:
        point = Point(lat=place.lat, lon=place.lon)
    if place.feature in ("country", "region", "area", "sea"):
        small = place.feature == "area" and point is not None
        if small:
            return 2, point, None
        is_part = (named.is_part or bool(named.facility)) and place.feature == "region"
        return 2 if is_part else 3, None, f"{_article(place.feature)} {place.feature}, not a point"
    if place.feature == "settlement":
        loose = named.is_near or named.is_front or bool(named.facility or named.generic)
        return 2 if loose else 1, point, None
    if point is None:
        return 3, None, f"a {place.feature} too long for a point"
    return 2 if named.is_near or place.feature == "water" else 1, point, None


def _spell(name: str) -> str:
    """Write a name of a dateline or a headline in capitals as people write it; USA stays USA."""
    if not name.isupper() or len(name) <= SHORT_CAPITALS or "." in name:
        return name
    return " ".join(word.capitalize() for word in name.split(" "))


def _article(word: str) -> str:
    return "an" if word[0] in "aeiou" else "a"


def _candidate(score: float, place: Place) -> Candidate:
    point = None
    if place.lat is not None and place.lon is not None:
        point = Point(lat=place.lat, lon=place.lon)
    return Candidate(
        name=place.name,
        country=place.country,
        admin1=place.admin1,
        point=point,
        feature=place.feature,
        geoname_id=place.geoname_id,
        score=round(max(0.0, min(1.0, score / 2)), 3),
    )


def _town(town: Place, rule: str, precision: PlacePrecision) -> Where:
    assert town.lat is not None
    assert town.lon is not None
    return Where(
        name=town.name,
        resolved=town.name,
        point=Point(lat=town.lat, lon=town.lon),
        precision=precision,
        country=town.country,
        admin1=town.admin1,
        feature="settlement",
        relation="at" if precision == 1 else "near",
        geoname_id=town.geoname_id,
        rule=rule,
    )


def find_capital(country: str | None, gazetteer: Gazetteer) -> Where | None:
    """What "the capital" means in this article."""
    name = capitals().get(country or "")
    if name is None:
        return None
    towns = [p for p in gazetteer.find(name) if p.country == country and p.feature == "settlement"]
    return _town(max(towns, key=lambda p: p.population), "place.capital", 1) if towns else None


def find_story(context: Context, found: tuple[FoundPlace, ...]) -> Where | None:
    """The country of the whole story, where nearly everything in it points to one; its region, too."""
    best = context.top() or _find_datelined(context)
    if best is None:
        return None
    weight, share = context.countries[best], context.share(best)
    if best in context.datelined and share >= _HALF:
        weight, share = max(weight, _PLENTY), 1.0
    if best not in context.sure and weight < _PLENTY:
        return None
    if not ((weight >= _ENOUGH and share >= _MOST) or (weight >= _PLENTY and share >= _MUCH)):
        return None
    name, region = country_name(best), _region_of(context, best, found)
    if name is None:
        return None
    return Where(
        name=region or name,
        resolved=region or name,
        precision=3,
        country=best,
        admin1=region,
        feature="region" if region else "country",
        rule="place.story",
        reason=f"only the {'region' if region else 'country'} of the story is known",
    )


def _find_datelined(context: Context) -> str | None:
    """The country of the dateline, where the article names no other as often."""
    best = max(context.countries, key=lambda code: context.countries[code], default=None)
    return best if best in context.datelined and context.share(best) >= _HALF else None


def _region_of(context: Context, country: str, found: tuple[FoundPlace, ...]) -> str | None:
    """The one region of that country that the article names again and again, by itself or by its towns."""
    regions: Counter[str] = Counter()
    for (holder, region), count in context.admin1s.items():
        if holder == country:
            regions[region] += count
    for place in found:
        where = place.where
        if where.country == country and where.admin1 and where.feature == "settlement":
            regions[where.admin1] += 1
    if len(regions) != 1:
        return None
    region, count = regions.most_common(1)[0]
    return region if count >= _AGAIN else None


def find_dateline_town(
    parsed: ParsedArticle, context: Context, gazetteer: Gazetteer
) -> Where | None:
    """The town of the first dateline, unless it is a capital, where bureaus sit."""
    words = next((p.dateline for p in parsed.paragraphs if p.dateline), None)
    if words is None:
        return None
    name = re.split(r"[,(/]", words)[0].strip().title()
    holder = context.datelines.get(fold(name))
    places = gazetteer.find(name)
    if holder is None and places and places[0].feature in ("country", "region"):
        return None
    towns = [p for p in places if p.feature == "settlement" and not p.is_alternate]
    if holder is not None:
        towns = [p for p in towns if (p.country, p.admin1) == holder]
    elif towns and (len(towns) > 1 and towns[0].population < 10 * towns[1].population):
        return None
    if not towns or is_capital(towns[0]):
        return None
    return _town(towns[0], "place.dateline", 2)


def is_capital(place: Place) -> bool:
    """Whether a town is the capital of its country."""
    return (
        place.feature == "settlement"
        and not place.is_alternate
        and place.population >= 100_000
        and place.name == capitals().get(place.country or "")
    )
