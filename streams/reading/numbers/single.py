"""A sentence in, the single people it tells the fate of out: "a man was killed", "killing a woman".

A casualty that the text does not count is still one person: the article "a" says so.
"""

from __future__ import annotations

import re

from spacy.tokens import Token

from streams.reading.numbers.amounts import bounded
from streams.reading.numbers.counted import Counted
from streams.reading.parse import Sentence
from streams.reading.when.lexicon import word_set
from streams.records import Measure

_VERBS: dict[str, Measure] = {
    "kill": "killed", "murder": "killed", "injure": "injured", "wound": "injured", "arrest": "detained",
    "detain": "detained", "hurt": "injured", "rescue": "rescued", "slay": "killed", "execute": "killed",
}  # fmt: skip
_FATES = re.compile(
    r"kill|murder|injur|wound|arrest|detain|hurt|rescu|slay|slain|execut|died?\b|dies|dying|perish|drown"
)
_ONE = word_set("numbers_lists", "one")


def find_single(sentence: Sentence, text: str) -> list[Counted]:
    """Every single casualty told with "a" or "an"."""
    found: list[Counted] = []
    if not _FATES.search(text):
        return found
    for token in sentence.tokens:
        if token.tag_ != "NN" or token.lower_ not in _ONE:
            continue
        article = next(
            (
                child
                for child in token.children
                if child.dep_ == "det" and child.lower_ in ("a", "an")
            ),
            None,
        )
        if article is None or any(child.dep_ == "nummod" for child in token.children):
            continue
        fate = _fate(token)
        if fate is None:
            continue
        measure, head = fate
        base = sentence.tokens.start_char
        found.append(
            Counted(
                article.idx - base,
                token.idx + len(token.text) - base,
                bounded(1.0, "exactly"),
                measure,
                "people",
                head,
                token.lemma_.lower(),
                is_part=False,
            )
        )
    return _joined(found)


def _fate(token: Token) -> tuple[Measure, Token] | None:
    node = token
    for _ in range(2):
        verb, dep = node.head, node.dep_
        lemma = verb.lemma_.lower()
        if dep == "nsubj" and lemma in ("die", "perish", "drown"):
            return "killed", verb
        if dep in ("dobj", "nsubjpass") and lemma in _VERBS:
            if any(child.dep_ == "neg" for child in verb.children):
                return None
            return _VERBS[lemma], verb
        if dep != "conj":
            return None
        node = node.head
    return None


def _joined(found: list[Counted]) -> list[Counted]:
    """Add them up: "a man and a woman were killed": two."""
    joined: list[Counted] = []
    for count in found:
        last = joined[-1] if joined else None
        if last is not None and last.head.i == count.head.i and last.measure == count.measure:
            value = (last.amount.value or 0.0) + 1.0
            joined[-1] = Counted(
                last.start,
                count.end,
                bounded(value, "exactly"),
                last.measure,
                "people",
                last.head,
                "person",
                is_part=False,
            )
        else:
            joined.append(count)
    return joined
