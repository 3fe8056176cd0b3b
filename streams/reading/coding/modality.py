"""A trigger token in; whether it happened, as its clause and all that governs it say, out.

Theory: a happening is told as such unless something above it takes that back. From the trigger we
climb the parse: auxiliaries and negation at each verb, then the verb or noun that governs it. The
first that takes it back decides. Relative clauses stop the climb (what they tell is told as fact).
Wrong on purpose: irony, and "could" for "was able to", which is read as hypothetical.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from importlib import resources

from streams.reading.coding.frames import QUANTITY, find_occurrence
from streams.reading.coding.patterns import load_coding_lexicon
from streams.reading.words import Token
from streams.records import Modality

MAX_CLIMB = 12
EXAMPLE = frozenset({"including", "like", "unlike"})
"""What they bring is an example of something else, not the news."""
GIVEN = frozenset({"after", "following", "because", "despite", "amid"})
"""What they bring is told as fact, whatever the clause above it says: "will move after a fire"."""
SUFFERED = frozenset({"injure", "wound", "hurt", "kill", "maim"})
COPULAS = frozenset({"be", "become", "remain"})
SPANS = frozenset({"week", "month", "year", "decade", "weeks", "months", "years", "decades"})
KEEN = frozenset(
    {
        "likely",
        "due",
        "ready",
        "able",
        "unlikely",
        "keen",
        "prepared",
        "willing",
        "eager",
        "reluctant",
    }
)
"""Adjectives whose infinitive has not happened."""
WILL = frozenset({"will", "would", "wo", "'ll", "'d"})
"""With "not", what somebody refuses: "would not meet the opposition"."""
ACHIEVED = frozenset(
    {"disperse", "quell", "beat", "defeat", "win", "reach", "claim", "seal", "take", "break"}
)
"""Infinitives of purpose that newspapers use for what came of it: "survived to beat Verdasco"."""
NOUN_PREPOSITIONS = frozenset(
    {"in", "of", "for", "to", "about", "on", "against", "from", "over", "into"}
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether an event happened, and which word says so."""

    modality: Modality
    rule: str = "modality.told"
    word: Token | None = None
    negated: bool = False
    recalled: bool = False


@dataclass(frozen=True, slots=True)
class ModalityLexicon:
    """Word to rule, for each sort of word."""

    auxiliaries: dict[str, str]
    conditions: dict[str, str]
    verbs: dict[str, str]
    objects: dict[str, str]
    prepositions: dict[str, str]
    nouns: dict[str, str]
    adjectives: dict[str, str]
    stories: dict[str, str]
    habits: dict[str, str]
    predicates: dict[str, str]


@cache
def load_modality(language: str = "en") -> ModalityLexicon:
    """Load one language's words of modality."""
    path = resources.files("streams.lexicon").joinpath(language, "modality.toml")
    table: dict[str, dict[str, str]] = tomllib.loads(path.read_text("utf-8"))
    flat = {
        name: {word: rule for rule, words in rows.items() for word in words.split()}
        for name, rows in table.items()
    }
    return ModalityLexicon(**flat)


def judge_modality(trigger: Token, *, noun: bool) -> Judgement:
    """Climb from the trigger and judge: the first that takes it back decides."""
    recalled: Judgement | None = None
    for found in _climb(trigger, noun=noun):
        if not found.recalled:
            return found
        recalled = recalled or found
    return recalled or Judgement("happened")


def _climb(trigger: Token, *, noun: bool) -> Iterator[Judgement]:
    """What each word from the trigger upward says of it, nearest first."""
    lexicon = load_modality()
    token = trigger
    for step in range(MAX_CLIMB):
        if token.pos_ in {"VERB", "AUX"}:
            yield from _judge_clause(token, lexicon)
        elif noun and step == 0:
            yield from _judge_noun(token, lexicon)
        ending = _judge_ending(token)
        if ending is not None:
            yield ending
            return
        head, dep = token.head, token.dep_
        if dep == "relcl" and lexicon.nouns.get(head.lemma_.lower()) == "hypothetical":
            yield _build("hypothetical", "noun", head)  # "a demand that troops withdraw"
        if head.i == token.i or dep in {"relcl", "appos", "parataxis"} or _is_headline(token):
            return
        if _is_given(token, noun=noun and step == 0):
            yield from _judge_given(token)
            return
        above = _judge_head(token, head, lexicon, step=step)
        if above is not None:
            yield above
        if dep == "acl" and token.tag_ in {"VBN", "VBG"} and not _has_subject(token):
            return
        token = head


