"""The counts of one sentence in, added up where they are listed, and sorted into wholes and parts, out.

"A mother and her two children" are three, "two soldiers and five rebels" seven. "Five people, two of
them children" are five, and so are "ten people, four men and six women" ten. "Two more people died,
bringing the toll to 13" tells 13; "strikes killed 30, bringing the toll to 35,000" tells 30.
"""

from __future__ import annotations

import re
from dataclasses import replace

from streams.reading.numbers.amounts import Amount
from streams.reading.numbers.counted import Counted

_PEOPLE = frozenset(("killed", "injured", "missing", "detained", "rescued", "displaced"))
_LISTED = re.compile(
    r"(?:(?:\s+[A-Z][\w.'-]+){1,3})?(?:\s*,\s*\d{1,3}\s*,)?"  # "his mother Ann Lee, 58, and sister"
    r"\s*(?:,|,?\s*(?:and|plus|as\s+well\s+as|along\s+with|together\s+with))\s*(?:(?:his|her|their|its)\s+)?"
)
_MORE = re.compile(r"\b(?:more|another|further|additional)\b", re.IGNORECASE)
_BRINGING = re.compile(r"\b(?:bring|brought|rais|push|tak|lift)\w*\b[^.;]{0,60}$", re.IGNORECASE)
_WIDER = 50.0
"""A toll so many times as large as the deaths just added is of more than this event."""


def join_counts(counts: list[Counted], text: str) -> list[Counted]:
    """Add up what is listed, mark what is part of another count, drop who was counted already."""
    counts = sorted(counts, key=lambda count: count.start)
    joined: list[Counted] = []
    for count in counts:
        last = joined[-1] if joined else None
        total = _sum(last, count, text) if last is not None else None
        if total is None:
            joined.append(count)
        else:
            joined[-1] = total
    joined = [count for count in joined if not _is_known(count, joined)]
    return _weigh_tolls(joined, text)


def _sum(last: Counted, count: Counted, text: str) -> Counted | None:
    """Make one count of two that are listed."""
    if last.measure != count.measure or count.measure not in _PEOPLE or last.noun == "toll":
        return None
    if last.is_part or count.is_part or last.amount.value == 0 or count.amount.value == 0:
        return None
    between = text[last.end : count.start]
    if not _LISTED.fullmatch(between):
        return None
    if "," in between and last.noun in (None, "people", "person"):
        return None
    first, second = last.amount, count.amount
    if first.value is None or second.value is None:
        return None
    qualifier = first.qualifier if first.qualifier != "exactly" else second.qualifier
    amount = Amount(
        first.value + second.value,
        None if first.low is None or second.low is None else first.low + second.low,
        None if first.high is None or second.high is None else first.high + second.high,
        qualifier,
    )
    return replace(
        last, end=count.end, amount=amount, noun="person", head=count.head, is_definite=False
    )


def _is_known(count: Counted, others: list[Counted]) -> bool:
    """Whether a definite person is one of those whom the sentence counts."""
    return count.is_definite and any(
        other is not count and other.measure == count.measure for other in others
    )


def _weigh_tolls(counts: list[Counted], text: str) -> list[Counted]:
    """Tell the toll of this event from the deaths just added to it, or from a wider toll."""
    toll = next((c for c in counts if c.noun == "toll" and c.amount.value), None)
    if toll is None:
        return counts
    added = [c for c in counts if c.measure == "killed" and c is not toll and c.amount.value]
    if not added:
        return counts
    is_more = any(_MORE.search(text[max(0, c.start - 12) : c.end + 1]) for c in added)
    is_wider = _value(toll) > _WIDER * sum(_value(c) for c in added)
    is_wider &= all(c.head.lemma_.lower() != "die" for c in added)
    parts = added
    if _BRINGING.search(text[: toll.start]) and (is_wider or not is_more):
        parts = [toll]
    elif not is_more:
        return counts
    return [replace(c, is_part=True) if c in parts else c for c in counts]


def _value(count: Counted) -> float:
    return count.amount.value or 0.0
