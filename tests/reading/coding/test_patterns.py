"""The lexicon is whole: kinds exist, classes resolve, triggers are words."""

from __future__ import annotations

from streams.lexicon.ontology import load_ontology
from streams.reading.coding.patterns import load_coding_lexicon

UNCODED = {"other"}
"""Kinds that only the headline's guess gives."""


def test_every_pattern_tells_a_kind_of_the_ontology() -> None:
    """A pattern of an unknown kind would be counted as `other`."""
    known = set(load_ontology())
    assert set() == {p.kind for p in load_coding_lexicon().all_patterns} - known


def test_every_kind_has_a_pattern() -> None:
    """A kind without a pattern could not be read."""
    coded = {pattern.kind for pattern in load_coding_lexicon().all_patterns}
    assert set(load_ontology()) - UNCODED == coded


def test_triggers_are_lower_case_lemmas() -> None:
    """They are looked up in lower case."""
    triggers = {trigger for _, trigger in load_coding_lexicon().patterns}
    assert all(trigger and trigger == trigger.lower() for trigger in triggers)


def test_weights_are_confidences() -> None:
    """A pattern's weight becomes the confidence of a mention."""
    assert all(0 < pattern.weight < 1 for pattern in load_coding_lexicon().all_patterns)


def test_the_most_specific_pattern_comes_first() -> None:
    """Under each trigger, what asks for more is tried before what asks for less."""
    for rows in load_coding_lexicon().patterns.values():
        asked = [row.specificity for row in rows]
        assert sorted(asked, reverse=True) == asked
