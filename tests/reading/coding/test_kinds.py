"""The checklist of sentences for every kind is read, and traps of the same words are not."""

from __future__ import annotations

from collections import defaultdict

import pytest

from benchmarks.kinds import load_sentences, read_sentences
from streams.lexicon.ontology import load_ontology
from tests.reading.coding.build import code_text

MIN_READ = 0.88
"""Share of the checklist that is read; it was 0.92 when the test was written."""
WITHOUT = {"other", "announcement", "torture"}
"""Kinds whose sentences are too few or too short for a share."""


def test_the_checklist_names_every_kind() -> None:
    """A kind without sentences of its own could break unseen."""
    assert set(load_ontology()) - {kind for kind, _ in load_sentences()} <= {"other"}


def test_every_kind_is_read_in_the_syntax_of_news() -> None:
    """Active, passive, nominal, headline: of each kind at least half, of all nearly all."""
    told = read_sentences(load_sentences())
    by_kind: dict[str, list[bool]] = defaultdict(list)
    for one in told:
        by_kind[one.kind].append(one.right)
    missed = {kind for kind, right in by_kind.items() if sum(right) * 2 < len(right)}
    assert missed - WITHOUT == set()
    assert sum(one.right for one in told) / len(told) >= MIN_READ


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("People are killed on this road every year.", "homicide"),
        ("More than 9,000 people have been killed since March.", "homicide"),
        ("The council has a plan to tackle sexual abuse in schools.", "sexual_violence"),
        ("The premier called an election for June.", "election"),
        ("The minister hoped that the general would be indicted.", "charge"),
        ("Many of the inmates were hacked to death.", "cyber_attack"),
    ],
)
def test_words_of_an_event_are_not_always_one(text: str, kind: str) -> None:
    """Habits, sums over months, plans and hopes tell no event that happened today."""
    happened = [
        coding.kind
        for coding in code_text(text)
        if coding.judgement.modality == "happened" and not coding.judgement.recalled
    ]
    assert kind not in happened


def test_a_refusal_is_told_by_will_not() -> None:
    """Not doing what was asked is the news."""
    kinds = [coding.kind for coding in code_text("Sudan will not allow the inspectors to enter.")]
    assert kinds == ["rejection"]
