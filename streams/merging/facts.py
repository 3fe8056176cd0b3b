"""A mention in; what of it can agree with or contradict another mention out, ready to compare."""

from __future__ import annotations

import datetime as dt
import math
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from streams.lexicon.ontology import get_kind
from streams.merging.folded import fold_name
from streams.merging.rarity import measure_rarity
from streams.merging.terms import STOP, list_stems, stem_word
from streams.reading.who.countries import name_country
from streams.records import Actor, Mention, Where

DAY = 86_400.0
EARTH_KM = 12_742
"""Diameter of the earth."""

_TOWN = re.compile(
    r"\b(?:in|at|near|outside|off)\s+(?:the\s+(?:town|city|village|port)\s+of\s+)?"
    r"((?:[^\W\d_a-z][\w'\u2019-]+)(?:\s[^\W\d_a-z][\w'\u2019-]+){0,2})"
)
"""A name after a preposition of place; its case is what tells it from a word."""


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """One mention's facts; times are seconds since 1970, None is unknown."""

    article: str
    kind: str
    group: str
    expiry: float
    """How long an event of this kind stays open, in seconds."""
    published: float | None
    start: float | None
    end: float | None
    precise: bool
    """Whether the interval is a day or less."""
    country: str | None
    region: str | None
    place: str | None
    point: tuple[float, float] | None
    exact: bool
    """Whether the place is a settlement or facility, and the event at it."""
    people: frozenset[str]
    """Folded last words of the names of who did it and to whom."""
    numbers: tuple[tuple[str, float], ...]
    sentence: dict[int, float]
    """Rarity of each stem of the telling sentence, as a vector of length one."""
    towns: frozenset[str] = frozenset()
    """What the headline and the sentence name as a place and reading did not resolve, folded."""
    named: frozenset[int] = frozenset()
    """The stems of the telling sentence that name its places."""


def build_facts(mention: Mention) -> Facts:
    """Read the facts out of a mention."""
    kind = get_kind(mention.kind)
    towns = _find_towns(mention)
    sentence = _weigh_stems(list_stems(mention.sentence))
    when, where = mention.when, mention.where
    precise = when.precision in ("hour", "day")
    exact = where is not None and where.precision == 1 and where.relation == "at"
    return Facts(
        article=mention.article_id,
        kind=mention.kind,
        group=kind.group,
        expiry=kind.expiry_days * DAY,
        published=_to_seconds(mention.published),
        start=_to_seconds(when.start),
        end=_to_seconds(when.end) if when.start else None,
        precise=precise,
        country=where.country if where else None,
        region=where.admin1 if where else None,
        place=_name_place(where),
        point=(where.point.lat, where.point.lon) if where and where.point else None,
        exact=exact and where is not None and where.feature in ("settlement", "facility"),
        people=_name_people((*mention.actors, *mention.targets)),
        numbers=tuple(
            sorted({(n.measure, n.value) for n in mention.numbers if n.value is not None})
        ),
        sentence=sentence,
        towns=towns,
        named=_find_named(mention, towns, sentence),
    )


def measure_distance(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Kilometres between two points, along the earth."""
    lat_a, lon_a, lat_b, lon_b = (math.radians(value) for value in (*a, *b))
    half = (
        math.sin((lat_b - lat_a) / 2) ** 2
        + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    )
    return EARTH_KM * math.asin(min(1.0, math.sqrt(half)))


def compare_sentences(a: Facts, b: Facts) -> float:
    """Cosine of the two telling sentences, 0 to 1."""
    short, long = sorted((a.sentence, b.sentence), key=len)
    return sum(weight * long.get(stem, 0.0) for stem, weight in short.items())


def compare_forms(a: Facts, b: Facts) -> float:
    """Cosine of the two telling sentences without their places, 0 to 1."""
    ours, theirs = _weigh_form(a), _weigh_form(b)
    length = _measure_length(ours.values()) * _measure_length(theirs.values())
    return sum(weight * theirs.get(stem, 0.0) for stem, weight in ours.items()) / (length or 1.0)


def _to_seconds(instant: dt.datetime | None) -> float | None:
    return None if instant is None else instant.timestamp()


def _name_place(where: Where | None) -> str | None:
    if where is None or where.feature == "country":
        return None
    return fold_name(where.resolved or where.name) or None


def _find_towns(mention: Mention) -> frozenset[str]:
    """Names that stand where a town stands, less those that reading knows as something wider.

    Reading looks names up in a gazetteer, and many a village is not in it. Its name still tells it
    from another village, so it is kept as it is written.
    """
    where = mention.where
    wider: set[str] = set()
    if where is not None:
        wider = {fold_name(where.name), fold_name(where.resolved or where.name)}
        wider.add(fold_name(where.admin1 or ""))
    named = _TOWN.findall(f"{mention.headline}\n{mention.sentence}")
    folded = {fold_name(name.replace("\u2019", "'").removesuffix("'s")) for name in named}
    return frozenset(name for name in folded if name not in wider and not _is_no_town(name))


@lru_cache(maxsize=20_000)
def _is_no_town(name: str) -> bool:
    country = name_country(name)
    return name in STOP or (country is not None and country.sense != "seat")


def _name_people(actors: tuple[Actor, ...]) -> frozenset[str]:
    """Names of persons and bodies; words such as `a man` have no capital and name nobody."""
    last_words = (actor.name.split()[-1] for actor in actors if actor.name.strip())
    return frozenset(fold_name(word) for word in last_words if word[0].isupper())


def _find_named(
    mention: Mention, towns: frozenset[str], sentence: dict[int, float]
) -> frozenset[int]:
    where = mention.where
    places = " ".join((*sorted(towns), *((where.name,) if where else ())))
    stems = (_weigh_stem(stem_word(word))[0] for word in fold_name(places).split())
    return frozenset(stem for stem in stems if stem in sentence)


def _weigh_form(facts: Facts) -> dict[int, float]:
    return {s: weight for s, weight in facts.sentence.items() if s not in facts.named}


def _weigh_stems(stems: list[str]) -> dict[int, float]:
    weights = dict(map(_weigh_stem, stems))
    length = _measure_length(weights.values()) or 1.0
    return {stem: weight / length for stem, weight in weights.items()}


@lru_cache(maxsize=100_000)
def _weigh_stem(stem: str) -> tuple[int, float]:
    return zlib.crc32(stem.encode()), measure_rarity(stem)


def _measure_length(weights: Iterable[float]) -> float:
    return math.sqrt(sum(weight * weight for weight in weights))
