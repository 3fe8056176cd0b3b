"""Headlines in Title Case become sentences of the same length."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.reading.parse import load_common_words, parse_article
from streams.reading.truecase import truecase_headline
from tests.reading.articles import build_article


@pytest.mark.parametrize(
    ("headline", "body", "expected"),
    [
        ("Gunmen Kill 12 In Nigeria Church Attack", "", "Gunmen kill 12 in Nigeria church attack"),
        (
            "Obama Signs Bill To Raise Debt Limit",
            "",
            "Obama signs bill to raise debt limit",
        ),
        (
            "Apple Buys Beats For $3 Billion",
            "today Apple said it bought Beats.",
            "Apple buys Beats for $3 billion",
        ),
        ("QUAKE HITS IRAN, FIVE HURT", "", "Quake hits Iran, five hurt"),
        ("Police arrest two men in Lyon", "", "Police arrest two men in Lyon"),
        ("UK PM Resigns After Vote", "", "UK PM resigns after vote"),
    ],
)
def test_common_words_are_written_small(headline: str, body: str, expected: str) -> None:
    """What the body writes large, countries and acronyms stay as they are."""
    assert expected == truecase_headline(headline, body, load_common_words())


@given(st.text(max_size=120), st.text(max_size=120))
def test_the_length_stays(headline: str, body: str) -> None:
    """Offsets into the headline hold, whatever it is made of."""
    assert len(headline) == len(truecase_headline(headline, body, load_common_words()))


def test_a_sentence_shows_the_headline_as_written() -> None:
    """The parser's small letters are not the outlet's."""
    title = "Gunmen Kill 12 In Nigeria Church Attack"
    assert title == parse_article(build_article(title=title)).sentences[0].text
