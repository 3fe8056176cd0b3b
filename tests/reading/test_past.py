"""An article that looks back stays there until it speaks of now."""

from __future__ import annotations

import pytest

from streams.reading.read import read_article
from tests.reading.articles import build_article

LEAD = "The council of Harwick voted for a new budget on Tuesday.\n\n"


def find_new(text: str, title: str = "Harwick council passes budget") -> set[str]:
    """The kinds that the article tells as new."""
    mentions = read_article(build_article(text, title))
    return {m.kind for m in mentions if m.newsworthiness == "new"}


@pytest.mark.parametrize(
    ("recalled", "kind"),
    [
        ("In 1930 Lee was jailed for theft. Soon after, guards beat him to death.", "beating"),
        ("She won the mill at auction in 1998. She was killed in a plane crash.", "plane_crash"),
        ("Twenty years ago Roe led the union. Roe was arrested in Leeds at a protest.", "arrest"),
        ("Last month 40 workers were laid off at the mill in Leeds.", "layoffs"),
        ("Last year two bombings in Leeds killed nine.", "bombing"),
    ],
)
def test_what_goes_on_about_another_time_is_recalled(recalled: str, kind: str) -> None:
    """The sentence has no mark of its own."""
    assert kind not in find_new(LEAD + recalled)


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ("Roe joined the bank in 2003. Police arrested a man near the bank in Leeds.", "arrest"),
        ("The mill was built in 1930. A fire killed two there on Monday in Leeds.", "fire"),
        ("Inflation rose to 4 percent in Ghana last month.", "economic_data"),
    ],
)
def test_news_beside_the_past_stays_news(told: str, kind: str) -> None:
    """Somebody else, a weekday or figures speak of now."""
    assert kind in find_new(LEAD + told)


def test_a_history_piece_reports_nothing() -> None:
    """Its first sentence stands in another year, and so does all that goes on in the past tense."""
    text = (
        "Thirty years ago students in Soweto rose up. Police tried to stop them. When that failed, "
        "officers opened fire, killing 23.\n\nThe strike spread to Cape Town and workers walked out."
    )
    assert not find_new(text, "Soweto remembered")


def test_a_life_is_recalled_where_a_death_is_the_news() -> None:
    """What the dead did has no day."""
    text = (
        "Ada Lorne, the poet, died on Monday in Leeds, her family said.\n\nShe won the Booker Prize "
        "for her first book. Lorne was arrested in London at a protest against the mine."
    )
    assert find_new(text, "Poet Ada Lorne dies at 81") == {"death"}
