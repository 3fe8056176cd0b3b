"""A voice elsewhere in the article and an event in, whether the voice speaks about that event out.

The theory: a denial, an accusation or a witness joins an event by the deeds that its words name
(`streams/lexicon/deeds.tsv`), by whose deeds they are, and for an accusation or a witness by a thing
or a place in common. A voice that points back ("denied it", "could not be verified") joins what was
said just before; blame and denial without a deed of their own mean the article's main event.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from streams.reading.names import origin_stem, phrase_of
from streams.reading.parse import ParsedArticle, Sentence
from streams.reading.voices.cues import deeds_of
from streams.reading.voices.telling import HARM, tells_more
from streams.reading.voices.voice import Voice, Voices
from streams.reading.words import Doc, Token

MAX_TELLING = 3
"""Voices that go on about an event, and no more: the first who speak say who tells it."""
BACK_REACH = 2
"""Sentences that a voice which points back reaches over."""
GUILT_REACH = 6
"""The same for somebody who denies a charge: the deed was told paragraphs before."""
MAIN_REACH = 9
"""The same for blame and denial without a deed of their own: they mean the article's main event."""
ACCUSATION_REACH = 3
"""Sentences within which an accusation of the same deed needs no thing in common."""
_GUILT = frozenset(
    ["charge", "guilt", "guilty", "innocent", "innocence", "wrongdoing", "allegation", "accusation"]
)
_CRIMES = frozenset({"killing", "attack", "torture", "crime", "cyber", "capture", "dope", "poison"})
_DEED_FREE = frozenset({"people", "person", "man", "woman", "day", "week", "year", "country"})


def find_elsewhere(
    voices: Voices, parsed: ParsedArticle, sentence: Sentence, trigger: Token, place: str | None
) -> Iterator[Voice]:
    """Find the voices outside of the event's clause that speak about it, in order."""
    deeds = _deeds_around(trigger)
    told = sentence.paragraph.role in {"headline", "lead"}
    joined = [sentence.index]
    heard = 0
    for voice in voices.found:
        if voice.cue == trigger or voice.covers(sentence, trigger):
            continue
        if voice.counts:
            distance = voice.sentence.index - sentence.index
            joins = 0 < distance <= (MAIN_REACH if told else BACK_REACH)
            joins |= distance == 0 and voice.cue is not None and trigger.i < voice.cue.i
            joins &= bool(deeds & HARM)
        elif voice.back:
            joins = _reaches_back(voice, sentence, trigger, deeds, joined)
        elif voice.stance in {"denies", "accuses", "confirms"} and voice.sentence is not sentence:
            joins = (
                bool(_deniable(voice, deeds) & _deeds_in(voice))
                and _is_same_doer(voice, trigger)
                and _is_same_thing(voice, parsed, sentence, trigger, place)
            )
        elif voice.stance in {"asserts", "announces"} and heard < MAX_TELLING:
            joins = tells_more(voice, sentence, trigger, deeds) and _is_same_doer(voice, trigger)
            heard += joins
        else:
            joins = False
        if joins:
            if voice.stance in {"denies", "accuses"}:
                joined.append(voice.sentence.index)
            yield voice


def _reaches_back(
    voice: Voice,
    sentence: Sentence,
    trigger: Token,
    deeds: frozenset[str],
    joined: Sequence[int],
) -> bool:
    """Tell whether a voice that points back means this event.

    `joined` are the sentences of the event and of the voices that dispute it: "neither account could
    be verified" comes after both.
    """
    if voice.sentence is sentence:
        return voice.cue is not None and trigger.i < voice.cue.i and bool(deeds)
    distance = voice.sentence.index - max(
        n for n in joined if n <= voice.sentence.index or n == joined[0]
    )
    if _denies_guilt(voice) and deeds & _CRIMES:
        return 0 < distance <= GUILT_REACH
    if sentence.paragraph.role in {"headline", "lead"} and voice.stance != "cannot_verify":
        return bool(deeds) and 0 < distance <= MAIN_REACH
    if not 0 < distance <= BACK_REACH:
        return False
    near = voice.sentence.paragraph.index - sentence.paragraph.index
    if len(joined) > 1:
        return bool(deeds)
    return near == 0 or (near == 1 and voice.stance != "cannot_verify" and bool(deeds))


def _denies_guilt(voice: Voice) -> bool:
    doc = voice.sentence.tokens.doc
    return voice.stance == "denies" and any(doc[n].lemma_.lower() in _GUILT for n in voice.content)


def _is_same_doer(voice: Voice, trigger: Token) -> bool:
    """Tell whether nothing speaks against the same doer: Ukraine's gains are not Russia's."""
    doers = _doers_of(trigger)
    taken = {origin_stem(word) for place in _places_of(trigger) for word in place.split()}
    claimed = _doers_claimed(voice) - taken  # "denied that the town had fallen"
    return not doers or not claimed or bool(doers & claimed)


