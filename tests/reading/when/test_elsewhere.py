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
        (
            "Chapel damaged in blaze",
            "The roof fell in. Nobody was hurt in the fire on Sunday night.",
            "blaze",
            SUNDAY,
        ),
        (
            "Bomb tears through market",
            "Nine people died. No group has claimed Sunday's explosion.",
            "bomb",
            SUNDAY,
        ),
        (
            "Bomb kills two in market",
            "Two people have died in a market. The blast happened in 2021.",
            "kills",
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


MONDAY = dt.date(2023, 6, 12)
TUESDAY = dt.date(2023, 6, 13)


@pytest.mark.parametrize(
    ("text", "trigger", "kind", "expected"),
    [
        (
            "Three people were hurt in a stabbing. Police were called to the flat at 3pm on Sunday.",
            "stabbing",
            "stabbing",
            SUNDAY,
        ),
        (
            "A blaze destroyed a warehouse. Firefighters responded to the alarm late on Sunday.",
            "destroyed",
            "fire",
            SUNDAY,
        ),
        (
            "A boat sank on the lake. The boat hit a log on Sunday night.",
            "sank",
            "ship_accident",
            SUNDAY,
        ),
        (
            "A dam burst in the hills. The dam gave way on Sunday.",
            "burst",
            "flood",
            SUNDAY,
        ),
        (
            "A blast wrecked a hall. The blast tore through the kitchen on Sunday.",
            "blast",
            "explosion",
            SUNDAY,
        ),
        (
            "A group claimed the killing of a guard. It said that Sunday's attack was revenge.",
            "killing",
            "homicide",
            SUNDAY,
        ),
        (
            "A journalist was freed, his paper said. He was released late on Sunday.",
            "freed",
            "prisoner_release",
            SUNDAY,
        ),
        ("A singer has died. She passed away on Sunday.", "died", "death", SUNDAY),
        (
            "A fire destroyed a mill. The fire was put out on Sunday.",
            "destroyed",
            "fire",
            None,
        ),
        (
            "A man was charged with theft. Police were called to the shop on Sunday.",
            "charged",
            "charge",
            None,
        ),
        (
            "The ministry condemned the arrests. The ministry said in a statement on Monday: No.",
            "condemned",
            "condemnation",
            MONDAY,
        ),
        (
            "The motion has failed after members left the hall on Tuesday.",
            "failed",
            "rejection",
            TUESDAY,
        ),
        ("The law has failed after members left on Monday.", "failed", "other", None),
        ("Officials said on Monday that they will sue the firm.", "sue", "threat", MONDAY),
        ("The strike follows a shoot-out on Monday.", "strike", "missile_strike", None),
        ("The strongest storm this year hit the coast.", "storm", "storm", None),
    ],
)
def test_a_report_comes_back_to_its_event(
    text: str, trigger: str, kind: str, expected: dt.date | None
) -> None:
    """A noun, a thing, a call for help or the saying gives the day; what came before or after does not."""
    parsed = parse_article(build_article(text))
    sentence = parsed.sentences[1]
    token = next(token for token in sentence.tokens if token.lower_ == trigger)
    assert choose_when(find_dates(parsed), parsed, sentence, token, kind=kind).date == expected
