"""Bytes of strangers in, parsed feeds and pages out, from child processes with limits.

A parser that hangs or swells on hostile bytes takes its own process with it and nothing else: the
process is killed at the time limit, its memory is bounded by the kernel, and a new one is started for
the next task. A process is also replaced after some thousand tasks, so that nothing leaks for years.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import struct
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

WorkerFailureKind = Literal["timed_out", "crashed", "failed"]
_STARTING = 30.0
"""Seconds a process may take to start on a busy machine, on top of its first task's limit."""
_MAX_TASKS = 5_000
_ROOT = str(Path(__file__).resolve().parent.parent)


@dataclass(frozen=True, slots=True)
class WorkerFailure:
    """A task that came to nothing."""

    kind: WorkerFailureKind
    detail: str


@dataclass(slots=True, eq=False)
class _Child:
    process: asyncio.subprocess.Process
    tasks: int = 0


class Runner(Protocol):
    """What runs the tasks of `producers.worker`: child processes, or this process in a test."""

    async def run(self, task: str, **arguments: Any) -> Any:
        """Run a task; its result, or a `WorkerFailure`."""

    async def close(self) -> None:
        """Release what is held."""


class Workers:
    """A bounded pool of child processes; tasks wait their turn."""

    def __init__(self, count: int, *, seconds: float = 15.0, memory: int = 1_500_000_000) -> None:
        self._seconds = seconds
        self._memory = memory
        self._idle: asyncio.LifoQueue[_Child | None] = asyncio.LifoQueue()
        self._children: set[_Child] = set()
        for _ in range(count):
            self._idle.put_nowait(None)

    async def run(self, task: str, **arguments: Any) -> Any:
        """Run a task of `producers.worker.TASKS`; its result, or a `WorkerFailure`."""
        child = await self._idle.get()
        try:
            if child is None or child.process.returncode is not None:
                child = await self._start()
            answer = await self._ask(child, pickle.dumps((task, arguments)))
            child.tasks += 1
            if child.tasks >= _MAX_TASKS:
                await self._end(child)
                child = None
        except TimeoutError:
            await self._end(child)
            child = None
            return WorkerFailure("timed_out", f"over {self._seconds:g} s")
        except (asyncio.IncompleteReadError, OSError, pickle.UnpicklingError) as error:
            await self._end(child)
            child = None
            return WorkerFailure("crashed", f"the worker process ended: {type(error).__name__}")
        except asyncio.CancelledError:
            await self._end(child)
            child = None
            raise
        finally:
            self._idle.put_nowait(child)
        state, value = answer
        return value if state == "done" else WorkerFailure("failed", str(value))

    async def close(self) -> None:
        """End every child."""
        for child in tuple(self._children):
            await self._end(child)

    async def _start(self) -> _Child:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "producers.worker",
            str(self._memory),
            str(int(self._seconds) + 5),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            # nothing of this process's environment is a stranger's business
            env={"PATH": os.defpath, "PYTHONPATH": _ROOT, "PYTHONIOENCODING": "utf-8"},
            limit=2**20,
        )
        child = _Child(process)
        self._children.add(child)
        return child

    async def _ask(self, child: _Child, request: bytes) -> tuple[str, Any]:
        stdin, stdout = child.process.stdin, child.process.stdout
        assert stdin is not None
        assert stdout is not None
        async with asyncio.timeout(self._seconds + (0 if child.tasks else _STARTING)):
            stdin.write(struct.pack(">I", len(request)))
            stdin.write(request)
            await stdin.drain()
            (size,) = struct.unpack(">I", await stdout.readexactly(4))
            answer: tuple[str, Any] = pickle.loads(await stdout.readexactly(size))  # noqa: S301 - our own child
            return answer

    async def _end(self, child: _Child | None) -> None:
        if child is None:
            return
        self._children.discard(child)
        if child.process.returncode is None:
            try:
                child.process.kill()
            except ProcessLookupError:
                return
            await child.process.wait()
