"""One parsed sentence in; the events it tells, each with its trigger, kind, modality and who, out.

Triggers are looked up by lemma, so that the cost grows with the sentence and not with the lexicon.
Of the patterns that hold at a trigger the most specific wins. A reaction or a wish is not its
object: "condemned the strike" is a condemnation, and the strike it speaks of is recalled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from streams.lexicon.ontology import get_kind
from streams.reading.coding.clauses import find_speech
from streams.reading.coding.embedded import settle_embedded
from streams.reading.coding.frames import (
    Frame,
    build_noun_frame,
    build_verb_frame,
    reread_as_passive,
    stems_of_past,
)
from streams.reading.coding.headlines import build_hidden_frame, find_hidden_verb
from streams.reading.coding.match import has_context, is_cause, is_match
from streams.reading.coding.modality import (
    Judgement,
    judge_habit,
    judge_modality,
    judge_present,
)
from streams.reading.coding.patterns import CodingLexicon, Part, Pattern, load_coding_lexicon
from streams.reading.parse import Sentence
from streams.reading.who.countries import find_country
from streams.reading.words import Token

PARTS: dict[str, tuple[Part, ...]] = {
    "VERB": ("v", "a"),
    "AUX": ("v",),
    "NOUN": ("n", "v"),
    "PROPN": ("n", "v"),
    "ADJ": ("a", "v"),
}
"""Where a token's part of speech may hide a trigger: the tagger errs in headlines."""
VERBAL = frozenset({"ROOT", "conj", "ccomp", "advcl", "appos", "relcl", "acl", "parataxis"})
"""Where a headline's word that was tagged as a noun may be its verb."""
ADJECTIVAL = frozenset({"amod", "nmod", "compound"})
"""A participle that describes: "a kidnapped woman", "listed as threatened"."""


@dataclass(frozen=True, slots=True, eq=False)
class Coding:
    """One event as one sentence tells it, before dates, places and numbers."""

    sentence: Sentence
    trigger: Token
    kind: str
    pattern: Pattern
    judgement: Judgement
    frame: Frame
    actors: tuple[Token, ...]
    targets: tuple[Token, ...]
    recipients: tuple[Token, ...]
    confidence: float
    also: tuple[Token, ...] = ()
    """Other triggers of the sentence that tell the same: "killing" beside "strike"."""

    @property
    def group(self) -> str:
        """The kind's group in the ontology."""
        return get_kind(self.kind).group


def code_sentence(sentence: Sentence, language: str = "en") -> tuple[Coding, ...]:
    """Code every event in the sentence, in order, one a trigger."""
    lexicon = load_coding_lexicon(language)
    headline = sentence.paragraph.role == "headline"
    # most words are no trigger; a headline's may be one in a form that is looked at later
    likely = sentence.words if headline else _find_likely(sentence, lexicon.triggers)
    if not likely:
        return ()
    words = _words_of(sentence)
    found: list[Coding] = []
    for token in likely:
        coding = _code_token(token, sentence, lexicon, words, headline=headline)
        if coding is not None:
            found.append(coding)
    hidden = _code_hidden(sentence, lexicon, words) if headline else None
    if hidden is not None:
        found = [*(c for c in found if c.trigger.i != hidden.trigger.i), hidden]
    found = [_turn_refusal(coding) for coding in found]
    return tuple(settle_embedded(_drop_absorbed(_drop_embedded(found))))


def _find_likely(sentence: Sentence, triggers: frozenset[str]) -> Sequence[Token]:
    return [
        token
        for token, lemma, form in zip(sentence.words, sentence.lemmas, sentence.lowers, strict=True)
        if lemma in triggers or form in triggers or _strip_inflection(form) in triggers
    ]


def _turn_refusal(coding: Coding) -> Coding:
    """Take "will not allow the inspectors in" as the refusal that it is."""
    word = coding.judgement.word
    if not coding.judgement.negated or word is None or coding.group not in REFUSED:
        return coding
    unwilling = coding.kind == "pledge"  # "does not want to talk"
    if not unwilling and not any(c.dep_ == "aux" and c.lower_ in WILL for c in word.head.children):
        return coding
    told = Judgement("happened", "modality.refusal", word)
    return replace(coding, kind="rejection", judgement=told, confidence=REFUSAL)


