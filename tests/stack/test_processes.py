"""Pid files: a process is known by more than its number, and never killed by it alone."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tocsin.stack.processes import (
    Running,
    keep_logs,
    note_process,
    read_pid_file,
    read_tail,
    start_process,
    stop_process,
    write_pid_file,
)

WAIT = "import sys, time; print('up', flush=True); time.sleep(60)"
DEAF = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A process of ours that only waits."""
    process = subprocess.Popen([sys.executable, "-c", WAIT], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    yield process
    process.kill()
    process.wait()


def note(process: subprocess.Popen[bytes]) -> Running:
    """Note a process as a server would be."""
    return note_process(process.pid, "kafka", "time.sleep", 1234, Path("server.log"))


def test_a_pid_file_finds_its_process(sleeper: subprocess.Popen[bytes], tmp_path: Path) -> None:
    """What was written is read, and is alive."""
    write_pid_file(tmp_path / "run" / "kafka.json", note(sleeper))

    found = read_pid_file(tmp_path / "run" / "kafka.json")

    assert note(sleeper) == found
    assert found.is_alive()


@pytest.mark.parametrize("changed", ["started", "marker"])
def test_a_reused_pid_is_not_our_process(sleeper: subprocess.Popen[bytes], changed: str) -> None:
    """A process of the same number that started at another time, or is another program, is left alone."""
    other = {"started": "7"} if changed == "started" else {"marker": "somebody else"}
    stale = Running(**(dataclasses.asdict(note(sleeper)) | other))

    assert not stale.is_alive()
    assert stop_process(stale, patience=5)
    assert sleeper.poll() is None


def test_an_ended_child_is_not_alive(sleeper: subprocess.Popen[bytes]) -> None:
    """A zombie that nobody has collected is dead."""
    running = note(sleeper)
    os.kill(sleeper.pid, 9)
    os.waitid(os.P_PID, sleeper.pid, os.WEXITED | os.WNOWAIT)

    assert not running.is_alive()


def test_stopping_asks_first(sleeper: subprocess.Popen[bytes]) -> None:
    """A process that ends on SIGTERM is not killed."""
    assert stop_process(note(sleeper), patience=10)


def test_a_process_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    """After its patience, stopping kills."""
    process = subprocess.Popen([sys.executable, "-c", DEAF], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()

    assert not stop_process(note(process), patience=0.2)
    process.wait()


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"pid": 1}', "\x00\x00"])
def test_a_spoilt_pid_file_means_no_process(tmp_path: Path, text: str) -> None:
    """A half-written or foreign file is not taken for a process."""
    (tmp_path / "kafka.json").write_text(text)

    assert read_pid_file(tmp_path / "kafka.json") is None


def test_earlier_logs_are_kept(tmp_path: Path) -> None:
    """Each start has its own log, and the three before it stay."""
    log = tmp_path / "logs" / "kafka.log"
    for number in range(6):
        keep_logs(log)
        log.write_text(f"start {number}")

    kept = {path.name: path.read_text() for path in log.parent.iterdir()}

    assert kept == {
        "kafka.log": "start 5",
        "kafka.log.1": "start 4",
        "kafka.log.2": "start 3",
        "kafka.log.3": "start 2",
    }


def test_output_goes_to_the_log(tmp_path: Path) -> None:
    """Both streams of a started process are in its log; the tail is its last lines."""
    log = tmp_path / "logs" / "x.log"
    code = "import sys; print('one'); print('two'); print('three', file=sys.stderr)"
    start_process([sys.executable, "-u", "-c", code], log, os.environ).wait()

    assert read_tail(log, 2) == ["two", "three"]
    assert read_tail(tmp_path / "none.log", 2) == []
