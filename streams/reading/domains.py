"""A parsed article in, whether its words are those of sport or of shows out.

Theory: "attack", "shot", "defeat" and "strike" are football as often as war, and "bombshell", "fire"
and "battle" are television. Whatever its sentences say, an article with the vocabulary of a match
and none of an emergency tells no war. What it gets wrong on purpose: a riot in a stadium told
without police, hospital or dead.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from streams.reading.coding.code import Coding
from streams.reading.coding.patterns import load_coding_lexicon
from streams.reading.parse import ParsedArticle

SPORT_ADDRESS = re.compile(
    r"\b(?:sports?|football|soccer|cricket|rugby|tennis|golf|nba|nfl|nhl|mlb|athletics|boxing)\b",
    re.IGNORECASE,
)
MIN_WORDS = 3
"""Different words of a domain that make an article its own."""
HEADLINE_WORDS = 2
"""In an article of a few words two are enough."""
SHORT = 60
GRAVE = 2
"""How many words of a domain one word of an emergency outweighs."""
HARD_GROUPS = frozenset(
    {"attack", "territory", "military", "protest", "threat", "crime", "cyber", "weather", "fire"}
    | {"geophysical", "accident", "coercion", "transport_accident", "sanction", "humanitarian"}
)
"""Groups whose words sport and shows borrow."""


def find_borrowed_groups(parsed: ParsedArticle, codings: Sequence[Coding]) -> frozenset[str]:
    """Find the groups of kinds that this article cannot mean."""
    lexicon = load_coding_lexicon()
    tokens = [token for s in parsed.sentences for token in s.words if token.is_alpha]
    distinct = {token.lower_ for token in tokens} | {token.lemma_.lower() for token in tokens}
    needed = HEADLINE_WORDS if len(tokens) < SHORT else MIN_WORDS
    needed += GRAVE * len(distinct & lexicon.terms("grave_word").lemmas)
    if SPORT_ADDRESS.search(" ".join((parsed.article.url or "", *parsed.article.tags))):
        needed -= 1
    if _opens_with_sport(codings):
        needed -= 2
    for name in ("sport_word", "show_word"):
        if len(distinct & lexicon.terms(name).lemmas) >= needed:
            return HARD_GROUPS
    return frozenset()


def _opens_with_sport(codings: Sequence[Coding]) -> bool:
    opening = [c for c in codings if c.sentence.paragraph.role in {"headline", "lead"}]
    return any(coding.group == "sport" for coding in opening)