def _code_hidden(
    sentence: Sentence, lexicon: CodingLexicon, words: frozenset[str]
) -> Coding | None:
    """Code the verb of a headline in which the parser saw none."""
    hidden = find_hidden_verb(
        list(sentence.words),
        lambda lemma: ("v", lemma) in lexicon.patterns,
        lambda lemma: ("n", lemma) in lexicon.patterns,
    )
    if hidden is None:
        return None
    verb, lemma = hidden
    frame = build_hidden_frame(verb, list(sentence.words))
    for pattern in lexicon.patterns["v", lemma]:
        if not pattern.modal and has_context(pattern, words) and is_match(pattern, frame):
            return _build_coding(
                pattern, frame, Judgement("happened", "modality.headline"), sentence
            )
    return None


def _words_of(sentence: Sentence) -> frozenset[str]:
    words: set[str] = set()
    previous = ""
    for token, lemma, form in zip(sentence.words, sentence.lemmas, sentence.lowers, strict=True):
        words.update((lemma, form, f"{previous} {lemma}"))
        if form in DASHES and _is_between_scores(token):
            words.add(SCORE)
        previous = form
    return frozenset(words)


def _is_between_scores(dash: Token) -> bool:
    """Say whether it parts the two numbers of a result: "20-13", "2 - 1"."""
    if dash.i == 0 or dash.i + 1 == len(dash.doc):
        return False
    return all(t.is_digit and len(t) <= MAX_SCORE for t in (dash.nbor(-1), dash.nbor()))


def _code_token(
    token: Token,
    sentence: Sentence,
    lexicon: CodingLexicon,
    words: frozenset[str],
    *,
    headline: bool,
) -> Coding | None:
    for part in _parts_of(token):
        patterns = [
            pattern
            for pattern in _find_patterns(token, part, lexicon, headline=headline)
            if has_context(pattern, words)
        ]
        if not patterns:
            continue
        frames = _build_frames(token, part, headline=headline)
        for pattern, frame in ((pattern, frame) for frame in frames for pattern in patterns):
            if not is_match(pattern, frame):
                continue
            judgement = _judge(
                token, pattern, headline=headline, body=sentence.paragraph.role == "body"
            )
            if pattern.modal and not _is_under(token, pattern.modal):
                continue
            if pattern.spoken and not headline and find_speech(token) is None:
                continue
            if pattern.part == "n" and not pattern.bare and not _is_told(frame, pattern, lexicon):
                continue
            return _build_coding(pattern, frame, judgement, sentence)
    return None


def _judge(token: Token, pattern: Pattern, *, headline: bool, body: bool) -> Judgement:
    """Judge whether it happened; "offered an apology" is an apology made."""
    judgement = judge_modality(token, noun=pattern.part == "n")
    group = get_kind(pattern.kind).group
    word = judgement.word.lemma_.lower() if judgement.word is not None else ""
    if word in pattern.governor.lemmas and (group == "statement" or word in FOUGHT):
        return Judgement("happened", "modality.performed", judgement.word)
    if pattern.kind in ATTEMPTED and judgement.rule == "modality.adjective.negated":
        return Judgement("happened", "modality.adjective.attempt", judgement.word)
    if pattern.tells != "happened" and judgement.modality == "happened":
        return Judgement(pattern.tells, "modality.auxiliary.tells", token)
    if judgement.modality != "happened":
        return judgement
    return _judge_tense(token, pattern, headline=headline, body=body) or judgement


def _judge_tense(token: Token, pattern: Pattern, *, headline: bool, body: bool) -> Judgement | None:
    """Judge a rule, a habit, a calendar or a sum over a long time by the tense that tells it."""
    group = get_kind(pattern.kind).group
    if group not in HARM:
        told = body and group not in TOLD_NOW and pattern.kind != "charge" and not pattern.spoken
        return judge_present(token) if told else None
    if _counts_up(token):
        return Judgement("happened", "modality.cumulative.recalled", token, recalled=True)
    return None if headline else judge_habit(token)


