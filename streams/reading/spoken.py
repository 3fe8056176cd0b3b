"""A headline that only says who says it in, the kind of what is said out.

"Challenges remain in the north: envoy" is a statement, "Most voters feel safe: poll" a poll. Used where
no pattern reads the headline and no kind is likely for its words. What it gets wrong on purpose: an
accusation without a verb of accusing is only a statement.
"""

from __future__ import annotations

from collections.abc import Iterable

from streams.reading.headline import HeadlineGuess
from streams.reading.voices.voice import Voice
from streams.records import Genre, Reason

TOLD_BY = {
    "poll": "poll",
    "polls": "poll",
    "survey": "poll",
    "study": "discovery",
    "scientists": "discovery",
    "researchers": "discovery",
}
"""Last words of a speaker that say what sort of thing is told."""
CONFIDENCE = 0.6
GENRES = frozenset({"report", "live_blog"})


def guess_spoken(voices: Iterable[Voice], genre: Genre) -> HeadlineGuess | None:
    """Guess the kind of a headline with a speaker before or after its mark."""
    voice = next((voice for voice in voices if voice.rule == "voice.headline"), None)
    if voice is None or genre not in GENRES or not voice.words:
        return None
    kind = TOLD_BY.get(voice.words.split()[-1].lower(), "statement")
    reason = Reason(
        field="kind", rule="headline.spoken", score=CONFIDENCE, span=voice.sentence.span
    )
    return HeadlineGuess(kind, CONFIDENCE, reason)
