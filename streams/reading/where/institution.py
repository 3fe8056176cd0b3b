"""An event's word in, the country whose court, police or parliament did it, or whose town it was, out.

"A Turkish court jailed a journalist" tells its country by a demonym alone. Only institutions whose
reach ends at the border count: an army, a navy or a minister may act anywhere.
"""

from __future__ import annotations

from streams.reading.parse import Sentence
from streams.reading.when.lexicon import word_set
from streams.reading.where.attach import FAR, price
from streams.reading.where.words import FACILITIES, PLACE_NOUNS
from streams.reading.who.countries import CountryName, find_country
from streams.reading.words import Token
from streams.records import Where

_INSIDE = frozenset(("in", "at", "on", "near", "off", "inside", "outside", "across", "into"))
_INSTITUTIONS = word_set("places_words", "institutions")


def find_institution(trigger: Token) -> Where | None:
    """The country of the institution that does what `trigger` tells, as a place without a point."""
    for actor in _actors(trigger):
        if actor.lemma_.lower() not in _INSTITUTIONS:
            continue
        country = _country_of(actor)
        if country is not None:
            return _build(country, "institution")
    return None


def find_national(sentence: Sentence, trigger: Token) -> Where | None:
    """The country whose town, school or coast it was: "a blast in a Syrian town"."""
    for token in sentence.tokens:
        if token.dep_ != "pobj" or token.head.lower_ not in _INSIDE:
            continue
        is_place = token.lemma_.lower() in PLACE_NOUNS | FACILITIES
        country = _country_of(token) if is_place else None
        if country is not None and price(trigger, token) <= FAR:
            return _build(country, "national")
    return None


def _build(country: CountryName, rule: str) -> Where:
    return Where(
        name=country.name,
        resolved=country.name,
        precision=3,
        country=country.iso,
        feature="country",
        rule=f"place.{rule}",
        reason="only the country is known",
    )


def _actors(trigger: Token) -> list[Token]:
    """Who does it: the subject of the event's verb, or of the verb that the event is an object of."""
    verb = trigger
    for _ in range(3):
        if verb.pos_ in ("VERB", "AUX") or verb.head.i == verb.i:
            break
        verb = verb.head
    found: list[Token] = []
    for child in verb.children:
        if child.dep_ == "nsubj":
            found.append(child)
        elif child.dep_ == "agent":
            found.extend(grand for grand in child.children if grand.dep_ == "pobj")
    if not found and verb.dep_ in ("conj", "xcomp", "advcl") and verb.head.i != verb.i:
        found.extend(child for child in verb.head.children if child.dep_ == "nsubj")
    return found


def _country_of(actor: Token) -> CountryName | None:
    for child in actor.children:
        if child.i < actor.i and child.dep_ in ("amod", "compound", "poss", "nmod"):
            country = find_country(child)
            if country is not None and country.sense in ("people", "name"):
                return country
    return None
