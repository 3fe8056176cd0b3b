"""The real servers: up, found again, refused, and gone when whoever held them is gone."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from streams.errors import StackError
from tocsin.command import tocsin
from tocsin.stack.jars import ELASTICSEARCH, KAFKA
from tocsin.stack.local import (
    NAMES,
    Stack,
    find_running,
    inspect_stack,
    start_stack,
    stop_stack,
)
from tocsin.stack.servers import escape_property
from tocsin.stack.settings import StackSettings

HOLDER = """
import sys
from pathlib import Path
from tocsin.stack.leash import tie_to_this_process
from tocsin.stack.local import start_stack
from tocsin.stack.settings import StackSettings

folder = Path(sys.argv[1])
leash = tie_to_this_process(folder)
stack = start_stack(
    StackSettings(
        data_dir=folder, kafka_port=0, elastic_port=0, kafka_heap="256m", elastic_heap="384m"
    ),
    lambda line: None,
)
print(stack.kafka, stack.elastic, flush=True)
sys.stdin.read()
"""


def ask(address: str, body: str | None = None) -> dict[str, object]:
    """Ask Elasticsearch something."""
    request = urllib.request.Request(
        address,
        data=body.encode() if body else None,
        method="PUT" if body else "GET",
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        found = json.load(answer)
    assert isinstance(found, dict)
    return found


def run_command(data_dir: Path, *words: str) -> Result:
    """Run `tocsin stack …` on a data folder."""
    return CliRunner().invoke(
        tocsin, ["stack", *words], env={"TOCSIN_STACK_DATA_DIR": str(data_dir)}
    )


@pytest.mark.stack
def test_a_second_up_finds_the_first(stack: Stack) -> None:
    """The second `up` starts nothing and gives the same addresses."""
    again = start_stack(StackSettings(data_dir=stack.data_dir), lambda _: None)

    assert again.started == ()
    assert (again.kafka, again.elastic) == (stack.kafka, stack.elastic)


@pytest.mark.stack
def test_up_and_status_tell_programs_the_addresses(stack: Stack) -> None:
    """Both commands print one JSON object."""
    up = run_command(stack.data_dir, "up", "--json")
    status = run_command(stack.data_dir, "status", "--json")

    assert (up.exit_code, status.exit_code) == (0, 0)
    assert json.loads(up.stdout)["environ"] == stack.environ
    rows = {row["server"]: row for row in json.loads(status.stdout)["servers"]}
    assert {name: row["state"] for name, row in rows.items()} == dict.fromkeys(NAMES, "running")
    assert rows["elastic"]["address"] == stack.elastic


@pytest.mark.stack
def test_logs_show_both_servers(stack: Stack) -> None:
    """Each line of a log is marked with its server."""
    shown = run_command(stack.data_dir, "logs", "--lines", "3").output.splitlines()

    assert {line.split(":")[0] for line in shown} == set(NAMES)


@pytest.mark.stack
def test_a_wish_for_another_port_is_not_ignored(stack: Stack) -> None:
    """A running server cannot move: the wish is refused, with the way to get it."""
    settings = StackSettings(data_dir=stack.data_dir, kafka_port=1)

    with pytest.raises(StackError, match="runs already"):
        start_stack(settings, lambda _: None)


@pytest.mark.stack
def test_the_servers_listen_on_loopback_only(stack: Stack) -> None:
    """No address of the outside answers."""
    _, _, outside = socket.gethostbyname_ex(socket.gethostname())
    for address in (a for a in outside if not a.startswith("127.")):
        for port in (stack.kafka.split(":")[1], stack.elastic.split(":")[2]):
            with pytest.raises(OSError, match=r"refused|unreachable|timed out"):
                socket.create_connection((address, int(port)), timeout=3)


@pytest.mark.stack
@pytest.mark.slow
def test_a_killed_holder_takes_the_stack_with_it_and_data_and_ports_stay(tmp_path: Path) -> None:
    """A kill -9 of the process that holds the stack stops it; the next start has its data."""
    folder = tmp_path / "Zoë's news" / ".tocsin"
    settings = StackSettings(data_dir=folder, kafka_heap="256m", elastic_heap="384m")
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    kafka, elastic = holder.stdout.readline().decode().split()
    ask(f"{elastic}/kept/_doc/1?refresh=true", '{"word": "stays"}')

    holder.kill()
    holder.wait()
    deadline = time.monotonic() + 60
    while any(state.pid for state in inspect_stack(settings)):
        assert time.monotonic() < deadline, "the servers outlived their holder"
        time.sleep(0.1)

    try:
        again = start_stack(settings, lambda _: None)
        assert (again.kafka, again.elastic) == (kafka, elastic)
        assert ask(f"{elastic}/kept/_doc/1")["_source"] == {"word": "stays"}
    finally:
        assert set(stop_stack(settings, lambda _: None)) == set(NAMES)
    assert find_running(settings) is None


def test_a_taken_port_is_refused_before_anything_starts(tmp_path: Path) -> None:
    """The error names the port; no server was started."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        settings = StackSettings(data_dir=tmp_path, elastic_port=port)
        with pytest.raises(StackError, match=f"port {port}"):
            start_stack(settings, lambda _: None)

    assert not list((tmp_path / "run").glob("kafka.json"))


