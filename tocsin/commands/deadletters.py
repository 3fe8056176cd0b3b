"""`tocsin deadletters`: what could not be taken and why, and putting it back once that is mended."""

from __future__ import annotations

import sys
from collections import Counter

import click
from rich.console import Console
from rich.table import Table

from streams.logs import set_up_logs
from streams.outcomes import DEAD_REASONS
from streams.records import DeadLetter
from streams.settings import KafkaSettings, LogSettings
from tocsin.brokers import open_admin
from tocsin.config import load
from tocsin.letters import can_replay, read_letters, replay_letters

MEANINGS: dict[str, str] = {str(reason): meaning for reason, meaning in DEAD_REASONS.items()}


@click.group()
def deadletters() -> None:
    """Look at what could not be taken, and put it back."""


def _choose(step: str | None, reason: str | None, letter_id: str | None) -> list[DeadLetter]:
    kafka = _load_kafka()
    return [
        letter
        for letter in read_letters(kafka)
        if step in (None, letter.step)
        and reason in (None, letter.reason)
        and letter_id in (None, letter.id)
    ]


def _load_kafka() -> KafkaSettings:
    settings = load((KafkaSettings, LogSettings))
    set_up_logs(settings[LogSettings], sys.stderr)
    kafka = settings[KafkaSettings]
    open_admin(kafka).close()
    return kafka


@deadletters.command("list")
@click.option("--step", help="Only of this step: poll, read, merge, alert, elastic, webhooks.")
@click.option("--reason", type=click.Choice(sorted(DEAD_REASONS)), help="Only with this reason.")
@click.option("--limit", default=50, show_default=True, help="Newest letters to show.")
@click.option("--json", "as_json", is_flag=True, help="One letter a line, as on the wire.")
def show_letters(*, step: str | None, reason: str | None, limit: int, as_json: bool) -> None:
    """Show the dead letters, newest last, and how many there are by reason."""
    letters = _choose(step, reason, None)
    if as_json:
        for letter in letters[-limit:]:
            click.echo(letter.model_dump_json(exclude_none=True))
        return
    table = Table(title=f"{len(letters)} dead letters")
    for column in ("when", "step", "reason", "from", "detail"):
        table.add_column(column, overflow="fold")
    for letter in letters[-limit:]:
        origin = f"{letter.topic}/{letter.partition}/{letter.offset}" if letter.topic else ""
        when = f"{letter.at:%Y-%m-%d %H:%M}"
        table.add_row(when, letter.step, letter.reason, origin or letter.source, letter.detail)
    console = Console()
    console.print(table)
    for name, count in Counter(letter.reason for letter in letters).most_common():
        meaning = MEANINGS.get(name, "a reason of another version")
        console.print(f"{count:>6}  {name}: {meaning}", highlight=False)


@deadletters.command()
@click.option("--step", help="Only of this step.")
@click.option("--reason", type=click.Choice(sorted(DEAD_REASONS)), help="Only with this reason.")
@click.option("--id", "letter_id", help="Only this letter.")
@click.option("--yes", is_flag=True, help="Do it; without, only say what would be done.")
def replay(*, step: str | None, reason: str | None, letter_id: str | None, yes: bool) -> None:
    """Put letters back on the topics they came from, as they came.

    Ids are deterministic, so what was taken meanwhile is not doubled.
    """
    letters = _choose(step, reason, letter_id)
    good = [letter for letter in letters if can_replay(letter) is None]
    for letter in letters:
        why_not = can_replay(letter)
        if why_not:
            click.echo(f"left: {letter.id}: {why_not}")
    if not good:
        click.echo("nothing to put back")
        sys.exit(1)
    if not yes:
        click.echo(f"would put back {len(good)} letters; add --yes to do it")
        return
    click.echo(f"put back {replay_letters(_load_kafka(), good)} letters")
