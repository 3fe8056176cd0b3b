"""The headline fallback guesses near its examples, and is honest far from them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.lexicon.ontology import OTHER, load_ontology
from streams.reading.headline import (
    NO_EVENT,
    find_modality,
    guess_kind,
    headline_fallback,
    load_examples,
)
from streams.reading.parse import parse_article
from tests.reading.articles import build_article


def test_every_example_has_a_kind_of_the_ontology() -> None:
    """The labels are leaf kinds, and every kind but `other` has examples."""
    kinds = set(load_examples()[0])
    assert kinds - {NO_EVENT} == set(load_ontology()) - {OTHER}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Ferry with 60 aboard sinks", "ship_accident"),
        ("Volcano erupts", "volcanic_eruption"),
        ("Jury finds nurse guilty", "verdict"),
        ("Regulator approves new cancer drug", "drug_approval"),
    ],
)
def test_a_headline_near_an_example_takes_its_kind(text: str, kind: str) -> None:
    """Neighbours vote."""
    assert guess_kind(text)[0] == kind


def test_a_headline_far_from_all_is_other() -> None:
    """No example is near: the kind is unknown, with little confidence."""
    kind, confidence, _ = guess_kind("Xylophone quorum tangerine")
    assert kind == "other"
    assert confidence < 0.3


@pytest.mark.parametrize(
    ("title", "modality"),
    [
        ("Steel plant to close next year", "planned"),
        ("Steel plant may close", "hypothetical"),
        ("Steel plant closes", "happened"),
    ],
)
def test_what_is_to_come_has_not_happened(title: str, modality: str) -> None:
    """A headline about the future is planned or hypothetical."""
    parsed = parse_article(build_article("", title))
    assert find_modality(parsed.sentences[0]) == modality


def test_only_reports_are_guessed() -> None:
    """A review's headline tells no event, whatever its words."""
    parsed = parse_article(build_article("", "The volcano erupts again"))
    assert headline_fallback(parsed, "review") is None
    guess = headline_fallback(parsed, "report")
    assert guess is not None
    assert guess.kind == "volcanic_eruption"


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=80))
def test_any_headline_is_guessed(text: str) -> None:
    """Guessing is total, and confidence is a share."""
    kind, confidence, _ = guess_kind(text)
    assert kind in load_ontology() or kind == NO_EVENT
    assert 0 <= confidence <= 1
