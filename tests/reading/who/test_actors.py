"""Who does it, with country, sector and title."""

from __future__ import annotations

import pytest

from streams.reading.who.actors import drop_doubles
from streams.records import Actor
from tests.reading.coding.build import read_sentence


@pytest.mark.parametrize(
    ("text", "name", "country", "sector"),
    [
        ("Russian forces shelled the town of Sumy.", "Russian forces", "RU", "MIL"),
        ("Moscow expelled four Polish diplomats.", "Russia", "RU", "GOV"),
        ("Police arrested a man in Lyon.", "Police", None, "COP"),
        ("The Kenyan parliament passed a law on land.", "Kenyan parliament", "KE", "LEG"),
        ("Gunmen kidnapped 40 pupils in Kaduna.", "Gunmen", None, "REB"),
    ],
)
def test_an_actor_has_what_the_words_give(
    text: str, name: str, country: str | None, sector: str
) -> None:
    """Nationality from an adjective, a seat as its government, the sector from the noun."""
    actor = read_sentence(text)[0].actors[0]
    assert (name, country, sector) == (actor.name, actor.country, actor.sector)


def test_a_title_stands_for_its_holder_later() -> None:
    """The minister of the second sentence is the one of the first."""
    text = (
        "Peru's finance minister, Rosa Quispe, arrived in Lima on Monday for talks.\n\n"
        "Ms. Quispe resigned on Tuesday."
    )
    resigned = [m for m in read_sentence(text) if m.kind == "resignation"]
    assert [(actor.name, actor.country) for m in resigned for actor in m.actors] == [
        ("Rosa Quispe", "PE")
    ]


def test_a_place_is_no_actor() -> None:
    """Florida did not do the Florida shooting."""
    mentions = read_sentence("A Florida airport shooting left five people dead on Friday.")
    assert [mention.actors for mention in mentions if mention.kind == "shooting"] == [()]


def test_a_day_is_no_target() -> None:
    """A weekday that the parse takes for an object is a date."""
    text = "Air strikes killed at least 22 people across the valley on Saturday, officials said."
    names = {actor.name for mention in read_sentence(text) for actor in mention.targets}
    assert not {"Saturday", "on Saturday"} & names


def test_somebody_in_full_is_there_once() -> None:
    """The short form of an actor gives way to the long one, whatever its case."""
    names = ("Court", "Nairobi court", "teenagers", "Two teenagers", "Police", "police", "US")
    kept = drop_doubles([Actor(name=name) for name in names])
    assert [actor.name for actor in kept] == ["Nairobi court", "Two teenagers", "Police", "US"]
