"""A verb of speaking and its stance in, the stance that its words leave out.

The theory: "not" turns a confirmation into "cannot verify" and takes any other word back; what
somebody says did not happen he denies ("said it had not shelled the town", "called the report
false"); whom somebody says was behind a deed he accuses, unless it is himself, who owns up.
"""

from __future__ import annotations

from streams.reading.voices.cues import deeds_of, load_cues
from streams.reading.words import Token
from streams.records import Stance

BRANDING = frozenset({"call", "describe", "brand", "label", "denounce"})
"""Verbs that deny with a word for falsehood: "called the report false"."""
_FALSE = frozenset(
    [
        "false", "untrue", "baseless", "unfounded", "groundless", "fabricate", "fabricated", "fake",
        "lie", "fabrication", "nonsense", "propaganda", "absurd", "incorrect", "wrong", "rumour",
        "disinformation", "misinformation", "ridiculous", "invention", "hoax",
    ]
)  # fmt: skip
_INNOCENCE = frozenset({"innocence"})
_NOT = frozenset({"not", "n't", "never", "n\u2019t"})
_SAYING = frozenset(
    {"say", "insist", "maintain", "state", "tell", "claim", "assert", "add", "argue"}
)
_HARMED = frozenset(
    ["one", "casualty", "injury", "death", "victim", "damage", "people", "person", "survivor"]
)
"""Whom nothing happened to: "no casualties were reported" is a count and no denial."""
_WEAPONS = frozenset({"gun", "missile", "rocket", "drone", "shell", "bomb", "chemical", "weapon"})
_SELVES = frozenset({"it", "they", "he", "she", "we"})
_HAPPENING = frozenset({"be", "happen", "occur", "exist"})
_DOING = frozenset({"carry", "conduct", "perpetrate", "commit", "orchestrate", "organise", "stage"})


def weigh_stance(verb: Token, stance: Stance) -> Stance | None:
    """Weigh what is left of a stance; None where nothing is said."""
    if verb.dep_ == "xcomp" and verb.head.lemma_ in {"decline", "refuse", "fail"}:
        return None
    if verb.lemma_ == "plead":
        denying = any(token.lower_ in {"not", "innocent"} for token in verb.subtree)
        return "denies" if denying else "confirms"
    if _is_negated(verb):
        return "cannot_verify" if stance in {"confirms", "cannot_verify"} else None
    if stance == "asserts":
        return _weigh_clause(verb)
    return stance


def denies_something(verb: Token) -> bool:
    """Tell whether a verb of denial has something to deny: "rejected the accusation"."""
    referring = load_cues("referring")
    for child in verb.children:
        if child.dep_ in {"dobj", "nsubjpass"}:
            return child.lemma_.lower() in referring
        if child.dep_ == "ccomp":
            return True
    return False


def brands_false(verb: Token) -> bool:
    """Tell whether a claim is called false: "described the reports as baseless"."""
    referring = load_cues("referring")
    named = any(
        child.dep_ in {"dobj", "nsubj"} and child.lemma_.lower() in referring
        for clause in (verb, *(c for c in verb.children if c.dep_ in {"ccomp", "xcomp"}))
        for child in clause.children
        if clause != verb or child.dep_ == "dobj"
    )
    return named and any(token.lemma_.lower() in _FALSE for token in verb.subtree)


def denies_claim(verb: Token) -> bool:
    """Tell whether somebody says that a claim told before is false: "said the report was untrue"."""
    return any(_calls_false(clause) for clause in verb.children if clause.dep_ == "ccomp")


def find_blamed(verb: Token) -> Token | None:
    """Find whom a clause makes the doer: "said separatists were behind the attack"."""
    for clause in verb.children:
        if clause.dep_ != "ccomp" or clause.lemma_ != "be":
            continue
        subject = next((c for c in clause.children if c.dep_ == "nsubj"), None)
        if subject is None or subject.pos_ not in {"NOUN", "PROPN"} or deeds_of(subject):
            continue
        if _is_behind(clause):
            return subject
    return None


