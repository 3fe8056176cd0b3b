"""An event's word in, the country whose court, police or parliament did it out.

"A Turkish court jailed a journalist" tells its country by a demonym alone. Only institutions whose
reach ends at the border count: an army, a navy or a minister may act anywhere.
"""

from __future__ import annotations

from spacy.tokens import Token

from streams.reading.when.lexicon import word_set
from streams.reading.who.countries import CountryName, find_country
from streams.records import Where

_INSTITUTIONS = word_set("places_words", "institutions")


def find_institution(trigger: Token) -> Where | None:
    """The country of the institution that does what `trigger` tells, as a place without a point."""
    for actor in _actors(trigger):
        if actor.lemma_.lower() not in _INSTITUTIONS:
            continue
        country = _country_of(actor)
        if country is not None:
            return Where(
                name=country.name,
                resolved=country.name,
                precision=3,
                country=country.iso,
                feature="country",
                rule="place.institution",
                reason="only the country of the institution is known",
            )
    return None


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