def _judge_given(token: Token) -> Iterator[Judgement]:
    if _is_long_ago(token):
        yield _build("recalled", "after", token)


def _is_given(token: Token, *, noun: bool) -> bool:
    """Say whether it stands in a clause or phrase that tells a fact: "after a fire swept it"."""
    if noun and (_is_presupposed(token) or _is_told_already(token)):
        return True
    if token.dep_ in {"pobj", "pcomp"}:
        return token.head.lower_ in GIVEN and token.head.head.pos_ in {"VERB", "AUX"}
    return token.dep_ == "advcl" and token.tag_ == "VBD" and _opens_with(token, GIVEN)


def _is_long_ago(token: Token) -> bool:
    """Say whether a fact that is given was long before: "two weeks after", "the raid last month"."""
    near = [child for child in token.children if child.dep_ in {"npadvmod", "advmod"}]
    if token.dep_ == "advcl":
        return any(child.lemma_ in SPANS and child.i < token.i for child in near)
    words = {word.lower_ for child in near for word in (child, *child.children)}
    return bool(words & {"last", "ago"}) and bool(words & SPANS)


def _is_presupposed(noun: Token) -> bool:
    """Say whether a clause that may not hold speaks of a happening that did.

    "A fire that gutted the church may have been set": only its cause is in doubt.
    """
    verb = noun.head
    if noun.dep_ not in {"nsubj", "nsubjpass"} or verb.pos_ != "VERB":
        return False
    told = any(child.dep_ in {"relcl", "acl"} and child.tag_ != "TO" for child in noun.children)
    perfect = any(child.dep_ == "aux" and child.lower_ == "have" for child in verb.children)
    doubted = any(
        child.dep_ == "aux" and load_modality().auxiliaries.get(child.lower_) == "hypothetical"
        for child in verb.children
    )
    return doubted and perfect and (told or any(c.dep_ == "auxpass" for c in verb.children))


def _judge_ending(token: Token) -> Judgement | None:
    """Judge clauses that stand for themselves: who is meant, what for, since when."""
    if _is_topic(token):
        return _build("recalled", "topic", token.head)
    if _is_headline(token) and _has_to(token):
        return _build("planned", "headline_infinitive", token)
    rule, where = next(((rule, where) for test, rule, where in ENDINGS if test(token)), ("", ""))
    return _build(rule, where, token) if rule else None


def judge_habit(trigger: Token) -> Judgement | None:
    """Judge a rule or a habit: "people are killed every year", "drones attack in swarms"."""
    verb = next((t for t in (trigger, *trigger.ancestors) if t.pos_ in {"VERB", "AUX"}), None)
    if verb is None:
        return None
    habits = load_modality().habits
    for child in verb.children:
        word = child if child.dep_ == "advmod" else next(iter(child.children), child)
        if child.dep_ in {"advmod", "npadvmod"} and word.lower_ in habits:
            return _build("hypothetical", "habit", word)
        if child.dep_ in {"acomp", "attr"} and verb.lemma_ in COPULAS and _is_sort(trigger, child):
            return _build("hypothetical", "predicate", child)
    if verb.i == trigger.i and _is_timeless(verb):
        return _build("hypothetical", "timeless", verb)
    return None


def _is_sort(trigger: Token, predicate: Token) -> bool:
    """Say whether a sentence is about a sort of happening: "knife attacks are rare here"."""
    return trigger.dep_ != "attr" and predicate.lemma_.lower() in load_modality().predicates


def _is_timeless(verb: Token) -> bool:
    """Say whether the verb stands in the plain present: "is" or "has" and a participle do not."""
    helpers = [child for child in verb.children if child.dep_ in {"aux", "auxpass"}]
    if verb.tag_ in {"VBZ", "VBP"}:
        return not helpers
    passive = [child for child in helpers if child.dep_ == "auxpass"]
    return verb.tag_ == "VBN" and len(helpers) == 1 and bool(passive) and passive[0].tag_ == "VBP"


