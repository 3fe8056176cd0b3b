"""A verb of speaking in, what it speaks about out: its clause, whom it accuses, whether it points back.

The theory: the clause below the verb is what is said. A verb that closes its sentence ("…, officials
said on Monday") speaks about all that stands before; a clause of time that goes with the telling
("…, officials said, as talks resumed") is the outlet's own.
"""

# ruff: noqa: RUF001 - newspapers write curly quotes
from __future__ import annotations

from dataclasses import dataclass

from streams.reading.voices.counts import gives_count
from streams.reading.voices.cues import deeds_of, load_cues
from streams.reading.voices.naming import SUBJECTS
from streams.reading.voices.stances import denies_claim, find_blamed, owns_up
from streams.reading.words import Token
from streams.records import Stance

CLAUSES = frozenset({"ccomp", "xcomp", "advcl", "parataxis"})
_ABOUT = frozenset({"of", "for", "on", "about", "as", "to", "with"})
_TIMING = frozenset({"as", "while", "when", "after", "before", "since", "once", "until"})
_SAME = frozenset({"when", "after"})
"""Words of time with which what happened is told, and not the telling."""
MAX_TAIL = 14
"""Words after a verb that closes its sentence: "said Jo Ray, the mayor of Kota, on Monday"."""
_STATEMENTS = frozenset(
    [
        "statement", "telegram", "twitter", "x", "facebook", "post", "interview", "briefing",
        "conference", "tweet", "channel", "court", "email", "letter", "speech", "report", "instagram",
    ]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Content:
    """What a voice speaks about."""

    words: frozenset[int]
    accused: Token | None = None
    back: bool = False
    """It speaks about what was said before ("denied the allegations")."""


def find_content(cue: Token, stance: Stance) -> Content:
    """Find what a cue speaks about."""
    objects = [child for child in cue.children if child.dep_ in {"dobj", "attr", "oprd", "acomp"}]
    clauses = [child for child in cue.children if child.dep_ in CLAUSES and not _is_aside(child)]
    counts = gives_count(cue)
    about = [
        child
        for child in cue.children
        if child.dep_ == "prep" and (child.lower_ in _ABOUT or (counts and child.lower_ == "at"))
    ]
    passive = [child for child in cue.children if child.dep_ in {"nsubjpass", "agent"}]
    if len(passive) > 1:  # "the resignation was announced by the palace"
        objects.extend(child for child in passive if child.dep_ == "nsubjpass")
    content = {token.i for child in (*objects, *clauses, *about) for token in child.subtree}
    statement = statement_of(cue)
    if statement is not None:  # "said in a statement that …": the parser ties the clause to it
        content.update(token.i for token in statement.subtree if token.i > statement.i)
    if cue.dep_ == "parataxis" or (cue.dep_ in {"advcl", "acl"} and not content):
        own = {token.i for token in cue.subtree}
        content.update(t.i for t in cue.sent if t.i not in own)
    if cue.dep_ == "ROOT" and not clauses:
        content.update(_side_content(cue))
    content.update(_closed_content(cue))
    content.difference_update(_time_of_telling(cue, content))
    if stance == "accuses" and len(passive) > 1:  # "accused by the police of stealing"
        content.update(t.i for t in passive[-1].subtree if t.i > passive[-1].i + 1)
    return _weigh(cue, stance, objects, about, frozenset(content))


def _weigh(
    cue: Token, stance: Stance, objects: list[Token], about: list[Token], content: frozenset[int]
) -> Content:
    refers = _points_back(objects, content)
    if gives_count(cue) or owns_up(cue) or (stance == "denies" and denies_claim(cue)):
        return Content(content, back=True)
    if stance == "accuses":
        accused = _accused(objects, about) or find_blamed(cue)
        named = {t.i for t in accused.subtree} if accused is not None else set()
        told = any(cue.doc[n].pos_ in {"VERB", "NOUN"} for n in content - named)
        blames = any(deeds_of(cue.doc[n]) for n in content)
        return Content(content, accused, back=(refers or not told) and not blames)
    guilty = any(child.lower_ in {"responsibility", "guilty"} for child in objects)
    counts = cue.lemma_ == "estimate"
    speech = stance in {"asserts", "announces", "threatens"}
    if cue.lemma_ == "plead" and _names_crime(cue):
        refers = False  # "pleaded guilty to arson": to this, not to what stands before
    return Content(content, back=(guilty or counts or not speech) and refers)


def _names_crime(plea: Token) -> bool:
    """Tell whether a plea says to what: "to arson", not "to the charges"."""
    return any(
        token.dep_ == "pobj"
        and token.head.lower_ == "to"
        and token.lemma_.lower() not in load_cues("referring")
        and token.lemma_.lower() != "count"
        for token in plea.subtree
    )


def _is_aside(child: Token) -> bool:
    """Tell whether a clause below a cue is no part of what is said: time, or another's voice."""
    if child.dep_ != "advcl":
        return False
    marks = [c for c in child.children if c.dep_ in {"mark", "advmod"} and c.i < child.i]
    if any(mark.lower_ in _TIMING for mark in marks):
        return not _goes_on(child)
    lemma = child.lemma_.lower()
    return child.tag_ == "VBG" and (lemma in load_cues("verb") or lemma == "refer")


def _goes_on(clause: Token) -> bool:
    """Tell whether a clause of time goes on with what was said: "30 died, police said, when a bus…"."""
    cue = clause.head
    said = any(c.dep_ == "ccomp" and c.i < cue.i for c in cue.children)
    first = clause.left_edge
    return said and first.i > cue.i and first.lower_ in _SAME and first.nbor(-1).text == ","


def _accused(objects: list[Token], about: list[Token]) -> Token | None:
    """Whom an accusation is about: its object, or "blamed the blast on" somebody."""
    on = (c for prep in about if prep.lower_ == "on" for c in prep.children if c.dep_ == "pobj")
    named = (token for token in objects if token.pos_ in {"PROPN", "NOUN", "PRON"})
    return next(on, None) or next(named, None)


def _side_content(cue: Token) -> set[int]:
    """The clause beside a cue that the parser tied otherwise: "…, Ms. Maliar said."."""
    before = [t for t in cue.sent if t.i < cue.left_edge.i]
    if cue.i > cue.sent.start + 3 and cue.sent.end - cue.i <= 12:
        own = {t.i for child in cue.children if child.dep_ in SUBJECTS for t in child.subtree}
        return {t.i for t in cue.sent if t.i < cue.i and t.i not in own}
    return {t.i for t in before}


def _closed_content(cue: Token) -> set[int]:
    """All that stands before a verb which closes its sentence, where no other voice speaks."""
    said = [child for child in cue.children if child.dep_ == "ccomp" and child.i < cue.i]
    subject = next((child for child in cue.children if child.dep_ in SUBJECTS), None)
    if not said or subject is None:
        return set()
    start = min(subject.left_edge.i, cue.i)
    last = max(subject.right_edge.i, cue.i)
    sentence = cue.sent
    if start - sentence.start < 2 or cue.doc[start - 1].text not in {",", "”", '"', "''", "’"}:
        return set()
    if sentence.end - last > MAX_TAIL:
        return set()
    verbs = load_cues("verb")
    before = cue.doc[sentence.start : start]
    if any(token.lemma_.lower() in verbs and token.pos_ == "VERB" for token in before):
        return set()
    return {token.i for token in before}


def _time_of_telling(cue: Token, content: set[int]) -> set[int]:
    """The clause of time after a cue that what is said stands before."""
    if not content or min(content) > cue.i:
        return set()
    aside: set[int] = set()
    for number in content:
        token = cue.doc[number]
        if number > cue.i and token.dep_ == "mark" and token.lower_ in _TIMING:
            clause = token.head
            late = clause.dep_ == "advcl" and clause.left_edge.i > cue.i
            if late and not (clause.head == cue and _goes_on(clause)):
                aside.update(t.i for t in clause.subtree)
    return aside


def _points_back(objects: list[Token], content: frozenset[int]) -> bool:
    referring = load_cues("referring")
    return (
        any(obj.lemma_.lower() in referring or obj.lower_ in referring for obj in objects)
        or not content
    )


def words_of(cue: Token) -> str:
    """The words that say so: "said in a statement"."""
    statement = statement_of(cue)
    last = statement.i if statement is not None else cue.i
    return str(cue.doc[cue.i : last + 1].text)


def statement_of(cue: Token) -> Token | None:
    """What a cue was said in: the statement, the post, the interview."""
    for child in cue.children:
        if child.dep_ == "prep" and child.lower_ in {"in", "on", "via", "at", "during"}:
            for token in child.subtree:
                if token.lower_ in _STATEMENTS and 0 < token.i - cue.i <= 8:
                    return token
    return None
