"""Requests to servers in, when each may go out: spacing, concurrency and pauses, a host at a time.

Feeds and pages of one server share its turn. Nothing waits in a task: a poller asks `delay`, and puts
a feed back into its heap when its server is busy.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

_REMEMBERED = 20_000
"""Hosts kept in mind; those that idle longest are forgotten first."""


@dataclass(slots=True)
class _Host:
    active: int = 0
    free_at: float = 0.0
    """Monotonic seconds from which on the next request may start."""


class Hosts:
    """The manners toward servers."""

    def __init__(
        self,
        *,
        per_host: int,
        spacing: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._per_host = per_host
        self._spacing = spacing
        self._clock = clock
        self._hosts: OrderedDict[str, _Host] = OrderedDict()

    def delay(self, host: str) -> float:
        """Seconds until a request to `host` may start; 0 for now."""
        known = self._hosts.get(host)
        if known is None:
            return 0.0
        wait = max(0.0, known.free_at - self._clock())
        if known.active >= self._per_host:
            return max(wait, self._spacing, 0.05)
        return wait

    def pause(self, host: str, seconds: float) -> None:
        """Send nothing to `host` for so long: it asked for that."""
        known = self._host(host)
        known.free_at = max(known.free_at, self._clock() + seconds)

    @asynccontextmanager
    async def turn(self, host: str, *, spacing: float | None = None) -> AsyncIterator[None]:
        """Wait for a turn with `host` and hold it; `spacing` is what its robots.txt asks for."""
        while (wait := self.delay(host)) > 0:  # noqa: ASYNC110 - the end is a time, not an event
            await asyncio.sleep(wait)
        known = self._host(host)
        known.active += 1
        known.free_at = max(known.free_at, self._clock() + max(self._spacing, spacing or 0.0))
        try:
            yield
        finally:
            known.active -= 1

    def _host(self, host: str) -> _Host:
        known = self._hosts.get(host)
        if known is None:
            known = self._hosts[host] = _Host()
            while len(self._hosts) > _REMEMBERED:
                oldest, value = next(iter(self._hosts.items()))
                if value.active or value.free_at > self._clock():
                    break
                del self._hosts[oldest]
        self._hosts.move_to_end(host)
        return known
