"""The headline fallback guesses near its examples, and is honest far from them."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.lexicon.ontology import OTHER, load_ontology
from streams.reading.headline import (
    find_modality,
    guess_kind,
    headline_fallback,
    reports_nothing,
)
from streams.reading.headline_model import NO_EVENT, digest_examples, load_examples, load_model
from streams.reading.parse import parse_article
from tests.reading.articles import build_article


def guess(title: str) -> tuple[str, float, float]:
    """Guess the kind of a headline that stands alone."""
    return guess_kind(parse_article(build_article("", title)).sentences)


def test_every_example_has_a_kind_of_the_ontology() -> None:
    """The labels are leaf kinds, every kind but `other` has examples, and none stands twice."""
    examples = load_examples()
    kinds = {kind for kind, _ in examples}
    assert kinds - {NO_EVENT} == set(load_ontology()) - {OTHER}
    headlines = [headline.casefold() for _, headline in examples]
    assert [one for one, count in Counter(headlines).items() if count > 1] == []


def test_the_weights_were_trained_on_these_examples() -> None:
    """Stale weights are made anew by `python -m benchmarks.headlines --write`."""
    assert load_model().trained_on == digest_examples()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Ferry with 60 aboard sinks off Zanzibar", "ship_accident"),
        ("Volcano erupts in Guatemala", "volcanic_eruption"),
        ("Jury finds nurse guilty of poisoning patients", "verdict"),
        ("Regulator approves new cancer drug", "drug_approval"),
        ("Mexican families sue carmaker over brakes", "lawsuit"),
    ],
)
def test_a_headline_like_the_examples_takes_their_kind(text: str, kind: str) -> None:
    """The words tell, whatever the names."""
    assert guess(text)[0] == kind


@pytest.mark.parametrize(
    "text",
    ["Ten easy suppers for a busy week", "How we fell out of love with the open-plan office"],
)
def test_a_headline_that_reports_nothing_is_no_event(text: str) -> None:
    """The examples hold many of them."""
    assert guess(text)[0] == NO_EVENT


def test_a_headline_far_from_all_is_other() -> None:
    """No kind is clear: it is unknown, with little confidence."""
    kind, confidence, _ = guess("Xylophone quorum tangerine")
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
    parsed = parse_article(build_article("", "Volcano erupts in Guatemala"))
    assert headline_fallback(parsed, "review") is None
    guessed = headline_fallback(parsed, "report")
    assert guessed is not None
    assert guessed.kind == "volcanic_eruption"


def test_a_headline_alone_that_surely_reports_nothing_opens_no_event() -> None:
    """Words of an event in the title of an essay; with a text beneath it, the text decides."""
    title = "Inside the village that voted to die: a portrait of grief and floods"
    alone = parse_article(build_article("", title))
    below = parse_article(build_article("Floods killed three people in Durban on Friday.", title))
    assert reports_nothing(alone)
    assert not reports_nothing(below)


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=80))
def test_any_headline_is_guessed(text: str) -> None:
    """Guessing is total, and confidence is a share."""
    kind, confidence, _ = guess(text)
    assert kind in load_ontology() or kind == NO_EVENT
    assert 0 <= confidence <= 1
