"""A trigger token in; whether it happened, as its clause and all that governs it say, out.

Theory: a happening is told as such unless something above it takes that back. From the trigger we
climb the parse: auxiliaries and negation at each verb, then the verb or noun that governs it. The
first that takes it back decides. Relative clauses stop the climb (what they tell is told as fact).
Wrong on purpose: irony, and "could" for "was able to", which is read as hypothetical.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from spacy.tokens import Token

from streams.reading.coding.patterns import load_coding_lexicon
from streams.records import Modality

MAX_CLIMB = 12
EXAMPLE = frozenset({"including", "like", "unlike"})
"""What they bring is an example of something else, not the news."""
ACHIEVED = frozenset(
    {"disperse", "quell", "beat", "defeat", "win", "reach", "claim", "seal", "take"}
)
"""Infinitives of purpose that newspapers use for what came of it: "survived to beat Verdasco"."""
NOUN_PREPOSITIONS = frozenset({"of", "for", "to", "about", "on", "against", "from", "over", "into"})


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
    """Climb from the trigger and judge."""
    lexicon = load_modality()
    recalled: Judgement | None = None
    token = trigger
    for step in range(MAX_CLIMB):
        if token.pos_ in {"VERB", "AUX"}:
            found = _judge_clause(token, lexicon)
        else:
            found = _judge_noun(token, lexicon) if noun and step == 0 else None
        if found is not None and not found.recalled:
            return found
        recalled = recalled or found
        head, dep = token.head, token.dep_
        if _is_described(token):
            return recalled or _build("recalled", "participle", token)
        if _identifies(token):
            return recalled or _build("recalled", "relative", token)
        if _is_purpose(token):
            return _build("hypothetical", "purpose", token)
        if dep == "advcl" and _opens_with(token, {"since"}):
            return recalled or _build("recalled", "since", token)
        if head.i == token.i or dep in {"relcl", "appos", "parataxis"}:
            break
        found = _judge_head(token, head, lexicon, step=step)
        if found is not None and not found.recalled:
            return found
        recalled = recalled or found
        if dep == "acl" and token.tag_ in {"VBN", "VBG"}:
            break
        token = head
    return recalled or Judgement("happened")


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


def _judge_clause(verb: Token, lexicon: ModalityLexicon) -> Judgement | None:
    """Judge by the verb's own auxiliaries, negation and conditions."""
    planned: Judgement | None = None
    for child in _helpers(verb):
        lower = child.lower_
        if child.tag_ == "WRB" and lower in {"how", "why"}:
            return _build("hypothetical", "question", child)
        if child.dep_ == "neg" or lower in {"never", "hardly", "barely"}:
            return _build("negated", "negation", child)
        if child.dep_ == "aux":
            if lower == "to" and verb.dep_ == "ROOT":
                planned = _build("planned", "headline_infinitive", child)
            rule = lexicon.auxiliaries.get(lower)
            if lower == "would" and _is_reported(verb):
                rule = "planned"
            if rule == "hypothetical":
                return _build(rule, "auxiliary", child)
            if rule:
                planned = _build(rule, "auxiliary", child)
        elif (child.dep_ == "mark" and lower in lexicon.conditions) or (
            child.dep_ == "advcl"
            and any(
                mark.dep_ == "mark" and mark.lower_ in {"if", "unless"} for mark in child.children
            )
        ):
            return _build("hypothetical", "condition", child)
        elif child.dep_ in {"nsubj", "dobj", "nsubjpass"} and _has_no(child):
            return _build("negated", "no", child)
        elif child.dep_ == "nsubj" and child.lemma_.lower() in lexicon.stories:
            return _build("hypothetical", "story", child)
    if planned is None and any(child.lower_ == "about" for child in verb.children):
        return None
    return planned


def _is_reported(verb: Token) -> bool:
    """Say whether "would" is the future of somebody's words: "said it would close the plant"."""
    clause = verb
    while clause.dep_ == "conj" and clause.head.i != clause.i:
        clause = clause.head
    return clause.dep_ == "ccomp" and clause.head.tag_ in {"VBD", "VBN"}


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


def _judge_noun(noun: Token, lexicon: ModalityLexicon) -> Judgement | None:
    """Judge a noun by its adjectives and determiner."""
    if _has_no(noun):
        return _build("negated", "no", noun)
    for child in noun.children:
        if child.dep_ in {"amod", "compound"}:
            rule = lexicon.adjectives.get(child.lower_)
            if rule:
                return _build(rule, "adjective", child)
    return None


def _judge_head(
    token: Token, head: Token, lexicon: ModalityLexicon, *, step: int
) -> Judgement | None:
    """Judge by the word that governs: "plan to", "fears of", "condemned the"."""
    dep = token.dep_
    if head.lower_ in EXAMPLE:
        return _build("recalled", "example", head)
    if head.pos_ == "VERB":
        lemma = head.lemma_.lower()
        rule = None
        if dep in {"xcomp", "ccomp", "pcomp"}:
            rule = lexicon.verbs.get(lemma)
            if dep == "ccomp" and (rule in {"negated", "planned"} or token.i < head.i):
                rule = None  # "they seized it; the army denies it": a clause in front stands alone
        elif dep in {"dobj", "nsubjpass"}:
            rule = lexicon.objects.get(lemma)
        return _build(rule, "verb", head) if rule else None
    if head.pos_ == "ADP" and token.dep_ in {"pobj", "pcomp"}:
        return _judge_preposition(head, lexicon, step=step)
    if head.pos_ in {"NOUN", "ADJ"} and dep in {"acl", "xcomp", "ccomp", "compound", "advcl"}:
        rule = lexicon.nouns.get(head.lemma_.lower())
        if dep == "xcomp" and head.lemma_ in {"likely", "due", "ready", "able", "unlikely", "keen"}:
            rule = "planned" if head.lemma_ == "due" else "hypothetical"
        if rule:
            return _build(rule, "noun", head)
    return None


def _is_described(verb: Token) -> bool:
    """Say whether a past participle only says who is meant: "an envoy appointed by Mr. Obama"."""
    noun = verb.head
    if verb.dep_ != "acl" or verb.tag_ != "VBN" or noun.pos_ not in {"NOUN", "PROPN", "NUM"}:
        return False
    return noun.dep_ in {"nsubj", "nsubjpass", "dobj"} and noun.head.pos_ == "VERB"


def _identifies(verb: Token) -> bool:
    """Say whether a relative clause only says who is meant: "the man who killed 12 was seen"."""
    noun = verb.head
    if verb.dep_ != "relcl" or noun.dep_ not in {"nsubj", "nsubjpass"}:
        return False
    events = load_coding_lexicon().terms("event_word").lemmas
    return noun.lemma_.lower() not in events and noun.head.pos_ in {"VERB", "AUX"}


def _is_purpose(verb: Token) -> bool:
    """Say whether it is an aim: "a campaign to help him win"."""
    to = any(child.dep_ == "aux" and child.lower_ == "to" for child in verb.children)
    return to and verb.dep_ in {"acl", "advcl", "relcl"} and verb.lemma_ not in ACHIEVED


def _opens_with(verb: Token, words: set[str]) -> bool:
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
