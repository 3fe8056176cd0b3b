"""Settings in, a running Kafka and Elasticsearch on loopback out; and the way back.

What was started is known from pid files in the data folder, not from this process: a second `up`
finds the first one's servers, and any later process can stop them. A lock on the data folder makes
two calls at once wait for each other.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from streams.errors import StackError
from tocsin.stack.jars import Report, find_cache, resolve_jars
from tocsin.stack.java import find_java
from tocsin.stack.ports import LOOPBACK, choose_port, find_free_port, read_ports, write_ports
from tocsin.stack.processes import (
    Running,
    note_process,
    read_pid_file,
    read_tail,
    start_process,
    stop_process,
    write_pid_file,
)
from tocsin.stack.servers import ElasticServer, KafkaServer, Server
from tocsin.stack.settings import StackSettings

NAMES = ("kafka", "elastic")
USUAL_PORTS = {"kafka": 9092, "elastic": 9200}
HINT = "set TOCSIN_STACK_DATA_DIR to another folder"
STOP_SECONDS = 30.0
"""How long a server may take to end by itself; Kafka flushes its logs."""


@dataclass(frozen=True, slots=True)
class Stack:
    """Both servers, running."""

    kafka: str
    """host:port of the broker."""
    elastic: str
    """Address of Elasticsearch."""
    data_dir: Path
    started: tuple[str, ...] = ()
    """Names of the servers that this call started; the others were running."""

    @property
    def environ(self) -> dict[str, str]:
        """The variables that point Tocsin's other commands at this stack."""
        return {
            "TOCSIN_KAFKA_BOOTSTRAP_SERVERS": self.kafka,
            "TOCSIN_ELASTIC_HOSTS": self.elastic,
        }


@dataclass(frozen=True, slots=True)
class ServerState:
    """What `tocsin stack status` tells of one server."""

    name: str
    state: str
    """running, stopped, or silent: the process lives and does not answer."""
    address: str | None
    pid: int | None
    log: Path


def start_stack(
    settings: StackSettings, report: Report, environ: Mapping[str, str] | None = None
) -> Stack:
    """Start what is not running yet, and return when both servers answer.

    Raises `StackError`, and stops what this call has started, when one cannot be brought up.
    """
    environ = os.environ if environ is None else environ
    data = _make_folder(settings.data_dir)
    with _hold_lock(data, report):
        running = {name: _find_running(data, name) for name in NAMES}
        _check_wishes(settings, running)
        missing = [name for name in NAMES if running[name] is None]
        servers = _choose_servers(settings, data, running)
        started: list[Running] = []
        try:
            if missing:
                java = find_java(environ, settings.java_home)
                cache = find_cache(environ, settings.cache_dir)
                jars = {n: resolve_jars(servers[n].bundle, cache, environ, report) for n in missing}
                report(f"starting {' and '.join(missing)} on {java}")
                for name in missing:
                    server = servers[name]
                    server.prepare(java, jars[name], environ)
                    command = server.build_command(java, jars[name])
                    process = _start(server, data, command, environ)
                    running[name] = process
                    started.append(process)
            for name in NAMES:
                _wait_until_ready(servers[name], running[name], settings.start_timeout, report)
        except BaseException:
            for process in started:
                stop_process(process, STOP_SECONDS)
                _pid_file(data, process.name).unlink(missing_ok=True)
            raise
    return _describe(data, servers["kafka"].port, servers["elastic"].port, tuple(missing))


def stop_stack(settings: StackSettings, report: Report) -> tuple[str, ...]:
    """Stop both servers, Elasticsearch first; return the names of those that were running."""
    data = settings.data_dir.absolute()
    if not data.is_dir():
        return ()
    stopped = []
    with _hold_lock(data, report):
        for name in reversed(NAMES):
            running = _find_running(data, name)
            if running is not None:
                report(f"stopping {name}")
                by_itself = stop_process(running, STOP_SECONDS)
                report(f"{name} {'ended' if by_itself else 'was killed'}")
                stopped.append(name)
            _pid_file(data, name).unlink(missing_ok=True)
    return tuple(stopped)


def find_running(settings: StackSettings) -> Stack | None:
    """Find the stack of this data folder; None unless both servers run."""
    data = settings.data_dir.absolute()
    kafka, elastic = (_find_running(data, name) for name in NAMES)
    if kafka is None or elastic is None:
        return None
    return _describe(data, kafka.port, elastic.port, ())


