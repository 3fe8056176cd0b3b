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
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from streams.reading.parse import ParsedArticle
from streams.reading.where.gazetteer import Gazetteer
from streams.reading.where.hints import read_hints
from streams.reading.where.model import FoundPlace, NamedPlace, Places
from streams.reading.where.places import Place, capitals, country_name, fold
from streams.reading.where.scan import scan_places
from streams.reading.where.words import LAND, PROVINCES, STATES
from streams.reading.who.countries import name_country
from streams.records import Candidate, PlaceFeature, PlacePrecision, Point, Where

_BIG = 300_000
"""A town of so many people is known without a country beside it."""
_SMALL = 50_000
_TINY = 1_000
_NEAR_KM = 60.0
_FAR_KM = 160.0
_MARGIN = 0.12
_CANDIDATES = 5
_Region = tuple[str | None, str | None]
"""A country and a first-level region of it."""


@dataclass(slots=True)
class _Context:
    """What the whole article says of where its story is."""

    countries: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    admin1s: Counter[tuple[str, str]] = field(default_factory=Counter)
    publisher: str | None = None
    datelines: dict[str, tuple[str, str | None]] = field(default_factory=dict)

    def share(self, country: str | None) -> float:
        """The part of the article's weight that a country has."""
        total = sum(self.countries.values())
        return self.countries.get(country, 0.0) / total if country and total else 0.0

    def top(self) -> str | None:
        """The country of the story, if one has most of the weight."""
        best = max(self.countries, key=lambda code: self.countries[code], default=None)
        return best if self.share(best) >= 0.55 else None


@dataclass(slots=True)
class _Sense:
    """What a name was resolved to."""

    place: Place | None
    scored: list[tuple[float, Place]]
    rule: str
    reason: str | None = None
    country: str | None = None
    admin1: str | None = None


def resolve_places(parsed: ParsedArticle, gazetteer: Gazetteer) -> Places:
    """Find and resolve every place name of the article."""
    names = scan_places(parsed, gazetteer)
    read_hints(names)
    context = _read_context(parsed, names)
    _read_datelines(parsed, gazetteer, context)
    senses = _resolve_names(names, context)
    found = tuple(
        FoundPlace(
            n.sentence.index, n.first, n.last, n.head, n.role, _build_where(n, senses[_key(n)])
        )
        for n in names
    )
    total = sum(context.countries.values()) or 1
    shares = {code: weight / total for code, weight in context.countries.items()}
    story = context.top()
    return Places(
        found,
        shares,
        capital=_capital(story, gazetteer),
        story=_story(context),
        dateline=_dateline(parsed, context, gazetteer),
    )


def _read_datelines(parsed: ParsedArticle, gazetteer: Gazetteer, context: _Context) -> None:
    """Let the town that a dateline names count for its country: "SANTIAGO (Reuters) -"."""
    for paragraph in parsed.paragraphs:
        if not paragraph.dateline:
            continue
        words = [word.strip() for word in re.split(r"[,(/]", paragraph.dateline)]
        name, holder = words[0].title(), fold(words[1]).replace(" ", "") if len(words) > 1 else ""
        state = STATES.get(holder) or PROVINCES.get(holder)
        if state is not None:
            country = "US" if holder in STATES else "CA"
            context.datelines[fold(name)] = (country, state)
            context.admin1s[country, state] += 2
            context.countries[country] += 1
            continue
        towns = [place for place in gazetteer.find(name) if place.country]
        if towns and max(place.population for place in towns) >= 100_000:
            best = max(towns, key=lambda place: (not place.is_alternate, place.population))
            context.countries[best.country or ""] += 1


def _dateline(parsed: ParsedArticle, context: _Context, gazetteer: Gazetteer) -> Where | None:
    """The town of the first dateline, unless it is a capital, where bureaus sit."""
    words = next((p.dateline for p in parsed.paragraphs if p.dateline), None)
    if words is None:
        return None
    name = re.split(r"[,(/]", words)[0].strip().title()
    holder = context.datelines.get(fold(name))
    towns = [p for p in gazetteer.find(name) if p.feature == "settlement" and not p.is_alternate]
    if holder is not None:
        towns = [p for p in towns if (p.country, p.admin1) == holder]
    elif towns and (len(towns) > 1 and towns[0].population < 10 * towns[1].population):
        return None
    if not towns or _is_capital(towns[0]):
        return None
    return _town(towns[0], "place.dateline", 2)


def _capital(country: str | None, gazetteer: Gazetteer) -> Where | None:
    """What "the capital" means in this article."""
    name = capitals().get(country or "")
    if name is None:
        return None
    towns = [p for p in gazetteer.find(name) if p.country == country and p.feature == "settlement"]
    return _town(max(towns, key=lambda p: p.population), "place.capital", 1) if towns else None


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


def _story(context: _Context) -> Where | None:
    """The country of the whole story, where nearly everything in it points to one."""
    best = context.top()
    if best is None or context.countries[best] < 2 or context.share(best) < 0.8:
        return None
    name = country_name(best)
    if name is None:
        return None
    return Where(
        name=name,
        resolved=name,
        precision=3,
        country=best,
        feature="country",
        rule="place.story",
        reason="only the country of the story is known",
    )


