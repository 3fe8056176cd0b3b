"""A parsed article in, the names in it that the gazetteer or the parser takes for places out.

A name counts as a place when the parser calls it one, or when it stands where a place stands ("in X",
"the village of X"): the parser takes many towns for people. A person's or an organisation's name that
holds a place ("Paris Hilton", "Boston Globe") is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from spacy.tokens import Token

from streams.reading.numbers.units import length_unit
from streams.reading.parse import ParsedArticle, Sentence
from streams.reading.when.lexicon import word_set
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
    PLACE_NOUNS,
    PROVINCES,
    STATES,
    STRIKE_LEMMAS,
    TITLES,
    VILLAGE,
    WHOLE,
)

_MAX_WORDS = 6
_INNER = word_set("places_words", "inner")
_PUNCT_INNER = frozenset(("-", "\u2013", "'", "\u2019", ".", "\u2010"))
_PLACE_ENTS = frozenset(("GPE", "LOC", "FAC"))
_NAME_ENTS = frozenset(("PERSON", "ORG", "PRODUCT", "WORK_OF_ART", "LAW", "EVENT", "NORP"))
_OTHER_ENTS = frozenset(
    ("DATE", "TIME", "MONEY", "PERCENT", "CARDINAL", "ORDINAL", "QUANTITY", "LANGUAGE")
)


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
    tokens = list(sentence.tokens)
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if not token.text[:1].isupper() or _is_short_state(tokens, at):
            at += 1
            continue
        named = _longest(sentence, tokens, at, gazetteer, people, known)
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
    at: int,
    gazetteer: Gazetteer,
    people: _People,
    known: set[str],
) -> NamedPlace | None:
    for length in range(min(_MAX_WORDS, len(tokens) - at), 0, -1):
        words = tokens[at : at + length]
        if not _is_name_shaped(words):
            continue
        text = sentence.paragraph.text[words[0].idx : words[-1].idx + len(words[-1].text)]
        places = gazetteer.find(text)
        if len(text) <= 3 and "." not in text:
            places = tuple(place for place in places if _is_short_name(place, text))
        if places and not _is_ordinary(words, text):
            named = _accept(sentence, words, text, places, people, known)
            if named is not None:
                return named
        if places and length == 1:
            return None
    return _unknown_place(sentence, tokens, at, known)


def _is_short_name(place: Place, text: str) -> bool:
    """Whether so short a name is this place: US and UAE, not IE; Fes, not Lot."""
    if text.isupper():
        return place.feature != "settlement"
    return place.feature == "settlement" and place.population > 50_000


def _is_name_shaped(words: list[Token]) -> bool:
    last = words[-1]
    if not (
        last.text[:1].isupper()
        or last.lower_ in FACILITIES
        or last.lower_ in GENERIC
        or last.lower_ in ("sea", "peninsula")
    ):
        return False
    if len(words) > 1 and last.lower_ in GENERIC and last.text.islower():
        return False  # "Donetsk region" is Donetsk with a generic word
    for word in words[1:-1]:
        if not (
            word.text[:1].isupper()
            or word.lower_ in _INNER
            or word.text in _PUNCT_INNER
            or word.lower_ in FACILITIES
        ):
            return False
    return not (len(words) > 1 and last.text in _PUNCT_INNER)


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
        return word.ent_type_ not in _PLACE_ENTS
    if word.lower_ in NOT_PLACES and not (text.isupper() and len(text) <= 4):
        return True
    return word.pos_ not in ("PROPN", "NOUN", "ADJ", "X", "VERB") or (
        word.tag_ in ("JJ", "JJS") and word.ent_type_ == "NORP"
    )


def _is_called_a_town(word: Token) -> bool:
    """Whether "the town of" stands right before the name."""
    if word.i < word.sent.start + 2 or word.nbor(-1).lower_ != "of":
        return False
    return word.nbor(-2).lower_ in VILLAGE or word.nbor(-2).lower_ == "city"


def _entity(words: list[Token]) -> tuple[str, bool]:
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


def _accept(
    sentence: Sentence,
    words: list[Token],
    text: str,
    places: tuple[Place, ...],
    people: _People,
    known: set[str],
) -> NamedPlace | None:
    first, last = words[0], words[-1]
    label, is_larger = _entity(words)
    before = first.nbor(-1) if first.i > sentence.tokens.start else None
    after = last.nbor(1) if last.i + 1 < sentence.tokens.end else None
    key = fold(text)
    if before is not None and fold(before.text) in TITLES and before.text[:1].isupper():
        return None
    has_generic = after is not None and after.lower_ in GENERIC
    locative = has_generic or _is_locative(first, sentence, places)
    if _is_inside_name(before, after, label, last, is_larger=is_larger, is_locative=locative):
        return None
    if not _is_believed(
        label, places, locative=locative, known=key in known or _has_container(after)
    ):
        return None
    if (
        before is not None
        and before.lower_ == "the"
        and last.head.i < first.i
        and _is_small(places)
    ):
        return None  # "the Mysore" is a ship
    if len(words) == 1 and key in people.names and not (locative and label in _PLACE_ENTS):
        return None
    return _build(sentence, words, text, key, places, is_locative=locative)


def _is_believed(label: str, places: tuple[Place, ...], *, locative: bool, known: bool) -> bool:
    """Whether a name of the gazetteer is a place here: the parser's label is one sign among others."""
    if label in _PLACE_ENTS or locative or places[0].feature in ("facility", "sea", "water"):
        return True
    if label == "PERSON":
        return False
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
            (after.pos_ == "PROPN" and label not in _PLACE_ENTS)
            or (is_compound and last.head.text[:1].isupper())
        ):
            return True
    if before is not None and _ends_a_name(before):
        return True
    if before is not None and before.lower_ == "of" and label == "ORG" and is_larger:
        return True
    if is_larger and label in _NAME_ENTS and not is_locative:
        return after is None or after.lower_ not in FACILITIES
    return False


def _ends_a_name(before: Token) -> bool:
    """Whether the word before belongs to the name too: Denzel Washington, Camp Lejeune."""
    return (
        before.i > before.sent.start
        and before.text[:1].isupper()
        and before.pos_ == "PROPN"
        and before.lower_ not in DIRECTIONS
        and before.ent_type_ not in _PLACE_ENTS
    )


def _is_locative(first: Token, sentence: Sentence, places: tuple[Place, ...] = ()) -> bool:  # noqa: PLR0911 - a table of cases, read from the top
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
    if first.dep_ == "conj" or (low in ("and", ",", "or") and first.ent_type_ in _PLACE_ENTS):
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
    if doc[i].lower_ == "of" and i - 2 >= start and doc[i - 1].lower_ in DIRECTIONS:
        named.is_near |= length_unit(doc[i - 2].lower_) is not None


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
    label, is_larger = _entity(words)
    of_place = (
        at >= 2 and tokens[at - 1].lower_ == "of" and tokens[at - 2].lemma_.lower() in NAMED_NOUNS
    )
    text = sentence.paragraph.text[words[0].idx : words[-1].idx + len(words[-1].text)]
    is_known = fold(text) in known  # the article has called it a place before
    by_name = (
        label in ("GPE", "LOC") and not is_larger and (is_known or _is_locative(token, sentence))
    )
    if not (by_name or (of_place and label not in ("NORP", "DATE"))):
        return None
    if any(fold(word.text) in TITLES for word in words):
        return None
    return _build(sentence, words, text, fold(text), (), is_locative=True)
