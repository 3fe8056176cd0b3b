"""Two tokens of one sentence in, the price of the path between them over the parse out.

What a step costs is the caller's to say: a date, a number and a place are tied to an event by other
words.
"""

from __future__ import annotations

from collections.abc import Callable

from streams.reading.words import Token

_TOLL_LEMMAS = frozenset(
    ("kill", "injure", "wound", "hurt", "hospitalise", "hospitalize", "displace")
)
"""Verbs whose passive goes on with the toll of one event: "six died and nine were injured"."""
_DOES = frozenset(
    ("shoot", "stab", "beat", "gun", "ambush", "strangle", "attack", "bludgeon", "hack")
)
"""What leads to a toll in one breath: "shot and killed two"."""
_STEPS = 40
_APART = 50.0
"""The price where the two do not meet."""

Up = Callable[[Token], float]
"""Prices a step from a token to its head."""
Down = Callable[[Token, Token], float]
"""Prices a step from the head to a token, on the way from a trigger (token, trigger)."""


def price_path(trigger: Token, head: Token, up: Up, down: Down) -> float:
    """Price the way from an event's `trigger` to `head`, the word that a date, place or number hangs on."""
    cost = _price(trigger, head, up, down)
    verb = _lost_verb(trigger)
    return cost if verb is None else min(cost, 0.5 + _price(verb, head, up, down))


def _lost_verb(trigger: Token) -> Token | None:
    """The verb whose subject the parser took for the object of "after": "after floods killed 24"."""
    if trigger.dep_ != "pobj" or trigger.head.lower_ not in ("after", "before", "since", "as"):
        return None
    for token in trigger.doc[trigger.i + 1 : min(trigger.i + 9, trigger.sent.end)]:
        if token.is_punct:
            return None
        if token.tag_ == "VBD":
            has_subject = any(child.dep_ in ("nsubj", "nsubjpass") for child in token.children)
            return None if has_subject else token
    return None


def is_own_clause(verb: Token) -> bool:
    """Whether a coordinated or wrongly hung verb opens a clause of its own: "and a fire injured three"."""
    deps = {child.dep_ for child in verb.children}
    if verb.dep_ == "conj":
        is_toll = "nsubjpass" in deps and verb.lemma_.lower() in _TOLL_LEMMAS
        return bool(deps & {"nsubj", "nsubjpass"}) and not is_toll
    return verb.dep_ == "acl" and verb.tag_ in ("VBN", "VBD") and "dobj" in deps


_FOLLOWS = frozenset(("follow", "echo", "recall", "succeed", "mirror"))


def is_forerunner(node: Token) -> bool:
    """Whether a word is what an event came after: "The strike follows a shoot-out on Tuesday"."""
    if node.dep_ == "pobj" and node.head.lower_ == "after":
        return node.head.head.lemma_.lower() == "come"
    if node.head.lemma_.lower() not in _FOLLOWS:
        return False
    is_tail = node.dep_ == "prep" and node.i > node.head.i and node.head.tag_ == "VBZ"
    return node.dep_ == "dobj" or is_tail


AT_ONCE = frozenset(("when", "while", "as"))
"""What these words open happens at the same time: "died while climbing on Saturday"."""


def find_opening(clause: Token) -> str:
    """The word that opens an adverbial clause: when, as, after; empty where there is none."""
    for child in clause.children:
        if child.dep_ == "mark" or (child.dep_ == "advmod" and child.lower_ == "when"):
            return child.lower_
    return ""


def is_toll_pair(verb: Token) -> bool:
    """Whether a verb goes on with the toll of the verb before it: "18 died and 24 were injured"."""
    head = verb.head.lemma_.lower()
    is_toll = verb.lemma_.lower() in _TOLL_LEMMAS
    return is_toll and (head in _TOLL_LEMMAS or head == "die" or head in _DOES)


def _price(
    trigger: Token,
    head: Token,
    up: Up,
    down: Down,
) -> float:
    """Climb from `trigger` to where it meets the way up from `head`."""
    costs = {trigger.i: 0.0}
    node, cost = trigger, 0.0
    for _ in range(_STEPS):
        if node.head.i == node.i:
            break
        cost += up(node)
        node = node.head
        costs.setdefault(node.i, cost)
    node, cost = head, 0.0
    for _ in range(_STEPS):
        if node.i in costs or node.head.i == node.i:
            break
        cost += down(node, trigger)
        node = node.head
    return costs.get(node.i, _APART) + cost
