"""A parsed article in, who says what in it out: voices, their stances, and the outlet's witness."""

from streams.reading.voices.claims import choose_claims, voice_at
from streams.reading.voices.find import find_voices
from streams.reading.voices.naming import is_outlet
from streams.reading.voices.voice import Voice, Voices

__all__ = ["Voice", "Voices", "choose_claims", "find_voices", "is_outlet", "voice_at"]