def _is_same_thing(
    voice: Voice, parsed: ParsedArticle, sentence: Sentence, trigger: Token, place: str | None
) -> bool:
    if voice.stance == "denies":
        return True
    pointed = _points_at_deed(voice)  # "blamed separatists for the attack": the one told before
    if voice.stance == "confirms":
        told = _paragraph_text(parsed, voice)
        near = (place,) if place is not None else _places_of(trigger)
        return pointed or any(_is_named(name, told) for name in near)
    if pointed:
        return voice.sentence.index > sentence.index
    accused = {word.lower() for word in (voice.of or "").split()}
    things = _things_in(voice.sentence.tokens.doc, voice.content) - accused
    around = {token.i for token in trigger.subtree} | {trigger.i, trigger.head.i}
    if things:
        return bool(things & _things_in(trigger.doc, around))
    return abs(voice.sentence.index - sentence.index) <= ACCUSATION_REACH


def _deniable(voice: Voice, deeds: frozenset[str]) -> frozenset[str]:
    """What a denial can mean: the deed, not that a court judged it."""
    return deeds - {"charge", "trial"} if voice.stance == "denies" else deeds


def _points_at_deed(voice: Voice) -> bool:
    """Tell whether a voice means a deed told before: "confirmed the deaths", "for the attack"."""
    doc = voice.sentence.tokens.doc
    deeds = [doc[n] for n in voice.content if doc[n].pos_ == "NOUN" and deeds_of(doc[n])]
    blames = voice.cue is not None and voice.cue.lemma_ == "blame"
    return any(
        any(child.lower_ in {"the", "this", "these"} for child in deed.children)
        and not any(
            child.dep_ in {"relcl", "acl"}
            or (child.dep_ == "prep" and not (blames and child.lower_ == "on"))
            for child in deed.children
        )
        for deed in deeds
    )


def _paragraph_text(parsed: ParsedArticle, voice: Voice) -> str:
    paragraph = voice.sentence.paragraph.index
    upto = [s for s in parsed.sentences if s.paragraph.index == paragraph]
    return " ".join(s.text for s in upto if s.index <= voice.sentence.index)


def _places_of(trigger: Token) -> set[str]:
    """The places an event's word takes: what it captures, or where it stands."""
    tokens = set(trigger.subtree)
    if trigger.dep_ == "relcl":
        tokens.add(trigger.head)
    subject = {t for child in trigger.children if child.dep_ == "nsubj" for t in child.subtree}
    return {t.text for t in tokens - subject if t.ent_type_ in {"GPE", "LOC", "FAC"}}


def _is_named(name: str, text: str) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text))


def _things_in(doc: Doc, numbers: frozenset[int] | set[int]) -> set[str]:
    words = (doc[i] for i in numbers)
    return {
        word.lemma_.lower()
        for word in words
        if word.pos_ in {"NOUN", "PROPN"} and word.lemma_.lower() not in _DEED_FREE
    }


def _deeds_around(trigger: Token) -> frozenset[str]:
    """The deeds of the event's word, else of what hangs on it."""
    own = deeds_of(trigger)
    for token in trigger.children:
        if token.dep_ in {"dobj", "nsubj", "nsubjpass", "pobj", "attr", "acomp", "prep"}:
            own |= deeds_of(token)
        if token.dep_ == "advcl" and token.tag_ == "VBG":  # "opened fire, killing nine"
            own |= deeds_of(token)
        if token.dep_ == "prep":
            for inner in token.children:
                own |= deeds_of(inner)
    return own


def _deeds_in(voice: Voice) -> frozenset[str]:
    doc = voice.sentence.tokens.doc
    found: frozenset[str] = frozenset()
    for number in voice.content:
        found |= deeds_of(doc[number])
    return found


def _doers_of(trigger: Token) -> set[str]:
    """Stems of the named doers of a deed: its subject, its owner, or the subject above."""
    for token in (trigger, *trigger.ancestors):
        found: set[str] = set()
        for child in token.children:
            if child.dep_ in {"nsubj", "agent", "poss"} or (
                child.dep_ in {"amod", "compound"} and child.ent_type_ in {"NORP", "GPE"}
            ):
                found |= _named_in(child)
                if child.lower_ in {"that", "which", "who"} and token.dep_ == "relcl":
                    return _named_in_phrase(token.head)
        own_subject = any(child.dep_ in {"nsubj", "agent"} for child in token.children)
        if found or own_subject or token.dep_ == "ROOT":
            return found
    return set()


def _doers_claimed(voice: Voice) -> set[str]:
    if voice.of is not None:
        return {origin_stem(word) for word in voice.of.split() if word[:1].isupper()}
    doc = voice.sentence.tokens.doc
    for number in sorted(voice.content):
        if doc[number].dep_ in {"nsubj", "poss"}:
            return _named_in(doc[number])
    return set()


def _named_in(token: Token) -> set[str]:
    named = {"NORP", "GPE", "ORG", "PERSON"}
    return {origin_stem(word.text) for word in token.subtree if word.ent_type_ in named}


def _named_in_phrase(head: Token) -> set[str]:
    named = {"NORP", "GPE", "ORG", "PERSON"}
    return {origin_stem(word.text) for word in phrase_of(head) if word.ent_type_ in named}
