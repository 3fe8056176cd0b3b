"""The names of an article in, what each of them is out, or why it stays unresolved.

Every name has one sense in an article. A candidate scores by what it is (country, size of the town),
by what the text says of it ("in the Donetsk region", ", Idaho"), by the countries and regions of the
story and by how near it lies to what stands beside it. A small town needs such support, because a
gazetteer of towns does not know the village of the same name: an unsupported, far-off or ambiguous
candidate stays unresolved, with the region or country that the context gives.

The scores below were set by hand on cases of our own (`tests/cases/places.toml`).
"""

from __future__ import annotations

import math
from collections import defaultdict

from streams.reading.parse import ParsedArticle
from streams.reading.where.context import BIG, Context, read_context, read_datelines
from streams.reading.where.describe import (
    Sense,
    build_where,
    find_capital,
    find_dateline_town,
    find_story,
    is_capital,
)
from streams.reading.where.gazetteer import Gazetteer
from streams.reading.where.hints import read_hints
from streams.reading.where.model import FoundPlace, NamedPlace, Places
from streams.reading.where.places import Place
from streams.reading.where.scan import scan_places
from streams.reading.where.words import ALONE

_SMALL = 50_000
_TINY = 1_000
_NEAR_KM = 60.0
_FAR_KM = 160.0
_MARGIN = 0.12
_Region = tuple[str | None, str | None]
"""A country and a first-level region of it."""


def resolve_places(parsed: ParsedArticle, gazetteer: Gazetteer) -> Places:
    """Find and resolve every place name of the article."""
    names = scan_places(parsed, gazetteer)
    read_hints(names)
    context = read_context(parsed, names)
    read_datelines(parsed, gazetteer, context)
    senses = _resolve_names(names, context)
    found = tuple(
        FoundPlace(
            n.sentence.index, n.first, n.last, n.head, n.role, build_where(n, senses[_key(n)])
        )
        for n in names
    )
    total = sum(context.countries.values()) or 1
    shares = {code: weight / total for code, weight in context.countries.items()}
    story = context.top()
    return Places(
        found,
        shares,
        capital=find_capital(story, gazetteer),
        story=find_story(context, found),
        dateline=find_dateline_town(parsed, context, gazetteer),
    )


def _key(named: NamedPlace) -> tuple[str, bool]:
    return named.key, bool(named.generic)


def _resolve_names(names: list[NamedPlace], context: Context) -> dict[tuple[str, bool], Sense]:
    groups: dict[tuple[str, bool], list[NamedPlace]] = defaultdict(list)
    for named in names:
        groups[_key(named)].append(named)
    senses: dict[tuple[str, bool], Sense] = {}
    order = sorted(groups, key=lambda key: -_sureness(groups[key]))
    for key in order:
        senses[key] = _resolve(groups[key], context, names, senses)
    for key, sense in senses.items():
        if sense.place is None or sense.place.feature != "settlement" or not sense.country:
            continue
        is_known = sense.place.population >= BIG
        context.countries[sense.country] += 1 if is_known else 0.5
        if is_known and any(named.role != "actor" for named in groups[key]):
            context.sure.add(sense.country)
    # names first seen without their neighbours get a second look with them
    for key in order:
        if senses[key].place is None:
            senses[key] = _resolve(groups[key], context, names, senses)
    return senses


def _sureness(group: list[NamedPlace]) -> float:
    """How surely a name is known by itself; the sure ones are resolved first and support the others."""
    named = group[0]
    if not named.places:
        return -1.0
    top = named.places[0]
    sure = {"country": 3.0, "sea": 3.0, "water": 2.5, "facility": 2.5, "front": 2.0, "area": 2.0}
    value = sure.get(top.feature, 0.0)
    if any(other.generic for other in group):
        value += 2.5
    if any(other.container_country for other in group):
        value += 1.5
    return value + math.log10(max(place.population for place in named.places) + 10) / 8


