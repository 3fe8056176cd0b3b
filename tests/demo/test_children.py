"""The demo's processes: run, watched, and stopped, also when whoever started them is gone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tocsin.demo.children import Children, PartError
from tocsin.stack.leash import tie_to_this_process
from tocsin.stack.processes import Running, read_pid_file

FOLLOW = ("stack", "logs", "--follow")
"""A command that runs until it is stopped, and needs no server."""


@pytest.fixture
def children(tmp_path: Path) -> Iterator[Children]:
    """Children in a folder of their own."""
    environ = {key: value for key, value in os.environ.items() if not key.startswith("TOCSIN_")}
    (tmp_path / ".tocsin" / "logs").mkdir(parents=True)
    (tmp_path / ".tocsin" / "logs" / "kafka.log").write_text("old line\n")
    found = Children(tmp_path, environ)
    yield found
    found.stop()


def test_a_command_gives_what_it_printed(children: Children) -> None:
    """Standard output comes back, and the command ran in the data folder."""
    printed = children.run("status", ("stack", "status", "--json"), 60, fine=(0, 1))

    assert str(children.folder / ".tocsin") in printed


def test_a_code_that_is_not_fine_names_the_part(children: Children) -> None:
    """The error carries the part, the code, and the end of its log."""
    with pytest.raises(PartError, match="polling: it ended with code 2") as caught:
        children.run("polling", ("poll", "--once"), 60)

    assert "no feeds" in " ".join(caught.value.tail) or "feeds.toml" in " ".join(caught.value.tail)


def test_a_command_that_takes_too_long_is_ended(children: Children) -> None:
    """Patience is bounded, and the error says by how much."""
    with pytest.raises(PartError, match=r"it took longer than 0\.1 s"):
        children.run("logs", FOLLOW, 0.1)


def test_a_service_that_has_ended_is_noticed(children: Children) -> None:
    """A look at the services names the one that is gone, with its last words."""
    children.start("broken", ("poll", "--nonsense"))
    process = children.processes["broken"]
    process.wait(60)

    with pytest.raises(PartError, match="broken: it ended with code 2") as caught:
        children.check()

    assert any("--nonsense" in line for line in caught.value.tail)


def test_stopping_ends_every_service(children: Children) -> None:
    """After stop, no process and no pid file is left."""
    children.start("logs", FOLLOW)
    children.check()
    process = children.processes["logs"]

    children.stop()

    assert process.poll() is not None
    assert list((children.folder / "run").glob("child-*.json")) == []


def test_the_leash_stops_what_a_killed_demo_left(children: Children) -> None:
    """When the pipe to it closes, the leash ends the processes that the pid files name."""
    children.start("logs", FOLLOW)
    (pid_file,) = (children.folder / "run").glob("child-*.json")
    noted = read_pid_file(pid_file)
    assert isinstance(noted, Running)
    assert noted.is_alive()

    leash = tie_to_this_process(children.folder)
    assert leash.stdin is not None
    leash.stdin.close()

    assert leash.wait(60) == 0
    assert not noted.is_alive()
    assert not pid_file.exists()
