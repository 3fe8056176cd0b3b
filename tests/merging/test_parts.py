"""The parts of merging, each by itself: keys, terms, groups, voices, numbers and status."""

from __future__ import annotations

import random

import numpy as np
import pytest

from streams.merging.address import address_mentions
from streams.merging.blocking import STORY, UNPLACED, build_block_keys, is_vague
from streams.merging.compat import compare_facts
from streams.merging.facts import Facts, build_facts
from streams.merging.index import DEEPEST, BlockIndex
from streams.merging.members import build_member, dump_member, load_member
from streams.merging.pairs import score_profiles, to_likelihood
from streams.merging.regroup import group_pairs
from streams.merging.telling import build_telling
from streams.merging.terms import build_profile, settle_profile, stem_word
from streams.merging.voices import number_voices, sign_text
from streams.records import Candidate, Where
from tests.samples import build_article, build_mention, build_where

LONG = (
    "A ferry with about eighty people on board sank on the river near the old port on Friday and"
    " thirty people were missing, officials said. The boat had left before sunrise and carried more"
    " passengers than allowed, according to the harbour master, who has been suspended."
)


@pytest.mark.parametrize(
    ("kind", "where", "main", "keys"),
    [
        (
            "flood",
            Where(name="Dresden", country="DE", admin1="Saxony"),
            False,
            ("DE-Saxony|weather",),
        ),
        ("flood", Where(name="Brno", country="CZ", admin1="Moravia"), True, ("CZ|weather", STORY)),
        ("flood", None, False, (f"{UNPLACED}|weather",)),
        ("explosion", Where(name="Brno", country="CZ"), False, ("CZ|fire", "CZ|attack")),
        ("other", Where(name="Brno", country="CZ"), True, (STORY,)),
    ],
)
def test_a_mention_gets_its_blocks(
    kind: str,
    where: Where | None,
    main: bool,  # noqa: FBT001 - a column of the table
    keys: tuple[str, ...],
) -> None:
    """Home first, neighbouring groups next, the block of stories last."""
    assert build_block_keys(kind, where, main=main) == keys


def test_an_undecided_place_goes_to_the_blocks_of_its_candidates() -> None:
    """A name that may lie in either of two countries is looked for in both."""
    where = Where(
        name="Springfield",
        country="CZ",
        candidates=(
            Candidate(name="Springfield", country="CZ", score=0.5),
            Candidate(name="Springfield", country="SK", score=0.4),
        ),
    )
    assert build_block_keys("flood", where) == ("CZ|weather", "SK|weather")


def test_a_country_alone_is_vague_only_where_regions_are_blocks() -> None:
    """In a small country the country is all that the block asks for."""
    assert is_vague(Where(name="Ukraine", country="UA"))
    assert not is_vague(Where(name="Czechia", country="CZ"))
    assert is_vague(None)


def test_an_article_without_an_event_still_has_a_story() -> None:
    """It gets a mention of no kind, for the block of stories only."""
    (mention,) = address_mentions(build_article(), ())
    assert (mention.kind, mention.blocks, mention.main) == ("other", (STORY,), True)


def test_an_article_with_a_main_event_gets_no_other_mention() -> None:
    """Its main mention is what joins the story."""
    addressed = address_mentions(build_article(), (build_mention(),))
    assert [mention.blocks for mention in addressed] == [
        ("UA-Dnipropetrovsk|attack", STORY),
    ]


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("killing", "kill"),
        ("killed", "kill"),
        ("bodies", "body"),
        ("bus", "bus"),
        ("planned", "plan"),
    ],
)
def test_words_are_cut_to_their_stems(word: str, stem: str) -> None:
    """Forms of one word share a stem."""
    assert stem_word(word) == stem


def test_a_headline_repeated_in_the_text_counts_once() -> None:
    """The text of a mention begins with its headline."""
    once = build_profile("Ferry sinks", "Many are missing.")
    for text in (
        "Ferry sinks\n\nMany are missing.",
        "Ferry sinks\n\nFerry sinks\nMany are missing.",
    ):
        again = build_profile("Ferry sinks", text)
        assert np.array_equal(once.ids, again.ids)
        assert np.array_equal(once.counts, again.counts)


def test_a_stored_member_is_what_it_was() -> None:
    """What is read back from the shelf compares as before."""
    member = build_member(build_mention(), None, None, embed=True)
    loaded = load_member(dump_member(member))
    assert loaded.mention == member.mention
    both = [member.profile, loaded.profile]
    assert float(to_likelihood(score_profiles(both))[0, 1]) > 0.9


def test_a_member_stored_in_one_piece_is_read() -> None:
    """As the shelf held it before the body was a part of its own."""
    member = build_member(build_mention(), None, None, embed=True)
    head, _, body = dump_member(member).partition(b', "body": ')
    loaded = load_member(head + b", " + body[1:-1])
    assert (loaded.mention, loaded.story) == (member.mention, member.story)
    assert np.array_equal(loaded.profile.ids, member.profile.ids)


