"""Whether an event happened is judged by what stands above its word."""

from __future__ import annotations

import pytest

from tests.reading.coding.build import code_text


@pytest.mark.parametrize(
    ("text", "kind", "modality"),
    [
        ("Rebels attacked the town of Sake.", "armed_clash", None),
        ("Rebels bombed the market in Sake.", "bombing", "happened"),
        ("The rebels denied that they had bombed the market.", "bombing", "denied"),
        ("The rebels will bomb the market.", "bombing", "planned"),
        ("The rebels might bomb the market.", "bombing", "hypothetical"),
        ("If rebels bomb the market, people will flee.", "bombing", "hypothetical"),
        ("Residents feared an earthquake.", "earthquake", "hypothetical"),
        ("The novel describes an earthquake in Lisbon.", "earthquake", "hypothetical"),
        ("The bank said it would cut 900 jobs.", "layoffs", "planned"),
        ("The carmaker plans to recall 300 cars.", "product_recall", "planned"),
        ("Ortega is to be sentenced on Friday.", "sentence", "planned"),
        ("He faces life in prison when he is sentenced in May.", "sentence", "planned"),
        ("Engineers struggled to evacuate the village.", "displacement", "hypothetical"),
    ],
)
def test_what_governs_an_event_says_whether_it_happened(
    text: str, kind: str, modality: str | None
) -> None:
    """Auxiliaries, conditions, and verbs of wishing, planning and denying."""
    judged = [c.judgement.modality for c in code_text(text) if c.kind == kind]
    assert ([] if modality is None else [modality]) == judged[:1]


@pytest.mark.parametrize(
    "text",
    [
        "Rebels did not bomb the market.",
        "There was no explosion in the harbour.",
        "The pilot avoided a crash landing.",
        "The port was reopened without an explosion.",
    ],
)
def test_what_did_not_happen_is_not_coded(text: str) -> None:
    """A negated event is none."""
    assert [c.kind for c in code_text(text) if c.group in {"attack", "fire"}] == []


def test_a_name_for_a_culprit_is_recalled() -> None:
    """Who is meant is not the news."""
    codings = code_text("An envoy appointed by Mr. Ortega resigned on Friday.")
    assert {coding.kind: coding.judgement.recalled for coding in codings} == {
        "appointment": True,
        "resignation": False,
    }
