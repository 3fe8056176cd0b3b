"""A parsed article in, the names in it that the gazetteer or the parser takes for places out.

Runs of capitalised words are looked up, longest first; `belief` says whether one is a place here. A
name that no table has counts where the parser or "the village of" calls it a place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from streams.reading.numbers.units import length_unit
from streams.reading.parse import ParsedArticle, Sentence
from streams.reading.when.lexicon import word_set
from streams.reading.where.belief import PLACE_ENTS, entity_of, is_locative_at, is_place_here
from streams.reading.where.gazetteer import Gazetteer
from streams.reading.where.model import NamedPlace
from streams.reading.where.places import GENERIC, GENERIC_WORDS, Place, fold
from streams.reading.where.words import (
    COMMON,
    DIRECTIONS,
    FACILITIES,
    FRONTS,
    LOCATIVE,
    NAMED_NOUNS,
    NEAR,
    NOT_PLACES,
    PROVINCES,
    STATES,
    TITLES,
    VILLAGE,
    WHOLE,
)
from streams.reading.words import Token

_MAX_WORDS = 6
_SETTLED = VILLAGE | {"city", "capital", "port"}
FAR_KM = 60
"""From here on "so far from X" tells nothing of X: an event there is not on its map."""
_INNER = word_set("places_words", "inner")
_PUNCT_INNER = frozenset(("-", "\u2013", "'", "\u2019", ".", "\u2010"))


@dataclass(slots=True)
class _People:
    """Surnames and first names of the article, so that a bare one is no place."""

    names: set[str] = field(default_factory=set)

    def learn(self, sentence: Sentence) -> None:
        for ent in sentence.tokens.ents:
            if ent.label_ == "PERSON" and len(ent) > 1:
                if ent[0].i > sentence.tokens.start and ent[0].nbor(-1).lower_ in LOCATIVE:
                    continue
                self.names.update(fold(token.text) for token in ent if token.text[:1].isupper())


def scan_places(parsed: ParsedArticle, gazetteer: Gazetteer) -> list[NamedPlace]:
    """Every name of the article that may be a place, in the order of the text."""
    people = _People()
    for sentence in parsed.sentences:
        people.learn(sentence)
    found: list[NamedPlace] = []
    known: set[str] = set()
    for sentence in parsed.sentences:
        for named in _scan_sentence(sentence, gazetteer, people, known):
            known.add(named.key)
            found.append(named)
    return found


def _scan_sentence(
    sentence: Sentence, gazetteer: Gazetteer, people: _People, known: set[str]
) -> Iterator[NamedPlace]:
    tokens = list(sentence.words)
    shapes = [
        _shape_of(token.text, low) for token, low in zip(tokens, sentence.lowers, strict=True)
    ]
    at = 0
    while at < len(tokens):
        if not shapes[at] & _CAPITAL or _is_short_state(tokens, at):
            at += 1
            continue
        named = _longest(sentence, tokens, shapes, at, gazetteer, people, known)
        if named is None:
            at += 1
            continue
        yield named
        at = named.last.i - tokens[0].i + 1


def _is_short_state(tokens: list[Token], at: int) -> bool:
    """Whether a token is "Ill." or "NY" after a town and a comma."""
    token = tokens[at]
    if at < 2 or tokens[at - 1].text != ",":
        return False
    short = fold(token.text).replace(" ", "")
    dotted = "." in token.text or (at + 1 < len(tokens) and tokens[at + 1].text == ".")
    return (short in STATES or short in PROVINCES) and (dotted or token.text.isupper())


def _longest(
    sentence: Sentence,
    tokens: list[Token],
    shapes: list[int],
    at: int,
    gazetteer: Gazetteer,
    people: _People,
    known: set[str],
) -> NamedPlace | None:
    for length in range(min(_MAX_WORDS, len(tokens) - at), 0, -1):
        if not _is_name_shaped(shapes[at : at + length]):
            continue
        words = tokens[at : at + length]
        text = sentence.paragraph.text[words[0].idx : words[-1].idx + len(words[-1].text)]
        places = gazetteer.find(text)
        if len(text) <= 3 and "." not in text:
            places = tuple(place for place in places if _is_short_name(place, text))
        if places and not _is_ordinary(words, text):
            key = fold(text)
            is_locative = _has_generic(words, sentence) or is_locative_at(
                words[0], sentence, places
            )
            if is_place_here(
                sentence,
                words,
                places,
                people.names,
                is_known=key in known,
                is_locative=is_locative,
            ):
                return _build(sentence, words, text, key, places, is_locative=is_locative)
        if places and length == 1:
            return None
    return _unknown_place(sentence, tokens, at, known)


def _has_generic(words: list[Token], sentence: Sentence) -> bool:
    last = words[-1]
    return last.i + 1 < sentence.tokens.end and last.nbor(1).lower_ in GENERIC


def _is_short_name(place: Place, text: str) -> bool:
    """Whether so short a name is this place: US and UAE, not IE; Fes, not Lot."""
    if text.isupper():
        return place.feature != "settlement"
    return place.feature == "settlement" and place.population > 50_000


_CAPITAL, _ENDS, _INSIDE, _ONLY_ALONE = 1, 2, 4, 8
"""What a word may be in a name: its first, its last, one between, and the last of one word only."""


def _shape_of(text: str, low: str) -> int:
    capital = text[:1].isupper()
    shape = _CAPITAL if capital else 0
    if capital or low in FACILITIES or low in GENERIC or low in ("sea", "peninsula"):
        shape |= _ENDS
    if capital or low in _INNER or text in _PUNCT_INNER or low in FACILITIES:
        shape |= _INSIDE
    # "Donetsk region" is Donetsk with a generic word
    if text in _PUNCT_INNER or (low in GENERIC and text.islower()):
        shape |= _ONLY_ALONE
    return shape


def _is_name_shaped(shapes: list[int]) -> bool:
    last = shapes[-1]
    if not last & _ENDS or (len(shapes) > 1 and last & _ONLY_ALONE):
        return False
    return all(map(_INSIDE.__and__, shapes[1:-1]))


def _is_ordinary(words: list[Token], text: str) -> bool:
    """Whether a capital stands there for the start of a sentence or a title."""
    word = words[0]
    if len(words) > 1 or _is_called_a_town(word):  # the Texas town of West
        return False
    if word.lower_ in DIRECTIONS or word.lower_ in FACILITIES or word.lower_ in GENERIC_WORDS:
        return True
    if word.lower_.rstrip(".") in NOT_PLACES and word.text.endswith("."):
        return True
    if word.lower_ in COMMON:
        return word.ent_type_ not in PLACE_ENTS
    if word.lower_ in NOT_PLACES and not (text.isupper() and len(text) <= 4):
        return True
    return word.pos_ not in ("PROPN", "NOUN", "ADJ", "X", "VERB") or (
        word.tag_ in ("JJ", "JJS")
        and word.ent_type_ == "NORP"
        and not (word.i + 1 < word.sent.end and word.nbor(1).lower_ in GENERIC)
    )


def _is_called_a_town(word: Token) -> bool:
    """Whether "the town of" stands right before the name."""
    if word.i < 2 or word.nbor(-1).lower_ != "of" or word.i < word.sent.start + 2:
        return False
    return word.nbor(-2).lower_ in VILLAGE or word.nbor(-2).lower_ == "city"


def _build(
    sentence: Sentence,
    words: list[Token],
    text: str,
    key: str,
    places: tuple[Place, ...],
    *,
    is_locative: bool,
) -> NamedPlace:
    first, last = words[0], words[-1]
    head = sentence.tokens.doc[first.i : last.i + 1].root
    named = NamedPlace(sentence, first, last, head, text, key, places, is_locative=is_locative)
    _read_tail(named, sentence)
    named.is_village = _is_called_village(first, sentence)
    named.is_town = _is_called_a_town(first)
    _read_front(named, sentence)
    return named


def _read_front(named: NamedPlace, sentence: Sentence) -> None:
    """The words before the name: near it, a part of it, so many miles from it."""
    doc, start = named.first.doc, sentence.tokens.start
    i = named.first.i - 1
    is_part = False
    if i >= start and doc[i].lower_ == "upstate":
        named.is_part, named.generic = True, "state"
        i -= 1
    while i >= start and doc[i].lower_ in ("the", *DIRECTIONS):
        is_part |= doc[i].lower_ in DIRECTIONS and doc[i].lower_ not in WHOLE
        named.is_near |= doc[i].lower_ == "nearby"
        i -= 1
    if i < start:
        named.is_part |= is_part
        return
    # in "Nigeria's northwestern Kaduna state" the state lies in the northwest of the country
    named.is_part |= is_part and doc[i].lower_ not in ("'s", "\u2019s")
    named.is_near |= doc[i].lower_ in NEAR
    _read_distance(named, sentence, i)


def _read_distance(named: NamedPlace, sentence: Sentence, i: int) -> None:
    """How far from the name it is: "35 kilometres north-west of the city of X", "20 km from X"."""
    doc, start = named.first.doc, sentence.tokens.start
    if doc[i].lower_ == "of" and i - 2 >= start and doc[i - 1].lower_ in _SETTLED:
        i -= 2
        while i > start and doc[i].lower_ in ("the", *DIRECTIONS):
            i -= 1
    if doc[i].lower_ not in ("of", "from"):
        return
    i -= 1
    while i > start and (doc[i].lower_ in DIRECTIONS or doc[i].text == "-"):
        i -= 1
    unit = length_unit(doc[i].lower_) if i > start else None
    if unit is not None:
        number = doc[i - 1].text.replace(",", "")
        named.is_near = True
        named.is_far = number.isdecimal() and int(number) * unit > FAR_KM


def _is_called_village(first: Token, sentence: Sentence) -> bool:
    """Whether the text calls it a village or a town: "the village of X", "the tiny settlement X"."""
    doc, end = sentence.tokens.doc, sentence.tokens.end
    before = doc[max(sentence.tokens.start, first.i - 2) : first.i]
    follows = doc[end : end + 2]  # "... X. The village lies near Y."
    return any(token.lower_ in VILLAGE for token in (*before, *follows))


def _is_only_region(places: tuple[Place, ...]) -> bool:
    """Whether the name is first a region, with no city of that name."""
    is_region = bool(places) and places[0].feature == "region" and places[0].population > 500_000
    return is_region and not any(
        p.feature == "settlement" and p.population > 100_000 for p in places
    )


def _read_tail(named: NamedPlace, sentence: Sentence) -> None:
    """The word after the name: region, dam, front."""
    last = named.last
    if last.i + 1 >= sentence.tokens.end or last.lower_ in GENERIC:
        return
    if named.places and named.places[0].feature == "country":
        return
    after = last.nbor(1)
    low = after.lower_
    if low in GENERIC or (low.rstrip("s") in GENERIC and low.endswith("s")):
        named.generic = low.rstrip("s")
        if low in GENERIC:
            named.last = after
    elif low in FACILITIES and _is_only_region(named.places):
        named.is_part = True  # "a Texas school" is somewhere in Texas
    elif low in FACILITIES:
        named.facility = low
        named.last = after
    elif low in FRONTS or (low == "front" and last.i + 2 < sentence.tokens.end):
        named.is_front = True
        named.last = after
    if named.last is not last:
        doc = last.doc
        text = sentence.paragraph.text
        named.name = text[named.first.idx : named.last.idx + len(named.last.text)]
        named.head = doc[named.first.i : named.last.i + 1].root


def _run_of_capitals(tokens: list[Token], at: int) -> list[Token]:
    """The words of a name from its first: capitals, and what a hyphen joins to them."""
    end = at
    while end + 1 < len(tokens):
        after = tokens[end + 1]
        joined = after.text == "-" and end + 2 < len(tokens) and tokens[end + 2].text[:1].isupper()
        if not joined and not (after.text[:1].isupper() and after.pos_ == "PROPN"):
            break
        end += 2 if joined else 1
    return tokens[at : end + 1]


def _unknown_place(
    sentence: Sentence, tokens: list[Token], at: int, known: set[str]
) -> NamedPlace | None:
    """A name that no table has, where the parser or "the village of" says it is a place."""
    token = tokens[at]
    words = _run_of_capitals(tokens, at)
    if token.pos_ != "PROPN" or token.lower_ in NOT_PLACES or token.lower_ in DIRECTIONS:
        return None
    label, is_larger = entity_of(words)
    of_place = (
        at >= 2 and tokens[at - 1].lower_ == "of" and tokens[at - 2].lemma_.lower() in NAMED_NOUNS
    )
    text = sentence.paragraph.text[words[0].idx : words[-1].idx + len(words[-1].text)]
    is_known = fold(text) in known  # the article has called it a place before
    by_name = (
        label in ("GPE", "LOC") and not is_larger and (is_known or is_locative_at(token, sentence))
    )
    if not (by_name or (of_place and label not in ("NORP", "DATE"))):
        return None
    if any(fold(word.text) in TITLES for word in words):
        return None
    return _build(sentence, words, text, fold(text), (), is_locative=True)