def test_the_last_row_alone_equals_the_last_row_of_all() -> None:
    """The quick way and the whole table agree."""
    texts = ("Ferry sinks off Quista", "Boat sinks near Quista", "Parliament passes budget in Oslo")
    profiles = [settle_profile(build_profile(text)) for text in texts]
    whole = score_profiles(profiles)
    assert np.allclose(score_profiles(profiles, last_only=True)[0], whole[-1], atol=1e-3)


def test_average_link_does_not_follow_a_chain() -> None:
    """A resembles B and B resembles C, but A and C have nothing in common."""
    table = np.array([[0, 0.9, 0.0], [0.9, 0, 0.8], [0.0, 0.8, 0]], np.float32)
    assert group_pairs(table, 0.5) == [0, 0, 1]


def test_the_index_names_what_shares_rare_words() -> None:
    """And forgets what was taken out."""
    index = BlockIndex()
    index.add("ferry", build_profile("Ferry sinks off Quista", embed=False))
    index.add("budget", build_profile("Parliament passes budget", embed=False))
    profile = build_profile("Divers search sunken ferry at Quista", embed=False)
    assert [key for key, _ in index.find_near(profile, 0.05, 5, 100)] == ["ferry"]
    index.remove("ferry")
    assert index.find_near(profile, 0.05, 5, 100) == []


def test_a_cut_copy_is_the_same_voice() -> None:
    """Three quarters of the shorter text stand in the longer one."""
    cut = LONG[: len(LONG) // 2]
    other = "Divers found the wreck of the boat in forty metres of water, and no survivors at all in it."
    signatures = [sign_text(LONG), sign_text(cut), sign_text(other)]
    assert number_voices([["one"], ["two"], ["three"]], signatures) == [1, 1, 2]


def test_a_wire_and_its_customers_are_one_voice() -> None:
    """The credit counts, and so does the agency's own site."""
    given = [("Paper", "House", "Reuters"), ("Reuters", "Reuters", None), ("Other", "Other", None)]
    sources = [
        build_telling(build_mention(publisher=p, family=f, wire=w, article_id=f"a{p}")).sources
        for p, f, w in given
    ]
    assert number_voices(sources, [None, None, None]) == [1, 1, 2]


def test_where_is_kept_when_a_mention_is_addressed() -> None:
    """Addressing changes nothing but the blocks."""
    mention = build_mention(where=build_where())
    (addressed,) = address_mentions(build_article(), (mention,))
    assert addressed.model_copy(update={"blocks": ()}) == mention.model_copy(update={"blocks": ()})


@pytest.mark.parametrize("embed", [True, False])
def test_likeness_is_a_number_with_and_without_vectors(embed: bool) -> None:  # noqa: FBT001
    """Two reports of one sinking are likelier one story than a sinking and a budget."""
    texts = (
        "Ferry sinks off Quista, five dead",
        "Five dead as ferry sinks off Quista",
        "Oslo budget",
    )
    profiles = [build_profile(text, embed=embed) for text in texts]
    odds = score_profiles(profiles)
    assert np.isfinite(odds).all()
    assert odds[0, 1] > odds[0, 2]


def _tell_fire(town: str, *, where: Where | None = None) -> Facts:
    sentence = f"A fire at a textile factory in {town} killed three people on Tuesday, police said."
    return build_facts(
        build_mention(
            kind="fire",
            article_id=town,
            headline=f"Fire kills 3 in {town}",
            sentence=sentence,
            where=where,
            actors=(),
            targets=(),
            numbers=(),
        )
    )


def test_the_same_words_of_two_unread_towns_contradict_each_other() -> None:
    """A report is often a form filled in; the town is what differs."""
    assert compare_facts(_tell_fire("Brelovka"), _tell_fire("Castino")) is None


def test_an_unread_town_is_not_the_town_that_was_read() -> None:
    """One of the two is in the gazetteer, the other is only a name."""
    read = Where(
        name="Castino", resolved="Castino", country="IT", precision=1, feature="settlement"
    )
    assert compare_facts(_tell_fire("Castino", where=read), _tell_fire("Brelovka")) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [("Kharkiv", "Kharkov"), ("Al Bab", "Bab"), ("Castino", "Italy"), ("Castino", "Castino's")],
)
def test_a_town_spelled_otherwise_or_its_country_contradicts_nothing(one: str, other: str) -> None:
    """Spellings share most of their letters, and a country is no town."""
    assert compare_facts(_tell_fire(one), _tell_fire(other)) is not None


def test_a_common_word_finds_the_texts_in_which_it_weighs_most() -> None:
    """However many texts have a word, and however many were taken out, the heaviest are read."""
    index, rng = BlockIndex(), random.Random(7)
    # the more words a text has, the less each weighs
    texts = {
        f"text {n}": build_profile(
            "Flood " + " ".join(f"w{n}x{i}" for i in range(rng.randrange(30)))
        )
        for n in range(1_500)
    }
    for key, profile in texts.items():
        index.add(key, profile)
    for key in rng.sample(sorted(texts), 1_200):
        index.remove(key)
        del texts[key]
    near = index.find_near(build_profile("Flood"), 0.0, 1_500, 1_500)
    shortest = sorted(texts, key=lambda key: (texts[key].length, key))[:DEEPEST]
    assert [texts[key].length for key, _ in near] == [texts[key].length for key in shortest]
