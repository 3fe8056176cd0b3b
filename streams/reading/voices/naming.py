"""A speaker's word in, the name to call the speaker by out.

The theory: a person goes by the full name, a body without articles and without its sort ("the
state-run Herald newspaper" is Herald), and somebody without a name who speaks for a body is that
body: "a spokesman for the army", "an army spokesman".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from streams.reading.names import GROUPS, Names, clean_phrase, load_titles, phrase_of
from streams.reading.voices.cues import load_cues
from streams.reading.words import Token

SUBJECTS = frozenset({"nsubj", "nsubjpass"})
MAX_SPEAKERS = 3
_OF_DAY = re.compile(r"^(?:morning|evening|today|yesterday|week|month|night)['\u2019]s (?=\w)")
_OWNERS = {"its": "it", "their": "they", "his": "he", "her": "she"}
_NAMED_SORT = re.compile(
    r"(?<=[^\W\d_]) (?:newspaper|magazine|website|(?:news )?agency|(?:[a-z]+ )?group|(?:[a-z]+ )?channel)$"
)
_SORT_BEFORE = re.compile(
    r"^(?:(?:official|state|state-run|state-owned|semi-official|private|local|national|news|agency|public|"
    r"broadcaster|newspaper|daily|television|operator|channel|radio|magazine|website) )+(?=[A-Z])"
)
"""What sort of speaker a name is, in lower case beside it: "the state-run Herald newspaper"."""
_MEDIA = re.compile(r"(?<=\b(?:media|press)) reports$")
_SPOKESPEOPLE = frozenset(
    ["spokesman", "spokeswoman", "spokesperson", "spokesmen", "spokeswomen", "spokespeople"]
)
_RANKS = frozenset({"a", "an", "the", "senior", "chief", "top", "lead", "another", "one", "local"})
"""What stands before the body of a spokesman and is no part of its name."""
_BEFORE = frozenset({"compound", "poss", "amod", "nmod"})
_NAMING = frozenset({"appos", "compound", "flat", "nmod"})


def is_outlet(name: str) -> bool:
    """Tell whether a name is an outlet's, so that what it saw counts as witness."""
    folded = re.sub(r"^the ", "", name.lower())
    return folded in load_cues("outlet")


def name_speakers(subject: Token, names: Names) -> list[str]:
    """Name whoever speaks: one name, or those that "and" joins."""
    first = name_speaker(subject, names)
    found = {first: None}
    if subject.dep_ in {*SUBJECTS, "pobj"}:
        for other in subject.conjuncts:
            office = other.lower_ in load_titles("office")
            if other.i > subject.i and other.pos_ in {"NOUN", "PROPN"} and not office:
                found.setdefault(name_speaker(other, names))
    return list(found)[:MAX_SPEAKERS]


def name_speaker(subject: Token, names: Names) -> str:
    """Name one speaker: "her publicist" is told whose, "Police" at a sentence's start is "police"."""
    if subject.lower_ in _OWNERS and names.person_at(subject) is None:
        return _OWNERS[subject.lower_]
    body = _find_body(subject) if subject.lower_ in _SPOKESPEOPLE else None
    if body is not None and names.person_at(subject) is None and not _is_named(subject, names):
        return _name_body(body, subject, names)
    phrase = phrase_of(subject)
    name = _OF_DAY.sub("", names.canonical(phrase))
    first = phrase[0]
    whose = names.person_at(first) if first.dep_ == "poss" and first.pos_ == "PRON" else None
    if whose is not None and name.startswith(first.text):
        return f"{whose}'s{name[len(first.text) :]}"
    return _MEDIA.sub("", _drop_sort(_fold_start(name, phrase)))


def _is_named(role: Token, names: Names) -> bool:
    """Tell whether somebody who speaks for a body is told by name as well."""
    return any(names.person_at(c) is not None for c in role.children if c.dep_ in _NAMING)


def _find_body(role: Token) -> Token | None:
    """For whom a spokesman speaks: "a spokesman for the army", "an army spokesman"."""
    for child in role.children:
        if child.dep_ == "prep" and child.lower_ in {"for", "of", "from", "with", "at"}:
            return next((c for c in child.children if c.dep_ == "pobj"), None)
    before = [c for c in role.children if c.i < role.i and c.dep_ in {"compound", "poss", "amod"}]
    last = before[-1] if before else None
    if last is None or (last.dep_ == "amod" and last.lower_ not in GROUPS):
        return None
    person = last.pos_ == "PRON" or last.ent_type_ in {"PERSON", "NORP"}
    return None if person or last.dep_ == "punct" else last


def _name_body(body: Token, role: Token, names: Names) -> str:
    """Name the body for which somebody speaks."""
    if body.dep_ == "pobj":
        return name_speaker(body, names)
    start = min(c.left_edge.i for c in role.children if c.i <= body.i and c.dep_ in _BEFORE)
    words = [t for t in role.doc[start : body.i + 1] if t.lower_ not in _RANKS]
    name = clean_phrase(words)
    return name[:1].lower() + name[1:] if words[0].pos_ in {"NOUN", "ADJ"} else name


def _drop_sort(name: str) -> str:
    """A name without its sort, where all words before are capitalised: "Black Dawn group"."""
    bare = _SORT_BEFORE.sub("", _NAMED_SORT.sub("", name))
    named = all(word[:1].isupper() for word in bare.split())
    return bare if named and not is_outlet(name) else name


def _fold_start(name: str, phrase: Sequence[Token]) -> str:
    """A common word has its capital only from where it stands."""
    first = next((token for token in phrase if name.startswith(token.text)), None)
    if first is None or first.pos_ == "PROPN" or first.ent_type_ or first.text[1:2].isupper():
        return name
    starts = first.i == first.sent.start or first.nbor(-1).is_punct
    starts = starts or (first.i == first.sent.start + 1 and first.nbor(-1).pos_ == "DET")
    return name[:1].lower() + name[1:] if starts and first.pos_ in {"NOUN", "ADJ"} else name
