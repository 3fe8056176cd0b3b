"""A gate says no only where its pattern cannot match."""

from __future__ import annotations

import re

import pytest

from streams.reading import furniture
from streams.reading.gate import Gate, find_cues
from streams.reading.genre import signs


@pytest.mark.parametrize(
    ("pattern", "cues"),
    [
        (r"\b(?:Red|green)\b", {"red", "green"}),
        (r"(?:a|bc) fire", {" fire"}),
        (r"\d+ ?(?:km|miles?)", {"km", "mile"}),
        (r"photo(?: by)?", {"photo"}),
        (r"[\u20ac$]\d", {"\u20ac", "$"}),
        (r"\w+|fire", set()),
        (r"(?:fire)?\d", set()),
        (r"(?!fire)\w+", set()),
    ],
)
def test_every_match_holds_a_cue(pattern: str, cues: set[str]) -> None:
    """Alternatives are all asked for; what may be left out, and what must not stand there, is not."""
    assert set(find_cues(pattern, re.IGNORECASE)) == cues


def test_credits_and_wording_pass_their_gates() -> None:
    """What the tables are there to find is not kept from them."""
    gate = Gate(furniture.load_patterns("credit"))
    for line in (
        "Rescuers at the dam. Anna Bell/Reuters",
        "The harbour on Monday. Photograph: Tom Hale",
        "(File photo)",
        "A street in Lund via Getty Images.",
    ):
        assert gate.pattern.search(line)
        assert gate.may_match(line.lower())
    words = "in my view we should bring to the boil a paid post by; tickets from five stars"
    for row in signs._load_table():
        if row.where == "text" and row.pattern.search(words):
            assert row.gate.may_match(words), row.pattern.pattern
