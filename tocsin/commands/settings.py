"""`tocsin settings`: every setting there is, what it means, and what it is here; secrets redacted."""

from __future__ import annotations

import json
import os

import click
from pydantic_core import PydanticUndefined, to_jsonable_python
from rich.console import Console
from rich.table import Table

from streams.settings import CONFIG_VARIABLE, Section, load_settings, read_toml
from tocsin.config import SECTIONS


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object with the values in force.")
@click.option("--markdown", is_flag=True, help="The reference, as in docs/settings.md.")
def settings(*, as_json: bool, markdown: bool) -> None:
    """Show every setting, its meaning and its value here."""
    if markdown:
        click.echo(build_reference(), nl=False)
        return
    loaded = load_settings(SECTIONS, SECTIONS, os.environ, read_toml(os.environ)).as_dict()
    if as_json:
        click.echo(json.dumps(loaded))
        return
    table = Table(title="Settings in force", show_lines=False)
    for column in ("variable", "value", "meaning"):
        table.add_column(column, overflow="fold")
    for section in SECTIONS:
        for name, field in section.model_fields.items():
            value = loaded[section.section][name]
            table.add_row(_variable(section, name), _show(value), field.description or "")
    Console().print(table)


def build_reference() -> str:
    """Build docs/settings.md from the sections."""
    lines = [
        "# Settings",
        "",
        "Made by `tocsin settings --markdown`; a test holds it to the code.",
        "Each is a variable of the environment, or a name in its section of `tocsin.toml`.",
        f"`{CONFIG_VARIABLE}` names another file.",
        "The environment wins.",
        "A secret can be given as the path of a file in the variable with `_FILE` at its end.",
        "`tocsin settings` shows what is in force.",
        "",
    ]
    for section in SECTIONS:
        lines += [f"## [{section.section}]", "", _first_line(section), ""]
        lines += ["| variable | default | meaning |", "|---|---|---|"]
        for name, field in section.model_fields.items():
            default = "" if field.default is PydanticUndefined else _show(_plain(field.default))
            meaning = (field.description or "").replace("|", "\\|")
            lines.append(f"| `{_variable(section, name)}` | {default} | {meaning} |")
        lines.append("")
    return "\n".join(lines)


def _variable(section: type[Section], name: str) -> str:
    return section.prefix() + name.upper()


def _first_line(section: type[Section]) -> str:
    return (section.__doc__ or "").splitlines()[0]


def _plain(value: object) -> object:
    return to_jsonable_python(value, serialize_unknown=True)


def _show(value: object) -> str:
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