def judge_present(trigger: Token) -> Judgement | None:
    """Judge what a body tells in the plain present: a rule, or what is on a calendar."""
    verb = trigger if trigger.pos_ == "VERB" else trigger.head
    if verb.pos_ != "VERB" or not _is_timeless(verb) or verb.dep_ not in {"ROOT", "conj"}:
        return None
    return _build("hypothetical", "present", verb)


def _is_to_come(verb: Token) -> bool:
    """Say whether a clause with "when" is in the present, under one that is no past either."""
    if verb.dep_ != "advcl" or verb.head.tag_ == "VBD":
        return False
    helpers = [child for child in verb.children if child.dep_ in {"aux", "auxpass"}]
    return all(child.tag_ in {"VBZ", "VBP"} for child in helpers) and (
        verb.tag_ in {"VBZ", "VBP"} or bool(helpers)
    )


def _build(rule: str, where: str, word: Token) -> Judgement:
    name = f"modality.{where}.{rule}"
    if rule == "negated":
        return Judgement("denied", name, word, negated=True)
    if rule == "recalled":
        return Judgement("happened", name, word, recalled=True)
    modality: Modality = {  # type: ignore[assignment]  # keys are the rules of modality.toml
        "denied": "denied",
        "threatened": "threatened",
        "planned": "planned",
        "hypothetical": "hypothetical",
    }[rule]
    return Judgement(modality, name, word)


def _judge_clause(verb: Token, lexicon: ModalityLexicon) -> Iterator[Judgement]:
    """Judge by the verb's own auxiliaries, negation and conditions; a plan gives way to them."""
    planned: Judgement | None = None
    helpers = _helpers(verb)
    refused = next((child for child in helpers if child.dep_ == "neg"), None)
    if refused is not None and any(child.lower_ in WILL for child in helpers):
        yield _build("negated", "negation", refused)
        return
    for child in helpers:
        found = _judge_child(verb, child, lexicon)
        if found is not None and found.modality == "planned":
            planned = found
        elif found is not None:
            yield found
            return
    if planned is not None:
        yield planned


def _judge_child(verb: Token, child: Token, lexicon: ModalityLexicon) -> Judgement | None:
    lower, dep = child.lower_, child.dep_
    if dep == "aux":
        return _judge_auxiliary(verb, child, lexicon)
    if dep == "neg" or lower in {"never", "hardly", "barely"}:
        return _build("negated", "negation", child)
    if child.tag_ == "WRB" and lower in {"how", "why"}:
        return _build("hypothetical", "question", child)
    if child.tag_ == "WRB" and lower in {"when", "whenever"} and _is_to_come(verb):
        return _build("planned", "when", child)  # "faces life when he is sentenced"
    if (dep == "mark" and lower in lexicon.conditions) or (
        dep == "advcl" and _opens_with(child, {"if", "unless"})
    ):
        return _build("hypothetical", "condition", child)
    return _judge_argument(child, lexicon)


def _judge_argument(child: Token, lexicon: ModalityLexicon) -> Judgement | None:
    """Judge by a verb's subject or object: "no ship sank", "the film shows"."""
    if child.dep_ in {"nsubj", "dobj", "nsubjpass"} and _has_no(child):
        return _build("negated", "no", child)
    if child.dep_ == "nsubj" and child.lemma_.lower() in lexicon.stories:
        return _build("hypothetical", "story", child)
    return None


def _judge_auxiliary(verb: Token, child: Token, lexicon: ModalityLexicon) -> Judgement | None:
    lower = child.lower_
    if lower == "to":
        return _build("planned", "headline_infinitive", child) if verb.dep_ == "ROOT" else None
    rule = lexicon.auxiliaries.get(lower)
    if lower == "would" and _is_reported(verb):
        rule = "planned"
    return _build(rule, "auxiliary", child) if rule else None


def _is_reported(verb: Token) -> bool:
    """Say whether "would" is the future of somebody's words: "said it would close the plant"."""
    clause = verb
    while clause.dep_ == "conj" and clause.head.i != clause.i:
        clause = clause.head
    wished = load_modality().verbs.get(clause.head.lemma_.lower()) == "hypothetical"
    return clause.dep_ == "ccomp" and clause.head.tag_ in {"VBD", "VBN"} and not wished


