"""A run of capitalised words and what the gazetteer has for it in, whether it is a place here out.

The parser's label is one sign among others: it takes many towns for people, organisations or dates,
so "in X", "the city of X" and "shelled X" count as much. A person's or an organisation's name that
holds a place ("Paris Hilton", "Boston Globe") is none.
"""

from __future__ import annotations

from streams.reading.parse import Sentence
from streams.reading.where.places import GENERIC, GENERIC_WORDS, Place, fold
from streams.reading.where.words import (
    DIRECTIONS,
    FACILITIES,
    FRONTS,
    LOCATIVE,
    PLACE_NOUNS,
    STRIKE_LEMMAS,
    TITLES,
)
from streams.reading.who.countries import find_country
from streams.reading.words import Token

PLACE_ENTS = frozenset(("GPE", "LOC", "FAC"))
_NAME_ENTS = frozenset(("PERSON", "ORG", "PRODUCT", "WORK_OF_ART", "LAW", "EVENT", "NORP"))
_PEAKS = frozenset(("mt", "mount", "cape", "fort", "camp"))
_SHORT = 3
"""So short another name of a town is more often somebody's: Sam, Lea."""


def is_place_here(
    sentence: Sentence,
    words: list[Token],
    places: tuple[Place, ...],
    people: set[str],
    *,
    is_known: bool,
    is_locative: bool,
) -> bool:
    """Whether the words name one of the places, where they stand.

    `people` are the article's first names and surnames; `is_known` says that the article has named
    the place before.
    """
    first, last = words[0], words[-1]
    label, is_larger = entity_of(words)
    before = first.nbor(-1) if first.i > sentence.tokens.start else None
    after = last.nbor(1) if last.i + 1 < sentence.tokens.end else None
    if before is not None and before.text[:1].isupper() and _is_title(before):
        return False
    if _is_somebodys(words, after, label, places, is_locative=is_locative):
        return False
    if _is_inside_name(before, after, label, last, is_larger=is_larger, is_locative=is_locative):
        return False
    is_known = is_known or _has_container(after)
    if not _is_believed(label, places, locative=is_locative, known=is_known):
        return False
    is_ship = before is not None and before.lower_ == "the" and last.head.i < first.i
    if is_ship and _is_small(places):
        return False  # "the Mysore" is a ship
    is_name = len(words) == 1 and fold(first.text) in people
    return not is_name or (is_locative and label in PLACE_ENTS)


def _is_title(before: Token) -> bool:
    """Whether the word before makes it a person or a mountain: Mr. Washington, Mt Cook."""
    return fold(before.text) in TITLES or before.lower_.rstrip(".") in _PEAKS


def _is_somebodys(
    words: list[Token],
    after: Token | None,
    label: str,
    places: tuple[Place, ...],
    *,
    is_locative: bool,
) -> bool:
    """Whether it is a people's, an owner's or a short name: Somali pirates, Palin's Church, Sam."""
    has_generic = after is not None and after.lower_ in GENERIC
    if len(words) == 1 and not has_generic and _is_people(words[0]):
        return True
    length = sum(len(word) for word in words)
    if length <= _SHORT and not is_locative and all(place.is_alternate for place in places):
        return True
    return _is_owner(after, label, places)


def entity_of(words: list[Token]) -> tuple[str, bool]:
    """The label of the entity the words stand in, and whether it is larger than they."""
    first, last = words[0], words[-1]
    label = first.ent_type_ or last.ent_type_
    if not label:
        return "", False
    start, end = first.i, last.i
    doc = first.doc
    while (
        start > 0
        and doc[start].ent_iob_ == "I"
        and doc[start - 1].ent_type_ == doc[start].ent_type_
    ):
        start -= 1
    while (
        end + 1 < len(doc)
        and doc[end + 1].ent_iob_ == "I"
        and doc[end + 1].ent_type_ == last.ent_type_
    ):
        end += 1
    if start < first.i and doc[start].lower_ in ("the", *DIRECTIONS):
        start = first.i
    tail = doc[last.i + 1 : end + 1]
    if len(tail) and all(t.lower_ in GENERIC or t.lower_ in ("'s", "\u2019s") for t in tail):
        end = last.i
    return label, start < first.i or end > last.i


def _is_people(word: Token) -> bool:
    """Whether a name is that of a people; some regions bear it too."""
    country = find_country(word)
    return country is not None and country.sense == "people"


def _is_owner(after: Token | None, label: str, places: tuple[Place, ...]) -> bool:
    """Whether a small place's name is somebody who owns what follows: Sam's Club, Palin's Church."""
    if after is None or after.lower_ not in ("'s", "\u2019s") or after.i + 1 >= len(after.doc):
        return False
    owned = after.nbor(1)
    is_title = owned.text[:1].isupper() and owned.pos_ in ("NOUN", "PROPN")
    is_doubtful = _is_small(places) or all(place.is_alternate for place in places)
    is_tiny = all(place.population < 100_000 for place in places) and label != "LOC"
    return is_title and (label not in PLACE_ENTS or is_tiny) and is_doubtful


