"""An article's names in, what the whole article says of where its story is out."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import urlsplit

from streams.reading.parse import ParsedArticle, Sentence
from streams.reading.when.lexicon import word_map, word_set
from streams.reading.where.gazetteer import Gazetteer
from streams.reading.where.model import NamedPlace
from streams.reading.where.places import Place, capitals, fold
from streams.reading.where.words import PROVINCES, STATES
from streams.reading.who.countries import name_country
from streams.reading.words import Token

_SIGNS = {key.replace("_", " "): value for key, value in word_map("places_words", "signs").items()}
_HEADS = word_set("places_words", "heads")
_STATES = frozenset(STATES.values()) - {"Georgia", "Washington"}
"""Names that only a state of the US has."""
BIG = 300_000
"""A town of so many people is known without a country beside it."""


@dataclass(slots=True)
class Context:
    """What the whole article says of where its story is."""

    countries: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    sure: set[str] = field(default_factory=set)
    """The countries that more than the nationality of people tells."""
    admin1s: Counter[tuple[str, str]] = field(default_factory=Counter)
    signed: set[str] = field(default_factory=set)
    datelined: set[str] = field(default_factory=set)
    """The countries that a dateline names."""
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


def read_context(parsed: ParsedArticle, names: list[NamedPlace]) -> Context:
    """What the names, the datelines aside, say of the story: its countries and regions."""
    context = Context(publisher=_publisher_country(parsed))
    for named in names:
        if named.container_country:
            context.countries[named.container_country] += 1
            context.sure.add(named.container_country)
            if named.container_admin1:
                context.admin1s[named.container_country, named.container_admin1] += 1
        _count_name(named, context)
    named_words = {word.i for named in names for word in (named.first, named.last)}
    for sentence in parsed.sentences:
        _count_words(sentence, context, named_words)
    return context


def _count_words(sentence: Sentence, context: Context, named: set[int]) -> None:
    """Let nationalities, states inside longer names and institutions of one country count for it."""
    followers = (*sentence.lowers[1:], "")
    for token, low, follower in zip(sentence.words, sentence.lowers, followers, strict=True):
        sign = _SIGNS.get(low) or _SIGNS.get(f"{low} {follower}")
        if sign is not None and sign not in context.signed:
            context.signed.add(sign)
            context.countries[sign] += 1
            context.sure.add(sign)
        if not token.text[:1].isupper():
            continue
        state = _state_at(token, follower)
        if state is not None and token.i not in named:
            context.countries["US"] += 1
            context.admin1s["US", state] += 1
            context.sure.add("US")
        elif token.tag_ not in ("NNP", "DT", "IN", "PRP"):
            people = name_country(token.text)
            if people is not None and people.sense == "people":
                context.countries[people.iso] += 1
                if follower in _HEADS:
                    context.sure.add(people.iso)


def _state_at(token: Token, follower: str) -> str | None:
    """The US state that a word or two words name, where no other place bears the name."""
    name = token.text if token.text in _STATES else f"{token.text} {follower.title()}"
    return name if name in _STATES else None


def _count_name(named: NamedPlace, context: Context) -> None:
    """Let a name that has only one meaning count for its country."""
    top = named.places[0] if named.places else None
    if top is None or top.country is None:
        return
    known = {place.country for place in named.places if place.population > top.population / 20}
    if top.feature == "country" and len(known) <= 1:
        context.countries[top.country] += 2
        _trust(named, top.country, context)
    elif named.generic and top.admin1:
        context.countries[top.country] += 1
        context.sure.add(top.country)
        context.admin1s[top.country, top.admin1] += 2
    elif len(known) <= 1 and max(place.population for place in named.places) > BIG:
        context.countries[top.country] += 1
        _trust(named, top.country, context)


def _trust(named: NamedPlace, country: str, context: Context) -> None:
    """Let a place tell the country, but not a town that acts for its state: "Moscow condemned it"."""
    is_capital = fold(named.name) in _list_capitals()
    is_land = named.places[0].feature in ("country", "region") and not is_capital
    if named.role != "actor" or is_land:
        context.sure.add(country)


@cache
def _list_capitals() -> frozenset[str]:
    return frozenset(fold(name) for name in capitals().values())


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


def _find_land(name: str, gazetteer: Gazetteer) -> Place | None:
    """The country or region that a dateline names after its town: "DHAKA, Bangladesh"."""
    lands = [place for place in gazetteer.find(name) if place.feature in ("country", "region")]
    return lands[0] if lands else None


def read_datelines(parsed: ParsedArticle, gazetteer: Gazetteer, context: Context) -> None:
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
            context.sure.add(country)
            continue
        land = _find_land(words[1], gazetteer) if len(words) > 1 else None
        if land is not None and land.country is not None:
            context.datelines[fold(name)] = (land.country, land.admin1)
            context.countries[land.country] += 2
            context.sure.add(land.country)
            context.datelined.add(land.country)
            if land.admin1 is not None:
                context.admin1s[land.country, land.admin1] += 2
            continue
        towns = [place for place in gazetteer.find(name) if place.country]
        if towns and max(place.population for place in towns) >= 100_000:
            best = max(towns, key=lambda place: (not place.is_alternate, place.population))
            context.countries[best.country or ""] += 1
