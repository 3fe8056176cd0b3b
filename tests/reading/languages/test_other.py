"""Another language gives its headline mention, never garbage."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.lexicon.ontology import load_ontology
from streams.reading.languages.other import _load_words, find_kind, read_headline
from streams.reading.read import read_article
from tests.reading.articles import build_article

CASES: list[dict[str, str]] = tomllib.loads(
    (Path(__file__).parents[2] / "cases" / "headline_words.toml").read_text("utf-8")
)["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["headline"])
def test_kind_of_a_headline(case: dict[str, str]) -> None:
    """The beginning of a word tells the kind; without one it is `other`."""
    assert find_kind(case["headline"], case["language"])[0] == case["kind"]


def test_the_table_knows_only_kinds_of_the_ontology() -> None:
    """No row invents a kind, and every language fills most rows."""
    for rows in _load_words().values():
        assert {kind for kind, _ in rows} <= set(load_ontology())
        assert sum(bool(beginnings) for _, beginnings in rows) > 35


def test_an_article_in_german_gives_one_mention_of_its_headline() -> None:
    """The body is not parsed: one mention, its date a bound, its place the country of a town."""
    article = build_article(
        "In München sind am Montag zwei Menschen gestorben.",
        "Explosion in München",
        language="de",
    )
    (mention,) = read_article(article)
    assert (mention.kind, mention.main, mention.when.precision) == ("explosion", True, "before")
    assert mention.where is not None
    assert (mention.where.country, mention.where.point) == ("DE", None)
    assert mention.confidence <= 0.6


def test_an_opinion_in_french_gives_nothing() -> None:
    """Address and category tell genres in any language."""
    url = "https://journal.example/opinions/une-explosion"
    article = build_article("", "Une explosion de joie", url=url, language="fr")
    assert read_headline(article) == ()


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=100), st.sampled_from(["de", "ru", "zh", "xx"]))
def test_any_headline_gives_at_most_one_mention(title: str, language: str) -> None:
    """Reading is total."""
    assert len(read_headline(build_article("", title, language=language))) <= 1