def _counts_up(token: Token) -> bool:
    """Say whether it sums up a long time: "30,000 have been killed since October"."""
    helpers = {child.lower_ for child in token.children if child.dep_ in {"aux", "auxpass"}}
    since = any(
        child.lower_ == "since" or child.left_edge.lower_ == "since" for child in token.children
    )
    return since and bool(helpers & {"have", "has"})


def _parts_of(token: Token) -> tuple[Part, ...]:
    parts = PARTS.get(token.pos_, ())
    return (*parts, "n") if token.tag_ == "VBG" else parts


def _find_patterns(
    token: Token, part: Part, lexicon: CodingLexicon, *, headline: bool
) -> tuple[Pattern, ...]:
    """Patterns under the token's lemma, its form, or its form with the word before."""
    form = token.lower_
    keys = [token.lemma_.lower(), form]
    if token.pos_ == "AUX":
        keys.append(_strip_inflection(form))
    if part == "v" and token.pos_ not in {"VERB", "AUX"}:
        if token.pos_ != "ADJ" and not (headline and _may_be_verb(token)):
            return ()
        keys.append(_strip_inflection(form))
        if headline:
            keys.extend(stems_of_past(form))
    if part == "n":
        keys.append(_strip_inflection(form))
        if token.i > 0:
            before = token.nbor(-1)
            gap = 2 if before.text == "-" and token.i > 1 else 1
            keys.append(f"{token.nbor(-gap).lower_} {token.lemma_.lower()}")
    if part == "v" and _only_describes(token):
        return ()
    return lexicon.find(part, tuple(keys), headline=headline)


def _build_frames(token: Token, part: Part, *, headline: bool) -> list[Frame]:
    """The ways in which the words around a trigger may be read, the likeliest first."""
    if part == "n":
        frame = build_noun_frame(token)
    elif part == "a" and token.head.pos_ in {"AUX", "VERB"}:
        frame = replace(build_verb_frame(token.head), trigger=token)
        own = build_verb_frame(token)
        frame.preps = {**frame.preps, **own.preps}
        frame.complements = [*frame.complements, *own.complements]
    else:
        frame = build_verb_frame(token, headline=headline)
    passive = reread_as_passive(frame) if headline and part == "v" else None
    return [frame] if passive is None else [frame, passive]


def _may_be_verb(token: Token) -> bool:
    """Say whether a headline's noun may be its verb: "Two killed as train derails"."""
    if token.dep_ in VERBAL:
        return True
    clause = token.dep_ == "pobj" and token.head.lower_ in {"as", "when", "while", "after"}
    return clause and token.tag_ == "NNS" and any(c.dep_ == "compound" for c in token.children)


def _only_describes(verb: Token) -> bool:
    return verb.dep_ in ADJECTIVAL or (verb.tag_ == "VBN" and verb.head.lower_ == "as")


def _strip_inflection(word: str) -> str:
    """Guess the lemma of a form that the tagger took for a name ("Kills", "Strikes")."""
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word


def _is_under(token: Token, auxiliaries: frozenset[str]) -> bool:
    """Say whether one of `auxiliaries` governs the token."""
    for _ in range(6):
        if any(child.dep_ == "aux" and child.lower_ in auxiliaries for child in token.children):
            return True
        if token.head.i == token.i or token.dep_ not in {"xcomp", "conj", "ccomp", "dobj", "advcl"}:
            return False
        token = token.head
    return False


def _is_told(frame: Frame, pattern: Pattern, lexicon: CodingLexicon) -> bool:
    """Say whether a verb tells that the noun's event happened ("carried out", "rocked")."""
    governor = frame.governor
    if governor is None:
        return frame.trigger.dep_ == "ROOT"
    if pattern.governor or is_cause(frame):
        return True
    lemma = governor.lemma_.lower()
    if frame.governed_as in {"dobj", "nsubjpass", "attr"}:
        return lemma in lexicon.terms("carry").lemmas
    if frame.governed_as == "nsubj":
        return lemma in lexicon.terms("occur").lemmas
    return False


