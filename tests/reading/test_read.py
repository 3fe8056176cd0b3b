"""Reading is total, deterministic, silent where nothing is told, and explains itself."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.reading.read import read_article, read_articles
from streams.records import Mention, decode, encode
from tests.reading.articles import build_article

REPORT = (
    "A cruise missile strike hit an apartment block in Kharkiv early on Tuesday, killing at least "
    "11 people, the governor said.\n\nRussia denied that it had fired at houses."
)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400), st.text(max_size=60))
def test_any_text_has_an_outcome(text: str, title: str) -> None:
    """No article is too strange to be read."""
    assert isinstance(read_article(build_article(text, title)), tuple)


WORDS = (
    "the",
    "of",
    "killed",
    "strike",
    "Russia",
    "said",
    ",",
    ".",
    "(",
    ")",
    "'",
    "-",
    "and",
    "that",
    "which",
    "bomb",
    "11",
    "Tuesday",
    "in",
    "to",
    "who",
    "not",
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=60))
def test_any_order_of_news_words_has_an_outcome(words: list[str]) -> None:
    """Words that trigger rules, in any order, break nothing."""
    assert isinstance(read_article(build_article(" ".join(words), "Russia strike kills 11")), tuple)


def test_articles_read_together_are_read_as_alone() -> None:
    """A group of articles, short, foreign, empty and long, gives what each gives."""
    titles = ("Missile strike kills 11 in Kharkiv", "", "Incendie: trois morts à Lyon", "Quake")
    group = [
        build_article(REPORT if number % 2 else "", title) for number, title in enumerate(titles)
    ]
    assert read_articles(group) == [read_article(article) for article in group]
    assert read_articles([]) == []


def test_a_mention_survives_the_wire() -> None:
    """Encoded and decoded, it is the same."""
    for mention in read_article(build_article(REPORT)):
        assert mention == decode(Mention, encode(mention))


def test_reading_twice_gives_the_same() -> None:
    """Ids, order and all."""
    assert read_article(build_article(REPORT)) == read_article(build_article(REPORT))


def test_one_mention_is_the_main_one() -> None:
    """It is what headline or lead are about."""
    mentions = read_article(build_article(REPORT, "Missile strike kills 11 in Kharkiv"))
    assert [mention.kind for mention in mentions if mention.main] == ["missile_strike"]


def test_every_field_has_its_reason() -> None:
    """Kind, modality, date, place and newness name their rules."""
    mention = read_article(build_article(REPORT, "Missile strike kills 11 in Kharkiv"))[0]
    told = {reason.field for reason in mention.why}
    assert {"genre", "kind", "modality", "when", "where", "newsworthiness"} <= told


def test_reasons_point_into_the_text() -> None:
    """A span counts characters of the reading text."""
    article = build_article(REPORT, "Missile strike kills 11 in Kharkiv")
    for mention in read_article(article):
        assert mention.sentence == article.reading_text[mention.span.start : mention.span.end]
        for reason in mention.why:
            assert reason.span is None or reason.span.end <= len(article.reading_text)


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("", ""),
        ("   ", "\n\n"),
        ("A bombshell dessert", "Melt the chocolate. Fold in the eggs and bake for 20 minutes."),
        (
            "Rovers blitz United with three late goals",
            "Rovers beat United 3-1 in the league. The striker fired a rocket into the top corner.",
        ),
    ],
)
def test_no_war_is_read_where_none_is_told(title: str, text: str) -> None:
    """Silence is the right answer, or the match."""
    mentions = read_article(build_article(text, title))
    assert {mention.kind for mention in mentions} <= {"match_result", "tournament", "other"}


def test_a_withdrawn_article_tells_nothing() -> None:
    """What the outlet took back is not read again."""
    article = build_article(REPORT).model_copy(update={"withdrawn": True})
    assert read_article(article) == ()


def test_several_places_are_several_events() -> None:
    """Two villages captured in one clause are two captures."""
    mentions = read_article(
        build_article(
            "Ukrainian forces captured the towns of Bakhmut and Lyman on Monday, Kyiv said."
        )
    )
    assert [mention.kind for mention in mentions] == ["territory_gained", "territory_gained"]
    assert len({mention.id for mention in mentions}) == 2
