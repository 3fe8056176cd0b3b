"""A name in, the form in which names are compared out, remembered: an event names the same few often."""

from __future__ import annotations

from functools import lru_cache

from streams.identity import fold_text


@lru_cache(maxsize=50_000)
def fold_name(name: str) -> str:
    """Fold a name for comparing."""
    return fold_text(name)