def _build_coding(
    pattern: Pattern, frame: Frame, judgement: Judgement, sentence: Sentence
) -> Coding:
    actors, targets = frame.subjects, frame.objects
    people = load_coding_lexicon().terms("human").lemmas
    if pattern.role == "o":
        actors, targets = [], frame.objects or frame.subjects
    elif pattern.role == "none":
        actors, targets = [], []
    elif pattern.part == "n" and frame.trigger.lemma_.lower() in people:
        actors = [frame.trigger]
    elif pattern.part == "n":
        actors = [*frame.subjects, *(m for m in frame.modifiers if _is_doer(m, pattern))]
    actors = [*actors, *(t for prep in pattern.doers for t in frame.preps.get(prep, []))]
    recipients = [t for prep in pattern.recipients for t in frame.preps.get(prep, [])]
    targets = [*targets, *(t for prep in pattern.targets for t in frame.preps.get(prep, []))]
    light = load_coding_lexicon().terms("light_object").lemmas
    taken = {token.i for token in recipients}
    targets = [t for t in targets if t.lemma_.lower() not in light and t.i not in taken]
    return Coding(
        sentence=sentence,
        trigger=frame.trigger,
        kind=pattern.kind,
        pattern=pattern,
        judgement=judgement,
        frame=frame,
        actors=_distinct(actors),
        targets=_distinct(targets),
        recipients=_distinct(recipients),
        confidence=pattern.weight,
    )


def _is_doer(modifier: Token, pattern: Pattern) -> bool:
    """Say whether a noun's modifier did it: "a Russian strike", not "the Florida shooting"."""
    country = find_country(modifier)
    if country is None and modifier.ent_type_ not in {"ORG", "PERSON", "NORP"}:
        return False
    places = load_coding_lexicon().terms("place").lemmas
    if modifier.head.lemma_.lower() in places:
        return False
    by_people = country is not None and country.sense == "people"
    return by_people or modifier.dep_ == "poss" or get_kind(pattern.kind).group not in HARM


def _distinct(tokens: list[Token]) -> tuple[Token, ...]:
    return tuple({token.i: token for token in tokens}.values())


def _drop_embedded(found: list[Coding]) -> list[Coding]:
    """Keep the outer of "threatened to impose tariffs", the inner of "pledged to expel him"."""
    by_trigger = {coding.trigger.i: coding for coding in found}
    dropped: set[int] = set()
    for coding in found:
        word = coding.judgement.word
        outer = by_trigger.get(word.i) if word is not None else None
        if outer is None or outer is coding or coding.judgement.recalled:
            continue
        modality = coding.judgement.modality
        inner_wins = not coding.judgement.negated and (
            modality == "denied" or (modality == "planned" and outer.kind == "pledge")
        )
        dropped.add((outer if inner_wins else coding).trigger.i)
    return [coding for coding in found if coding.trigger.i not in dropped]


def _drop_absorbed(found: list[Coding]) -> list[Coding]:
    """Keep one of two triggers that tell one happening: "an air strike killed 12" is one strike."""
    kept: list[Coding] = []
    for coding in sorted(found, key=lambda c: (-_rank(c), c.trigger.i)):
        for index, other in enumerate(kept):
            if _tells_same(coding, other):
                kept[index] = _absorb(other, coding)
                break
        else:
            kept.append(coding)
    return sorted(kept, key=lambda c: c.trigger.i)


def _absorb(coding: Coding, other: Coding) -> Coding:
    """Take over what only the other trigger tells."""
    return replace(
        coding,
        actors=coding.actors or other.actors,
        targets=coding.targets or other.targets,
        recipients=coding.recipients or other.recipients,
        also=(*coding.also, other.trigger, *other.also),
    )