def _is_believed(label: str, places: tuple[Place, ...], *, locative: bool, known: bool) -> bool:
    """Whether a name of the gazetteer is a place here: the parser's label is one sign among others."""
    if label in PLACE_ENTS or locative or places[0].feature in ("facility", "sea", "water"):
        return True
    if label == "PERSON":
        top = places[0]  # Sri Lanka is no woman
        return top.feature == "country" and not top.is_alternate and " " in top.name
    if label == "NORP":
        return known and places[0].feature == "settlement"
    return known or _is_big(places)


def _is_small(places: tuple[Place, ...]) -> bool:
    return all(place.feature == "settlement" and place.population < 1_200_000 for place in places)


def _is_big(places: tuple[Place, ...]) -> bool:
    """Whether the name is first of all a well-known place."""
    top = places[0]
    return top.feature in ("country", "sea", "water", "facility") or (
        not top.is_alternate and max(place.population for place in places) >= 1_000_000
    )


def _is_inside_name(
    before: Token | None,
    after: Token | None,
    label: str,
    last: Token,
    *,
    is_larger: bool,
    is_locative: bool,
) -> bool:
    """Whether the words are part of a longer name of something else."""
    if after is not None and after.text[:1].isupper():
        if after.lower_ in FACILITIES | GENERIC_WORDS | FRONTS:
            return False
        is_compound = last.dep_ == "compound" and last.head.i > last.i
        if last.lower_ not in GENERIC_WORDS and (
            (after.pos_ == "PROPN" and label not in PLACE_ENTS)
            or (is_compound and last.head.text[:1].isupper())
        ):
            return True
    if before is not None and (_ends_a_name(before) or _opens_a_name(before, last)):
        return True
    if before is not None and before.lower_ == "of" and label == "ORG" and is_larger:
        return True
    if is_larger and label in _NAME_ENTS and not is_locative:
        return after is None or after.lower_ not in FACILITIES
    return False


def _opens_a_name(before: Token, last: Token) -> bool:
    """Whether the parser's place begins before: the "Creek" of "Riddells Creek", "State of Iraq"."""
    if before.lower_ == "of":
        return (
            before.i > 1 and before.nbor(-1).text == "State" and before.nbor(-2).text == "Islamic"
        )
    is_joined = (
        last.ent_iob_ == "I" and before.ent_type_ == last.ent_type_ and before.pos_ == "PROPN"
    )
    return is_joined and before.text[:1].isupper() and before.lower_ not in DIRECTIONS


def _ends_a_name(before: Token) -> bool:
    """Whether the word before belongs to the name too: Denzel Washington, Camp Lejeune."""
    return (
        before.i > before.sent.start
        and before.text[:1].isupper()
        and before.pos_ == "PROPN"
        and before.lower_ not in DIRECTIONS
        and before.ent_type_ not in PLACE_ENTS
    )


def is_locative_at(first: Token, sentence: Sentence, places: tuple[Place, ...] = ()) -> bool:  # noqa: PLR0911 - a table of cases, read from the top
    """Whether the words before the name put it where a place stands."""
    i = first.i - 1
    start = sentence.tokens.start
    doc = first.doc
    while i >= start and (doc[i].lower_ in DIRECTIONS or doc[i].lower_ in ("the", "-")):
        i -= 1
    if i < start:
        return False
    low = doc[i].lower_
    if low in LOCATIVE:
        return True
    if low == "of" and i > start:
        noun = doc[i - 1]
        if noun.lower_ in PLACE_NOUNS or noun.lemma_.lower() in PLACE_NOUNS:
            return True
        return noun.text.islower() and _is_big(places) if places else False
    if low in PLACE_NOUNS:
        return low not in ("state", "republic", "community")
    if first.dep_ == "conj" or (low in ("and", ",", "or") and first.ent_type_ in PLACE_ENTS):
        return _is_locative_list(first)
    head = first.doc[first.i : first.i + 2].root if first.dep_ == "compound" else first
    verb = head.head.lemma_.lower()
    return head.dep_ in ("dobj", "nsubjpass") and verb in STRIKE_LEMMAS and _is_town(places)


def _is_locative_list(first: Token) -> bool:
    """Whether a name is listed after one that stands where a place stands: in X, Y and Z."""
    top = first
    for _ in range(8):
        if top.dep_ not in ("conj", "appos", "compound") or top.head.i == top.i:
            break
        top = top.head
    if top.dep_ == "pobj":
        return top.head.lower_ in LOCATIVE or (
            top.head.lower_ == "of" and top.head.head.lemma_.lower() in PLACE_NOUNS
        )
    return top.dep_ in ("dobj", "nsubjpass") and top.head.lemma_.lower() in STRIKE_LEMMAS


def _is_town(places: tuple[Place, ...]) -> bool:
    return any(place.population >= 50_000 or place.feature != "settlement" for place in places)


def _has_container(after: Token | None) -> bool:
    return (
        after is not None
        and after.text == ","
        and after.i + 1 < len(after.doc)
        and after.nbor(1).ent_type_ == "GPE"
    )
