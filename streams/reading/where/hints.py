"""A name and the words around it in, what they say of the place out: its country and region, its role.

"in Kharkiv, Ukraine", "the Donetsk region town of X", "X, in the Donetsk region", "Russia's Belgorod
region", "the Ukrainian city of X", "Moscow, Idaho". And whether the name acts: "Moscow said".
"""

from __future__ import annotations

from streams.reading.when.lexicon import word_set
from streams.reading.where.model import NamedPlace, PlaceRole
from streams.reading.where.places import GENERIC, Place, fold
from streams.reading.where.words import PROVINCES, STATES, STRIKE_LEMMAS
from streams.reading.who.countries import find_country
from streams.reading.words import Token

_AFTER = 9
_CITY = 100_000
_ACTING_NOUNS_DEPS = frozenset(("compound", "nmod", "amod", "poss"))


def read_hints(found: list[NamedPlace]) -> None:
    """Fill in containers and roles of every name."""
    by_first = {(id(named.first.doc), named.first.i): named for named in found}
    for named in found:
        _container_after(named, by_first)
        if named.container_country is None and named.container_admin1 is None:
            _container_before(named, found)
        named.role = _role_of(named)


def _container_after(named: NamedPlace, by_first: dict[tuple[int, int], NamedPlace]) -> None:
    doc, end = named.last.doc, named.sentence.tokens.end
    i = named.last.i + 1
    if i >= end or doc[i].text not in (",", "(", "in"):
        return
    comma = doc[i].text in (",", "(")
    i += comma
    steps = 0
    while i < end and steps < _AFTER:
        word = doc[i]
        short = fold(word.text).replace(" ", "")
        if (
            comma
            and steps == 0
            and word.text[:1].isupper()
            and (short in STATES or short in PROVINCES)
        ):
            if word.text.isupper() or i + 1 >= end or "." in word.text or doc[i + 1].text == ".":
                named.container_country = "US" if short in STATES else "CA"
                named.container_admin1 = STATES.get(short) or PROVINCES.get(short)
            return
        other = by_first.get((id(doc), i))
        if other is not None:
            _take(named, _owned(other, by_first) or other, is_listed=comma)
            return
        if word.lower_ not in _LINKS:
            return
        i += 1
        steps += 1


def _owned(owner: NamedPlace, by_first: dict[tuple[int, int], NamedPlace]) -> NamedPlace | None:
    """The region that a country owns: "Nigeria's Kaduna State"."""
    doc, i = owner.last.doc, owner.last.i + 1
    if i >= len(doc) or doc[i].lower_ not in ("'s", "\u2019s"):
        return None
    region = by_first.get((id(doc), i + 1))
    return region if region is not None and region.generic else None


_LINKS = word_set("places_words", "links")


def _take(named: NamedPlace, other: NamedPlace, *, is_listed: bool) -> None:
    """Let `other`, which stands right after, contain `named`, where it is a country or a region."""
    if other.key == named.key:
        return
    holders = [
        place for place in other.places if place.feature in ("country", "region") and place.country
    ]
    inside = [place for place in holders if _holds(place, named)]
    sure = [place for place in holders if place.feature == "country" or other.generic]
    chosen = next(iter(inside or sure), None)
    if chosen is None or (
        named.places and chosen.feature == "country" and named.places[0].feature == "country"
    ):
        return
    named.container_country = chosen.country
    named.container_admin1 = chosen.admin1 if chosen.feature == "region" else None
    has_city = any(
        place.feature == "settlement" and place.admin1 == chosen.admin1 and place.population > _CITY
        for place in other.places
    )
    if inside and (is_listed or chosen.feature == "country" or not has_city):
        other.chosen = chosen  # but "Tahrir Square in Cairo" is in the city, not in its region


def _holds(place: Place, named: NamedPlace) -> bool:
    """Whether some candidate of the name lies in that country or region: then the comma means "in"."""
    return any(
        town.country == place.country
        and (place.feature == "country" or town.admin1 == place.admin1)
        for town in named.places
        if town.feature != "country"
    )


