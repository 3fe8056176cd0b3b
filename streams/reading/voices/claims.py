"""The voices of an article and one event in, the claims about that event out.

The theory: whoever's clause holds the event's word speaks about it. When nobody's does, the outlet
itself says so. Voices elsewhere in the article join when they speak of the same deed (see
`joining`).
"""

from __future__ import annotations

from streams.reading.parse import ParsedArticle, Sentence
from streams.reading.voices.cues import deeds_of
from streams.reading.voices.hedges import find_hedge
from streams.reading.voices.joining import find_elsewhere
from streams.reading.voices.naming import SUBJECTS
from streams.reading.voices.voice import Voice, Voices
from streams.reading.words import Token
from streams.records import Claim, Modality, Stance

MAX_CLAIMS = 12
_MEANT = frozenset({"accuse", "charge", "suspect", "convict"})


def choose_claims(
    voices: Voices,
    parsed: ParsedArticle,
    sentence: Sentence,
    trigger: Token,
    modality: Modality,
    place: str | None = None,
) -> tuple[Claim, ...]:
    """Choose who says what about the event told by `trigger`.

    `place` is the name of the event's place where it has one: a witness who was elsewhere does not
    confirm it.
    """
    own = [
        voice
        for voice in voices.of_sentence(sentence)
        if voice.cue == trigger
        or _speaks_of(voice, sentence, trigger)
        or _speaks_beside(voice, trigger)
    ]
    claims = [_build_claim(voice, modality) for voice in own]
    if not any(voice.stance != "cannot_verify" for voice in own):
        claims.insert(0, _outlet_claim(voices.publisher, sentence, trigger))
    if modality in {"happened", "denied"}:
        claims.extend(
            _build_claim(voice, modality)
            for voice in find_elsewhere(voices, parsed, sentence, trigger, place)
        )
    kept: dict[tuple[str, Stance], Claim] = {}
    for claim in claims:
        kept.setdefault((claim.claimant.casefold(), claim.stance), claim)
    return tuple(kept.values())[:MAX_CLAIMS]


def voice_at(voices: Voices, sentence: Sentence, token: Token) -> Voice | None:
    """Find who says this word: the voice with the narrowest clause around it."""
    around = [
        voice
        for voice in voices.of_sentence(sentence)
        if voice.covers(sentence, token) and voice.stance != "cannot_verify"
    ]
    return min(around, key=lambda voice: len(voice.content), default=None)


def _speaks_of(voice: Voice, sentence: Sentence, trigger: Token) -> bool:
    """Tell whether a voice's clause holds the word, and not in an aside of the outlet's own.

    "posted a video from Lyman, which fell on Monday": that it fell, the outlet says.
    """
    if not voice.covers(sentence, trigger):
        return False
    if voice.rule == "voice.quote" or voice.cue is None:
        return True
    for token in (trigger, *trigger.ancestors):
        if token == voice.cue or token.i not in voice.content:
            return True
        if token != trigger and _says_who(token):
            return False  # "said the woman accused of killing two is kind"
        aside = token.dep_ == "relcl" and token.left_edge.i > 0
        if aside and token.left_edge.nbor(-1).text == "," and voice.cue.i < token.i:
            return False
    return True


def _speaks_beside(voice: Voice, trigger: Token) -> bool:
    """Tell whether a voice tells more of the deed's noun: "the quake, which officials said was…"."""
    if voice.cue is None or voice.stance not in {"asserts", "confirms"}:
        return False
    for clause in (voice.cue, voice.cue.head):
        if clause.dep_ == "relcl" and bool(deeds_of(clause.head)):
            deed = clause.head
            return deed == trigger or (deed.head == trigger and deed.dep_ in SUBJECTS | {"dobj"})
    return False


def _says_who(token: Token) -> bool:
    """Tell whether a participle says who is meant: "the man charged with", not "was charged"."""
    told = any(child.dep_ in {"aux", "auxpass", "nsubjpass", "nsubj"} for child in token.children)
    return token.lemma_ in _MEANT and token.tag_ in {"VBN", "VBD"} and not told


def _build_claim(voice: Voice, modality: Modality) -> Claim:
    stance = voice.stance
    if modality == "threatened" and stance == "asserts":
        stance = "threatens"
    return Claim(
        claimant=voice.speaker,
        stance=stance,
        of=voice.of,
        words=voice.words,
        outlet=voice.outlet,
        span=voice.sentence.span,
    )


def _outlet_claim(publisher: str, sentence: Sentence, trigger: Token) -> Claim:
    hedge = find_hedge(sentence, trigger)
    return Claim(
        claimant=publisher,
        stance="asserts",
        words=hedge,
        sector="JRN",
        outlet=hedge is None,
        span=sentence.span,
    )
