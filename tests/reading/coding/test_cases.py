"""Every sentence of the cases is read as it says, and silence is kept where it says nothing."""

from __future__ import annotations

import pytest

from streams.records import Actor, Mention
from tests.reading.coding.build import Case, load_cases, read_sentence

CASES = load_cases("coding.toml")


@pytest.mark.parametrize("case", CASES, ids=[case["t"][:60] for case in CASES])
def test_a_sentence_tells_its_events(case: Case) -> None:
    """Kinds, modality, and who, as labelled."""
    mentions = read_sentence(case["t"])
    assert sorted(case["k"].split()) == sorted(mention.kind for mention in mentions)
    if mentions:
        assert case.get("m", "happened") == mentions[0].modality
    assert _is_named(case.get("a"), [a for m in mentions for a in m.actors])
    assert _is_named(case.get("x"), [a for m in mentions for a in m.targets])
    assert _is_named(case.get("r"), [a for m in mentions for a in m.recipients])


def test_there_are_enough_cases() -> None:
    """The issue asks for two hundred sentences and more."""
    assert len(CASES) >= 200


def _is_named(expected: str | None, actors: list[Actor]) -> bool:
    return expected is None or any(expected.lower() in actor.name.lower() for actor in actors)


def _kinds(mentions: tuple[Mention, ...]) -> list[str]:
    return [mention.kind for mention in mentions]


@pytest.mark.parametrize(
    ("text", "kind", "told"),
    [
        ("The minister condemned the air strike.", "condemnation", True),
        ("The minister condemned the air strike.", "air_strike", False),
        ("Nurses went on strike in Porto on Monday.", "missile_strike", False),
        ("Rebels shelled the town of Sake on Monday.", "missile_strike", True),
    ],
)
def test_words_of_reaction_are_not_their_object(text: str, kind: str, *, told: bool) -> None:
    """A condemnation of a strike is no strike, and a labour strike is none either."""
    assert told == (kind in _kinds(read_sentence(text)))