def _resolve(
    group: list[NamedPlace],
    context: Context,
    names: list[NamedPlace],
    senses: dict[tuple[str, bool], Sense],
) -> Sense:
    country = next((n.container_country for n in group if n.container_country), None)
    admin1 = next((n.container_admin1 for n in group if n.container_admin1), None)
    if admin1 is not None:
        country = next(n.container_country for n in group if n.container_admin1)
    if country is None and group[0].key in context.datelines:
        country, admin1 = context.datelines[group[0].key]
    beside = _beside(group, names, senses)
    regions: set[_Region] = {(s.country, s.admin1) for s in beside if s.admin1}
    scored = sorted(
        (
            (_score(place, group, country, admin1, context, beside), place)
            for place in group[0].places
        ),
        key=lambda pair: -pair[0],
    )
    scored = [pair for pair in scored if pair[0] > 0][:12]
    if not scored:
        return _unresolved(
            group, context, country, admin1, regions, scored, "the gazetteer has no such place here"
        )
    best_score, best = scored[0]
    rival = next((pair for pair in scored[1:] if _differs(best, pair[1])), None)
    if rival is not None and best_score - rival[0] < _MARGIN:
        return _unresolved(
            group, context, country, admin1, regions, scored, "several places have this name"
        )
    doubt = _doubt(best, group, context, country, admin1, beside, regions)
    if doubt is not None:
        return _unresolved(group, context, country, admin1, regions, scored, doubt)
    rule = "place.container" if country or admin1 else f"place.{best.feature}"
    return Sense(best, scored, rule, None, best.country, best.admin1)


def _beside(
    group: list[NamedPlace], names: list[NamedPlace], senses: dict[tuple[str, bool], Sense]
) -> list[Sense]:
    """What has been resolved in the sentences of a name and the ones next to them."""
    sentences = {named.sentence.index for named in group}
    found = []
    for other in names:
        sense = senses.get(_key(other))
        if sense is None or other.key == group[0].key or other.role == "actor":
            continue
        if any(abs(other.sentence.index - index) <= 1 for index in sentences):
            found.append(sense)
    return found


def _score(
    place: Place,
    group: list[NamedPlace],
    country: str | None,
    admin1: str | None,
    context: Context,
    beside: list[Sense],
) -> float:
    if _is_excluded(place, group, country, admin1):
        return -1.0
    score = _prior(place, generic=any(n.generic for n in group), has_town=_has_town(group))
    if place.is_alternate and _has_own_name(group):
        score -= 0.25
    if any(named.chosen is place for named in group):
        score += 1.0
    if place.feature == "country" and country is not None and place.country != country:
        score -= 0.6  # "Georgia" after a comma and a US town is the state
    if admin1 is not None and place.admin1 == admin1:
        score += 0.5
    elif country is not None and place.country == country and place.feature != "country":
        score += 0.3
    if is_capital(place) or _stands_alone(place, group[0].key, context):
        score += 0.3
    return score + _support(place, context, beside)


def _stands_alone(place: Place, key: str, context: Context) -> bool:
    """Whether newspapers mean this town by the bare name; an outlet at home elsewhere may not."""
    home = ALONE.get(key.replace(" ", ""))
    if home is None or place.feature != "settlement" or place.is_alternate:
        return False
    if context.publisher is not None and context.publisher != home[:2]:
        return False
    return f"{place.country}/{place.admin1}" == home


def _is_excluded(
    place: Place, group: list[NamedPlace], country: str | None, admin1: str | None
) -> bool:
    """Whether the text itself says that the name is not this place."""
    if place.feature not in ("settlement", "region"):
        return False
    if place.feature == "region" and any(named.is_town for named in group):
        return True
    if country is not None and place.country != country:
        return True
    if admin1 is not None and place.admin1 != admin1:
        return True
    generic = next((named.generic for named in group if named.generic), None)
    if generic is None or place.feature == "region":
        return False
    has_region = any(other.feature == "region" for other in group[0].places)
    return has_region or generic in ("county", "state", "oblast", "governorate")


def _support(place: Place, context: Context, beside: list[Sense]) -> float:
    """What the article and the neighbours add."""
    score = 0.4 * min(1.0, 1.5 * context.share(place.country))
    if place.admin1 and context.admin1s[place.country or "", place.admin1]:
        score += 0.15
    if any(s.country == place.country and s.admin1 == place.admin1 and s.admin1 for s in beside):
        score += 0.15
    distance = _nearest(place, beside)
    if distance is not None:
        score += 0.25 if distance < _NEAR_KM else 0.1 if distance < _FAR_KM else 0.0
    if place.country == context.publisher and context.share(place.country) == 0:
        score += 0.08
    return score


def _has_own_name(group: list[NamedPlace]) -> bool:
    """Whether a town of some size bears the name as its own, not as one of its other names."""
    return any(
        place.feature == "settlement" and not place.is_alternate and place.population >= _SMALL
        for place in group[0].places
    )


def _has_town(group: list[NamedPlace]) -> bool:
    return any(
        place.feature == "settlement" and place.population >= 15_000 for place in group[0].places
    )


