"""The first word of a date in, the word it hangs on against the parse out.

Two things the parser gets wrong so often that a rule is surer: a date right after "said" is the day of
the saying ("said on Friday Mexico would pay"), and a day that is over never goes with the present
perfect ("A man has been arrested after a fire at a mill on Sunday": the fire was on Sunday).
"""

from __future__ import annotations

from streams.reading.when.english import SAY_LEMMAS
from streams.reading.words import Token

_BETWEEN = frozenset(("on", "late", "early", "in"))
"""What may stand between "said" and its date."""
_AFTER = frozenset(("after", "following"))
_NOW = frozenset(("today", "tonight", "this", "overnight", "now", "recently"))
"""How a day begins that the present perfect goes with."""
_STEPS = 12


def find_say_verb(first: Token) -> Token | None:
    """The "said" that a date follows at once: "said on Friday Mexico would pay" dates the saying."""
    before = first.nbor(-1) if first.i > 0 else None
    if before is None or (before.tag_ not in ("VBD", "VBZ") and before.lower_ not in _BETWEEN):
        return None
    i, opening = first.i - 1, first.sent.start
    while i > opening and first.doc[i].lower_ in _BETWEEN:
        i -= 1
    if i <= opening:
        return None
    word = first.doc[i]
    is_said = word.tag_ in ("VBD", "VBZ") and word.lemma_.lower() in SAY_LEMMAS
    return word if is_said else None


def find_dated_noun(first: Token, head: Token) -> Token | None:
    """The noun after "after" that a past day dates, where its verb is in the present perfect."""
    if first.lower_ in _NOW:
        return None
    verb = head
    for _ in range(_STEPS):
        if verb.pos_ in ("VERB", "AUX") or verb.head is verb:
            break
        if verb.lower_ in _AFTER:
            return None  # the parse has it
        verb = verb.head
    if verb.i >= first.i or not _is_perfect(verb):
        return None
    for word in reversed(first.doc[verb.i + 1 : first.i]):
        if word.text in (",", ";", ":"):
            return None
        if word.lower_ in _AFTER:
            return next((c for c in word.children if c.dep_ == "pobj" and c.i < first.i), None)
    return None


def _is_perfect(verb: Token) -> bool:
    if verb.tag_ != "VBN":
        return False
    helpers = {child.lower_ for child in verb.children if child.dep_ in ("aux", "auxpass")}
    return bool(helpers & {"has", "have", "'ve", "\u2019ve"}) and not helpers & {
        "may",
        "might",
        "could",
        "must",
        "would",
    }
