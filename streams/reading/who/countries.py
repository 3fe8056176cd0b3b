"""A name in; the country it stands for out: names, peoples ("Iraqi") and seats ("Moscow said")."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

from streams.reading.words import Token

Sense = Literal["name", "people", "seat"]
MAX_WORDS = 5


@dataclass(frozen=True, slots=True)
class CountryName:
    """A country and the way in which the words name it."""

    iso: str
    name: str
    sense: Sense


@cache
def load_countries(language: str = "en") -> dict[str, CountryName]:
    """Load every name in lower case; plurals of peoples ("Ukrainians") as well."""
    path = resources.files("streams.lexicon").joinpath(language, "countries.tsv")
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    found: dict[str, CountryName] = {}
    for row in csv.DictReader(lines, delimiter="\t"):
        first = row["names"].split("|")[0]
        columns: tuple[tuple[str, Sense], ...] = (
            ("seats", "seat"),
            ("people", "people"),
            ("names", "name"),
        )
        for column, sense in columns:
            for name in filter(None, row[column].split("|")):
                found[name.lower()] = CountryName(row["iso"], first, sense)
                if sense == "people":
                    found[f"{name.lower()}s"] = CountryName(row["iso"], first, sense)
    return found


def name_country(words: str) -> CountryName | None:
    """Look a name up as written, with or without its article."""
    lower = words.lower().strip()
    lower = lower.removeprefix("the ").removesuffix("'s").removesuffix("\u2019s").strip()
    return load_countries().get(lower)


@cache
def _last_words() -> frozenset[str]:
    """The words that names end with: most words of a text are none of them."""
    return frozenset(re.split(r"[ \-]", name)[-1] for name in load_countries()) | frozenset(
        name.split()[-1] for name in load_countries()
    )


def find_country(token: Token) -> CountryName | None:
    """Find the country named by `token` with the words before it ("South Korea", "U.S.").

    "us" the pronoun is none: only upper case counts for names of three letters or fewer.
    """
    if not token.text[:1].isupper() or token.lower_ not in _last_words():
        return None
    countries = load_countries()
    for length in range(MAX_WORDS, 0, -1):
        start = token.i - length + 1
        if start < 0:
            continue
        words = token.doc[start : token.i + 1].text
        found = countries.get(words.lower())
        if found is not None and (len(words) > 3 or words.isupper()):
            return found
    return None