def _prior(place: Place, *, generic: bool, has_town: bool) -> float:
    if place.feature == "country":
        return 0.9
    if place.feature == "region":
        if generic:
            return 1.0
        lone = place.country in ("US", "CA", "AU", "GB", "IN") or not has_town
        return (0.75 if lone else 0.3) - (0.1 if place.is_alternate else 0.0)
    if place.feature == "settlement":
        if generic and place.population < BIG:
            return 0.1
        size = math.log10(place.population + 10) / 8
        return (
            size
            - (0.1 if place.is_alternate and place.population < 200_000 else 0.0)
            - (0.3 if generic else 0.0)
        )
    return 0.8 if place.geoname_id is None else 0.25  # our own table holds the famous ones


def _nearest(place: Place, beside: list[Sense]) -> float | None:
    if place.lat is None or place.lon is None:
        return None
    distances = [
        kilometres(place.lat, place.lon, s.place.lat, s.place.lon)
        for s in beside
        if s.place is not None
        and s.place.feature == "settlement"
        and s.place.lat is not None
        and s.place.lon is not None
    ]
    return min(distances, default=None)


def kilometres(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """The distance on the globe."""
    a, b = math.radians(lat1), math.radians(lat2)
    half = math.sin((b - a) / 2) ** 2
    half += math.cos(a) * math.cos(b) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    return 12_742.0 * math.asin(min(1.0, math.sqrt(half)))


def _differs(best: Place, other: Place) -> bool:
    """Whether the other is another place, and not the same town's region or a twin beside it."""
    if best.country != other.country:
        return True
    if "country" in (best.feature, other.feature):
        return (
            best.feature == "region" or other.feature == "region"
        )  # a city may bear its state's name
    if best.feature != other.feature and best.admin1 == other.admin1:
        return False
    if best.lat is None or other.lat is None or best.lon is None or other.lon is None:
        return best.admin1 != other.admin1
    return kilometres(best.lat, best.lon, other.lat, other.lon) > 30


def _doubt(  # noqa: C901, PLR0911, PLR0912 - a table of cases, read from the top
    best: Place,
    group: list[NamedPlace],
    context: Context,
    country: str | None,
    admin1: str | None,
    beside: list[Sense],
    regions: set[_Region],
) -> str | None:
    """Why the best candidate must not be believed, if there is a reason."""
    if best.feature != "settlement":
        return None
    if admin1 is not None:
        return None
    if (best.country, best.admin1) in regions:
        return None
    distance = _nearest(best, beside)
    if distance is not None and distance < _FAR_KM:
        return None
    if best.is_alternate and best.population < 100_000:
        return "only another name of a small place"
    if best.population >= BIG:
        return None
    if country is not None:
        # the text names the country: a town may be believed unless its neighbours lie elsewhere
        near_regions = {region for region in regions if region[0] == best.country}
        if best.population < _SMALL and near_regions:
            return "the only place of this name lies in another region than the text"
        return (
            None
            if best.population >= _TINY
            else "a place so small may have namesakes that no table lists"
        )
    in_story = context.share(best.country) >= 0.3 or best.country == context.publisher
    if not in_story:
        lone = len(group[0].places) == 1 and not best.is_alternate and best.population >= 5_000
        lone &= any(named.is_locative or _is_called_place(named) for named in group)
        if not context.countries and (best.population >= 100_000 or lone):
            return None
        return "the only place of this name lies outside the countries of the story"
    if best.population < _SMALL:
        if any(region[0] == best.country for region in regions):
            return "the only place of this name lies far from the places beside it"
        if best.population < _TINY:
            return "a place so small may have namesakes that no table lists"
    return None


def _is_called_place(named: NamedPlace) -> bool:
    """Whether the parser calls it a place, outside of a headline, where any word may have a capital."""
    return named.first.ent_type_ == "GPE" and named.sentence.paragraph.role != "headline"


def _unresolved(
    group: list[NamedPlace],
    context: Context,
    country: str | None,
    admin1: str | None,
    regions: set[_Region],
    scored: list[tuple[float, Place]],
    reason: str,
) -> Sense:
    """The region or country that the context gives to a place without a point.

    The neighbours lend their region only to what the text calls a village or a town.
    """
    is_village = any(named.is_village for named in group)
    countries = {place.country for _, place in scored}
    if country is None:
        if is_village and len(regions) == 1:
            country = next(iter(regions))[0]
        elif len(countries) == 1 and context.share(next(iter(countries))) > 0:
            country = next(iter(countries))
        elif not countries or context.top() in countries:
            country = context.top()
    if admin1 is None:
        same = {region for region in regions if region[0] == country}
        shared = {place.admin1 for _, place in scored if place.country == country}
        if is_village and len(same) == 1:
            admin1 = next(iter(same))[1]
        elif not same and len(shared) == 1 and len(scored) > 1:
            admin1 = next(iter(shared))
    return Sense(None, scored, "place.unresolved", reason, country, admin1)
