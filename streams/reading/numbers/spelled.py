"""Number words in, a number out; the only file that uses text2num."""

from __future__ import annotations

from functools import lru_cache

from text_to_num import text2num


@lru_cache(maxsize=4096)
def read_spelled(words: str) -> float | None:
    """The value of "twenty-three" or "two hundred and fifty thousand", if it is a number."""
    plain = words.lower().strip()
    for article in ("a ", "an "):
        if plain.startswith(article):
            plain = "one " + plain.removeprefix(article)
    try:
        return float(text2num(plain, "en"))
    except (ValueError, OverflowError):
        return None