def test_a_server_that_dies_is_told_with_its_last_words(tmp_path: Path) -> None:
    """When a server ends before it answers, its log's tail is shown and the other is stopped."""
    home = tmp_path / "jdk"
    (home / "bin").mkdir(parents=True)
    (home / "release").write_text('JAVA_VERSION="21"\nMODULES="jdk.compiler"\n')
    program = home / "bin" / "java"
    format_only = 'case "$*" in *StorageTool*) exit 0;; esac'
    program.write_text(f"#!/bin/sh\n{format_only}\nsleep 0.3\necho no memory\nexit 3\n")
    program.chmod(0o755)
    cache = tmp_path / "cache"
    for bundle in (KAFKA, ELASTICSEARCH):
        (cache / bundle.folder / "lib").mkdir(parents=True)
    settings = StackSettings(
        data_dir=tmp_path / "d", cache_dir=cache, java_home=home, kafka_port=0, elastic_port=0
    )
    lines: list[str] = []

    with pytest.raises(StackError, match="ended"):
        start_stack(settings, lines.append)

    assert "  no memory" in lines
    assert all(state.state == "stopped" for state in inspect_stack(settings))


def test_a_java_that_does_not_fit_stops_the_start(tmp_path: Path) -> None:
    """The reason and the next step are told; no traceback."""
    result = CliRunner().invoke(
        tocsin,
        ["stack", "up"],
        env={
            "TOCSIN_STACK_DATA_DIR": str(tmp_path / "data"),
            "TOCSIN_STACK_JAVA_HOME": str(tmp_path),
            "TOCSIN_STACK_KAFKA_PORT": "0",
            "TOCSIN_STACK_ELASTIC_PORT": "0",
        },
    )

    assert isinstance(result.exception, StackError)
    assert "no bin/java" in str(result.exception)


def test_status_of_nothing_is_exit_code_1(tmp_path: Path) -> None:
    """A stopped stack is a problem found, with the next step; `down` of it is fine."""
    status = run_command(tmp_path / "none", "status")
    down = run_command(tmp_path / "none", "down")

    assert status.exit_code == 1
    assert "tocsin stack up" in status.output
    assert (down.exit_code, down.output) == (0, "nothing was running\n")


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """A file in the way is told with the setting to change."""
    (tmp_path / "file").write_text("")

    with pytest.raises(StackError, match="cannot make") as caught:
        start_stack(StackSettings(data_dir=tmp_path / "file" / "data"), lambda _: None)

    assert "TOCSIN_STACK_DATA_DIR" in (caught.value.hint or "")


def test_a_folder_that_kafka_would_take_for_two_is_refused(tmp_path: Path) -> None:
    """Kafka splits the names of its folders at commas."""
    with pytest.raises(StackError, match="comma"):
        start_stack(StackSettings(data_dir=tmp_path / "a,b"), lambda _: None)


@pytest.mark.parametrize(
    ("value", "written"),
    [("/tmp/a b", "/tmp/a b"), ("/h/Zoë", r"/h/Zo\u00eb"), ("𝄞", r"\ud834\udd1e"), ("\\", r"\\")],
)
def test_paths_reach_java_whole(value: str, written: str) -> None:
    """Java reads properties files as Latin-1: other letters are escaped."""
    assert escape_property(value) == written
