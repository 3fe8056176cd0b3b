"""Choosing ports: wishes are kept or refused, anything else is found and remembered."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.errors import StackError
from tocsin.stack.ports import choose_port, find_free_port, read_ports, write_ports


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A loopback port on which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_wanted_port_that_is_taken_is_refused(taken_port: int) -> None:
    """The error names the port and the setting."""
    with pytest.raises(StackError, match=f"port {taken_port} .* taken") as caught:
        choose_port("kafka", taken_port, 9092, None, set())

    assert "TOCSIN_STACK_KAFKA_PORT" in (caught.value.hint or "")


def test_the_remembered_port_is_taken_again() -> None:
    """A port that was chosen once is chosen again while it is free."""
    port = find_free_port(set())

    assert port == choose_port("kafka", None, 9092, port, set())


def test_a_usual_port_that_is_taken_gives_another(taken_port: int) -> None:
    """Without a wish, a taken usual port is no problem."""
    assert taken_port != choose_port("kafka", None, taken_port, None, set())


def test_zero_never_gives_the_usual_port() -> None:
    """0 asks for any free port, so that a stack beside another does not take the usual one."""
    usual = find_free_port(set())

    assert usual != choose_port("elastic", 0, usual, None, {usual})


def test_ports_come_back_as_written(tmp_path: Path) -> None:
    """What was remembered is read again."""
    write_ports(tmp_path / "run" / "ports.json", {"kafka": 1234, "elastic": 2345})

    assert read_ports(tmp_path / "run" / "ports.json") == {"kafka": 1234, "elastic": 2345}


@pytest.mark.parametrize("spoilt", ["", "[]", '{"kafka": "x"}', '{"kafka": null}', "\x00"])
def test_a_spoilt_file_is_no_memory(tmp_path: Path, spoilt: str) -> None:
    """A spoilt file is as good as none."""
    (tmp_path / "ports.json").write_text(spoilt)

    assert read_ports(tmp_path / "ports.json") == {}
