"""A verb in, whether it speaks by counting the dead or the hurt out: "gave a lower figure of 121".

The theory: a count has a verb for giving numbers, a noun for a figure or for people who came to
harm, and a number below it. It is about what was told before, as a rule the article's main event.
"""

from __future__ import annotations

from streams.reading.words import Token

COUNTING = frozenset(
    [
        "put", "peg", "give", "count", "list", "record", "register", "document", "tally", "cite",
        "speak", "report", "estimate", "quote", "confirm", "provide", "have", "revise", "raise",
    ]
)  # fmt: skip
_ONLY_AT = frozenset({"put", "peg", "revise", "raise"})
"""Verbs with the number behind "at" or "to": "put the toll at 30"."""
_ONLY_FIGURE = frozenset({"give", "provide", "have", "quote", "cite"})
"""Verbs that many other things follow: only with a word for a figure."""
_FIGURES = frozenset({"toll", "figure", "number", "count", "tally", "estimate", "total"})
_HARMED = frozenset(
    ["dead", "death", "fatality", "casualty", "body", "injury", "victim", "injured", "wounded"]
)


def gives_count(verb: Token) -> bool:
    """Tell whether a verb gives a count: "counted 31 deaths", "spoke of 14 dead"."""
    lemma = verb.lemma_.lower()
    if lemma not in COUNTING or verb.pos_ not in {"VERB", "AUX"}:
        return False
    objects = [child for child in verb.children if child.dep_ == "dobj"]
    if lemma in _ONLY_AT:
        at = (child for child in verb.children if child.lower_ in {"at", "to"})
        told = any(token.like_num for child in at for token in child.subtree)
        return told and (lemma in {"put", "peg"} or any(_is_figure(c) for c in objects))
    if lemma == "speak":
        of = (child for child in verb.children if child.lower_ == "of")
        objects = [inner for child in of for inner in child.children if inner.dep_ == "pobj"]
    return any(
        (_is_figure(noun) or (lemma not in _ONLY_FIGURE and _is_harmed(noun)))
        and any(token.like_num for token in noun.subtree)
        for noun in objects
    )


def _is_figure(noun: Token) -> bool:
    return noun.lemma_.lower() in _FIGURES


def _is_harmed(noun: Token) -> bool:
    return noun.lemma_.lower() in _HARMED or noun.lower_ in _HARMED
