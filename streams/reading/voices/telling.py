"""A voice that only says something, and an event told before; whether it goes on about that event out.

The theory: after the lead a newspaper gives the word to whoever tells more: "the deaths", "the
arrest", "two of them were killed", "the aircraft came down". So a voice in the next sentences goes on
about the event where its clause names a deed of the event as something known or as something done,
or lets the thing do something to which it happened; and where it names no other place, no other time
and no other one of the kind.
"""

from __future__ import annotations

from collections.abc import Iterator

from streams.reading.parse import Sentence
from streams.reading.voices.cues import deeds_of, load_cues
from streams.reading.voices.voice import Voice
from streams.reading.words import Token

HARM = frozenset(
    [
        "attack", "killing", "destruction", "losses", "crash", "outbreak", "protest", "sinking",
        "quake", "flood", "slide", "storm", "eruption", "fire", "poison", "weather", "stampede",
    ]
)  # fmt: skip
"""Deeds that somebody counts the dead or the hurt of."""
REACH = 6
"""Sentences after the lead in which a voice still tells its event."""
NEAR = 1
"""The same after a sentence of the body."""
BACK = 2
"""Sentences after the lead's for which the lead's voice still speaks."""
_OTHER = frozenset(
    [
        "another", "other", "second", "third", "previous", "earlier", "similar", "last", "next",
        "future", "further", "new", "more", "such", "any", "no", "every", "each", "past", "recent",
    ]
)  # fmt: skip
"""Words for one more of the kind, or for none."""
_KNOWN = frozenset({"the", "this", "these", "both", "his", "her", "their", "its"})
_PARTS = frozenset({"nsubj", "nsubjpass", "dobj", "attr"})
_PEOPLE = frozenset(
    [
        "people", "person", "man", "woman", "child", "official", "police", "government", "country",
        "city", "group", "force", "troop", "soldier", "family", "resident", "minister", "president",
        "company", "member", "student", "officer", "court", "judge", "worker", "leader", "army",
    ]
)  # fmt: skip
"""Who takes part in many events: that they do something makes it not the same one."""
_PLANNED = frozenset({"will", "would", "should", "must", "shall", "if"})
_LONG_AGO = frozenset({"last", "ago", "previous", "previously", "earlier", "years", "months"})
_PLACES = frozenset({"GPE", "LOC", "FAC"})
_AT = frozenset({"in", "at", "near", "outside"})


def tells_more(voice: Voice, sentence: Sentence, trigger: Token, deeds: frozenset[str]) -> bool:
    """Tell whether a voice after an event goes on about it."""
    if not _is_in_reach(voice.sentence, sentence):
        return False
    content = [voice.sentence.tokens.doc[number] for number in sorted(voice.content)]
    if not content or _is_elsewhere(content, sentence):
        return False
    things = set(_things_of(trigger))
    harm = bool(deeds & HARM) and _is_same_time(content, sentence)
    return any(
        (deeds & deeds_of(token) and _is_told(token))
        or (token.lemma_ in things and _acts(token))
        or (harm and _follows_harm(token))
        for token in content
    )


def _is_in_reach(told: Sentence, event: Sentence) -> bool:
    """Tell whether what a sentence says may be about the event of another."""
    distance = told.index - event.index
    if distance < 0:  # "…, the agency reported. The storms hit forty towns."
        return told.paragraph.role == "lead" and distance >= -BACK
    if event.paragraph.role in {"headline", "lead"}:
        return 0 < distance <= REACH
    return 0 < distance <= NEAR and told.paragraph.index == event.paragraph.index


def _is_told(token: Token) -> bool:
    """Tell whether a word names a deed that is known or was done: "the attack", "was killed"."""
    before = [child for child in token.children if child.i < token.i]
    if any(child.lower_ in _OTHER or child.dep_ == "neg" for child in before):
        return False
    if token.pos_ == "VERB":
        asked = any(child.tag_ == "MD" or child.lower_ in {"to", "if"} for child in before)
        return token.tag_ in {"VBD", "VBN", "VBZ", "VBP"} and not asked
    return any(child.lower_ in _KNOWN for child in before)


def _follows_harm(token: Token) -> bool:
    """Tell whether a word is for what comes after harm, and of no other case: "the cause"."""
    if token.lemma_ not in load_cues("aftermath") and token.lower_ not in load_cues("aftermath"):
        return False
    if any(c.lower_ in _OTHER - {"more", "any", "no"} for c in token.children):
        return False
    verb = next((t for t in (token, *token.ancestors) if t.pos_ in {"VERB", "AUX"}), token)
    return not any(c.lower_ in _PLANNED and c.i < verb.i for c in verb.children)


def _is_same_time(content: list[Token], sentence: Sentence) -> bool:
    """Tell whether a clause names no time of its own long ago: "last month", "in 2011"."""
    known = set(sentence.lowers)
    return not any(
        token.ent_type_ == "DATE"
        and (token.lower_ in _LONG_AGO or (token.text.isdecimal() and len(token.text) == 4))
        and token.lower_ not in known
        for token in content
    )


def _acts(token: Token) -> bool:
    """Tell whether a thing does or suffers something that was."""
    if token.dep_ not in {"nsubj", "nsubjpass"} or token.head.tag_ not in {"VBD", "VBN"}:
        return False
    return not any(child.lower_ in _OTHER for child in token.children)


def _things_of(trigger: Token) -> Iterator[str]:
    """The things that take part in an event, by their noun: the plane of a crash."""
    for token in (trigger, *trigger.children):
        part = token.dep_ in _PARTS or (token == trigger and token.pos_ == "VERB")
        if part and token.pos_ == "NOUN" and not token.ent_type_ and token.lemma_ not in _PEOPLE:
            yield token.lemma_


def _is_elsewhere(content: list[Token], sentence: Sentence) -> bool:
    """Tell whether the clause names a place that the event's sentence does not."""
    known = set(sentence.lowers)
    return any(
        token.ent_type_ in _PLACES
        and token.lower_ not in known
        and token.dep_ == "pobj"
        and token.head.lower_ in _AT
        for token in content
    )
