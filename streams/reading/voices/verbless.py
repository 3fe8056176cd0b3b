"""A sentence in, the voices that speak without a verb of their own out.

"According to the mayor", "Quake kills five: police", "UN: famine spreads", and what nobody could
verify. A headline's country before a colon is where, after a colon who ("… in Syria: Turkey").
"""

# ruff: noqa: RUF001 - newspapers write curly quotes
from __future__ import annotations

import re
from collections.abc import Iterator

from streams.reading.names import Names, load_titles
from streams.reading.parse import Sentence
from streams.reading.voices.carriers import source_of
from streams.reading.voices.cues import load_cues
from streams.reading.voices.naming import is_outlet, name_speakers
from streams.reading.voices.voice import Voice
from streams.reading.words import Token

_CHECK = r"(?:immediately |independently |yet )*"
_UNVERIFIED = re.compile(
    r"(?P<who>(?-i:[A-Z][\w’']+(?: [A-Z][\w’']+){0,3}))? ?"
    r"(?:(?:could|can|has|have|had|was|were|is|are)(?: ?not|n[’']t)(?: yet)?(?: been)?(?: able to)?"
    rf" ?(?:be )?{_CHECK}(?:verif(?:y|ied)|confirm(?:ed)?|corroborated?|authenticated?)"
    rf"|(?:was|were|is|are) unable to {_CHECK}(?:verify|confirm)"
    rf"|(?:neither|none|no) .{{0,40}}?(?:could|can|has|have)(?: be| been) {_CHECK}(?:verified|confirmed)"
    r"|unverifi(?:ed|able) (?:claims?|reports?|figures?|video|footage)"
    r"|no (?:immediate |official )?independent (?:confirmation|verification)"
    rf"|not (?:been )?(?:immediately )?possible (?:for [\w ]+ )?to {_CHECK}(?:verify|confirm))"
    r"|it (?:was|is)(?: not|n[’']t)(?: immediately| yet)? clear (?:where|when|who|how|whether|if)"
    r"(?=.*\b(?:footage|videos?|images?|photos?|recordings?|claims?|pictures)\b)",
    re.IGNORECASE,
)
_UNVERIFIED_CUES = ("verif", "confirm", "corroborat", "authenticat", "clear")
"""Without one of these the pattern cannot match; looking for them is far cheaper."""
_HEADLINE_TAIL = re.compile(r"(?::|\s[-–—]|,)\s+(?P<who>[^:,–—]{2,50})$")
_HEADLINE_HEAD = re.compile(r"^(?P<who>[^:,–—]{2,30}):\s")
_NAMED = frozenset({"PERSON", "GPE", "NORP", "ORG"})
VERBAL = frozenset({"VERB", "AUX"})
MAX_NAME = 4


def find_according(sentence: Sentence, names: Names) -> Iterator[Voice]:
    """Find "according to" somebody, or somebody's figures."""
    for token in sentence.words:
        if token.lower_ != "according":
            continue
        to = token.nbor() if token.i + 1 < len(token.doc) else None
        speaker = to and next((c for c in to.children if c.dep_ == "pobj"), None)
        if to is None or to.lower_ != "to" or speaker is None:
            continue
        own = {t.i for t in token.subtree}
        clause = token.head.subtree if token.head.pos_ in {"VERB", "AUX"} else sentence.tokens
        content = frozenset(t.i for t in clause if t.i not in own)
        for name in name_speakers(source_of(speaker), names):
            yield Voice(
                speaker=name,
                stance="asserts",
                words="according to",
                sentence=sentence,
                rule="voice.according",
                cue=token,
                content=content,
            )


def find_headline_voices(sentence: Sentence, names: Names) -> Iterator[Voice]:
    """Find who stands before or after a mark of a headline."""
    for pattern in (_HEADLINE_TAIL, _HEADLINE_HEAD):
        match = pattern.search(sentence.text)
        if not match:
            continue
        begin, end = match.span("who")
        offset = sentence.tokens.start_char
        own = [t for t in sentence.words if begin <= t.idx - offset < end]
        rest = [t for t in sentence.words if not begin <= t.idx - offset < end]
        if not own or not rest or not _is_voice(own, rest, names, match.group().strip()[:1]):
            continue
        who = match.group("who").strip()
        yield Voice(
            speaker=names.person_at(own[-1]) or who,
            stance="asserts",
            words=who,
            sentence=sentence,
            rule="voice.headline",
            content=frozenset(token.i for token in rest),
        )


def _is_voice(own: list[Token], rest: list[Token], names: Names, mark: str) -> bool:
    """Tell whether a headline's end speaks: a word for speakers, or after a colon any name."""
    last = own[-1].lower_.strip(".")
    before = own[-1].i < rest[0].i
    if own[0].lower_ in {"according", "per"} or any(t.pos_ in VERBAL for t in own[:-1]):
        return False
    if last in load_cues("verbless"):
        return not (before and last in {"us", "who"})
    if (
        own[-1].pos_ in VERBAL
        or before
        or len(own) > MAX_NAME
        or mark == ","
        or not any(_is_finite(t) for t in rest)
    ):
        return False  # "Jo Ray: son held": whom it is about
    words = {last, own[0].lower_}
    office = bool(words & (load_titles("office").keys() | load_titles("role").keys()))
    named = own[-1].pos_ == "PROPN" and own[-1].ent_type_ in _NAMED
    known = is_outlet(" ".join(t.text for t in own)) or names.person_at(own[-1]) is not None
    return known or (mark == ":" and (office or named))


def _is_finite(token: Token) -> bool:
    if token.tag_ == "VBG":
        return token.dep_ == "ROOT"  # "Country still facing challenges: envoy"
    return token.pos_ in VERBAL and token.tag_ in {"VBZ", "VBD", "VBP", "VBN", "MD", "VB"}


def find_unverified(sentence: Sentence, publisher: str) -> Iterator[Voice]:
    """Find what the outlet, or an agency, says could not be verified."""
    text = sentence.text
    lower = text.lower()
    if not any(cue in lower for cue in _UNVERIFIED_CUES):
        return
    match = _UNVERIFIED.search(text)
    if not match:
        return
    who = match.group("who") or ""
    speaker = re.sub(r"^The ", "", who) if is_outlet(who) else publisher
    yield Voice(
        speaker=speaker,
        stance="cannot_verify",
        words=match.group().strip(),
        sentence=sentence,
        rule="voice.unverified",
        content=frozenset(token.i for token in sentence.words),
        outlet=True,
        back=True,
    )
