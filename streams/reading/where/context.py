"""An article's names in, what the whole article says of where its story is out."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from streams.reading.parse import ParsedArticle
from streams.reading.where.gazetteer import Gazetteer
from streams.reading.where.model import NamedPlace
from streams.reading.where.places import fold
from streams.reading.where.words import PROVINCES, STATES
from streams.reading.who.countries import name_country

BIG = 300_000
"""A town of so many people is known without a country beside it."""


@dataclass(slots=True)
class Context:
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


def read_context(parsed: ParsedArticle, names: list[NamedPlace]) -> Context:
    """What the names, the datelines aside, say of the story: its countries and regions."""
    context = Context(publisher=_publisher_country(parsed))
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


def _count_name(named: NamedPlace, context: Context) -> None:
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
    elif len(known) <= 1 and max(place.population for place in named.places) > BIG:
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
            continue
        towns = [place for place in gazetteer.find(name) if place.country]
        if towns and max(place.population for place in towns) >= 100_000:
            best = max(towns, key=lambda place: (not place.is_alternate, place.population))
            context.countries[best.country or ""] += 1
