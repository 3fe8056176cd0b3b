"""The tables of speaking and of deeds in, lookups by lemma out."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from importlib import resources
from typing import get_args

from streams.reading.words import Token
from streams.records import Stance


@cache
def load_cues(kind: str) -> dict[str, Stance]:
    """Load one class of `voices.tsv`: a word and the stance it tells (asserts where it tells none)."""
    stances: dict[str, Stance] = {name: name for name in get_args(Stance)}
    rows = (line.split("\t") for line in _read("voices.tsv"))
    return {row[1]: stances.get(row[2], "asserts") for row in rows if row[0] == kind}


@cache
def load_deeds() -> dict[str, frozenset[str]]:
    """Load `deeds.tsv`: a lemma and the names of the deeds it speaks of."""
    deeds: dict[str, set[str]] = defaultdict(set)
    for line in _read("deeds.tsv"):
        name, lemmas = line.split("\t", 1)
        for lemma in lemmas.split():
            deeds[lemma].add(name)
    return {lemma: frozenset(names) for lemma, names in deeds.items()}


def deeds_of(token: Token) -> frozenset[str]:
    """The deeds a word speaks of."""
    if token.pos_ not in {"VERB", "NOUN", "ADJ", "PROPN"}:
        return frozenset()
    deeds = load_deeds()
    if token.lemma_ == "pass" and any(child.lower_ == "away" for child in token.children):
        return deeds["die"]
    return deeds.get(token.lemma_.lower()) or deeds.get(token.lower_) or frozenset()


def _read(name: str) -> list[str]:
    table = resources.files("streams.lexicon").joinpath(name).read_text("utf-8")
    lines = [line for line in table.splitlines() if line and not line.startswith("#")]
    return lines[1:]