def owns_up(verb: Token) -> bool:
    """Tell whether somebody says that he did it: "said it was behind the attack"."""
    if any(c.dep_ in {"dobj", "nsubjpass"} and c.lower_ == "responsibility" for c in verb.children):
        return True
    for clause in verb.children:
        if clause.dep_ != "ccomp":
            continue
        own = any(c.dep_ == "nsubj" and c.lower_ in _SELVES for c in clause.children)
        deed = any(c.dep_ == "dobj" and _is_definite_deed(c) for c in clause.children)
        if own and (_is_behind(clause) or (clause.lemma_ in _DOING and deed)):
            return True
    return False


def _is_behind(clause: Token) -> bool:
    """Tell whether a clause with "be" makes its subject the doer of a deed told before."""
    for child in clause.children:
        if child.dep_ == "prep" and child.lower_ == "behind":
            return any(_is_definite_deed(c) for c in child.children)
        if child.dep_ == "acomp" and child.lower_ == "responsible":
            after = [c for prep in child.children for c in prep.children if c.dep_ == "pobj"]
            return not after or any(_is_definite_deed(c) for c in after)
    return False


def _is_definite_deed(noun: Token) -> bool:
    pointed = any(c.lower_ in {"the", "this", "that", "these", "both"} for c in noun.children)
    return noun.lower_ in {"it", "this", "that"} or (pointed and bool(deeds_of(noun)))


def _weigh_clause(verb: Token) -> Stance:
    """Weigh what somebody says happened: a denial, an accusation, or plain words."""
    if verb.lemma_ == "maintain" and any(c.lower_ in _INNOCENCE for c in verb.children):
        return "denies"
    if verb.lemma_ not in _SAYING:
        return "asserts"
    clauses = [child for child in verb.children if child.dep_ == "ccomp"]
    if any(_is_denied(clause) for clause in clauses):
        return "denies"
    return "accuses" if find_blamed(verb) is not None else "asserts"


def _is_denied(clause: Token) -> bool:
    """Tell whether a clause says of a deed that it was not, or of a claim that it is false."""
    subject = next((c for c in clause.children if c.dep_ in {"nsubj", "nsubjpass"}), None)
    if subject is None or any(c.lemma_ in {"will", "would", "may", "can"} for c in clause.children):
        return False
    if _calls_false(clause):
        return True
    if subject.lemma_.lower() in _HARMED or clause.tag_ not in {"VBD", "VBN", "VB", "VBG"}:
        return False
    objects = [c for c in clause.children if c.dep_ in {"dobj", "attr"}]
    if any(c.lemma_.lower() in _HARMED for c in objects):
        return False
    deed = deeds_of(clause) or any(deeds_of(c) for c in objects if c.lemma_ not in _WEAPONS)
    if any(c.dep_ == "neg" and c.lower_ in _NOT for c in clause.children):
        claim = subject.lemma_.lower() in load_cues("referring")
        return bool(deed) or (claim and (subject.pos_ != "PRON" or clause.lemma_ in _HAPPENING))
    nobody = any(c.dep_ == "det" and c.lower_ in {"no", "neither"} for c in subject.children)
    return nobody and bool(deed)


def _calls_false(clause: Token) -> bool:
    referring = load_cues("referring")
    return any(
        child.dep_ in {"nsubj", "nsubjpass"} and child.lemma_.lower() in referring
        for child in clause.children
    ) and any(
        child.dep_ in {"acomp", "attr"} and child.lemma_.lower() in _FALSE
        for child in clause.children
    )


def _is_negated(token: Token) -> bool:
    return any(child.dep_ == "neg" for child in token.children) or (
        token.dep_ == "xcomp"
        and any(c.dep_ == "neg" or c.lower_ == "unable" for c in token.head.children)
    )