def _helpers(verb: Token) -> list[Token]:
    """The verb's children, and the auxiliaries it shares with the verb it is coordinated with."""
    helpers = list(verb.children)
    head = verb.head
    own = any(child.dep_ in {"nsubj", "nsubjpass", "aux"} for child in helpers)
    if verb.dep_ == "conj" and head.pos_ in {"VERB", "AUX"} and not own:
        helpers += [child for child in head.children if child.dep_ in {"aux", "neg"}]
    return helpers


def _has_no(noun: Token) -> bool:
    return any(
        child.dep_ == "det" and child.lower_ in {"no", "neither"} and child.nbor().text != "-"
        for child in noun.children
    )


def _judge_noun(noun: Token, lexicon: ModalityLexicon) -> Iterator[Judgement]:
    """Judge a noun by its adjectives and determiner."""
    if _has_no(noun):
        yield _build("negated", "no", noun)
    for child in noun.children:
        rule = lexicon.adjectives.get(child.lower_)
        if rule and child.dep_ in {"amod", "compound"}:
            yield _build(rule, "adjective", child)


def _judge_head(
    token: Token, head: Token, lexicon: ModalityLexicon, *, step: int
) -> Judgement | None:
    """Judge by the word that governs: "plan to", "fears of", "condemned the"."""
    dep = token.dep_
    if head.lower_ in EXAMPLE:
        return _build("recalled", "example", head)
    if dep == "csubj" and token.tag_ == "VBG" and _is_general(head):
        return _build("hypothetical", "gerund", token)  # "jailing a sick man is hard to justify"
    if head.pos_ == "VERB" or head.lemma_ == "be":
        rule = _rule_of_verb(token, head, lexicon)
        return _build(rule, "verb", head) if rule else None
    if head.pos_ == "ADP" and token.dep_ in {"pobj", "pcomp"}:
        return _judge_preposition(head, lexicon, step=step)
    if head.pos_ in {"NOUN", "ADJ"} and dep in {"acl", "xcomp", "ccomp", "compound", "advcl"}:
        rule = lexicon.nouns.get(head.lemma_.lower())
        if dep == "xcomp" and (head.lemma_ in KEEN or (head.pos_ == "ADJ" and _has_to(token))):
            rule = "planned" if head.lemma_ == "due" else "hypothetical"  # "it is vital to win"
        if rule:
            return _build(rule, "noun", head)
    return None


def _is_general(verb: Token) -> bool:
    """Say whether a verb says what holds, not what happened: present, or with an auxiliary."""
    return verb.tag_ in {"VBZ", "VBP"} or any(c.tag_ == "MD" for c in verb.children)


def _rule_of_verb(token: Token, verb: Token, lexicon: ModalityLexicon) -> str | None:
    """What a verb says of its clause, infinitive or object."""
    dep, lemma = token.dep_, verb.lemma_.lower()
    if dep in {"dobj", "nsubjpass"}:
        return lexicon.objects.get(lemma)
    if dep not in {"xcomp", "ccomp", "pcomp"}:
        return None
    if (
        lemma == "be" and dep == "xcomp" and _has_to(token)
    ):  # "is to be tried", "it is vital to win"
        told = any(child.dep_ in {"acomp", "attr"} for child in verb.children)
        return "hypothetical" if told else "planned"
    if lemma == "tell" and _has_to(token):
        return "hypothetical"  # "told Syria to pull out", but not "told reporters that it had"
    rule = lexicon.verbs.get(lemma)
    if dep == "ccomp" and (rule in {"negated", "planned"} or token.i < verb.i):
        return None  # "they seized it; the army denies it": a clause in front stands alone
    return rule


def _is_topic(noun: Token) -> bool:
    """Say whether an event only names what another noun is about: "the hacking controversy"."""
    if noun.dep_ != "compound" or noun.head.pos_ != "NOUN":  # a storm has a name of its own
        return False
    if find_occurrence(noun) is not None:
        return False
    lexicon = load_coding_lexicon()
    head = noun.head.lemma_.lower()
    return head not in lexicon.terms("event_word").lemmas | lexicon.terms("outcome").lemmas


