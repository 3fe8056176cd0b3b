"""An article in, its paragraphs out: headline, lead and body, with their offsets.

Offsets count characters of `Article.reading_text`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from streams.records import Article

Role = Literal["headline", "lead", "body"]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A stretch of the article that people read as one; page furniture is left out before."""

    index: int
    start: int
    text: str
    role: Role


_PARAGRAPH = re.compile(r"[^\n]+(?:\n(?!\s*\n)[^\n]+)*")


def split_paragraphs(article: Article) -> tuple[Paragraph, ...]:
    """Split the reading text at blank lines; the first is the headline, the second the lead."""
    roles: tuple[Role, ...] = ("headline", "lead")
    paragraphs = []
    for index, match in enumerate(_PARAGRAPH.finditer(article.reading_text)):
        role: Role = roles[index] if index < len(roles) else "body"
        paragraphs.append(Paragraph(index, match.start(), match.group(), role))
    return tuple(paragraphs)