def inspect_stack(settings: StackSettings) -> tuple[ServerState, ...]:
    """Tell of each server whether it runs and answers."""
    data = settings.data_dir.absolute()
    running = {name: _find_running(data, name) for name in NAMES}
    servers = _build_servers(
        settings, data, {n: (r.port if r else 0, 0) for n, r in running.items()}
    )
    states = []
    for name, process in running.items():
        log = log_of(settings, name)
        if process is None:
            states.append(ServerState(name, "stopped", None, None, log))
            continue
        state = "running" if servers[name].is_ready() else "silent"
        address = _address(name, process.port)
        states.append(ServerState(name, state, address, process.pid, log))
    return tuple(states)


def log_of(settings: StackSettings, name: str) -> Path:
    """Name the log of a server."""
    return settings.data_dir.absolute() / "logs" / f"{name}.log"


def _describe(data: Path, kafka: int, elastic: int, started: tuple[str, ...]) -> Stack:
    return Stack(_address("kafka", kafka), _address("elastic", elastic), data, started)


def _address(name: str, port: int) -> str:
    return f"{LOOPBACK}:{port}" if name == "kafka" else f"http://{LOOPBACK}:{port}"


def _make_folder(wanted: Path) -> Path:
    data = wanted.absolute()
    if "," in str(data):
        raise StackError("data folder", f"{data}: Kafka takes a comma for two folders", HINT)
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StackError("data folder", f"cannot make {data}: {error.strerror}", HINT) from error
    return data


def _pid_file(data: Path, name: str) -> Path:
    return data / "run" / f"{name}.json"


def _find_running(data: Path, name: str) -> Running | None:
    noted = read_pid_file(_pid_file(data, name))
    return noted if noted is not None and noted.is_alive() else None


def _check_wishes(settings: StackSettings, running: Mapping[str, Running | None]) -> None:
    """Refuse a wish for a port when the server runs on another: it would be silently ignored."""
    wishes = {"kafka": settings.kafka_port, "elastic": settings.elastic_port}
    for name, process in running.items():
        wanted = wishes[name]
        if process is not None and wanted and wanted != process.port:
            raise StackError(
                name,
                f"it runs already, on port {process.port}, not on the wanted {wanted}",
                "tocsin stack down, then up again",
            )


def _choose_servers(
    settings: StackSettings, data: Path, running: Mapping[str, Running | None]
) -> dict[str, Server]:
    remembered = read_ports(data / "run" / "ports.json")
    wishes = {"kafka": settings.kafka_port, "elastic": settings.elastic_port}
    ports: dict[str, tuple[int, int]] = {}
    taken = {process.port for process in running.values() if process}
    for name in NAMES:
        process = running[name]
        if process is not None:
            ports[name] = (process.port, 0)
            continue
        port = choose_port(name, wishes[name], USUAL_PORTS[name], remembered.get(name), taken)
        taken.add(port)
        inner = find_free_port(taken)
        taken.add(inner)
        ports[name] = (port, inner)
    write_ports(data / "run" / "ports.json", {name: port for name, (port, _) in ports.items()})
    return _build_servers(settings, data, ports)


def _build_servers(
    settings: StackSettings, data: Path, ports: Mapping[str, tuple[int, int]]
) -> dict[str, Server]:
    return {
        "kafka": KafkaServer(data / "kafka", settings.kafka_heap, *ports["kafka"]),
        "elastic": ElasticServer(data / "elastic", settings.elastic_heap, *ports["elastic"]),
    }


def _start(server: Server, data: Path, command: list[str], environ: Mapping[str, str]) -> Running:
    log = data / "logs" / f"{server.name}.log"
    process = start_process(command, log, environ)
    running = note_process(process.pid, server.name, str(server.home), server.port, log)
    write_pid_file(_pid_file(data, server.name), running)
    return running


def _wait_until_ready(
    server: Server, running: Running | None, seconds: float, report: Report
) -> None:
    assert running is not None
    deadline = time.monotonic() + seconds
    while True:
        if server.is_ready():
            return
        alive = running.is_alive()
        if not alive or time.monotonic() > deadline:
            for line in read_tail(Path(running.log), 15):
                report(f"  {line}")
            why = f"no answer within {seconds:g} s" if alive else "it ended before it was ready"
            raise StackError(server.name, why, f"read {running.log}")
        time.sleep(0.2)


@contextmanager
def _hold_lock(data: Path, report: Report) -> Iterator[None]:
    run = data / "run"
    run.mkdir(parents=True, exist_ok=True)
    with (run / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report("another process is starting or stopping this stack; waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
