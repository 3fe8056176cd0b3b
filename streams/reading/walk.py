"""Two tokens of one sentence in, the price of the path between them over the parse out.

What a step costs is the caller's to say: a number and a place are tied to an event by other words.
"""

from __future__ import annotations

from collections.abc import Callable

from spacy.tokens import Token

_STEPS = 40
_APART = 50.0
"""The price where the two do not meet."""


def price_path(
    trigger: Token,
    head: Token,
    up: Callable[[Token], float],
    down: Callable[[Token, Token], float],
) -> float:
    """Price the way up from `trigger` to where it meets the way up from `head`.

    `up` prices a step from a token to its head, `down` (token, trigger) a step the other way.
    """
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
