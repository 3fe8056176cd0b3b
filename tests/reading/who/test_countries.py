"""Names, peoples and seats stand for their countries."""

from __future__ import annotations

import pytest

from streams.reading.parse import load_copier, load_pipeline
from streams.reading.who.countries import find_country, load_countries, name_country


@pytest.mark.parametrize(
    ("words", "iso", "sense"),
    [
        ("Ukraine", "UA", "name"),
        ("the Netherlands", "NL", "name"),
        ("Ukrainians", "UA", "people"),
        ("Moscow", "RU", "seat"),
        ("the White House", "US", "seat"),
        ("North Korea", "KP", "name"),
        ("South Korean", "KR", "people"),
        ("Democratic Republic of Congo", "CD", "name"),
    ],
)
def test_a_name_stands_for_its_country(words: str, iso: str, sense: str) -> None:
    """As written, with or without its article."""
    found = name_country(words)
    assert found is not None
    assert (iso, sense) == (found.iso, found.sense)


def test_us_the_pronoun_is_no_country() -> None:
    """Short names count in capitals only."""
    doc = load_copier().copy(load_pipeline()("They told us that the US had left."))
    named = [found.iso for token in doc if (found := find_country(token)) is not None]
    assert named == ["US"]


def test_every_country_has_a_code_of_two_letters() -> None:
    """ISO 3166-1 alpha-2; XK is what everybody uses for Kosovo."""
    assert all(len(entry.iso) == 2 and entry.iso.isupper() for entry in load_countries().values())