def _rank(coding: Coding) -> float:
    told = 0.0 if coding.judgement.modality == "hypothetical" else 1.0
    if coding.judgement.recalled:
        told -= 0.2
    if coding.trigger.lemma_.lower() in CONSEQUENCE:
        told -= 0.3
    return told + coding.pattern.weight + 0.05 * coding.pattern.specificity


CONSEQUENCE = frozenset({"kill", "injure", "wound", "die", "hurt", "trap", "rescue"})
"""What an attack or accident does: the verb that tells it gives way to the one that names it."""
HARM = frozenset({"attack", "crime", "accident", "fire", "transport_accident", "weather"}) | {
    "geophysical",
    "humanitarian",
    "death",
    "health",
}


TOLD_NOW = frozenset({"statement", "threat", "protest", "sport", "markets"})
"""Groups that a body may tell in the present: "unions demand", "shares fall"."""
ATTEMPTED = frozenset({"coup", "robbery", "assassination"})
"""Kinds of which a failed attempt is one as well."""
REFUSED = frozenset({"diplomacy", "aid", "release", "military", "statement"})
"""Groups of what may be asked of somebody, so that not doing it is a refusal."""
REFUSAL = 0.5
WILL = frozenset({"will", "would", "wo", "'ll"})
FOUGHT = frozenset({"tackle", "combat", "battle", "fight"})
"""Verbs whose object is there: "firefighters tackle a blaze", where others tackle crime."""
DASHES = frozenset({"-", "\u2013"})
SCORE = "0-0"
"""Stands among a sentence's words for any result ("3-2", "20 - 13")."""
MAX_SCORE = 3
VAGUE = frozenset({"death", "homicide"})
DEADLY = frozenset({"protest", "coercion"})
"""Groups of what people die in that is no harm by itself: a riot, a coup."""
NEAR = 8
"""Words from "killed" to the riot in which "hundreds were injured" as well."""
MAX_VAGUE = 0.6
"""Up to this weight "died" and "were killed" say only what something else in the sentence did."""


def _tells_same(coding: Coding, other: Coding) -> bool:
    if coding.kind in VAGUE and coding.pattern.weight <= MAX_VAGUE and other.group in HARM:
        return True
    if _is_deadly(coding, other) or _is_deadly(other, coding):
        return True
    same = coding.group == other.group
    harm = coding.group in HARM and other.group in HARM
    if not (same or harm):
        return False
    return _is_linked(coding, other) or _is_linked(other, coding)


def _is_deadly(killing: Coding, other: Coding) -> bool:
    """Say whether "were killed" only tells what a riot or a coup did."""
    if other.group not in DEADLY or killing.trigger.lemma_.lower() not in CONSEQUENCE:
        return False
    return (
        _is_linked(killing, other)
        or _is_linked(other, killing)
        or (is_cause(other.frame) and 0 < other.trigger.i - killing.trigger.i <= NEAR)
    )


def _is_linked(coding: Coding, other: Coding) -> bool:
    """Say whether the other's trigger is among this one's arguments or governs it."""
    frame = coding.frame
    near = [*frame.subjects, *frame.objects, *frame.modifiers]
    meanwhile = "displacement" in {coding.kind, other.kind}
    near += [t for p, tokens in frame.preps.items() for t in tokens if p != "as" or not meanwhile]
    if any(token.i == other.trigger.i for token in near):
        return True
    governor = frame.governor
    while governor is not None:  # "were killed and wounded in riots": in what both befell them
        if governor.i == other.trigger.i:
            return True
        governor = governor.head if governor.dep_ in {"conj", "acl"} else None
    head = coding.trigger.head
    if coding.trigger.dep_ == "advcl" and find_speech(other.trigger) is not None:
        spoken = [
            c for c in head.children if c.dep_ == "ccomp"
        ]  # "it hit, police said, killing two"
        if any(c.i in {other.trigger.i, other.trigger.head.i} for c in spoken):
            return True
    links = {"advcl", "xcomp", "acl", "conj"} if coding.group in HARM else {"advcl", "xcomp", "acl"}
    return head.i == other.trigger.i and coding.trigger.dep_ in links
