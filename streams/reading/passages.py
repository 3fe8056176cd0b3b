"""An article in, its paragraphs out: headline, lead and body, with their offsets.

Offsets count characters of `Article.reading_text`; a paragraph's text has the length of the stretch
it stands for, so `start + n` is the n-th character of both. Page furniture (menus, credits,
sign-ups) is left out. A caption keeps a role of its own: it supports what the text tells (who, where,
when), but in the present tense and often from another day, so it opens no event. Left out, too, is
the dateline ("KYIV, June 13 (Reuters) -"), which is kept beside the text: it names a place and a
day, but it is no part of the sentence.

Pages arrive flattened: a line is a paragraph, or a paragraph is wrapped over lines. Lines of one
block are joined only when they look wrapped (long, and the break falls inside a sentence).
"""

# ruff: noqa: RUF001 - newspapers write curly quotes and long dashes
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from streams.reading.furniture import (
    announces_caption,
    find_dateline,
    find_inside,
    is_caption,
    is_furniture,
    trim_caption,
    trim_headline,
)
from streams.records import Article

Role = Literal["headline", "lead", "body", "caption"]

MAX_TEXT = 40_000
"""Characters that are read; an article is shorter, and what is longer is a list or a live blog."""
MAX_PARAGRAPH = 3_000
"""A longer paragraph is cut at a sentence end: the parser's memory grows with the paragraph."""
MAX_CAPTION = 400
"""A longer paragraph below a picture line is text."""
MIN_LEAD = 30
"""A shorter first paragraph is a kicker or a subtitle, not the lead."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A stretch of the article that people read as one."""

    index: int
    start: int
    text: str
    role: Role
    dateline: str | None = None


_BLOCK = re.compile(r"[^\n]+(?:\n(?![ \t]*\n)[^\n]+)*")
_LINE = re.compile(r"[^\n]+")
_SENTENCE_END = re.compile(r"[.!?][\"”’)]*\s+(?=[\"“‘(]?[A-Z0-9])")
_SAME_LENGTH = str.maketrans({"\n": " ", "\t": " ", "\r": " ", "\u00a0": " ", "\u2028": " "})


def split_paragraphs(article: Article) -> tuple[Paragraph, ...]:
    """Split the reading text into paragraphs that people would read."""
    text = article.reading_text[: len(article.title) + 2 + MAX_TEXT]
    title = article.title.strip()
    paragraphs: list[Paragraph] = []
    has_lead = False
    body_start = 0
    if title:
        body_start = len(article.title)
        start, end = trim_headline(article.title)
        paragraphs.append(_build(0, start, article.title[start:end], "headline", None))
    for start, end, is_picture in _find_body(text, body_start, title):
        stretch = text[start:end]
        cut = 0 if is_picture else find_dateline(stretch)
        dateline = stretch[:cut].strip(" -–—:") or None
        role: Role = "caption" if is_picture else "body"
        if not is_picture and not has_lead and end - start - cut >= MIN_LEAD:
            role, has_lead = "lead", True
        paragraphs.append(_build(len(paragraphs), start + cut, stretch[cut:], role, dateline))
    return tuple(paragraph for paragraph in paragraphs if paragraph.text.strip())


def find_title(text: str) -> tuple[str, str]:
    """Part a saved page into its headline and its body; the headline is "" where it has none.

    The first line that is no furniture is the headline when it is short and no full sentence.
    """
    for line in _LINE.finditer(text):
        stripped = line.group().strip()
        if is_furniture(stripped) or announces_caption(stripped) or is_caption(stripped):
            continue
        rest = text[line.end() :].strip()
        if 0 < len(stripped) <= 160 and not re.search(r"[.:;,][\"”’]?$", stripped) and rest:
            return stripped, rest
        break
    return "", text.strip()


def _build(index: int, start: int, text: str, role: Role, dateline: str | None) -> Paragraph:
    lead = len(text) - len(text.lstrip())
    return Paragraph(index, start + lead, text.strip().translate(_SAME_LENGTH), role, dateline)


def _find_body(text: str, start: int, title: str) -> Iterator[tuple[int, int, bool]]:
    """Find the stretches that people read, and whether each is a caption."""
    caption_follows = False
    first = True
    for begin, end in _find_lines(text, start):
        line = text[begin:end].strip()
        if announces_caption(line):
            caption_follows = True
        elif is_furniture(line):
            continue
        elif is_caption(line) or (caption_follows and len(line) < MAX_CAPTION):
            caption_follows = False
            kept = begin + trim_caption(text[begin:end])
            if kept - begin >= MIN_LEAD:
                yield begin, kept, True
        elif first and title and line.casefold() == title.casefold():
            first = False
        else:
            caption_follows = first = False
            for kept_start, kept_end in _cut_inside(text, begin, end):
                for stretch in _cut_long(text, kept_start, kept_end):
                    yield *stretch, False


def _find_lines(text: str, start: int) -> Iterator[tuple[int, int]]:
    for block in _BLOCK.finditer(text, start):
        lines = [line.span() for line in _LINE.finditer(text, *block.span())]
        if _is_wrapped([text[begin:end] for begin, end in lines]):
            yield block.span()
        else:
            yield from lines


def _is_wrapped(lines: list[str]) -> bool:
    """Tell whether the lines of a block are one paragraph, broken by width."""
    if len(lines) < 2:
        return True
    widths = [len(line.rstrip()) for line in lines[:-1]]
    broken = sum(not re.search(r"[.!?:][\"”’)]?$", line.rstrip()) for line in lines[:-1])
    return min(widths) >= 40 and max(widths) <= 120 and broken * 2 >= len(widths)


def _cut_inside(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    position = start
    for begin, stop in find_inside(text[start:end]):
        if text[position : start + begin].strip():
            yield position, start + begin
        position = start + stop
    if text[position:end].strip():
        yield position, end


def _cut_long(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > MAX_PARAGRAPH:
        window = text[start : start + MAX_PARAGRAPH]
        ends = [match.end() for match in _SENTENCE_END.finditer(window)]
        spaces = window.rfind(" ") + 1
        cut = start + (ends[-1] if ends else spaces or MAX_PARAGRAPH)
        yield start, cut
        start = cut
    if text[start:end].strip():
        yield start, end
