"""Dates, places and numbers hold for any text: nothing raises, and every span lies in the text."""

from __future__ import annotations

import datetime as dt

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streams.reading.numbers import choose_numbers, find_quantities
from streams.reading.parse import parse_article
from streams.reading.when import choose_when, find_dates
from streams.reading.where import choose_all_where, find_places
from tests.reading.when.build import build_article

# fmt: off
_WORDS = st.sampled_from(
    (
        "Monday", "last", "Tuesday", "of", "May", "31", "February", "30", "29", "2023", "1999",
        "0000", "in", "on", "the", "since", "until", "from", "to", "and", "between", "a", "10",
        "1,000", "billion", "$", "\u20ac5m", "%", "percent", "no", "one", "killed", "injured",
        "people", "dozens", "dead", "early", "late", "night", "24:00", "GMT", "9/11", "Christmas",
        "Day", "ago", "after", "before", "years", "weeks", "quarter", "Q9", "summer", "Kyiv",
        "Paris", "Texas", ",", ".", "(", ")", "region", "Donetsk", "village", "X-Y", "Moscow",
        "said", "shelled", "year-old", "-5", "99999999999999999999", "1st", "3-1", "U.S.",
        "\u2019s", "'s", "\u2013", "century", "0th", "31st", "fiscal", "Mr.", "Washington",
        "County", "Ill.", "anniversary", "tenth", "hours",
    )
)
# fmt: on
_TEXT = st.one_of(st.lists(_WORDS, max_size=24).map(" ".join), st.text(max_size=120))
_MOMENT = st.integers(-30_000_000_000, 7_000_000_000).map(
    lambda seconds: dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=seconds)
)


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(text=_TEXT, published=st.none() | _MOMENT, offset=st.none() | st.integers(-2000, 2000))
def test_any_text_gives_spans_inside_it(
    text: str, published: dt.datetime | None, offset: int | None
) -> None:
    """Whatever is written, dates, places and numbers point at words of the text."""
    article = build_article(text, published=published, offset=offset)
    parsed = parse_article(article)
    dates, places, numbers = find_dates(parsed), find_places(parsed), find_quantities(parsed)
    whole = len(article.reading_text)
    spans = [date.span for date in dates] + [number.span for number in numbers]
    spans += [place.where.span for place in places.found if place.where.span]
    assert all(0 <= span.start < span.end <= whole for span in spans)
    for date in dates:
        assert date.when.start is None or date.when.end is None or date.when.start < date.when.end
    for sentence in parsed.sentences:
        for token in list(sentence.tokens)[:3]:
            choose_when(dates, parsed, sentence, token)
            choose_all_where(places, parsed, sentence, token)
            choose_numbers(numbers, parsed, sentence, (token,), "bombing", lambda *_: "police")


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(text=_TEXT)
def test_reading_is_the_same_twice(text: str) -> None:
    """The same article gives the same dates, places and numbers."""
    parsed = parse_article(build_article(text))
    assert [d.when for d in find_dates(parsed)] == [d.when for d in find_dates(parsed)]
    assert [p.where for p in find_places(parsed).found] == [
        p.where for p in find_places(parsed).found
    ]
    assert [q.quantity for q in find_quantities(parsed)] == [
        q.quantity for q in find_quantities(parsed)
    ]
