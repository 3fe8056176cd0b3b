"""Comparing with what was expected: silent when it fits, and naming each thing that does not."""

from __future__ import annotations

from typing import Any

import pytest

from streams.identity import article_id
from tocsin.demo.expected import Expected, find_problems, load_expected
from tocsin.demo.newsroom import load_outlets

FIRE = "https://post.example/fire"
FIRE_TOO = "https://daily.example/fire"
SOUP = "https://post.example/soup"

EXPECTED = Expected.model_validate(
    {
        "articles": 3,
        "alerts": 1,
        "delivered": 1,
        "deadletters": {"feed_unparseable": 1},
        "silent": [SOUP],
        "event": [
            {
                "name": "the fire",
                "kinds": ["fire"],
                "articles": [FIRE, FIRE_TOO],
                "country": "BD",
                "place": "Chittagong",
                "day": "2026-04-13",
                "statuses": ["corroborated"],
                "voices": 2,
                "tolls": {"killed": [9, 11]},
            }
        ],
    }
)


def name(url: str) -> str:
    """Tell the id of an article."""
    return article_id(url, None, "", "")


def build_event(**changed: Any) -> dict[str, Any]:
    """Build an event document that is as expected, but for `changed`."""
    return {
        "id": "e1",
        "kind": "fire",
        "modality": "happened",
        "status": "corroborated",
        "voices": 2,
        "geo": {"name": "Chittagong", "country_iso_code": "BD"},
        "when": {"date": "2026-04-13"},
        "killed": {"low": 9.0, "best": 11.0, "high": 11.0},
        "article_ids": [name(FIRE), name(FIRE_TOO)],
        "publishers": ["Post", "Daily"],
    } | changed


def find(*events: dict[str, Any], articles: int = 3, dead: int = 1) -> list[str]:
    """Find the problems of these events."""
    counts = {"articles": articles, "alerts": 1, "delivered": 1}
    return find_problems(EXPECTED, events, counts, {"feed_unparseable": dead} if dead else {})


def test_what_fits_is_no_problem() -> None:
    """Everything as expected, and other events beside it, is silence."""
    other = build_event(id="e2", kind="arrest", article_ids=[name(FIRE)])

    assert find(build_event(), other) == []


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"kind": "explosion"}, "no event of kind fire"),
        ({"article_ids": [name(FIRE)]}, f"it lacks {FIRE_TOO}"),
        ({"geo": {"name": "Dhaka", "country_iso_code": "BD"}}, "place is Dhaka, not Chittagong"),
        ({"geo": None}, "country is None, not BD"),
        ({"when": {}}, "day is None, not 2026-04-13"),
        ({"killed": {"low": 9.0, "high": 9.0}}, "killed is 9.0 to 9.0, not 9 to 11"),
        ({"killed": None}, "killed is unknown, not 9 to 11"),
        ({"status": "contested"}, "status is contested, not corroborated"),
        ({"modality": "denied"}, "modality is denied, not happened"),
        ({"voices": 1}, "voices is 1, not 2"),
        ({"publishers": ["Post"]}, "outlets is 1, not 2"),
        ({"superseded_by": "e9"}, "no event of kind fire"),
    ],
)
def test_each_fact_that_does_not_fit_is_named(changed: dict[str, Any], problem: str) -> None:
    """The problem names the event, the fact, what was found and what was expected."""
    assert f"the fire: {problem}" in find(build_event(**changed))


def test_an_article_that_reports_nothing_must_stay_silent() -> None:
    """An event out of a recipe is a problem."""
    made = build_event(id="e2", kind="other", article_ids=[name(SOUP)])

    assert find(build_event(), made) == [f"{SOUP} reports nothing, and became other"]


def test_counts_are_compared() -> None:
    """Articles and dead letters must be as many as expected."""
    assert find(build_event(), articles=2, dead=0) == [
        "articles: 2, not 3",
        "dead letters are {}, not {'feed_unparseable': 1}",
    ]


def test_the_shipped_expectations_speak_of_the_shipped_newsroom() -> None:
    """Every address that is expected is one that an outlet publishes, and the count is right."""
    expected = load_expected()
    published = {story.url for outlet in load_outlets("evening") for story in outlet.stories}
    named = {url for event in expected.event for url in event.articles} | set(expected.silent)

    assert named <= published
    assert expected.articles == len(published)
