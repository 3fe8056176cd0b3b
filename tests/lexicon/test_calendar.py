"""Names of months and weekdays, in full or short, have their number."""

from __future__ import annotations

import re

import pytest

from streams.lexicon.calendar import WRITTEN_MONTHS, month_number, weekday_number


@pytest.mark.parametrize(("word", "number"), [("January", 1), ("Sept.", 9), ("dec", 12)])
def test_a_month_has_its_number(word: str, number: int) -> None:
    """A month is told by its first letters."""
    assert month_number(word) == number


@pytest.mark.parametrize(("word", "number"), [("Monday", 0), ("thurs", 3), ("SUN", 6)])
def test_a_weekday_has_its_number(word: str, number: int) -> None:
    """A weekday is told by its first letters."""
    assert weekday_number(word) == number


def test_newspapers_write_short_months_with_a_full_stop() -> None:
    """The stop makes the month: Sept. is one, the Septet is not."""
    pattern = re.compile(rf"\b(?:{WRITTEN_MONTHS})")
    assert pattern.search("on Sept. 5")
    assert not pattern.search("the Septet")
