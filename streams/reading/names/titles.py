"""A name in, the office that stands before or after it, its country and its gender out."""

# ruff: noqa: RUF001 - newspapers write curly apostrophes
from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources

from streams.reading.names.phrases import clean_phrase
from streams.reading.words import Token

MAX_TITLE_WORDS = 8


@cache
def load_titles(kind: str) -> dict[str, str]:
    """Load one class of `titles.tsv`: the word in lower case, and the gender it tells."""
    table = resources.files("streams.lexicon").joinpath("titles.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {row[1]: row[2] for row in rows if row[0] == kind}


def is_title(token: Token) -> bool:
    """Tell whether a word stands before a name or for a person: an honorific, an office, a role."""
    lower = token.lower_
    return (
        lower in load_titles("honorific")
        or lower in load_titles("office")
        or lower in load_titles("role")
    )


def title_before(run: Sequence[Token]) -> tuple[str, str]:
    """The office before a name ("Deputy Defence Minister") and the country it is of."""
    doc = run[0].doc
    words: list[Token] = []
    position = run[0].i - 1
    while position >= run[0].sent.start and len(words) < MAX_TITLE_WORDS:
        token = doc[position]
        joins = bool(words) and token.lower_ in {"and", "-", "'s", "’s"}
        if token.lower_ in {"of", "for"}:
            joins = bool(words) and token.i > 0 and is_title(token.nbor(-1))
        if not (token.pos_ in {"PROPN", "NOUN", "ADJ"} or joins or is_title(token)):
            break
        words.insert(0, token)
        position -= 1
    while words and words[0].lower_ in {"of", "and", "for", "-", "'s", "’s"}:
        words.pop(0)
    offices = [i for i, word in enumerate(words) if word.lower_ in load_titles("office")]
    if not offices:
        return "", ""
    origin = ""
    if words[0].ent_type_ in {"NORP", "GPE"}:
        while words and (words[0].ent_type_ in {"NORP", "GPE"} or words[0].lower_ in {"'s", "’s"}):
            origin = origin or words[0].text
            words.pop(0)
    return clean_phrase(words) if words else "", origin


def title_after(run: Sequence[Token]) -> str:
    """The office in an apposition: "Hanna Maliar, the deputy defence minister,"."""
    doc = run[0].doc
    start = run[-1].i + 1
    if start >= len(doc) or doc[start].text != ",":
        return ""
    words: list[Token] = []
    for token in doc[start + 1 : start + 2 + MAX_TITLE_WORDS]:
        if token.is_punct and token.text != "-":
            break
        words.append(token)
    offices = [i for i, word in enumerate(words) if word.lower_ in load_titles("office")]
    if not offices or any(word.pos_ in {"VERB", "AUX"} for word in words[: offices[0]]):
        return ""
    if any(word.ent_type_ == "PERSON" for word in words[: offices[-1] + 2]):
        return ""  # "Chequers, the house of Prime Minister Rishi Sunak"
    return clean_phrase(words[: offices[-1] + 1])


def gender_before(run: Sequence[Token]) -> str:
    """The gender that the word before a name tells: m, f, or - for neither."""
    before = run[0].nbor(-1).lower_ if run[0].i > run[0].sent.start else ""
    return load_titles("honorific").get(before) or load_titles("office").get(before) or "-"
