"""A headline in Title Case or CAPITALS in; the same characters in sentence case out.

Theory: the parser takes "Gunmen Kill 12 In Church Attack" for a string of names. What the body writes
small is no name, what it writes large inside a sentence is one; for the rest a dictionary of common
words decides. The text keeps its length, so offsets hold. What it gets wrong on purpose: a name that
is a common word and stands nowhere in the body ("Apple" alone in a headline) is written small unless
a name stands before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from spacy.language import Language
from spacy.lookups import Lookups

from streams.reading.pipeline import find_lookups
from streams.reading.who.countries import load_countries

_WORD = re.compile(r"[A-Za-z][A-Za-z'\u2019]*")
ENDINGS = (
    ("ies", "y"), ("es", ""), ("s", ""), ("ied", "y"), ("ed", ""), ("ed", "e"), ("ing", ""),
    ("ing", "e"), ("d", "e"), ("er", ""), ("est", ""), ("ly", ""),
)  # fmt: skip
MIN_WORDS = 4
TITLE_SHARE = 0.7
"""Share of capitalised words from which a headline is in title case."""
SMALL = frozenset(
    {
        "a",
        "an",
        "the",
        "and",
        "or",
        "but",
        "of",
        "in",
        "on",
        "at",
        "to",
        "for",
        "from",
        "by",
        "with",
    }
    | {"as", "is", "are", "was", "were", "be", "been", "after", "over", "into", "its", "his", "her"}
    | {
        "their",
        "it",
        "he",
        "she",
        "they",
        "we",
        "you",
        "this",
        "that",
        "these",
        "those",
        "not",
        "no",
    }
    | {"will", "would", "can", "could", "may", "might", "has", "have", "had", "who", "what", "how"}
    | {"why", "when", "where", "than", "then", "up", "out", "off", "down", "about", "against"}
    | {"amid", "before", "between", "during", "near", "under", "while", "if", "so", "do", "does"}
    | {"did", "says", "said", "say", "more", "most", "new", "first", "two", "three", "four", "five"}
    | {"six", "seven", "eight", "nine", "ten", "your", "our", "my", "all", "some", "via", "per"}
)
CALENDAR = frozenset(
    {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "january"}
    | {"february", "march", "april", "may", "june", "july", "august", "september", "october"}
    | {"november", "december"}
)


class CommonWords:
    """The dictionary of a spaCy pipeline's lemmatizer: which words are common, which are verbs."""

    def __init__(self, pipeline: Language) -> None:
        """Take the tables of `pipeline`."""
        lookups: Lookups = find_lookups(pipeline)
        index, irregular = lookups.get_table("lemma_index"), lookups.get_table("lemma_exc")
        self._verbs = frozenset(index["verb"]) | frozenset(irregular["verb"])
        nouns = frozenset(index["noun"]) | frozenset(irregular["noun"])
        self._all = self._verbs | nouns | frozenset(index["adj"]) | frozenset(index["adv"])

    def is_verb(self, word: str) -> bool:
        """Say whether `word` is a form of a verb."""
        return any(base in self._verbs for base in _bases(word))

    def is_common(self, word: str) -> bool:
        """Say whether `word` is a form of any word of the dictionary."""
        return any(base in self._all for base in _bases(word))


@cache
def nations() -> frozenset[str]:
    """Every word of a country's names, people and capital, in lower case."""
    words = {word for name in load_countries() for word in name.split()}
    words |= {"asia", "africa", "europe", "atlantic", "pacific", "christmas", "easter", "olympics"}
    return frozenset(words - SMALL - {"states", "united", "republic", "house", "white", "city"})


def _bases(word: str) -> Iterator[str]:
    """Forms that `word` may come from: killed, kills, killing; cities; stopped."""
    word = re.sub(r"['\u2019]s?$", "", word)
    yield word
    for ending, instead in ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 1:
            stem = word.removesuffix(ending)
            yield stem + instead
            if len(stem) > 2 and stem[-1] == stem[-2]:
                yield stem[:-1]


def truecase_headline(headline: str, body: str, common: CommonWords) -> str:
    """Write the headline in sentence case; unchanged when it is so already."""
    words = [match for match in _WORD.finditer(headline) if len(match.group()) > 1]
    capitalised = sum(match.group()[0].isupper() for match in words)
    if len(words) < MIN_WORDS or capitalised < TITLE_SHARE * len(words):
        return headline
    shouted = all(match.group().isupper() for match in words)
    large = set(re.findall(r"(?<=[a-z,;] )[A-Z][A-Za-z'\u2019]+", body))
    small = set(re.findall(r"(?<![A-Za-z])[a-z][a-z'\u2019]+", body))
    result = list(headline)
    after_name = False
    for number, match in enumerate(words):
        word = match.group()
        case = _judge_word(word, large, small, common, after_name=after_name, shouted=shouted)
        if case == "name" and shouted and len(word) > 3:
            result[match.start() : match.end()] = word.capitalize()
        elif case == "small" and number > 0:
            result[match.start() : match.end()] = word.lower()
        elif case == "small" and shouted:
            result[match.start() : match.end()] = word.capitalize()
        after_name = case == "name" and number > 0 and not word.isupper()
        after_name = after_name and word.lower() not in nations()
    return "".join(result)


def _judge_word(
    word: str,
    large: set[str],
    small: set[str],
    words: CommonWords,
    *,
    after_name: bool,
    shouted: bool,
) -> str:
    lower = word.lower()
    if lower in SMALL and (shouted or not word.isupper()):
        return "small"
    bare = re.sub(r"['\u2019]s?$", "", lower)
    if lower in CALENDAR or bare in nations() or (word.isupper() and not shouted):
        return "name"
    in_large, in_small = word.capitalize() in large, lower in small
    if in_small != in_large:
        return "small" if in_small else "name"
    inflected = words.is_verb(lower) and lower.endswith(("s", "ed", "ing"))
    if after_name and not inflected:
        return "name"
    return "small" if words.is_common(lower) else "name"
