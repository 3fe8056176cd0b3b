"""The supervisor: restarts what dies, stops in order, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.brokers import Lag
from tocsin.supervise import FIRST_PAUSE, LONGEST_PAUSE, Child, Supervisor, choose_pause
from tocsin.watchdog import Watchdog

PATIENT = "import signal,sys; signal.signal(signal.SIGTERM, lambda *_: (print('bye', flush=True), sys.exit(0))); print('up', flush=True); signal.pause()"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); signal.pause(); signal.pause()"


class Listener:
    """What the children said, and a way to wait for it."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []
        self._heard = asyncio.Event()

    def __call__(self, name: str, line: str) -> None:
        self.lines.append((name, line))
        self._heard.set()

    async def wait_for(self, enough: Callable[[list[tuple[str, str]]], bool]) -> None:
        async with asyncio.timeout(20):
            while not enough(self.lines):
                self._heard.clear()
                await self._heard.wait()


def build(code: str, name: str = "one") -> Child:
    return Child(name, [sys.executable, "-c", code])


def start(listener: Listener, *children: Child, grace: float = 20) -> Supervisor:
    return Supervisor(children, os.environ, listener, lambda: 0.5, grace)


async def test_a_child_that_dies_is_started_again() -> None:
    """Whatever its exit code."""
    listener = Listener()
    supervisor = start(listener, build("print('up')"))
    running = asyncio.create_task(supervisor.run())
    await listener.wait_for(lambda lines: len(lines) >= 2)
    supervisor.stop()
    await running
    assert set(listener.lines) == {("one", "up")}


async def test_children_are_stopped_in_order_and_may_finish() -> None:
    """The first of the data first; each says good-bye by itself."""
    listener = Listener()
    supervisor = start(listener, build(PATIENT, "poll"), build(PATIENT, "work"))
    running = asyncio.create_task(supervisor.run())
    await listener.wait_for(lambda lines: len(lines) == 2)
    pids = supervisor.pids()
    supervisor.stop()
    await running
    assert [name for name, line in listener.lines if line == "bye"] == ["poll", "work"]
    for pid in pids.values():
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


async def test_a_child_that_does_not_stop_is_killed_after_its_grace() -> None:
    """A stop always ends."""
    listener = Listener()
    supervisor = start(listener, build(DEAF), grace=0.3)
    running = asyncio.create_task(supervisor.run())
    await listener.wait_for(bool)
    supervisor.stop()
    async with asyncio.timeout(20):
        await running
    assert supervisor.pids() == {}


async def test_a_child_that_lives_but_does_not_work_can_be_restarted() -> None:
    """`restart` kills it with a signal it cannot ignore, and it comes again."""
    listener = Listener()
    supervisor = start(listener, build(DEAF), grace=0.3)
    running = asyncio.create_task(supervisor.run())
    await listener.wait_for(lambda lines: len(lines) == 1)
    supervisor.restart("one", "a test")
    await listener.wait_for(lambda lines: len(lines) == 2)
    supervisor.stop()
    await running


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel ends orphans on Linux only")
async def test_children_do_not_outlive_a_killed_supervisor() -> None:
    """Kill -9 of the parent ends the child too."""
    code = (
        "import asyncio, os, sys\n"
        "from tocsin.supervise import Child, Supervisor\n"
        f"child = Child('one', [sys.executable, '-c', {PATIENT!r}])\n"
        "show = lambda name, line: print(*s.pids().values(), flush=True)\n"
        "s = Supervisor([child], os.environ, show, lambda: 0.5)\n"
        "asyncio.run(s.run())\n"
    )
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    while not (line := (await parent.stdout.readline()).strip()).isdigit():
        assert line
    parent.send_signal(signal.SIGKILL)
    await parent.wait()
    async with asyncio.timeout(20):
        while _is_alive(int(line)):
            await asyncio.sleep(0.02)


def _is_alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text("ascii")
        return status.rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@given(deaths=st.integers(1, 10_000), jitter=st.floats(0, 1))
def test_pauses_grow_and_are_bounded(deaths: int, jitter: float) -> None:
    """Never at once, never longer than the limit with its jitter."""
    pause = choose_pause(deaths, jitter)
    assert FIRST_PAUSE * 0.75 <= pause <= LONGEST_PAUSE * 1.25
    assert choose_pause(deaths + 1, jitter) >= pause


def build_lag(committed: int, end: int) -> Lag:
    return Lag("tocsin", "tocsin.articles", 0, committed, end)


def test_a_partition_with_work_and_no_commit_is_a_stall() -> None:
    """Only after the patience is over, and only while something waits."""
    watchdog = Watchdog(patience=60)
    assert watchdog.find_stalled([build_lag(5, 9)], now=0) is None
    assert watchdog.find_stalled([build_lag(5, 9)], now=60) is None
    assert watchdog.find_stalled([build_lag(5, 12)], now=61) == build_lag(5, 12)


def test_progress_idleness_and_a_restart_start_the_patience_again() -> None:
    """Idle for a night is no stall in the morning."""
    watchdog = Watchdog(patience=60)
    watchdog.find_stalled([build_lag(5, 9)], now=0)
    assert watchdog.find_stalled([build_lag(6, 9)], now=61) is None
    assert watchdog.find_stalled([build_lag(9, 9)], now=100) is None
    watchdog.find_stalled([build_lag(9, 9)], now=30_000)
    assert watchdog.find_stalled([build_lag(9, 10)], now=30_020) is None
    assert watchdog.find_stalled([build_lag(9, 10)], now=30_100) is not None
    watchdog.forget()
    assert watchdog.find_stalled([build_lag(9, 10)], now=30_101) is None
