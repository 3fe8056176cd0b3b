"""A verb of speaking in, who speaks it out: the subject, the agent, the antecedent, the witness.

The theory: the subject speaks, the agent of a passive does ("was confirmed by the FBI"), and a verb
without a subject shares the one above ("…, adding that"). "It" and "they" are whoever spoke last.
What cannot speak is no claimant: nobody ("no group has claimed"), a day, an event ("air strikes").
"""

from __future__ import annotations

from streams.reading.names import (
    GROUPS,
    Names,
    clean_phrase,
    is_title,
    is_unnamed,
    load_titles,
    phrase_of,
)
from streams.reading.voices.cues import deeds_of, load_cues
from streams.reading.voices.naming import SUBJECTS, is_outlet, name_speaker
from streams.reading.words import Token

STATEMENT = "the statement"
"""A speaker still to be found: whoever issued the statement told of before."""
_MUTE = frozenset({"video", "footage", "photo", "image", "law", "rule", "which", "that", "this"})
_FIRST = frozenset({"i", "we"})
_LAST = frozenset({"it", "they", "he", "she", "who"})
_NOBODY = frozenset({"nobody", "none", "neither", "nothing"})
_SHOWING = frozenset({"show", "find", "suggest", "indicate"})
"""Verbs whose subject may be a thing: "tests showed"."""
_PAPERS = frozenset({"poll", "report", "case", "test", "survey"})
_TIMES = frozenset({"DATE", "TIME", "CARDINAL", "PERCENT", "MONEY"})


def can_speak(subject: Token, lemma: str) -> bool:
    """Tell whether a subject can be a claimant of this verb."""
    if subject.lower_ in _MUTE or subject.lower_ in _FIRST or subject.lower_ in _NOBODY:
        return False
    if any(child.dep_ == "det" and child.lower_ in {"no", "neither"} for child in subject.children):
        return False
    counted = any(child.lower_ == "of" for child in subject.children)  # "one of her friends"
    if subject.pos_ == "VERB":
        return False
    number = subject.ent_type_ in _TIMES or subject.pos_ == "NUM" or subject.lower_ == "one"
    if number and not counted:
        return False
    event = subject.pos_ == "NOUN" and bool(deeds_of(subject))
    return not event or lemma in _SHOWING or subject.lemma_.lower() in _PAPERS


def subject_of(verb: Token) -> Token | None:
    """Who does the speaking: the subject, the agent of a passive, or the subject of "and said"."""
    agents = [c for child in verb.children if child.dep_ == "agent" for c in child.children]
    if agents:
        return next((token for token in agents if token.dep_ == "pobj"), None)
    if any(child.dep_ in {"nsubjpass", "auxpass"} for child in verb.children):
        return None
    subjects = [child for child in verb.children if child.dep_ == "nsubj"]
    if subjects:
        named = subjects[-1].ent_type_ == "PERSON" or _is_name_of(subjects[0], subjects[-1])
        subject = subjects[-1] if named else subjects[0]
        subject = _end_of_list(verb, subject)
        relative = subject.lower_ in {"who", "which"} and verb.dep_ == "relcl"
        return verb.head if relative else subject
    return _subject_above(verb) or _subject_apposed(verb)


def _end_of_list(verb: Token, subject: Token) -> Token:
    """The speaker whom the parser ties to a list of places: "in Oman, Yemen and Iraq, the UN says"."""
    if subject.ent_type_ != "GPE" or not any(child.dep_ == "conj" for child in subject.children):
        return subject
    for child in subject.children:
        if child.dep_ == "appos" and child.right_edge.i == verb.i - 1:
            return child
    return subject


def _is_name_of(noun: Token, name: Token) -> bool:
    """Tell whether the parser made two subjects of one: "state news agency SANA reported"."""
    return noun.pos_ == "NOUN" and name.pos_ == "PROPN" and name.left_edge.i == noun.i + 1


def _subject_above(verb: Token) -> Token | None:
    """The subject that a verb shares with the verb above: "…, and said", "…, adding that"."""
    above = verb.head
    if verb.dep_ in {"conj", "xcomp"} and above.pos_ in {"VERB", "AUX"}:
        return subject_of(above)
    if verb.tag_ == "VBG" and verb.dep_ == "advcl" and above.pos_ in {"VERB", "AUX"}:
        return subject_of(above)
    return above if verb.tag_ == "VBG" and verb.dep_ == "acl" else None


def _subject_apposed(verb: Token) -> Token | None:
    """The speaker whom the parser ties to the word before: "killed two, Jo Ray, a nurse, said."."""
    if verb.tag_ not in {"VBD", "VBZ", "VBP"} or verb.i < 2:
        return None
    for clause in verb.children:
        if clause.dep_ != "ccomp" or clause.i > verb.i:
            continue
        for token in clause.subtree:  # in order: the outermost comes first
            ends = token.right_edge.i in {verb.i - 1, verb.i - 2}
            if token.dep_ == "appos" and ends and token.left_edge.nbor(-1).text == ",":
                return token
    return None


def quoted_speaker(verb: Token) -> Token | None:
    """Whom somebody else quotes: "was quoted as saying", "citing officials"."""
    passive = next((child for child in verb.children if child.dep_ == "nsubjpass"), None)
    if passive is not None:
        return passive
    return next((child for child in verb.children if child.dep_ == "dobj"), None)


def antecedent_of(cue: Token, pronoun: Token) -> Token | None:
    """The subject of the clause above, for "where they confirmed" and "who said"."""
    if pronoun.lower_ == "who":
        return cue.head if cue.dep_ == "relcl" else None
    for above in cue.ancestors:
        if above.pos_ in {"VERB", "AUX"}:
            subject = next((c for c in above.children if c.dep_ in SUBJECTS), None)
            if subject is not None and subject != pronoun:
                return subject
    return None


def is_unresolved(name: str) -> bool:
    """Tell whether a speaker is still a pronoun."""
    return name.lower() in _LAST or name == STATEMENT


def name_subject(verb: Token, names: Names, pronoun: str) -> str | None:
    """Name the subject of a clause where a pronoun can mean it: a man, several people, a body."""
    subject = next((t for t in verb.children if t.dep_ in SUBJECTS), None)
    if subject is None or not can_speak(subject, "say"):
        return None
    if pronoun in {"he", "she"}:
        human = subject.tag_ == "NN" and (is_unnamed(subject) or is_title(subject))
        return name_speaker(subject, names) if human else None
    several = subject.tag_ == "NNS" or subject.lower_ == "police"
    body = (
        subject.ent_type_ == "ORG"
        or subject.lower_ in GROUPS
        or (subject.tag_ == "NNP" and not subject.ent_type_)
    )
    if pronoun in ({"they"} if several else {"they", "it"} if body else set()):
        return name_speaker(subject, names)
    return None


def is_person(name: str, names: Names) -> bool:
    """Tell whether a speaker is one person: "it" and "they" are none."""
    last = name.lower().rpartition(" ")[2]
    return name in names.people or last in load_titles("office") or last in load_titles("role")


def find_witnesses(subject: Token) -> list[str]:
    """The outlets whose people these are: "Reporters from Reuters and the BBC", "AFP journalists"."""
    if subject.lower_ not in load_cues("witness"):
        return []
    found = []
    for token in subject.subtree:
        if token.pos_ == "PROPN" and token.dep_ in {"pobj", "conj", "compound", "poss", "nmod"}:
            name = clean_phrase(phrase_of(token))
            if is_outlet(name):
                found.append(name)
    return list(dict.fromkeys(found))
