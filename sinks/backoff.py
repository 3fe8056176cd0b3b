"""How often something failed in; how long to wait before the next try out."""

from __future__ import annotations

from collections.abc import Callable

_MOST_DOUBLINGS = 30  # beyond it the cap has long been reached, and 2**n would overflow a float


def compute_pause(failures: int, first: float, cap: float, rng: Callable[[], float]) -> float:
    """Double `first` for each failure after the first, up to `cap`, then take 50 to 100 % of it.

    The jitter keeps several sinks from coming back to a sick server in step.
    """
    pause = min(cap, first * 2.0 ** min(max(failures - 1, 0), _MOST_DOUBLINGS))
    return pause * (0.5 + rng() / 2)
