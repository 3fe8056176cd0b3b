"""A token in; the clause of speech that it stands in out: "Putin said [Russia might quit]"."""

from __future__ import annotations

from streams.reading.words import Token

MAX_CLIMB = 8


def find_speech(trigger: Token) -> tuple[Token, tuple[Token, ...]] | None:
    """Find the verb whose clause the trigger stands in, and its subjects."""
    token = trigger
    for _ in range(MAX_CLIMB):
        head = token.head
        if head.i == token.i:
            return None
        if token.dep_ == "ccomp" and head.pos_ == "VERB":
            subjects = tuple(c for c in head.children if c.dep_ in {"nsubj", "nsubjpass"})
            return (head, subjects) if subjects else None
        token = head
    return None
