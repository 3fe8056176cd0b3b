"""Builds codings and mentions of single sentences, and reads the cases."""

from __future__ import annotations

import tomllib
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
    k: str
    m: str
    a: str
    x: str
    r: str


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
