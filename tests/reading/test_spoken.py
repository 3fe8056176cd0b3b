"""A headline that only says who says it is a statement, a poll or a finding."""

from __future__ import annotations

import pytest

from streams.reading.names import build_names
from streams.reading.parse import parse_article
from streams.reading.spoken import guess_spoken
from streams.reading.voices import find_voices
from streams.records import Genre
from tests.reading.articles import build_article


def guess(title: str, genre: Genre = "report") -> str | None:
    """Guess the kind of a headline by its speaker."""
    parsed = parse_article(build_article(title=title, text=""))
    voices = find_voices(parsed, build_names(parsed))
    found = guess_spoken(voices.found, genre)
    return found.kind if found is not None else None


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Country still facing challenges: envoy", "statement"),
        ("Northern towns still facing shortages: Mary Calder", "statement"),
        ("Army fully geared to answer any attack: General Odhiambo", "statement"),
        ("UN official: little hope for the valley", "statement"),
        ("Most voters feel safe in the capital: poll", "poll"),
        ("Tea drinkers sleep better: study", "discovery"),
        ("Country takes lead in clean energy: Report", "statement"),
        ("Town takes pride in its old bridge", None),
    ],
)
def test_the_speaker_tells_the_kind(title: str, kind: str | None) -> None:
    """The last word of the speaker decides."""
    assert guess(title) == kind


def test_an_opinion_states_nothing_new() -> None:
    """A quotation over an essay is no statement of the day."""
    assert guess("Country still facing challenges: envoy", "opinion") is None
