"""The genre is told by place, label, form and only last by words."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.reading.genre import judge_genre
from streams.reading.genre.signs import find_signs
from streams.reading.parse import parse_article
from streams.records import Genre
from tests.reading.articles import build_article

CASES: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parents[2] / "cases" / "genre.toml").read_text("utf-8")
)["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["title"])
def test_genre_of_an_article(case: dict[str, Any]) -> None:
    """Each case has the genre a person gave it."""
    article = build_article(
        case["text"], case["title"], url=case.get("url"), tags=tuple(case.get("tags", ()))
    )
    genre, reason = judge_genre(parse_article(article))
    assert genre == case["genre"], reason


def test_the_reason_names_the_strongest_sign() -> None:
    """The rule says where the sign stood."""
    article = build_article("", "A bridge", url="https://paper.example/opinion/a-bridge")
    assert judge_genre(parse_article(article))[1].rule == "genre.opinion.url"


def test_every_genre_has_a_sign() -> None:
    """No genre of the record is without a case, but `unknown` comes from none."""
    told = {case["genre"] for case in CASES}
    assert told == set(get_args(Genre))


def test_an_odd_address_is_no_sign() -> None:
    """An address that cannot be parsed is left alone."""
    article = build_article("", "Salt", url="http://[bad")
    assert list(find_signs(article)) == []


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=200), st.text(max_size=60), st.text(max_size=30))
def test_any_text_has_a_genre(text: str, title: str, url: str) -> None:
    """Judging is total."""
    genre, reason = judge_genre(parse_article(build_article(text, title, url=url)))
    assert genre in get_args(Genre)
    assert reason.field == "genre"