def _container_before(named: NamedPlace, found: list[NamedPlace]) -> None:
    """The Donetsk region town of X; Russia's X; the Ukrainian city of X."""
    doc, start = named.first.doc, named.sentence.tokens.start
    i = named.first.i - 1
    for _ in range(7):
        if i < start:
            return
        word = doc[i]
        if word.lower_ in _BEFORE_LINKS or word.lower_ in GENERIC:
            i -= 1
            continue
        country = find_country(word)
        if country is not None:
            if country.sense == "people" or (
                country.sense == "name" and doc[i + 1].lower_ in ("'s", "\u2019s")
            ):
                named.container_country = country.iso
            return
        for other in found:
            if other.first.doc is doc and other.last.i in (i, i + 1) and other is not named:
                region = _region_around(named, other)
                if region is not None:
                    named.container_country, named.container_admin1 = region.country, region.admin1
                return
        return


def _region_around(named: NamedPlace, other: NamedPlace) -> Place | None:
    """The region that stands before a name: "the Donetsk region town of X", "the Texas town of X"."""
    regions = [place for place in other.places if place.feature == "region"]
    inside = next((place for place in regions if _holds(place, named)), None)
    return inside or (regions[0] if regions and other.generic else None)


_BEFORE_LINKS = word_set("places_words", "before_links")


def _role_of(named: NamedPlace) -> PlaceRole:  # noqa: C901, PLR0911 - a table of cases, read from the top
    """Whether the name stands for a place, for who governs it, or names another noun."""
    head = named.head
    dep = head.dep_
    if named.is_far or _is_headline_speaker(named):
        return "actor"
    if named.facility or named.is_front or named.generic or _is_scenery(named):
        return "place"
    if dep in ("nsubj", "csubj"):
        return "place" if _suffers(head.head) else "actor"
    if dep == "nsubjpass":
        return "place" if head.head.lemma_.lower() in STRIKE_LEMMAS else "actor"
    if dep == "poss":
        return "actor" if _is_country_like(named) else "modifier"
    if dep == "pobj" and head.head.dep_ == "agent":
        return "actor"
    if (
        dep == "pobj"
        and head.head.lower_ in ("with", "against", "by", "like", "than", "between")
        and _is_country_like(named)
    ):
        return "actor"
    if dep in ("dobj", "dative", "iobj"):
        return "place" if head.head.lemma_.lower() in STRIKE_LEMMAS else "actor"
    if dep in _ACTING_NOUNS_DEPS:
        return "modifier"
    if dep == "conj":
        return _conjunct_role(head)
    return "place"


def _is_headline_speaker(named: NamedPlace) -> bool:
    """Whether a headline ends in a colon and the name: "Strike kills rebel leader: US"."""
    tokens = named.sentence.tokens
    if named.sentence.paragraph.role != "headline" or named.first.i <= tokens.start:
        return False
    return named.first.nbor(-1).text == ":" and named.last.i + 1 >= tokens.end


def _is_scenery(named: NamedPlace) -> bool:
    """Whether the name is no government's: a sea, a dam, a mountain."""
    features = {place.feature for place in named.places[:1]}
    return bool(features & {"sea", "water", "facility", "front"}) and named.head.dep_ != "compound"


def _conjunct_role(head: Token) -> PlaceRole:
    top = head
    while top.dep_ == "conj" and top.head.i != top.i:
        top = top.head
    if top.dep_ == "nsubj":
        return "place" if _suffers(top.head) else "actor"
    if top.dep_ == "pobj" and (
        top.head.dep_ == "agent" or top.head.lower_ in ("with", "against", "between")
    ):
        return "actor" if top.head.lower_ != "between" else "place"
    return "place"


_SUFFERS = word_set("places_words", "suffers")


def _suffers(verb: Token) -> bool:
    return verb.lemma_.lower() in _SUFFERS


def _is_country_like(named: NamedPlace) -> bool:
    return any(place.feature == "country" for place in named.places[:2])
