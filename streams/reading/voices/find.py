"""A parsed article and its names in, every voice that speaks in it out.

The theory: a voice is a verb of speaking with its subject ("Ms. Maliar said"), "according to"
somebody, a headline's last word after a mark ("Quake kills five: officials"), or a quotation with
its speaker, named in the same paragraph or, where a quote runs on, in the one before. What it
speaks about is the clause below the verb; a deed outside of that clause is not its claim. A voice
is an outlet's own witness when its reporters saw ("Reporters from Reuters and the BBC confirmed").
Who quotes somebody ("AFP quoted officials as saying") gives him the word.

What it gets wrong on purpose: "officials" without a country stay "officials". A quote whose speaker
is named two paragraphs later has none. Whoever declines to confirm, or does not deny, says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from streams.reading.names import Names
from streams.reading.parse import ParsedArticle, Sentence
from streams.reading.voices.carriers import find_author, find_issuer, source_of, stands_alone
from streams.reading.voices.content import CLAUSES, Content, find_content, words_of
from streams.reading.voices.counts import gives_count
from streams.reading.voices.cues import load_cues
from streams.reading.voices.naming import is_outlet, name_speaker, name_speakers
from streams.reading.voices.quotes import find_quotes
from streams.reading.voices.speakers import (
    STATEMENT,
    antecedent_of,
    can_speak,
    find_witnesses,
    is_person,
    is_unresolved,
    name_subject,
    quoted_speaker,
    subject_of,
)
from streams.reading.voices.stances import (
    BRANDING,
    brands_false,
    denies_something,
    weigh_stance,
)
from streams.reading.voices.verbless import find_according, find_headline_voices, find_unverified
from streams.reading.voices.voice import Voice, Voices
from streams.reading.words import Token
from streams.records import Stance

_ONLY_WITH_CLAUSE = frozenset(
    [
        "find", "show", "recall", "indicate", "suspect", "note", "comment", "fear", "determine",
        "signal", "hint", "think", "observe", "establish", "expect", "respond", "reply",
    ]
)  # fmt: skip
_ORDERING = frozenset(
    [
        "tell", "think", "believe", "say", "report", "suspect", "allege", "fear", "expect", "estimate",
        "describe", "note", "reveal", "show", "find", "quote",
    ]
)  # fmt: skip
"""Verbs that say nothing before "to": "told a dog to stop", "a dog thought to be hers"."""
_ONLY_WITH_WORD = {
    "plead": frozenset({"guilty", "innocent"}),
    "hold": frozenset({"responsible"}),
    "take": frozenset({"responsibility"}),
    "accept": frozenset({"responsibility"}),
    "point": frozenset({"finger", "fingers"}),
}
AUTHORS = 3
"""Sentences after "a report says" in which its author is looked for."""
_QUOTING = frozenset({"quote", "cite"})


def find_voices(parsed: ParsedArticle, names: Names) -> Voices:
    """Find the voices of an article, sentence by sentence."""
    found: list[Voice] = []
    for sentence in parsed.sentences:
        if sentence.paragraph.role == "caption":
            continue
        own = list(_find_verbs(sentence, names))
        own.extend(find_according(sentence, names))
        if sentence.paragraph.role == "headline":
            own.extend(find_headline_voices(sentence, names))
        own.extend(find_unverified(sentence, parsed.article.publisher))
        found.extend(_resolve(own, found, parsed, names))
    found.extend(_find_quoted(parsed, found))
    found.sort(key=lambda voice: (voice.sentence.index, voice.cue.i if voice.cue else 0))
    return Voices(tuple(found), parsed.article.publisher)


def _resolve(
    own: list[Voice], before: Sequence[Voice], parsed: ParsedArticle, names: Names
) -> Iterator[Voice]:
    """Give "it said" and "they said" the speaker who spoke last, else the subject before.

    What "it" is stays open where neither is there: the voice is dropped.
    """
    for voice in own:
        if not is_unresolved(voice.speaker):
            after = parsed.sentences[voice.sentence.index + 1 : voice.sentence.index + 1 + AUTHORS]
            author = find_author(voice.speaker, after, names)
            yield voice if author is None else replace(voice, speaker=author)
            continue
        pronoun = voice.speaker.lower()
        if pronoun == STATEMENT:
            yield replace(voice, speaker=_name_issuer(voice, before, parsed, names))
            continue
        one = pronoun in {"he", "she"}
        last = _name_before(voice, names) or _latest(
            before, voice.sentence.index - 2 + one, names, one=one
        )
        if last is None and voice.sentence.index > 0:
            last = name_subject(
                parsed.sentences[voice.sentence.index - 1].tokens.root, names, pronoun
            )
        if last is not None:
            yield replace(voice, speaker=last)
        elif pronoun != "it":
            yield voice


def _name_issuer(voice: Voice, before: Sequence[Voice], parsed: ParsedArticle, names: Names) -> str:
    """Name whoever issued "the statement": told in one of the sentences before, else who spoke last."""
    for sentence in reversed(
        parsed.sentences[max(0, voice.sentence.index - 3) : voice.sentence.index]
    ):
        issuer = find_issuer(sentence.tokens, names)
        if issuer is not None and not is_unresolved(issuer):
            return issuer
    spoken = [v for v in before if v.sentence.index >= voice.sentence.index - 2 and not v.outlet]
    return spoken[-1].speaker if spoken else "statement"


def _name_before(voice: Voice, names: Names) -> str | None:
    """Name the subject of what is said where it speaks: "The firm has recalled cars, it said."."""
    if voice.cue is None:
        return None
    said = [c for c in voice.cue.children if c.dep_ == "ccomp" and c.i < voice.cue.i]
    return name_subject(said[0], names, voice.speaker.lower()) if said else None


def _latest(before: Sequence[Voice], reach: int, names: Names, *, one: bool) -> str | None:
    """Who spoke last, as far back as sentence `reach`: one person, or a body of them."""
    for voice in reversed(before):
        if voice.sentence.index < reach:
            return None
        if not voice.outlet and is_person(voice.speaker, names) == one:
            return voice.speaker
    return None


def _find_verbs(sentence: Sentence, names: Names) -> Iterator[Voice]:
    for token in sentence.words:
        if token.pos_ not in {"VERB", "AUX"}:
            continue
        lemma = token.lemma_.lower()
        stance = _stance_of(token, lemma)
        heard = weigh_stance(token, stance) if stance is not None else None
        if heard is None:
            continue
        if lemma in _QUOTING and not gives_count(token):
            yield from _find_quoting(sentence, token, names)
            continue
        subject = subject_of(token)
        if subject is not None and can_speak(subject, lemma):
            yield from _build_voices(sentence, token, subject, heard, names)


def _stance_of(verb: Token, lemma: str) -> Stance | None:
    """The stance that a verb tells by itself; None where it does not speak."""
    denials, verbs = load_cues("denial"), load_cues("verb")
    if lemma in BRANDING and brands_false(verb):
        return "denies"
    if lemma in denials and (lemma == "deny" or denies_something(verb)):
        return denials[lemma]
    if gives_count(verb):
        return verbs.get(lemma, "asserts")
    stance = verbs.get(lemma)
    return stance if stance is not None and _speaks(verb, lemma) else None


def _speaks(verb: Token, lemma: str) -> bool:
    """Tell whether a verb of two meanings speaks here: not "finds him guilty", not "accused of"."""
    if lemma in _ORDERING and any(
        child.dep_ == "xcomp" and any(c.lower_ == "to" for c in child.children)
        for child in verb.children
    ):
        return False
    if lemma in _ONLY_WITH_CLAUSE:
        passive = verb.lower_ == "shown" and not any(c.dep_ == "aux" for c in verb.children)
        clauses = (c for c in verb.children if c.dep_ in CLAUSES - {"advcl"})
        return not passive and any(c.pos_ in {"VERB", "AUX"} for c in clauses)
    if lemma in {"accuse", "blame"} and verb.tag_ in {"VBN", "VBD"}:
        return any(child.dep_ in {"dobj", "agent"} for child in verb.children)
    if lemma in {"put", "peg"}:
        return False  # only with a number
    if lemma == "blame" and verb.dep_ == "xcomp" and verb.head.lemma_ == "be":
        return False  # "bad weather was to blame"
    needed = _ONLY_WITH_WORD.get(lemma)
    return needed is None or any(token.lower_ in needed for token in verb.subtree)


def _find_quoting(sentence: Sentence, cue: Token, names: Names) -> Iterator[Voice]:
    """Give the word to whom somebody quotes: "was quoted as saying", "citing officials"."""
    speaker = quoted_speaker(cue)
    if speaker is None or not can_speak(speaker, "say"):
        return
    own = {token.i for token in cue.subtree}
    clause = {t.i for c in cue.children if c.lower_ == "as" for t in c.subtree if t != c}
    above = cue.head if cue.dep_ in {"advcl", "acl", "prep", "conj"} else None
    if not clause and above is not None:
        told = find_content(above, "asserts").words if _is_cue(above) else frozenset[int]()
        clause = set(told or {token.i for token in sentence.tokens}) - own
    if clause:
        content = Content(frozenset(clause))
        for name in name_speakers(speaker, names):
            yield _build_voice(sentence, cue, name, "asserts", content)


def _is_cue(token: Token) -> bool:
    return token.lemma_.lower() in load_cues("verb")


def _build_voices(
    sentence: Sentence, cue: Token, subject: Token, stance: Stance, names: Names
) -> Iterator[Voice]:
    content = find_content(cue, stance)
    witnesses = find_witnesses(subject)
    subject = source_of(subject)
    if subject.lower_ == "client":  # "Mr. Ruiz said his client denies it": the lawyer speaks
        subject = subject_of(cue.head) or subject
    speakers = witnesses or name_speakers(subject, names)
    if stands_alone(subject):
        speakers = [STATEMENT]
    if not witnesses and subject.lower_ in {"they", "it", "who"}:
        antecedent = antecedent_of(cue, subject)
        if antecedent is not None and can_speak(antecedent, "say"):
            witnesses = find_witnesses(antecedent)
            speakers = witnesses or name_speakers(antecedent, names)
    accused = content.accused
    if accused is not None and accused.lower_ in {"whom", "who"} and cue.dep_ == "relcl":
        accused = cue.head
    of = name_speaker(accused, names) if accused is not None else None
    if accused is not None and accused.pos_ == "PRON" and of == accused.text:
        of = None
    for speaker in speakers:
        outlet = bool(witnesses) or (is_outlet(speaker) and stance in {"confirms", "cannot_verify"})
        sure: Stance = "confirms" if witnesses and stance == "asserts" else stance
        yield _build_voice(sentence, cue, speaker, sure, content, of=of, outlet=outlet)


def _build_voice(
    sentence: Sentence,
    cue: Token,
    speaker: str,
    stance: Stance,
    content: Content,
    *,
    of: str | None = None,
    outlet: bool = False,
) -> Voice:
    return Voice(
        speaker=speaker,
        stance=stance,
        words=words_of(cue),
        sentence=sentence,
        rule=f"voice.verb.{cue.lemma_.lower()}",
        cue=cue,
        content=content.words,
        of=of,
        outlet=outlet,
        back=content.back,
        counts=gives_count(cue),
    )


def _find_quoted(parsed: ParsedArticle, found: list[Voice]) -> Iterator[Voice]:
    """Give each quoted sentence without a verb of speaking its speaker."""
    spoken = {voice.sentence.index for voice in found if voice.content}
    by_paragraph: dict[int, list[Voice]] = {}
    for voice in found:
        if voice.cue is not None and voice.rule.startswith("voice.verb"):
            by_paragraph.setdefault(voice.sentence.paragraph.index, []).append(voice)
    last: Voice | None = None
    open_quote = False
    for sentence in parsed.sentences:
        quotes = find_quotes(sentence.paragraph.text)
        begin = sentence.tokens.start_char
        inside = [q for q in quotes if q.start <= begin + 1 and q.end > begin + 2]
        own = by_paragraph.get(sentence.paragraph.index, [])
        if own:
            last = min(own, key=lambda voice: abs(voice.sentence.index - sentence.index))
        if inside and sentence.index not in spoken and last is not None and (own or open_quote):
            yield Voice(
                speaker=last.speaker,
                stance="asserts",
                words=last.words,
                sentence=sentence,
                rule="voice.quote",
                content=frozenset(token.i for token in sentence.words),
            )
        if quotes:
            open_quote = not quotes[-1].closed
        elif not own:
            open_quote = False
