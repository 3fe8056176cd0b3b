"""What a reaction speaks of is recalled, what is ended, refused or threatened is not told beside it."""

from __future__ import annotations

import pytest

from tests.reading.coding.build import read_sentence


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Togo filed a formal protest with Benin over the shooting.", "condemnation"),
        (
            "The navy opened an inquiry into an air strike that killed six villagers.",
            "investigation",
        ),
        ("The prosecutor accused the former president of genocide.", "accusation"),
        ("Police in Lima eased a curfew on Friday.", "concession"),
        ("Miners ended their hunger strike after 30 days.", "strike_settled"),
        ("Chad lifted its naval blockade of the port.", "concession"),
        ("Algeria ruled out reopening the land border with Morocco.", "rejection"),
        ("Laos threatened to ban parties that boycott parliament.", "threat_sanctions"),
    ],
)
def test_only_the_outer_deed_is_new(text: str, kinds: str) -> None:
    """One event is new; what it speaks of is recalled or not told."""
    new = [mention.kind for mention in read_sentence(text) if mention.newsworthiness == "new"]
    assert " ".join(new) == kinds


def test_a_deed_that_somebody_is_accused_of_in_a_clause_stays_an_event() -> None:
    """The accuser claims it."""
    told = read_sentence("Ukraine accused Russia of shelling a hospital in Kherson on Monday.")
    assert "missile_strike" in {mention.kind for mention in told if mention.newsworthiness == "new"}
