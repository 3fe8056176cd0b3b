# ruff: noqa: RUF001 - quotation marks as papers write them
"""Markup in, plain text out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.text import clean_line, clean_paragraphs, cut_text


@pytest.mark.parametrize(
    ("markup", "line"),
    [
        ("Fish &amp; chips", "Fish & chips"),
        ("Fish &amp;amp; chips", "Fish & chips"),
        ("It&#8217;s over &hellip;", "It’s over …"),
        ("&lt;b&gt;Bold&lt;/b&gt; move", "Bold move"),
        ("Bold <i>move</i>", "Bold move"),
        ("before<script>alert(1)</script>after", "beforeafter"),
        ("&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt; news", "news"),
        ("<img src=x onerror=alert(1)>News", "News"),
        ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
        ("<Breaking> news", "<Breaking> news"),
        ("Profit <$5m", "Profit <$5m"),
        ("A\u202egnihton\u202c B\u200b C\x00", "Agnihton B C"),
        ("  two\n lines\t here ", "two lines here"),
        ("AT&T and R&D;", "AT&T and R&D;"),
        ("ÐœÐ¾Ñ\x81ÐºÐ²Ð° Ð·Ð°Ð¼ÐµÑ€Ð·Ð»Ð°", "Москва замерзла"),
        ("National â€º Weather", "National › Weather"),
        ("Señor Ñandú «à Paris»", "Señor Ñandú «à Paris»"),
        ("cafe\u0301", "café"),
        (None, ""),
    ],
)
def test_a_title_becomes_one_line_of_plain_text(markup: str | None, line: str) -> None:
    """Entities, tags, scripts, invisible characters and wrong charsets are undone."""
    assert clean_line(markup) == line


def test_paragraphs_are_kept_apart() -> None:
    """Blocks and double breaks part paragraphs; single line ends do not."""
    html = "<p>One\n line.</p><p>Two<br>same.<br><br>Three.</p><ul><li>Four</li></ul>"
    assert clean_paragraphs(html) == "One line.\n\nTwo same.\n\nThree.\n\nFour"
    assert clean_paragraphs("One\nline.\n\nTwo.") == "One line.\n\nTwo."


@given(st.text(max_size=300))
def test_cleaning_is_total_and_leaves_no_script(markup: str) -> None:
    """Any text is cleaned, and never grows a tag that runs."""
    for cleaned in (clean_line(markup), clean_paragraphs(markup)):
        assert "<script" not in cleaned.lower() or "<script" in markup.lower()
        assert "\x00" not in cleaned
    assert "\n" not in clean_line(markup)


@given(st.text(alphabet="ab<>&;/p \n", max_size=200))
def test_cleaning_twice_changes_nothing_that_is_plain(markup: str) -> None:
    """What is plain text already stays as it is."""
    once = clean_line(markup)
    if "<" not in once and "&" not in once:
        assert clean_line(once) == once


def test_deep_nesting_is_cut_and_not_followed() -> None:
    """A hundred thousand nested elements cost no stack."""
    assert clean_paragraphs("<div>" * 100 + "end") == "end"
    assert len(clean_paragraphs("<div>" * 100_000 + "end")) <= len("end")


def test_text_is_cut_between_words() -> None:
    """A cut does not leave half a word."""
    assert cut_text("alpha beta gamma", 12) == "alpha beta"
    assert cut_text("alphabetagamma", 5) == "alpha"
