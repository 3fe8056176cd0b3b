"""A command in, a running server with a pid file out; and a pid file in, the process it means, or none.

A pid alone is not a process: after a reboot or a long day another program may have the number. The
file therefore holds the start time as well, and a word that must stand in the command line.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from streams.errors import StackError

LOGS_KEPT = 3
"""Logs of earlier starts that are kept beside the present one."""
SHOWN_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Running:
    """A server process that this data folder started."""

    name: str
    pid: int
    started: str
    """The start time as the system tells it; an opaque word that only has to stay equal."""
    marker: str
    """A word of its command line, e.g. the path of its data."""
    port: int
    log: str

    def is_alive(self) -> bool:
        """Tell whether the process still runs, and is this one and not another of its number."""
        seen = look_up(self.pid)
        return seen is not None and seen[0] == self.started and self.marker in seen[1]


def start_process(
    command: Sequence[str],
    log: Path,
    environ: Mapping[str, str],
    cwd: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, its output in `log`; earlier logs are kept."""
    keep_logs(log)
    with log.open("wb") as out:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=dict(environ),
            cwd=cwd,
            start_new_session=True,
        )


def note_process(pid: int, name: str, marker: str, port: int, log: Path) -> Running:
    """Describe a process that was just started; raises `StackError` when it has ended already.

    For a moment after its start a process shows no command line: the system has not written it yet.
    """
    deadline = time.monotonic() + SHOWN_SECONDS
    while (seen := look_up(pid)) is not None:
        if marker in seen[1]:
            return Running(name, pid, seen[0], marker, port, str(log))
        if time.monotonic() > deadline:
            raise StackError(name, f"process {pid} runs another command: {seen[1][:200]}")
        time.sleep(0.01)
    raise StackError(name, "it ended as soon as it was started", f"read {log}")


def write_pid_file(path: Path, running: Running) -> None:
    """Write a pid file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(asdict(running)), "utf-8")
    draft.replace(path)


def read_pid_file(path: Path) -> Running | None:
    """Read a pid file; None when there is none, or none that can be read."""
    try:
        return Running(**json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def stop_process(running: Running, patience: float) -> bool:
    """Ask a process to end, wait, then kill it; True when it ended by itself."""
    for sign, wait in ((signal.SIGTERM, patience), (signal.SIGKILL, 10.0)):
        if not running.is_alive():
            return sign is signal.SIGTERM
        with contextlib.suppress(ProcessLookupError):
            os.kill(running.pid, sign)
        if _wait_until_ended(running, wait):
            return sign is signal.SIGTERM
    raise StackError(running.name, f"process {running.pid} does not end", f"read {running.log}")


def look_up(pid: int) -> tuple[str, str] | None:
    """Look a live process up: its start time and command line. A zombie is dead."""
    stat = Path(f"/proc/{pid}/stat")
    if not Path("/proc/self/stat").exists():
        return _ask_ps(pid)
    try:
        # the name in brackets may hold spaces and brackets of its own
        fields = stat.read_text("utf-8", "replace").rpartition(")")[2].split()
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
    except OSError:
        return None
    if fields[0] in "ZX":
        _reap(pid)
        return None
    return fields[19], command.decode("utf-8", "replace")


def keep_logs(log: Path) -> None:
    """Move an earlier log aside, and the ones before it up by one."""
    log.parent.mkdir(parents=True, exist_ok=True)
    for number in range(LOGS_KEPT, 0, -1):
        older = log.with_name(f"{log.name}.{number - 1}") if number > 1 else log
        if older.exists():
            older.replace(log.with_name(f"{log.name}.{number}"))


def read_tail(log: Path, lines: int) -> list[str]:
    """Read the last lines of a log, or none when there is no log."""
    try:
        with log.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - 400 * (lines + 1)))
            return file.read().decode("utf-8", "replace").splitlines()[-lines:]
    except OSError:
        return []


def _ask_ps(pid: int) -> tuple[str, str] | None:
    """Ask `ps`, where there is no /proc (macOS)."""
    answer = subprocess.run(
        ["ps", "-ww", "-o", "stat=,lstart=,command=", "-p", str(pid)],  # noqa: S607 - ps is where the system put it
        capture_output=True,
        text=True,
        check=False,
    )
    words = answer.stdout.split()
    if answer.returncode or len(words) < 7 or words[0].startswith("Z"):
        _reap(pid)
        return None
    return " ".join(words[1:6]), " ".join(words[6:])


def _reap(pid: int) -> None:
    """Collect a child that has ended; nothing when it is not ours."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def _wait_until_ended(running: Running, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not running.is_alive():
            return True
        time.sleep(0.05)
    return False
