"""Single sentences with CAMEO roots: what is right, invented and missed; the table of our own."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from streams.records import Actor
from tests.samples import build_mention
from tocsin.scoring.roots import (
    Labelled,
    RootTally,
    SentencesError,
    is_building,
    load_petrarch,
    load_wire,
    part_wire,
    score_sentence,
)

LABELS = Path(__file__).parents[2] / "labels" / "wire.tsv"
PROTEST = Labelled(
    "141", "Miners marched.", frozenset({"14"}), frozenset({"protest"}), actor="Miners"
)


def test_a_root_is_right_invented_or_missed() -> None:
    """What was recalled or guessed is not counted."""
    tally = RootTally()
    marched = build_mention(
        kind="protest", newsworthiness="new", actors=(Actor(name="miners"),), why=()
    )
    recalled = build_mention(kind="coup", newsworthiness="background", why=())
    score_sentence(PROTEST, [marched, recalled], tally)
    score_sentence(PROTEST, [], tally)
    score_sentence(Labelled("000", "", frozenset()), [marched], tally)
    assert (tally.root.hits, tally.root.invented, tally.root.missed) == (1, 1, 1)
    assert (tally.presence.hits, tally.presence.invented, tally.presence.missed) == (1, 1, 1)
    assert (tally.actor.hits, tally.actor.missed) == (1, 0)
    assert [misread.labelled.id for misread in tally.misread] == ["141", "000"]


def test_another_root_may_be_right_as_well() -> None:
    """Promised aid is a promise or aid, and not both missed and invented."""
    tally = RootTally()
    promise = Labelled("033", "", frozenset({"03"}), also=frozenset({"07"}))
    for kind in ("pledge", "humanitarian_aid", "protest"):
        told = build_mention(kind=kind, newsworthiness="new", why=())
        score_sentence(promise, [told], tally)
    assert (tally.root.hits, tally.root.invented, tally.root.missed) == (2, 1, 1)


def test_our_own_sentences_cover_every_root() -> None:
    """Twenty roots and silence, each in both halves; no sentence stands twice."""
    sentences = load_wire(LABELS)
    for half in part_wire(sentences).values():
        assert set(Counter(one.id[:2] for one in half)) == {f"{root:02}" for root in range(21)}
    assert len({one.text for one in sentences}) == len(sentences)
    for one in sentences:
        for word in (one.actor, one.target):
            assert word.lower() in one.text.lower()


def test_a_half_is_known_from_the_text_alone() -> None:
    """The same sentence is always of the same half."""
    assert is_building(PROTEST) == is_building(Labelled("", PROTEST.text, frozenset()))


def test_sentences_that_are_missing_are_refused(tmp_path: Path) -> None:
    """A missing file and an unknown kind are named."""
    with pytest.raises(SentencesError):
        load_petrarch(tmp_path / "none.xml")
    table = tmp_path / "wire.tsv"
    table.write_text("code\tkinds\tactor\ttarget\ttext\n010\tspeech\t\t\tHe spoke.\n")
    with pytest.raises(SentencesError, match="speech"):
        load_wire(table)


def test_validation_sentences_are_cut_out_of_their_file(tmp_path: Path) -> None:
    """Comments and records that test error handling are left out."""
    path = tmp_path / "records.xml"
    path.write_text(
        '<!-- <Sentence id="0"><Text>No.</Text></Sentence> -->'
        '<Sentence id="1"><EventCoding eventcode="141"/><Text>Miners &amp; pupils\nmarched.</Text></Sentence>'
        '<Sentence id="2"><EventCoding error="x"/><Text>No.</Text></Sentence>'
    )
    assert load_petrarch(path) == [Labelled("1", "Miners & pupils marched.", frozenset({"14"}))]
