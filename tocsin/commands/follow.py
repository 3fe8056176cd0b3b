"""`tocsin follow`: what people follow, added, listed and removed in follow.toml."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from streams.errors import SettingsError
from streams.settings import WorkSettings
from tocsin.config import load
from tocsin.files import replace_text

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

_FIELDS = ("topics", "places", "people", "outlets", "events", "words")


@click.group()
def follow() -> None:
    """Follow topics, places, people, outlets or events; `tocsin serve` makes each list a feed."""


@follow.command()
@click.argument("name")
@click.option("--topic", "topics", multiple=True, help="A kind of event or a parent, e.g. flood.")
@click.option("--place", "places", multiple=True, help="DE, Lviv, or '49.84, 24.03, 30 km'.")
@click.option("--person", "people", multiple=True, help="Somebody, or an organisation.")
@click.option("--outlet", "outlets", multiple=True, help="A publisher.")
@click.option("--event", "events", multiple=True, help="The id of an event.")
@click.option("--words", "words", multiple=True, help="Words of the headline or of who speaks.")
@click.option("--title", help="What the feed is called.")
@click.option("--channel", "channels", multiple=True, help="Ring at this endpoint too.")
def add(name: str, title: str | None, channels: tuple[str, ...], **entry: tuple[str, ...]) -> None:
    """Follow something in the list NAME: all that is given must hold, of each any.

    Add twice to follow one thing or another.
    """
    path = _find_file()
    document = _read(path)
    found = next((each for each in document.get("list", ()) if each.get("name") == name), None)
    if found is None:
        found = _append(document, "list", {"name": name})
    if title is not None:
        found["title"] = title
    if channels:
        found["channels"] = list(channels)
    given = {field: list(values) for field, values in entry.items() if values}
    if given:
        _append(found, "follow", given)
    _write(path, document)
    click.echo(f"{name} follows {len(found.get('follow', ()))} things: {path}")


@follow.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_follows(as_json: bool) -> None:  # noqa: FBT001 - click gives flags so
    """Show what is followed."""
    from streams.alerting.follow import load_follows  # noqa: PLC0415

    path = _find_file()
    lists = load_follows(path).lists if path.exists() else ()
    table = Table("list", "no", "follows", "rings at", box=None)
    for each in lists:
        if as_json:
            click.echo(json.dumps(each.model_dump(mode="json", exclude_defaults=True)))
        for number, entry in enumerate(each.follow, 1):
            said = entry.model_dump(exclude_defaults=True)
            what = " and ".join(f"{field}: {', '.join(values)}" for field, values in said.items())
            name = f"{each.name}: {each.title}" if each.title and number == 1 else each.name
            table.add_row(escape(name), str(number), escape(what), ", ".join(each.channels))
    if not as_json:
        Console().print(table if lists else "Nothing is followed; see `tocsin follow add --help`.")


@follow.command()
@click.argument("name")
@click.argument("number", required=False, type=click.IntRange(min=1))
def remove(name: str, number: int | None) -> None:
    """Remove the list NAME, or only its entry NUMBER as `tocsin follow list` counts."""
    path = _find_file()
    document = _read(path)
    lists = document.get("list", [])
    at = next((i for i, each in enumerate(lists) if each.get("name") == name), None)
    if at is None:
        click.echo(f"there is no list {name} in {path}", err=True)
        raise SystemExit(1)
    entries: Any = lists[at].get("follow", [])
    if number is not None and number > len(entries):
        click.echo(f"{name} has {len(entries)} entries, not {number}", err=True)
        raise SystemExit(1)
    if number is None or len(entries) == 1:
        del lists[at]
        click.echo(f"{name} is removed.")
    else:
        del entries[number - 1]
        click.echo(f"{name} follows {len(entries)} things.")
    if not lists:
        document.remove("list")
    _write(path, document)


def _append(parent: Any, key: str, values: dict[str, Any]) -> Any:
    """Append a table under `[[key]]`, as a person would write it."""
    import tomlkit  # noqa: PLC0415

    if key not in parent:
        parent[key] = tomlkit.aot()
    table = tomlkit.table()
    table.update(values)
    parent[key].append(table)
    return parent[key][-1]


def _find_file() -> Path:
    return load((WorkSettings,))[WorkSettings].follow_file or Path("follow.toml")


def _read(path: Path) -> TOMLDocument:
    import tomlkit  # noqa: PLC0415
    from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415

    if not path.exists():
        document = tomlkit.document()
        document["schema"] = 1
        return document
    try:
        return tomlkit.parse(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, TOMLKitError) as error:
        raise SettingsError((f"{path}: not readable as TOML: {error}",)) from error


def _write(path: Path, document: TOMLDocument) -> None:
    """Check what is to be written, then put it in the place of the file at once."""
    import tomlkit  # noqa: PLC0415

    from streams.alerting.follow import load_follows  # noqa: PLC0415

    text = tomlkit.dumps(document)
    load_follows(text)
    replace_text(path, text)
