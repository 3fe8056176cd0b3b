"""What a voice is: somebody who speaks in a sentence, how, and about which of its words."""

from __future__ import annotations

from dataclasses import dataclass

from streams.reading.parse import Sentence
from streams.reading.words import Token
from streams.records import Stance


@dataclass(frozen=True, slots=True, eq=False)
class Voice:
    """One voice in one sentence."""

    speaker: str
    stance: Stance
    words: str
    sentence: Sentence
    rule: str
    cue: Token | None = None
    content: frozenset[int] = frozenset()
    """Numbers of the tokens (in the paragraph's parse) that it speaks about."""
    of: str | None = None
    outlet: bool = False
    back: bool = False
    """It speaks about what was said before ("denied the allegations")."""
    counts: bool = False
    """It gives a number of people who came to harm ("put the toll at 30")."""

    def covers(self, sentence: Sentence, token: Token) -> bool:
        """Tell whether it speaks about this word."""
        return self.sentence is sentence and token.i in self.content


@dataclass(frozen=True, slots=True)
class Voices:
    """All voices of an article, in order, and the outlet that tells it."""

    found: tuple[Voice, ...]
    publisher: str

    def of_sentence(self, sentence: Sentence) -> tuple[Voice, ...]:
        """The voices that speak in a sentence."""
        return tuple(voice for voice in self.found if voice.sentence is sentence)
