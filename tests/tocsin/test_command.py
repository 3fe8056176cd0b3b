"""The command: help at once, every command importable, and failures as one clear line."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from tocsin.command import COMMANDS, read_summary, tocsin


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_there_and_tells_itself(name: str) -> None:
    """Its module says `tocsin NAME`, and its help is shown without a server."""
    assert len(read_summary(COMMANDS[name])) > 20
    result = CliRunner().invoke(tocsin, [name, "--help"])
    assert result.exit_code == 0, result.output
    assert isinstance(tocsin.get_command(click.Context(tocsin), name), click.Command)


def test_help_imports_no_command() -> None:
    """`tocsin --help` names every command and loads none of them."""
    code = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from tocsin.command import tocsin\n"
        "print(CliRunner().invoke(tocsin, ['--help']).output)\n"
        "print([m for m in sys.modules if m.startswith('tocsin.commands.')])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")
    assert all(name in done.stdout for name in COMMANDS)


def test_a_named_failure_is_one_line_and_the_next_step() -> None:
    """No traceback; exit code 2."""
    done = subprocess.run(
        [sys.executable, "-m", "tocsin", "settings"],
        capture_output=True,
        text=True,
        check=False,
        env={"TOCSIN_KAFKA_PARTITION": "4"},
    )
    assert done.returncode == 2
    assert "did you mean TOCSIN_KAFKA_PARTITIONS?" in done.stderr
    assert "Traceback" not in done.stderr
