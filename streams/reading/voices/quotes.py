"""A paragraph in, the stretches between quotation marks out.

Quotes are matched by their form (curly, straight, guillemets, doubled backticks). A quote that is
opened and not closed runs to the end of its paragraph: the next paragraph goes on with it, as
newspapers do. An apostrophe is no quotation mark: single quotes count only when they open after a
space and close before one.
"""

# ruff: noqa: RUF001 - newspapers write curly quotes
from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_CLOSERS = {"“": "”", "„": "“", "«": "»", '"': '"', "``": "''"}
_OPENER = re.compile('[“„«"]|``')
_SINGLE = re.compile(r"(?<![\w.,;!?])[‘'](?=[\w(])(?P<body>.{6,600}?)(?<=[\w.,!?…)])[’'](?!\w)")


@dataclass(frozen=True, slots=True)
class Quote:
    """A quoted stretch of a paragraph, marks included; offsets are the paragraph's."""

    start: int
    end: int
    closed: bool = True

    def holds(self, position: int) -> bool:
        """Tell whether a position stands inside."""
        return self.start <= position < self.end


@lru_cache(maxsize=256)  # each sentence of a paragraph asks
def find_quotes(text: str) -> tuple[Quote, ...]:
    """Find the quotes of a paragraph, in order, without nesting."""
    quotes: list[Quote] = []
    position = 0
    while (opener := _OPENER.search(text, position)) is not None:
        position = opener.start()
        end = text.find(_CLOSERS[opener.group()], position + 1)
        if end < 0:
            if opener.group() != '"' or (position == 0 and len(text) > 1):
                quotes.append(Quote(position, len(text), closed=False))
            break
        position, start = end + len(_CLOSERS[opener.group()]), position
        quotes.append(Quote(start, position))
    if not quotes:
        quotes = [Quote(match.start(), match.end()) for match in _SINGLE.finditer(text)]
    return tuple(quotes)


def is_quoted(quotes: tuple[Quote, ...], position: int) -> bool:
    """Tell whether a position of the paragraph stands inside one of its quotes."""
    return any(quote.holds(position) for quote in quotes)
