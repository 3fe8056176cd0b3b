"""What an article recalls it marks; what carries no mark is new."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any, get_args

import pytest

from streams.reading.news import RECALLING, judge_newsworthiness
from streams.reading.parse import parse_article
from streams.records import DatePrecision, Genre, When
from tests.reading.articles import PUBLISHED, build_article

CASES: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parents[1] / "cases" / "news.toml").read_text("utf-8")
)["cases"]
LEAD = "The council met on Tuesday and talked about the budget of the town.\n\n"


def judge(text: str, event: str, when: When, genre: Genre = "report", title: str = "Talks") -> str:
    parsed = parse_article(build_article(text, title))
    sentence, trigger = next((s, t) for s in parsed.sentences for t in s.tokens if t.text == event)
    return judge_newsworthiness(parsed, sentence, trigger, when, genre)[0]


def on_day(day: dt.date, precision: DatePrecision = "day", days: int = 1) -> When:
    start = dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)
    return When(start=start, end=start + dt.timedelta(days=days), date=day, precision=precision)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"])
def test_new_or_recalled(case: dict[str, Any]) -> None:
    """Each case is judged as a reader would."""
    precision = case.get("precision", "day")
    days = {"day": 1, "month": 29}[precision]
    when = on_day(case["date"], precision, days) if "date" in case else When()
    assert judge(LEAD + case["text"], case["event"], when) == case["news"]


def test_the_headline_may_tell_what_happened_last_week() -> None:
    """A headline reports; only a date far back makes it a memory."""
    week, year = PUBLISHED.date() - dt.timedelta(8), PUBLISHED.date() - dt.timedelta(400)
    assert judge("", "kills", on_day(week), title="Bomb kills two") == "new"
    assert judge("", "kills", on_day(year), title="Bomb kills two") == "background"


def test_figures_of_a_month_stay_news_while_they_are_counted() -> None:
    """Last month's inflation is told this month."""
    when = on_day(dt.date(2024, 2, 1), "month", 29)
    assert judge("", "rises", when, title="Inflation rises") == "new"


@pytest.mark.parametrize("genre", sorted(RECALLING))
def test_some_genres_only_recall(genre: Genre) -> None:
    """Opinion, reviews and their like report nothing new."""
    assert genre in get_args(Genre)
    assert judge("", "kills", When(), genre, title="Bomb kills two") == "background"
