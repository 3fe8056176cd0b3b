"""The codings of one sentence in; those that another one speaks of recalled or dropped out.

Theory: what somebody reacts to happened before and is recalled ("protested to Ankara over the raid
that killed eight", "opened an inquiry into the shooting", "accused the general of genocide"); what
somebody ends, refuses or threatens is not told beside it ("lifted the curfew", "ended their hunger
strike", "ruled out reopening the border"). The link is read from the parse: an object, a phrase with
a preposition of reaction, or a clause on one of these.

Wrong on purpose: what an accusation tells in a clause of its own ("accused Russia of shelling the
town") stays an event, which the accuser claims.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from streams.reading.coding.modality import Judgement

if TYPE_CHECKING:
    from streams.reading.coding.code import Coding
    from streams.reading.words import Token

MAX_CLIMB = 8
REACTIONS = frozenset({"condemnation", "accusation", "investigation", "apology"})
"""Kinds that speak of what happened before."""
ENDING = frozenset({"concession", "strike_settled", "rejection", "aid_cut"}) | {
    "threat",
    "threat_sanctions",
}
"""Kinds whose object is over, refused or to come."""
REACTING = frozenset({"over", "into", "about", "of", "for", "against", "at", "on"})
"""Prepositions that bring what is reacted to; "after" and "in" may bring the news itself."""
BESIDE = frozenset({"after", "amid", "following", "before", "despite", "during", "in", "by", "as"})
"""Prepositions of what stands beside what is ended: when, where, in spite of what."""
ARGUMENTS = frozenset({"dobj", "obj", "pobj", "pcomp", "xcomp", "attr", "nsubjpass", "compound"})
CLAUSES = frozenset({"relcl", "acl"})


def settle_embedded(found: Sequence[Coding]) -> list[Coding]:
    """Recall what a reaction speaks of, and drop what somebody ends, refuses or threatens."""
    ending = [coding for coding in found if coding.kind in ENDING]
    reacting = [coding for coding in found if coding.kind in REACTIONS]
    if len(found) < 2 or not (ending or reacting):
        return list(found)
    kept = [c for c in found if not any(_is_ended(c.trigger, outer) for outer in ending)]
    return [
        replace(coding, judgement=Judgement("happened", "modality.reaction", outer, recalled=True))
        if (outer := _find_reaction(coding, reacting)) is not None
        else coding
        for coding in kept
    ]


def _is_ended(trigger: Token, outer: Coding) -> bool:
    """Say whether a trigger is the object of what ends, or stands in a clause on it."""
    top = outer.trigger
    if trigger.i == top.i:
        return False
    for _ in range(MAX_CLIMB):
        dep, head = trigger.dep_, trigger.head
        if dep == "prep" and trigger.lower_ in BESIDE:
            return False
        if dep != "prep" and dep not in ARGUMENTS | CLAUSES and not _follows(trigger):
            return False
        if head.i == top.i:
            return True
        trigger = head
    return False


def _follows(verb: Token) -> bool:
    """Say whether a gerund taken for a clause is the verb's object: "ruled out reopening"."""
    return verb.dep_ == "advcl" and verb.tag_ == "VBG" and 0 < verb.i - verb.head.i <= 2


def _find_reaction(coding: Coding, reacting: Sequence[Coding]) -> Token | None:
    """Find the word of reaction whose preposition brings the coding's trigger."""
    judgement = coding.judgement
    if judgement.modality != "happened" or judgement.recalled or coding.kind in REACTIONS:
        return None
    return next((o.trigger for o in reacting if _is_reacted(coding.trigger, o)), None)


def _is_reacted(trigger: Token, outer: Coding) -> bool:
    tops = {outer.trigger.i}
    if outer.pattern.part == "n" and outer.frame.governor is not None:
        tops.add(outer.frame.governor.i)
    brought = False
    for _ in range(MAX_CLIMB):
        dep, head = trigger.dep_, trigger.head
        if dep == "pcomp" and outer.kind == "accusation":
            return False
        if dep == "prep":
            brought = brought or trigger.lower_ in REACTING
        elif dep not in {"pobj", "pcomp", "dobj", "compound"} | CLAUSES:
            return False
        if head.i in tops:
            return brought
        trigger = head
    return False
