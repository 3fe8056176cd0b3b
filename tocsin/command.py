"""The command `tocsin`: a name in, the file that does it imported and run.

Commands are listed here by module and imported only when used, so that `tocsin --help` answers at
once and `tocsin poll` never loads a language model.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import os
import sys
from pathlib import Path

import click

from streams.errors import TocsinError

COMMANDS: dict[str, str] = {
    "setup": "tocsin.commands.setup:setup",
    "poll": "tocsin.commands.poll:poll",
    "feeds": "tocsin.commands.feeds:feeds",
    "run": "tocsin.commands.run:run",
    "work": "tocsin.commands.work:work",
    "deadletters": "tocsin.commands.deadletters:deadletters",
    "settings": "tocsin.commands.settings:settings",
    "stack": "tocsin.commands.stack:stack",
    "demo": "tocsin.commands.demo:demo",
    "sink": "tocsin.commands.sink:sink",
    "retention": "tocsin.commands.retention:retention",
    "kibana": "tocsin.commands.kibana:kibana",
    "search": "tocsin.commands.search:search",
    "gazetteer": "tocsin.commands.gazetteer:gazetteer",
    "kinds": "tocsin.commands.kinds:kinds",
    "explain": "tocsin.commands.explain:explain",
    "score": "tocsin.commands.score:score",
    "alerts": "tocsin.commands.alerts:alerts",
    "follow": "tocsin.commands.follow:follow",
    "serve": "tocsin.commands.serve:serve",
    "deliveries": "tocsin.commands.deliveries:deliveries",
    "cluster": "tocsin.commands.cluster:cluster",
    "event": "tocsin.commands.event:event",
    "replay": "tocsin.commands.replay:replay",
}
"""Command name to `module:attribute`, in the order in which help shows them."""


class LazyGroup(click.Group):
    """A group whose commands live in modules that are imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the names in the order of the table."""
        return list(COMMANDS)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Tell each command by the first sentence of its module, which need not be imported."""
        rows = [(name, read_summary(target)) for name, target in COMMANDS.items()]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of a command and return it."""
        target = COMMANDS.get(cmd_name)
        if target is None:
            return None
        module, attribute = target.split(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command


def read_summary(target: str) -> str:
    """Read what follows the colon in the docstring of the module of `module:attribute`."""
    spec = importlib.util.find_spec(target.split(":", maxsplit=1)[0])
    assert spec is not None
    assert spec.origin is not None
    docstring = ast.get_docstring(ast.parse(Path(spec.origin).read_text("utf-8"))) or ""
    summary = docstring.partition("\n")[0].partition(": ")[2]
    return summary[:1].upper() + summary[1:]


@click.group(cls=LazyGroup)
@click.version_option(package_name="tocsin")
def tocsin() -> None:
    """Turn news feeds into events: what happened, when, where, who says so and who denies it."""


def main() -> None:
    """Run the command; a failure that Tocsin names is one clear line, not a traceback."""
    # numpy's BLAS would start a thread a core for products of a few rows, which wait for each other:
    # twenty times the processor time. It reads this when it is loaded, with the command
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    try:
        tocsin()
    except TocsinError as error:
        click.echo(f"tocsin: {error}", err=True)
        if error.hint:
            click.echo(f"  try: {error.hint}", err=True)
        sys.exit(2)
