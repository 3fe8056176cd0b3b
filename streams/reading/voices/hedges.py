"""An event's word in, the words with which the outlet keeps its distance out.

The theory: "allegedly" beside the word, "accused of" or "believed to" above it, and a headline that
puts it between quotation marks tell that the outlet reports it and does not vouch for it. What hangs
on the event in a clause of its own ("a worker who allegedly shot two") does not hedge the event.
"""

from __future__ import annotations

from streams.reading.parse import Sentence
from streams.reading.voices.quotes import find_quotes, is_quoted
from streams.reading.words import Token

_ADVERBS = frozenset({"reportedly", "allegedly", "apparently", "purportedly", "supposedly"})
_DISTANT = frozenset(
    [
        "accuse", "suspect", "believe", "think", "allege", "say", "report", "understand", "fear",
        "rumour", "rumor", "charge", "indict", "presume",
    ]
)  # fmt: skip
_CHARGES = frozenset({"charge", "suspicion", "allegation", "accusation"})
_LINKS = frozenset({"xcomp", "ccomp", "pcomp", "prep", "pobj", "conj", "dobj", "agent", "oprd"})


def find_hedge(sentence: Sentence, trigger: Token) -> str | None:
    """Find the words that hedge an event; None where the outlet vouches for it."""
    for token in (trigger, *trigger.ancestors):
        adverb = next((c for c in token.children if c.lower_ in _ADVERBS), None)
        if adverb is not None:
            return str(adverb.text)
        if token != trigger and _is_distant(token):
            return str(token.text)
        if token.dep_ not in _LINKS:
            break
    if sentence.paragraph.role == "headline":
        quotes = find_quotes(sentence.paragraph.text)
        if quotes and is_quoted(quotes, trigger.idx):
            return next(
                sentence.paragraph.text[q.start : q.end] for q in quotes if q.holds(trigger.idx)
            )
    return None


def _is_distant(above: Token) -> bool:
    """Tell whether a word above an event only reports it: "is accused of", "on suspicion of"."""
    if above.pos_ == "NOUN":
        return above.lemma_ in _CHARGES and above.dep_ == "pobj"
    passive = any(child.dep_ in {"auxpass", "nsubjpass"} for child in above.children)
    agent = any(child.dep_ == "agent" for child in above.children)
    return above.lemma_ in _DISTANT and (passive or above.tag_ == "VBN") and not agent
