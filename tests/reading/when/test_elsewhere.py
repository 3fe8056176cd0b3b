"""An event of headline or lead takes its day from the sentence that tells it again, not from another's."""

from __future__ import annotations

import datetime as dt

import pytest

from streams.reading.parse import parse_article
from streams.reading.when import choose_when, find_dates
from tests.reading.when.build import build_article

SUNDAY = dt.date(2023, 6, 11)


@pytest.mark.parametrize(
    ("title", "text", "trigger", "expected"),
    [
        (
            "Three killed in bank fire",
            "Three people have died in a bank. The clerks were killed on Sunday by smoke.",
            "killed",
            SUNDAY,
        ),
        (
            "Navy captures pirates",
            "The navy has captured 23 pirates. Another crew was captured on Sunday by the French.",
            "captures",
            None,
        ),
        (
            "Freight train derails near Olten",
            "No one was hurt. Nearby roads are closed. The derailment happened on Sunday.",
            "derails",
            SUNDAY,
        ),
        (
            "Robbers take watches from jeweller",
            "The shop is shut. The same jeweller was robbed in October of last year.",
            "take",
            None,
        ),
    ],
)
def test_day_comes_from_the_same_deed(
    title: str, text: str, trigger: str, expected: dt.date | None
) -> None:
    """The headline's event has the day of its own retelling, or none."""
    parsed = parse_article(build_article(text, title=title))
    sentence = parsed.sentences[0]
    token = next(token for token in sentence.tokens if token.lower_ == trigger)
    assert choose_when(find_dates(parsed), parsed, sentence, token).date == expected
