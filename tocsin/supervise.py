"""Children in, one terminal out: start them, show what they say, restart what dies, stop them well.

A child that dies is restarted after a pause that grows while it keeps dying and shrinks again once
it has lived a while. A signal stops the children in the order of the data (what feeds first), each
with time to finish what it holds. Should this process itself be killed, the kernel ends them.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from streams.logs import get_log
from streams.metrics import RESTARTS
from streams.orphans import end_with_parent

log = get_log("run")

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
HEALTHY_AFTER = 60.0
"""Seconds a child must live for its next death to count as its first."""


@dataclass(frozen=True, slots=True)
class Child:
    """A process to keep alive."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str] = field(default_factory=dict)


def choose_pause(deaths: int, jitter: float) -> float:
    """Seconds to wait before restart number `deaths` (from 1); `jitter` is 0 to 1."""
    pause = min(FIRST_PAUSE * 2.0 ** min(deaths - 1, 16), LONGEST_PAUSE)
    return float(pause * (0.75 + jitter / 2))


class Supervisor:
    """Keeps children alive until `stop`."""

    def __init__(
        self,
        children: Sequence[Child],
        environ: Mapping[str, str],
        show: Callable[[str, str], None],
        jitter: Callable[[], float],
        grace: float = 60.0,
    ) -> None:
        self._children = tuple(children)
        self._environ = dict(environ)
        self._show = show
        self._jitter = jitter
        self._grace = grace
        self._running: dict[str, asyncio.subprocess.Process] = {}
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Run until `stop` is called, then end every child in order."""
        keepers = [asyncio.create_task(self._keep(child)) for child in self._children]
        await self._stopping.wait()
        for child in self._children:
            await self._end(child.name)
        await asyncio.gather(*keepers)

    def stop(self) -> None:
        """Ask `run` to end."""
        self._stopping.set()

    def restart(self, name: str, reason: str) -> None:
        """Kill a child that lives but does not work; it is started again."""
        process = self._running.get(name)
        if process is not None and process.returncode is None:
            log.warning("child killed", child=name, reason=reason)
            process.kill()

    def pids(self) -> dict[str, int]:
        """The process ids of the children that run now."""
        return {name: p.pid for name, p in self._running.items() if p.returncode is None}

    async def _keep(self, child: Child) -> None:
        deaths = 0
        while not self._stopping.is_set():
            started = time.monotonic()
            code = await self._run_once(child)
            if self._stopping.is_set():
                return
            lived = time.monotonic() - started
            deaths = 1 if lived > HEALTHY_AFTER else deaths + 1
            pause = choose_pause(deaths, self._jitter())
            log.warning(
                "child died",
                child=child.name,
                code=code,
                lived=round(lived, 1),
                again_in=round(pause, 1),
            )
            RESTARTS.labels(child.name).inc()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)

    async def _run_once(self, child: Child) -> int:
        process = await asyncio.create_subprocess_exec(
            *child.command,
            env={**self._environ, **child.environ},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,  # a Ctrl-C is for us; we stop the children in order
            preexec_fn=_end_with_us,
            limit=1 << 20,
        )
        self._running[child.name] = process
        log.info("child started", child=child.name, pid=process.pid)
        assert process.stdout is not None
        while True:
            try:
                line = await process.stdout.readline()
            except ValueError:  # a line over the limit; what follows is read as the next
                continue
            if not line:
                break
            self._show(child.name, line.decode("utf-8", "replace").rstrip("\n"))
        return await process.wait()

    async def _end(self, name: str) -> None:
        process = self._running.get(name)
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), self._grace)
        except TimeoutError:
            log.warning("child killed", child=name, reason=f"not done within {self._grace:g} s")
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        log.info("child stopped", child=name, code=process.returncode)


def _end_with_us() -> None:
    end_with_parent(signal.SIGTERM)
