"""Commands of Tocsin in, child processes out: started, watched and stopped together.

Each has its log and a pid file beside the stack's, so that the leash can stop them when this process
is killed.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from streams.errors import TocsinError
from tocsin.stack.processes import (
    Running,
    note_process,
    read_tail,
    start_process,
    stop_process,
    write_pid_file,
)

STOP_SECONDS = 40.0


class PartError(TocsinError):
    """A part of the demo failed; `tail` are the last lines of its log."""

    what = "demo"

    def __init__(self, which: str, why: str, log: Path) -> None:
        self.tail = tuple(read_tail(log, 20))
        super().__init__(which, why, f"read {log}")


@dataclass(slots=True)
class Children:
    """The services of one demo, as processes."""

    folder: Path
    """The data folder; children run in it, so that nobody's tocsin.toml is read."""
    environ: Mapping[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    """The services that were started, by name."""
    _noted: dict[str, Running] = field(default_factory=dict)

    def start(self, name: str, words: Sequence[str]) -> None:
        """Start a service in the background."""
        log = self._log(name)
        process = start_process(self._command(words), log, self.environ, cwd=self.folder)
        running = note_process(process.pid, name, "tocsin", 0, log)
        write_pid_file(self.folder / "run" / f"child-{name}.json", running)
        self.processes[name] = process
        self._noted[name] = running

    def run(
        self, name: str, words: Sequence[str], patience: float, fine: Sequence[int] = (0,)
    ) -> str:
        """Run a command to its end and return what it printed; its log has the rest.

        Raises `PartError` when it takes longer than `patience` seconds or ends with another code
        than the `fine` ones.
        """
        log = self._log(name)
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as out:
            try:
                done = subprocess.run(
                    self._command(words),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=out,
                    env=dict(self.environ),
                    cwd=self.folder,
                    timeout=patience,
                    check=False,
                )
            except subprocess.TimeoutExpired as error:
                raise PartError(name, f"it took longer than {patience:g} s", log) from error
        if done.returncode not in fine:
            raise PartError(name, f"it ended with code {done.returncode}", log)
        return done.stdout.decode("utf-8", "replace")

    def check(self) -> None:
        """Raise `PartError` when a service has ended."""
        for name, process in self.processes.items():
            code = process.poll()
            if code is not None:
                raise PartError(name, f"it ended with code {code}", self._log(name))

    def stop(self) -> None:
        """Ask every service to end, then wait for each."""
        for process in self.processes.values():
            if process.poll() is None:
                process.terminate()
        for name, process in self.processes.items():
            stop_process(self._noted[name], STOP_SECONDS)
            process.wait()
            (self.folder / "run" / f"child-{name}.json").unlink(missing_ok=True)
        self.processes.clear()

    def _command(self, words: Sequence[str]) -> list[str]:
        return [sys.executable, "-m", "tocsin", *words]

    def _log(self, name: str) -> Path:
        return self.folder / "logs" / f"{name}.log"
