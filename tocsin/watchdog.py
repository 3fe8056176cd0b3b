"""Lags in, the worker that stands still named: work is waiting, and nothing was committed for long.

Faust can live and not work (a partition that is not fetched after a rebalance; see its issues 523,
532, 629). Process liveness cannot tell, so this looks from outside, at the broker.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tocsin.brokers import Lag


@dataclass(slots=True)
class Watchdog:
    """Remembers when each partition last moved."""

    patience: float
    """Seconds without a commit, with work waiting, that count as standing still."""
    _moved: dict[tuple[str, str, int], tuple[int, float]] = field(default_factory=dict)

    def find_stalled(self, lags: Iterable[Lag], now: float) -> Lag | None:
        """Return a partition that stands still, if there is one; `now` is a monotonic clock."""
        stalled = None
        for lag in lags:
            key = (lag.group, lag.topic, lag.partition)
            known = self._moved.get(key)
            if known is None or known[0] != lag.committed or lag.behind == 0:
                self._moved[key] = (lag.committed, now)
            elif now - known[1] > self.patience:
                stalled = lag
        return stalled

    def forget(self) -> None:
        """Start again, after a restart: what stood still gets its patience anew."""
        self._moved.clear()