def _is_described(verb: Token) -> bool:
    """Say whether a past participle only says who is meant: "an envoy appointed by Mr. Obama"."""
    noun = verb.head
    if verb.dep_ != "acl" or noun.pos_ not in {"NOUN", "PROPN", "NUM"}:
        return False
    human = noun.lemma_.lower() in load_coding_lexicon().terms("human").lemmas
    if verb.tag_ != "VBN" and not (verb.tag_ == "VBG" and human):
        return False
    if verb.lemma_ in SUFFERED and (noun.lemma_.lower() in QUANTITY or noun.pos_ == "NUM"):
        return False  # "twenty were killed and hundreds injured in riots"
    if (human and noun.dep_ == "pobj") or (verb.tag_ == "VBN" and noun.dep_ == "appos"):
        return True  # "encircled by rebels fighting it", "a member of the party jailed a year ago"
    if noun.dep_ == "attr" and noun.head.dep_ == "relcl":
        return _identifies(noun.head)
    return noun.dep_ in {"nsubj", "nsubjpass", "dobj"} and noun.head.pos_ == "VERB"


def _identifies(verb: Token) -> bool:
    """Say whether a relative clause only says who is meant: "the man who killed 12 was seen"."""
    noun = verb.head
    if verb.dep_ != "relcl":
        return False
    if noun.dep_ == "appos":  # "LaRue, an oil heir who was found guilty in 1974, has died"
        noun = noun.head
    if noun.dep_ not in {"nsubj", "nsubjpass"}:
        return False
    events = load_coding_lexicon().terms("event_word").lemmas
    return noun.lemma_.lower() not in events and noun.head.pos_ in {"VERB", "AUX"}


def _has_to(verb: Token) -> bool:
    return any(child.dep_ == "aux" and child.lower_ == "to" for child in verb.children)


def _is_headline(verb: Token) -> bool:
    """Say whether it is a headline's verb that the parser hung on its noun: "Suspect charged"."""
    noun = verb.head
    hung = verb.dep_ == "acl" or (verb.dep_ == "relcl" and _has_to(verb))
    return hung and noun.dep_ == "ROOT" and noun.pos_ in {"NOUN", "PROPN", "NUM"}


def _has_subject(verb: Token) -> bool:
    return any(child.dep_ in {"nsubj", "nsubjpass"} for child in verb.children)


def _is_told_already(noun: Token) -> bool:
    """Say whether a clause on it tells what it did: "bracing for the storm that closed the park"."""
    return any(
        child.dep_ == "relcl"
        and child.tag_ == "VBD"
        and any(inner.dep_ == "nsubj" and inner.tag_ == "WDT" for inner in child.children)
        for child in noun.children
    )


def _is_purpose(verb: Token) -> bool:
    """Say whether it is an aim: "a campaign to help him win"."""
    return _has_to(verb) and verb.dep_ in {"acl", "advcl", "relcl"} and verb.lemma_ not in ACHIEVED


def _opens_with(verb: Token, words: AbstractSet[str]) -> bool:
    return any(child.dep_ == "mark" and child.lower_ in words for child in verb.children)


def _judge_preposition(prep: Token, lexicon: ModalityLexicon, *, step: int) -> Judgement | None:
    """Judge "call for", "without", "fear of", "investigation into"."""
    outer = prep.head
    if prep.lower_ == "without":
        return _build("negated", "without", prep)
    if outer.pos_ in {"NOUN", "PROPN", "ADJ"}:
        rule = lexicon.nouns.get(outer.lemma_.lower())
        if rule and prep.lower_ in NOUN_PREPOSITIONS:
            return _build(rule, "noun", outer)
        return None
    if outer.pos_ == "VERB" and step <= 1:
        lemma = outer.lemma_.lower()
        rule = lexicon.prepositions.get(f"{lemma}+{prep.lower_}")
        if rule:
            return _build(rule, "verb", outer)
    return None


def _is_since(verb: Token) -> bool:
    return verb.dep_ == "advcl" and _opens_with(verb, {"since"})


ENDINGS: tuple[tuple[Callable[[Token], bool], str, str], ...] = (
    (_is_described, "recalled", "participle"),
    (_identifies, "recalled", "relative"),
    (_is_purpose, "hypothetical", "purpose"),
    (_is_since, "recalled", "since"),
)
"""Clauses that stand for themselves, with what they say of their event."""
