"""`tocsin stack up|down|status|logs`: a real Kafka and Elasticsearch on this machine, no containers."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from pathlib import Path

import click
from rich.console import Console
from rich.table import Column, Table

from tocsin.config import load
from tocsin.stack.local import NAMES, Stack, inspect_stack, log_of, start_stack, stop_stack
from tocsin.stack.processes import read_tail
from tocsin.stack.settings import StackSettings

_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object on one line.")
_USUAL = ("127.0.0.1:9092", "http://127.0.0.1:9200")


@click.group()
def stack() -> None:
    """Run a real Kafka and Elasticsearch on this machine, without containers."""


@stack.command()
@_JSON
def up(*, as_json: bool) -> None:
    """Start both servers, or find them running; the first time fetches their jars (about 95 MB)."""
    settings = load((StackSettings,))[StackSettings]
    console = Console(stderr=True)
    begun = time.monotonic()
    with console.status("starting") as status:

        def report(line: str) -> None:
            status.update(line)
            if not console.is_terminal:
                console.print(line, markup=False, highlight=False)

        found = start_stack(settings, report)
    if as_json:
        click.echo(json.dumps(_describe(found)))
        return
    word = f"started in {time.monotonic() - begun:.0f} s" if found.started else "running already"
    click.echo(f"{word}; data in {found.data_dir}")
    click.echo(f"  Kafka          {found.kafka}")
    click.echo(f"  Elasticsearch  {found.elastic}")
    if (found.kafka, found.elastic) != _USUAL:
        click.echo("the other commands find them with:")
        for name, value in found.environ.items():
            click.echo(f"  export {name}={value}")


@stack.command()
@click.option("--wipe", is_flag=True, help="Remove the data of both servers as well.")
@_JSON
def down(*, wipe: bool, as_json: bool) -> None:
    """Stop both servers; their data and logs stay."""
    settings = load((StackSettings,))[StackSettings]
    stopped = stop_stack(settings, lambda line: click.echo(line, err=True))
    if wipe:
        for name in NAMES:
            shutil.rmtree(settings.data_dir / name, ignore_errors=True)
    if as_json:
        click.echo(json.dumps({"stopped": stopped, "wiped": wipe}))
    else:
        click.echo(f"stopped {' and '.join(stopped)}" if stopped else "nothing was running")


@stack.command()
@_JSON
def status(*, as_json: bool) -> None:
    """Say whether both servers run and answer; exit code 1 when one does not."""
    settings = load((StackSettings,))[StackSettings]
    states = inspect_stack(settings)
    if as_json:
        rows = [
            {
                "server": s.name,
                "state": s.state,
                "address": s.address,
                "pid": s.pid,
                "log": str(s.log),
            }
            for s in states
        ]
        click.echo(json.dumps({"data_dir": str(settings.data_dir.absolute()), "servers": rows}))
    else:
        table = Table("server", "state", "address", "pid", Column("log", overflow="fold"))
        for s in states:
            table.add_row(s.name, s.state, s.address or "", str(s.pid or ""), str(s.log))
        Console().print(table)
        if all(s.state == "stopped" for s in states):
            click.echo("start them with: tocsin stack up")
    if any(s.state != "running" for s in states):
        sys.exit(1)


@stack.command()
@click.argument("server", type=click.Choice(NAMES), required=False)
@click.option("--lines", default=40, show_default=True, help="Lines from the end.")
@click.option("--follow", is_flag=True, help="Go on with what is written, until interrupted.")
def logs(server: str | None, lines: int, *, follow: bool) -> None:
    """Show the end of the servers' logs."""
    settings = load((StackSettings,))[StackSettings]
    chosen = {name: log_of(settings, name) for name in NAMES if server in {None, name}}
    for name, log in chosen.items():
        for line in read_tail(log, lines):
            click.echo(f"{name}: {line}")
        if not log.exists():
            click.echo(f"{name}: no log yet at {log}", err=True)
    if follow:
        _follow(chosen)


def _follow(logs: dict[str, Path]) -> None:
    """Print what is added to the logs; ends with an interrupt."""
    files = {name: log.open("rb") for name, log in logs.items() if log.exists()}
    for file in files.values():
        file.seek(0, os.SEEK_END)
    try:
        while True:
            for name, file in files.items():
                for line in file:
                    click.echo(f"{name}: {line.decode('utf-8', 'replace').rstrip()}")
            time.sleep(0.3)
    except KeyboardInterrupt:
        click.echo("")
    finally:
        for file in files.values():
            file.close()


def _describe(found: Stack) -> dict[str, object]:
    return {
        "kafka": found.kafka,
        "elastic": found.elastic,
        "data_dir": str(found.data_dir),
        "started": found.started,
        "environ": found.environ,
    }
