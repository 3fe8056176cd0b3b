"""The paragraphs of an extracted page in, the article's own out: page furniture goes line by line.

Pages often arrive already flattened, so a menu entry, a photo credit and a "most read" box stand as
paragraphs between real ones. A line is furniture when it *is* one of the phrases of `furniture.txt` or has the
shape of one, never because it merely contains one: a sentence with a verb and a full stop stays.

Wrong on purpose: a one-line paragraph of fiction such as "Advertisement" goes.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from importlib import resources

_APOSTROPHES = str.maketrans("\u2018\u2019\u02bc", "'''")
_AGENCIES = (
    "Getty Images|AFP via Getty|Reuters|AP Photo|Associated Press|EPA(?:-EFE)?|Shutterstock|iStock"
    "|PA (?:Wire|Media|Images)|Alamy|Anadolu|Bloomberg|The Canadian Press|dpa|picture alliance|Handout"
)
_CREDIT = re.compile(rf"^[^.!?]{{0,120}}?\b(?:{_AGENCIES})(?:\s*[/|,]\s*[^.!?]{{0,60}})?\W*$")
_SLASHED_CREDIT = re.compile(
    r"^[^.!?]{0,140}/\s*(?:The\s+)?[A-Z][\w .&'-]{1,40}\s*$|^[A-Z][\w .'-]{2,50}/[A-Z][\w .&'/-]{2,60}$"
)
_CLOCKED = re.compile(
    r"^\W*(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\W+)?"
    r"(?:\d{1,2}\W+)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\W+\d{1,2}?\W*(?:\d{4})?"
    r"(?:\W*(?:at\W*)?\d{1,2}[:.]\d{2}\W*(?:[ap]\.?m\.?)?\W*[A-Z]{0,5})?\W*$",
    re.IGNORECASE,
)
_CREDIT_LENGTH = 160


def drop_furniture(paragraphs: Iterable[str]) -> list[str]:
    """Keep the paragraphs that are the article's, each once where it repeats the one before."""
    kept: list[str] = []
    for paragraph in paragraphs:
        if is_furniture(paragraph) or (kept and kept[-1] == paragraph):
            continue
        kept.append(paragraph)
    return kept


def is_furniture(line: str) -> bool:
    """Tell whether a line is a part of the page and not of the article."""
    if not any(mark.isalnum() for mark in line):
        return True
    if len(line) > 260:
        return False
    if _phrases().match(line.translate(_APOSTROPHES)) or _CLOCKED.match(line):
        return True
    return len(line) <= _CREDIT_LENGTH and bool(_CREDIT.match(line) or _SLASHED_CREDIT.match(line))


@functools.cache
def _phrases() -> re.Pattern[str]:
    lines = resources.files("producers").joinpath("furniture.txt").read_text("utf-8").splitlines()
    patterns = (line for line in lines if line and not line.startswith("#"))
    return re.compile(rf"\W*(?:{'|'.join(patterns)})[^\w.!?]*$", re.IGNORECASE)