def _key(named: NamedPlace) -> tuple[str, bool]:
    return named.key, bool(named.generic)


def _read_context(parsed: ParsedArticle, names: list[NamedPlace]) -> _Context:
    context = _Context(publisher=_publisher_country(parsed))
    for named in names:
        if named.container_country:
            context.countries[named.container_country] += 1
            if named.container_admin1:
                context.admin1s[named.container_country, named.container_admin1] += 1
        _count_name(named, context)
    for sentence in parsed.sentences:
        for token in sentence.tokens:
            if token.text[:1].isupper() and token.tag_ not in ("NNP", "DT", "IN", "PRP"):
                people = name_country(token.text)
                if people is not None and people.sense == "people":
                    context.countries[people.iso] += 1
    return context


def _count_name(named: NamedPlace, context: _Context) -> None:
    """Let a name that has only one meaning count for its country."""
    top = named.places[0] if named.places else None
    if top is None or top.country is None:
        return
    known = {place.country for place in named.places if place.population > top.population / 20}
    if top.feature == "country" and len(known) <= 1:
        context.countries[top.country] += 2
    elif named.generic and top.admin1:
        context.countries[top.country] += 1
        context.admin1s[top.country, top.admin1] += 2
    elif len(known) <= 1 and max(place.population for place in named.places) > _BIG:
        context.countries[top.country] += 1


def _publisher_country(parsed: ParsedArticle) -> str | None:
    try:
        host = urlsplit(parsed.article.url or parsed.article.feed).hostname or ""
    except ValueError:
        return None
    ending = host.rpartition(".")[2].upper()
    return (
        {"UK": "GB"}.get(ending, ending)
        if len(ending) == 2 and ending not in ("TV", "IO", "CO", "ME", "AI")
        else None
    )


def _resolve_names(names: list[NamedPlace], context: _Context) -> dict[tuple[str, bool], _Sense]:
    groups: dict[tuple[str, bool], list[NamedPlace]] = defaultdict(list)
    for named in names:
        groups[_key(named)].append(named)
    senses: dict[tuple[str, bool], _Sense] = {}
    order = sorted(groups, key=lambda key: -_sureness(groups[key]))
    for key in order:
        senses[key] = _resolve(groups[key], context, names, senses)
    for sense in senses.values():
        if sense.place is not None and sense.place.feature == "settlement" and sense.country:
            context.countries[sense.country] += 0.5
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
    context: _Context,
    names: list[NamedPlace],
    senses: dict[tuple[str, bool], _Sense],
) -> _Sense:
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
    return _Sense(best, scored, rule, None, best.country, best.admin1)


def _beside(
    group: list[NamedPlace], names: list[NamedPlace], senses: dict[tuple[str, bool], _Sense]
) -> list[_Sense]:
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
    context: _Context,
    beside: list[_Sense],
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
    if _is_capital(place):
        score += 0.3
    return score + _support(place, context, beside)


def _is_excluded(
    place: Place, group: list[NamedPlace], country: str | None, admin1: str | None
) -> bool:
    """Whether the text itself says that the name is not this place."""
    if place.feature not in ("settlement", "region"):
        return False
    if country is not None and place.country != country:
        return True
    if admin1 is not None and place.admin1 != admin1:
        return True
    generic = next((named.generic for named in group if named.generic), None)
    if generic is None or place.feature == "region":
        return False
    has_region = any(other.feature == "region" for other in group[0].places)
    return has_region or generic in ("county", "state", "oblast", "governorate")


def _is_capital(place: Place) -> bool:
    return (
        place.feature == "settlement"
        and not place.is_alternate
        and place.population >= 100_000
        and place.name == capitals().get(place.country or "")
    )


def _support(place: Place, context: _Context, beside: list[_Sense]) -> float:
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
        if generic and place.population < _BIG:
            return 0.1
        size = math.log10(place.population + 10) / 8
        return (
            size
            - (0.1 if place.is_alternate and place.population < 200_000 else 0.0)
            - (0.3 if generic else 0.0)
        )
    return 0.8 if place.geoname_id is None else 0.25  # our own table holds the famous ones


def _nearest(place: Place, beside: list[_Sense]) -> float | None:
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
    context: _Context,
    country: str | None,
    admin1: str | None,
    beside: list[_Sense],
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
    if best.population >= _BIG:
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
        if not context.countries and (best.population >= 100_000 or lone):
            return None
        return "the only place of this name lies outside the countries of the story"
    if best.population < _SMALL:
        if any(region[0] == best.country for region in regions):
            return "the only place of this name lies far from the places beside it"
        if best.population < _TINY:
            return "a place so small may have namesakes that no table lists"
    return None


def _unresolved(
    group: list[NamedPlace],
    context: _Context,
    country: str | None,
    admin1: str | None,
    regions: set[_Region],
    scored: list[tuple[float, Place]],
    reason: str,
) -> _Sense:
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
    return _Sense(None, scored, "place.unresolved", reason, country, admin1)


def _build_where(named: NamedPlace, sense: _Sense) -> Where:
    place = sense.place
    candidates = tuple(_candidate(score, other) for score, other in sense.scored[:_CANDIDATES])
    if place is None:
        return Where(
            name=named.name,
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
        name=named.name,
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
