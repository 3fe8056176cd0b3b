"""A coded clause in; who speaks it, and whether he speaks of his own side, out.

"Putin said Russia might abandon the deal" is a threat; "Zelensky said Russia might attack" is a
warning about somebody else. The difference is whose side the speaker is on.
"""

from __future__ import annotations

from streams.reading.coding.clauses import find_speech
from streams.reading.coding.code import Coding
from streams.reading.names import Names
from streams.reading.who.countries import find_country
from streams.reading.who.nationality import Nationalities
from streams.reading.words import Token

OWN = frozenset({"he", "she", "they", "we", "i", "it", "his", "her", "their", "our"})


def is_own_side(coding: Coding, names: Names, nationalities: Nationalities) -> bool:
    """Say whether the clause is spoken by the side it is about."""
    speech = find_speech(coding.trigger)
    if speech is None:
        return _is_headline_side(coding)
    if coding.pattern.lenient and not any(
        _side_of(token, names, nationalities) for token in speech[1]
    ):
        return True
    spoken = {iso for token in speech[1] if (iso := _side_of(token, names, nationalities))}
    for actor in coding.actors:
        if actor.lower_ in OWN:
            return True
        side = _side_of(actor, names, nationalities)
        if side and side in spoken:
            return True
        if names.canonical([actor]) in {names.canonical([token]) for token in speech[1]}:
            return True
    return False


def _is_headline_side(coding: Coding) -> bool:
    """A headline such as "Russia may quit grain deal" speaks for the side itself."""
    headline = coding.sentence.paragraph.role == "headline"
    return headline and any(find_country(actor) is not None for actor in coding.actors)


def _side_of(token: Token, names: Names, nationalities: Nationalities) -> str | None:
    known = nationalities.get(names.canonical([token]))
    if known is not None:
        return known.iso
    for word in (token, *token.children):
        country = find_country(word)
        if country is not None:
            return country.iso
    return None
