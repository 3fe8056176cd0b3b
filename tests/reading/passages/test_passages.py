"""Paragraphs keep their offsets, and what is furniture is left out."""

# ruff: noqa: RUF001 - newspapers write curly quotes and long dashes
from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.reading.furniture import find_dateline, is_caption, is_furniture, trim_headline
from streams.reading.passages import MAX_PARAGRAPH, find_title, split_paragraphs
from streams.records import Article

CASES: dict[str, Any] = tomllib.loads(
    (Path(__file__).parents[2] / "cases" / "furniture.toml").read_text("utf-8")
)
NOW = dt.datetime(2024, 3, 5, 12, tzinfo=dt.UTC)


def build_article(text: str, title: str = "") -> Article:
    return Article(
        id="a1-x", version="v1", feed="f", publisher="P", family="P", title=title, text=text,
        fetched=NOW,
    )  # fmt: skip


@pytest.mark.parametrize("line", CASES["furniture"])
def test_a_line_of_the_page_is_furniture(line: str) -> None:
    """Menus, sign-ups, bylines and credits are furniture."""
    assert is_furniture(line)


@pytest.mark.parametrize("line", CASES["prose"])
def test_a_sentence_is_no_furniture(line: str) -> None:
    """A sentence that starts like furniture stays."""
    assert not is_furniture(line)
    assert not is_caption(line)


@pytest.mark.parametrize("line", CASES["captions"])
def test_a_line_with_a_credit_is_a_caption(line: str) -> None:
    """A picture credit at the end makes a caption."""
    assert is_caption(line)


@pytest.mark.parametrize("case", CASES["datelines"])
def test_datelines_are_cut_off(case: dict[str, str]) -> None:
    """A dateline is recognised, and what only looks like one is not."""
    assert case["text"][: find_dateline(case["text"])].strip(" -–—:") == case["dateline"]


@pytest.mark.parametrize("case", CASES["headlines"])
def test_labels_of_headlines_are_cut_off(case: dict[str, str]) -> None:
    """Agency labels and outlet names leave the headline."""
    start, end = trim_headline(case["text"])
    assert case["text"][start:end] == case["kept"]


def test_a_caption_keeps_its_own_role_and_loses_its_credit() -> None:
    """A gallery line announces a caption, a credit shows one; neither is the lead."""
    text = (
        "Open this photo in gallery:\n\nA man looks at the ruin in the old town.Ann Li/Reuters\n\n"
        "Two people died in a fire in the old town on Monday."
    )
    assert [(p.role, p.text) for p in split_paragraphs(build_article(text))] == [
        ("caption", "A man looks at the ruin in the old town."),
        ("lead", "Two people died in a fire in the old town on Monday."),
    ]


def test_wrapped_lines_are_one_paragraph_and_flat_lines_are_many() -> None:
    """Lines broken by width are joined; lines that are sentences are parted."""
    wrapped = (
        "The river rose above its banks late on Saturday and the\n"
        "water reached the market before dawn, the mayor said."
    )
    flat = "The river rose above its banks late on Saturday.\nThe mayor asked people to leave."
    assert len(split_paragraphs(build_article(wrapped))) == 1
    assert len(split_paragraphs(build_article(flat))) == 2


def test_headline_lead_and_body_have_their_roles() -> None:
    """The title is the headline, and the first long paragraph is the lead."""
    article = build_article(
        "Exclusive\n\nTwo men were held in Lima on Friday.\n\nThey were armed.", "Two held"
    )
    assert [p.role for p in split_paragraphs(article)] == ["headline", "body", "lead", "body"]


def test_a_saved_page_is_parted_into_headline_and_body() -> None:
    """The first short line that is no furniture is the headline."""
    page = "Skip to main content\n\nTwo held after raid\n\nPolice held two men on Friday."
    assert find_title(page) == ("Two held after raid", "Police held two men on Friday.")


def test_a_saved_page_without_headline_has_none() -> None:
    """A first line that is a sentence is the lead."""
    page = "Police held two men on Friday.\n\nThey were armed."
    assert find_title(page) == ("", page)


@given(st.text(max_size=600), st.text(max_size=80))
def test_any_text_gives_paragraphs_that_stand_where_they_say(text: str, title: str) -> None:
    """Offsets hold for any text."""
    article = build_article(text, title)
    for paragraph in split_paragraphs(article):
        stretch = article.reading_text[paragraph.start : paragraph.start + len(paragraph.text)]
        assert len(stretch) == len(paragraph.text)
        assert stretch.split() == paragraph.text.split()
        assert len(paragraph.text) <= max(MAX_PARAGRAPH, len(title))


@given(st.integers(1, 5), st.sampled_from(["x", "Police said. ", "\n", "a b", "(((", "Photo: "]))
def test_long_text_is_cut_and_ends_in_time(power: int, unit: str) -> None:
    """Long and odd texts neither hang nor grow."""
    article = build_article(unit * 10**power)
    assert all(len(p.text) <= MAX_PARAGRAPH for p in split_paragraphs(article))
