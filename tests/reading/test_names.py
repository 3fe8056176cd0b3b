"""Names, offices and pronouns stand for the people an article introduced."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.reading.names import build_names, phrase_of
from streams.reading.parse import parse_article
from tests.reading.articles import build_article

CASES: list[dict[str, str]] = tomllib.loads(
    (Path(__file__).parents[1] / "cases" / "names.toml").read_text("utf-8")
)["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"])
def test_what_a_word_stands_for(case: dict[str, str]) -> None:
    """Each word stands for the person or group that a reader would say."""
    parsed = parse_article(build_article(case["text"]))
    names = build_names(parsed)
    words = [t for s in parsed.sentences for t in s.tokens if t.text == case["word"]]
    assert (names.person_at(words[-1]) or "") == case["name"]


def test_the_lead_s_unnamed_man_is_named_below() -> None:
    """A crime report says first what was done, then by whom."""
    text = "A 34-year-old man was charged on Monday with murder.\n\nDarnell Oakes was arrested in Rome."
    parsed = parse_article(build_article(text, "Man charged with murder"))
    names = build_names(parsed)
    words = [t for s in parsed.sentences for t in s.tokens if t.lower_ == "man"]
    assert [names.person_at(word) for word in words] == ["Darnell Oakes", "Darnell Oakes"]


def test_titles_are_kept_without_the_country() -> None:
    """The office is the person's title; the nationality is none of it."""
    text = "Ukrainian Deputy Defence Minister Hanna Kovalenko spoke."
    names = build_names(parse_article(build_article(text)))
    assert names.title_of("Hanna Kovalenko") == "Deputy Defence Minister"


def test_a_phrase_without_a_name_is_its_words() -> None:
    """What stands for nobody keeps its words, without the article."""
    parsed = parse_article(build_article("The Ukrainian military said so."))
    head = next(t for t in parsed.sentences[0].tokens if t.text == "military")
    assert build_names(parsed).canonical(phrase_of(head)) == "Ukrainian military"


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=150))
def test_any_text_has_names(text: str) -> None:
    """Building names is total."""
    names = build_names(parse_article(build_article(text)))
    assert names.canonical([]) == ""
