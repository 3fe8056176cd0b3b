"""`tocsin kinds`: the kinds of events, with their PLOVER, ACLED, CAMEO and IPTC codes."""

from __future__ import annotations

import json
from dataclasses import asdict

import click
from rich.console import Console
from rich.table import Table

from streams.lexicon.ontology import Kind, load_ontology

COLUMNS = ("kind", "meaning", "group", "PLOVER", "ACLED", "CAMEO", "IPTC", "open for")


@click.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="One kind a line as JSON.")
@click.option("--markdown", is_flag=True, help="The table of docs/ontology.md.")
def kinds(name: str | None, *, as_json: bool, markdown: bool) -> None:
    """List the kinds of events; with NAME, those of that kind, group, PLOVER or ACLED type."""
    chosen = [kind for kind in load_ontology().values() if name is None or _is_called(kind, name)]
    if not chosen:
        raise click.UsageError(f"no kind or group {name!r}: `tocsin kinds` lists all of them")
    if as_json:
        for kind in chosen:
            click.echo(json.dumps(asdict(kind)))
    elif markdown:
        click.echo(build_markdown(chosen))
    else:
        table = Table(*COLUMNS)
        for kind in chosen:
            table.add_row(*_build_row(kind))
        Console().print(table)


def build_markdown(chosen: list[Kind]) -> str:
    """Write kinds as a Markdown table."""
    lines = [" | ".join(COLUMNS), " | ".join("---" for _ in COLUMNS)]
    lines += [" | ".join(cell.replace("|", "/") for cell in _build_row(kind)) for kind in chosen]
    return "\n".join(f"| {line} |" for line in lines)


def _is_called(kind: Kind, name: str) -> bool:
    wanted = name.casefold()
    return wanted == kind.name or any(wanted == parent.casefold() for parent in kind.parents)


def _build_row(kind: Kind) -> tuple[str, ...]:
    plover = " ".join(part for part in (kind.plover_type, kind.plover_mode) if part)
    return (
        kind.name,
        kind.label,
        kind.group,
        plover,
        kind.acled_sub_event or "",
        kind.cameo_root or "",
        kind.iptc,
        f"{kind.expiry_days} days",
    )
