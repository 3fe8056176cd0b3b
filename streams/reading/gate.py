"""A regular expression in, the strings of which every match holds at least one, out.

Most patterns of most tables match nothing in most texts. To look for a few fixed strings takes a
hundredth of the time that the pattern takes, and where none of them stands the pattern cannot match.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from re import _parser  # type: ignore[attr-defined]  # the one place that knows a pattern's parts
from typing import Any

MIN_WORTH = 2
"""A single letter stands in every text; a mark such as a slash does not."""
MAX_CUES = 60
"""More strings than this are no quicker than the pattern."""

BEFORE, AFTER = 80, 240
"""Characters by which a match may begin before the first of its strings and end after the last."""

Cues = frozenset[str]


class Gate:
    """A pattern that is tried only where it may match."""

    __slots__ = ("cues", "pattern")

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.pattern = pattern
        self.cues = find_cues(pattern.pattern, pattern.flags)

    def may_match(self, lower: str) -> bool:
        """Whether the text, in lower case, holds a string that every match holds."""
        if not self.cues:
            return True
        for cue in self.cues:  # noqa: SIM110 - `any` over a generator takes twice the time
            if cue in lower:
                return True
        return False

    def find_window(self, lower: str) -> tuple[int, int] | None:
        """From where to where in the text, in lower case, a match may stand; None where none can."""
        if not self.cues:
            return 0, len(lower)
        first, last = len(lower), -1
        for cue in self.cues:
            place = lower.find(cue)
            if place >= 0:
                first, last = min(first, place), max(last, lower.rfind(cue))
        return None if last < 0 else (max(first - BEFORE, 0), min(last + AFTER, len(lower)))


@lru_cache(1024)
def find_cues(pattern: str, flags: int) -> tuple[str, ...]:
    """The strings in lower case of which every match holds one; none where nothing is certain."""
    cues = _of_sequence(_parser.parse(pattern, flags))
    return tuple(sorted(cues, key=len)) if cues and len(cues) <= MAX_CUES else ()


def _of_sequence(parts: Iterable[tuple[Any, Any]]) -> Cues | None:
    """The best of what the parts of a sequence ask for: the longest strings, the fewest of them."""
    asked: list[Cues] = []
    run = ""
    for op, value in parts:
        if str(op) == "LITERAL":
            run += chr(value).lower()
            continue
        if run:
            asked.append(frozenset({run}))
            run = ""
        inner = _of_part(str(op), value)
        if inner is not None:
            asked.append(inner)
    if run:
        asked.append(frozenset({run}))
    best = max(asked, key=lambda cues: (min(map(_worth, cues)), -len(cues)), default=None)
    return best if best and min(map(_worth, best)) >= MIN_WORTH else None


def _worth(cue: str) -> int:
    """How much a string tells: its length, and more where it holds a mark."""
    marked = not cue.replace(" ", "a").isalnum()
    return len(cue) + (3 if marked else 0)


def _of_part(op: str, value: Any) -> Cues | None:
    match op:
        case "SUBPATTERN":
            return _of_sequence(value[-1])
        case "BRANCH":
            each = [_of_sequence(branch) for branch in value[1]]
            known = [cues for cues in each if cues is not None]
            return frozenset().union(*known) if len(known) == len(each) else None
        case "MAX_REPEAT" | "MIN_REPEAT" if value[0] >= 1:
            return _of_sequence(value[2])
        case "IN" if all(str(kind) == "LITERAL" for kind, _ in value):
            return frozenset(chr(code).lower() for _, code in value)
        case _:
            return None
