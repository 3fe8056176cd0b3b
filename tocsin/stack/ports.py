"""Wishes for ports in, loopback ports that are free out; what was chosen is remembered."""

from __future__ import annotations

import errno
import json
import socket
from pathlib import Path

from streams.errors import StackError

LOOPBACK = "127.0.0.1"


def is_free(port: int) -> bool:
    """Tell whether a server could listen on a loopback port now."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((LOOPBACK, port))
            trial.listen(1)
        except OSError as error:
            if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                return False
            raise
    return True


def choose_port(
    name: str, wanted: int | None, usual: int, remembered: int | None, taken: set[int]
) -> int:
    """Choose a port: exactly the wanted one; else the remembered, the usual, or any that is free.

    `wanted` 0 is any free one. Raises `StackError` when another program listens on a wanted port.
    """
    if wanted:
        if not is_free(wanted):
            raise StackError(
                name,
                f"port {wanted} on {LOOPBACK} is taken by another program",
                f"stop that program, or set TOCSIN_STACK_{name.upper()}_PORT to another port",
            )
        return wanted
    first = (remembered,) if wanted == 0 else (remembered, usual)
    for port in first:
        if port and port not in taken and is_free(port):
            return port
    return find_free_port(taken)


def find_free_port(taken: set[int]) -> int:
    """Let the system name a free port that is none of `taken`."""
    while True:
        with socket.socket() as trial:
            trial.bind((LOOPBACK, 0))
            port = int(trial.getsockname()[1])
        if port not in taken:
            return port


def read_ports(path: Path) -> dict[str, int]:
    """Read the remembered ports; none when the file is missing or spoilt."""
    try:
        found = json.loads(path.read_text("utf-8"))
        return {str(name): int(port) for name, port in found.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def write_ports(path: Path, ports: dict[str, int]) -> None:
    """Remember ports, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(ports), "utf-8")
    draft.replace(path)
