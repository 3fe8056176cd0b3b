"""Builds codings and mentions of single sentences, and reads the cases."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from streams.reading.coding.code import Coding
from streams.reading.parse import parse_article
from streams.reading.reader import ArticleReader, code_article
from streams.records import Mention
from tests.reading.articles import build_article

CASES = Path(__file__).parents[2] / "cases"


class Case(TypedDict, total=False):
    """A sentence and what must be read in it."""

    t: str
    h: str
    k: str
    m: str
    a: str
    x: str
    r: str


@dataclass(frozen=True)
class Telling:
    """A headline and a text, and the kinds of the new events they tell."""

    name: str
    headline: str
    text: str
    kinds: tuple[frozenset[str], ...]
    """For each event the kinds that will do; an empty one is an event that need not be told."""

    def is_told_by(self, kinds: list[str]) -> bool:
        """Say whether `kinds` are the events that should be told, and no other."""
        open_kinds = list(kinds)
        for wanted in sorted(self.kinds, key=len):
            found = next((kind for kind in open_kinds if kind in wanted), None)
            if found is None and "" not in wanted:
                return False
            if found is not None:
                open_kinds.remove(found)
        return not open_kinds


def load_tellings(name: str) -> list[Telling]:
    """Load the tellings, each with the name of its class."""
    table: dict[str, list[Case]] = tomllib.loads((CASES / name).read_text("utf-8"))
    return [
        Telling(
            group, case["h"], case["t"], tuple(frozenset(k.split("/")) for k in case["k"].split())
        )
        for group, cases in table.items()
        for case in cases
    ]


def load_cases(name: str) -> list[Case]:
    """Load one file of cases, its groups one after the other."""
    table: dict[str, list[Case]] = tomllib.loads((CASES / name).read_text("utf-8"))
    return [case for group in table.values() for case in group]


def read_sentence(text: str, title: str = "") -> tuple[Mention, ...]:
    """Read a sentence as the lead of a report; what only the headline's guess tells is left out."""
    reader = ArticleReader(parse_article(build_article(text, title)), genre="report")
    return tuple(
        mention
        for mention in reader.read()
        if not any(reason.rule.startswith("headline.") for reason in mention.why)
    )


def code_text(text: str) -> list[Coding]:
    """Code a text before anything is folded or left out."""
    return code_article(parse_article(build_article(text)))
