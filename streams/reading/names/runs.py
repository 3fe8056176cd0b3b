"""A sentence in, the runs of its words that name people out, and the places taken for people.

Hyphens, particles and suffixes belong to a name ("Abdel-Karim el-Masri"), titles do not.
"""

# ruff: noqa: RUF001 - newspapers write curly apostrophes
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from streams.reading.names.titles import MAX_TITLE_WORDS, is_title, load_titles
from streams.reading.words import Token, TokenSpan

_SUFFIXES = frozenset({"jr", "jr.", "sr", "sr.", "ii", "iii", "iv"})


_PARTICLES = frozenset(
    {"de", "del", "la", "al", "bin", "ben", "von", "van", "der", "di", "da", "el", "dos", "le"}
)


_AT_PLACES = frozenset({"in", "near", "at", "around", "outside", "toward", "towards"})
"""Words after which a place stands, whatever the parser says."""


def find_people(words: Sequence[Token]) -> Iterator[list[Token]]:
    """Find runs of words that name a person, without honorifics and titles."""
    position = 0
    honorifics, offices = load_titles("honorific"), load_titles("office")
    while position < len(words):
        token = words[position]
        before = words[position - 1].lower_ if position else ""
        apposed = _find_apposed(words, position)
        if apposed:
            yield apposed
            position += len(apposed)
            continue
        titled = before in honorifics or before in offices
        starts = token.ent_type_ == "PERSON" or (
            titled and token.pos_ == "PROPN" and token.ent_type_ not in {"GPE", "NORP", "LOC"}
        )
        if not starts or not token.text[:1].isupper() or is_title(token) or token.tag_ == "VBG":
            position += 1
            continue
        end = position
        while end + 1 < len(words) and _continues(words[end], words[end + 1]):
            end += 1
        if titled or before not in _AT_PLACES:
            yield list(words[position : end + 1])
        position = end + 1


def _find_apposed(words: Sequence[Token], position: int) -> list[Token]:
    """A name of two words or more in commas after an office: "the mayor, Ana Costa,"."""
    if position < 2 or words[position - 1].text != "," or words[position].pos_ != "PROPN":
        return []
    office = words[position - 2].lower_
    if office not in load_titles("office") and office not in load_titles("role"):
        return []
    name: list[Token] = []
    for token in words[position : position + MAX_TITLE_WORDS]:
        if token.pos_ == "PROPN" and token.text[:1].isupper() and not is_title(token):
            name.append(token)
        elif token.text in {",", "."} or token.pos_ in {"VERB", "AUX"}:
            return name if len(name) > 1 else []
        else:
            break
    return []


def run_at(token: Token) -> list[Token]:
    """The words of a name from its first word on."""
    words = [token]
    while words[-1].i + 1 < len(token.doc) and _continues(words[-1], words[-1].nbor()):
        words.append(words[-1].nbor())
    return words


def _continues(last: Token, token: Token) -> bool:
    if is_title(token) and token.ent_type_ != "PERSON":
        return False
    inside = token.ent_type_ == "PERSON" and token.ent_iob_ == "I"
    if token.lower_ in _PARTICLES:
        return token.ent_type_ == "PERSON" or last.lower_ in _PARTICLES
    if token.text == "-" or last.text == "-":
        return inside  # "Tae-yul": what follows a hyphen need not be a capital
    if not token.text[:1].isupper():
        return False
    if inside or last.lower_ in _PARTICLES:
        return True  # "von der Leyen", of which the parser makes a place
    name_like = token.pos_ == "PROPN"
    same = token.ent_type_ == "PERSON" or last.ent_type_ != "PERSON"
    return name_like and same and token.ent_iob_ != "B"


def words_of(run: Sequence[Token]) -> list[str]:
    """The words of a name, its hyphens inside them: "Cho", "Tae-yul"."""
    words: list[str] = []
    for token in run:
        if token.lower_ in _SUFFIXES:
            continue
        hyphened = words and (token.text == "-" or words[-1].endswith("-"))
        if hyphened:
            words[-1] += token.text
        else:
            words.append(token.text)
    return [word.rstrip("-") for word in words]


def looks_like_name(words: list[str]) -> bool:
    """Tell whether words can be a person's full name: letters, and not too many of them."""
    return all(re.match(r"[^\W\d_]", word) or word == "'" for word in words) and len(words) <= 5


def find_places(tokens: TokenSpan) -> Iterator[str]:
    """Find what follows "in" or "the city of", and the parser takes for a person."""
    for entity in tokens.ents:
        if entity.label_ != "PERSON" or entity.start <= tokens.start:
            continue
        before = entity.doc[entity.start - 1].lower_
        settled = (
            before == "of"
            and entity.start - tokens.start > 1
            and (
                entity.doc[entity.start - 2].lower_ in {"city", "town", "village", "port", "suburb"}
            )
        )
        if before in _AT_PLACES or settled:
            yield " ".join(token.text for token in entity if token.lower_ not in {"'s", "’s"})
