"""A number says who said it, and two who differ are both kept."""

from __future__ import annotations

from streams.reading.names import build_names
from streams.reading.numbers import choose_numbers, find_quantities
from streams.reading.parse import Sentence, parse_article
from streams.reading.voices import find_voices, voice_at
from streams.reading.words import Token
from tests.reading.when.build import build_article, find_trigger


def _tolls(text: str, trigger: str) -> list[tuple[float | None, str | None]]:
    parsed = parse_article(build_article(text))
    sentence, token = find_trigger(parsed, trigger)
    voices = find_voices(parsed, build_names(parsed))

    def find_speaker(where: Sentence, word: Token) -> str | None:
        voice = voice_at(voices, where, word)
        return voice.speaker if voice is not None else None

    found = find_quantities(parsed)
    numbers = choose_numbers(found, parsed, sentence, (token,), "bombing", find_speaker)
    return [(n.value, n.claimant) for n in numbers if n.measure == "killed"]


def test_number_in_a_said_clause_has_its_speaker() -> None:
    """What police said, they said; what nobody is named for, nobody."""
    assert _tolls("Police said the bomb killed 11 people.", "killed") == [(11.0, "police")]
    assert _tolls("The bomb killed 11 people.", "killed") == [(11.0, None)]


def test_a_second_speaker_brings_a_second_number() -> None:
    """A toll of the next sentence joins when somebody else gives another figure."""
    text = "Police said the bomb killed 11 people. At least 30 people died, the mayor said."
    assert _tolls(text, "killed") == [(11.0, "police"), (30.0, "mayor")]


def test_the_same_figure_is_told_once() -> None:
    """A second speaker of the same figure adds no number."""
    text = "Police said the bomb killed 11 people. At least 11 people died, the mayor said."
    assert _tolls(text, "killed") == [(11.0, "police")]
