"""`tocsin explain`: one article in, what was read from it out, with the reasons on request."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import click
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from streams.lexicon.ontology import get_kind
from streams.reading.read import read_article
from streams.records import Article, Mention, Quantity, encode
from tocsin.inputs import Given, load_article

_DIM = "dim"
_WIDE = 130
"""Columns of a terminal that can show every fact in a column of its own."""


@click.command()
@click.argument("source")
@click.option("--published", help="When it was published, ISO 8601: 2023-06-13T22:00-04:00.")
@click.option("--publisher", help="The outlet's name.")
@click.option("--title", help="The headline, where the source has none.")
@click.option("--url", help="The article's address; its path tells the genre.")
@click.option("--tag", "tags", multiple=True, help="A category of the feed; repeatable.")
@click.option("--language", help="ISO 639-1; detected where it is not said.")
@click.option("--json", "as_json", is_flag=True, help="One Mention a line, as on the wire.")
@click.option("--why", is_flag=True, help="Show the sentence and the rules behind each field.")
def explain(*, source: str, as_json: bool, why: bool, **about: Any) -> None:
    """Read one article and show its events.

    SOURCE is a file (plain text, HTML, or JSON with fields of an Article), an http(s) address, or -
    for standard input.
    """
    given = Given(**about)
    article = load_article(source, given, dt.datetime.now(dt.UTC))
    begun = time.perf_counter()
    mentions = read_article(article)
    if as_json:
        for mention in mentions:
            click.echo(encode(mention).decode("utf-8"))
        return
    console = Console()
    _show_article(console, article, mentions, time.perf_counter() - begun)
    if mentions:
        console.print(_build_table(mentions, console.width))
    if why:
        for number, mention in enumerate(mentions, 1):
            console.print(_build_reasons(article, mention, number))


def _show_article(
    console: Console, article: Article, mentions: tuple[Mention, ...], seconds: float
) -> None:
    console.print(Text(article.title or "(no headline)", style="bold"))
    assert article.published is not None
    facts = [
        article.publisher,
        f"{article.published:%Y-%m-%d %H:%M} UTC",
        article.language or "language unknown",
        mentions[0].genre if mentions else "no event reported",
        f"{len(mentions)} events in {seconds * 1000:.0f} ms",
    ]
    console.print(Text(" · ".join(facts), style=_DIM))


def _build_table(mentions: tuple[Mention, ...], width: int) -> Table:
    table = Table(show_lines=True)
    wide = width >= _WIDE
    headings = ("kind", "when", "where", "who", "numbers", "claims")
    for heading in ("", *(headings if wide else ("event", "when and where", "who says what"))):
        table.add_column(heading, overflow="fold")
    for number, mention in enumerate(mentions, 1):
        when, where = _describe_when(mention), _describe_where(mention)
        who, claims = _describe_who(mention), _describe_claims(mention)
        numbers = "\n".join(describe_number(quantity) for quantity in mention.numbers)
        cells: tuple[str | Text, ...] = (_describe_kind(mention), when, where, who, numbers, claims)
        if not wide:
            told = "\n".join(part for part in (who, numbers, claims) if part)
            cells = (_describe_kind(mention), f"{when}\n{where}", told)
        style = None if mention.newsworthiness == "new" else _DIM
        table.add_row(f"{number}{'*' if mention.main else ''}", *cells, style=style)
    table.caption = "* the article's main event; dim: recalled, not new"
    return table


def _describe_kind(mention: Mention) -> Text:
    text = Text(get_kind(mention.kind).label, style="bold")
    text.append(f"\n{mention.kind}", style=_DIM)
    if mention.modality != "happened":
        text.append(f"\n{mention.modality}", style="yellow")
    text.append(f"\n{mention.newsworthiness}, {mention.confidence:.2f}", style=_DIM)
    return text


def _describe_when(mention: Mention) -> str:
    when = mention.when
    if when.precision == "before" or when.start is None:
        return f"unknown, by {when.end:%Y-%m-%d}" if when.end else "unknown"
    if when.precision == "hour":
        return f"{when.start:%Y-%m-%d %H:%M} UTC"
    last = when.end - dt.timedelta(days=1) if when.end else when.start
    if when.precision == "day":
        return f"{when.start:%Y-%m-%d}"
    return f"{when.start:%Y-%m-%d} to {last:%Y-%m-%d} ({when.precision})"


def _describe_where(mention: Mention) -> str:
    where = mention.where
    if where is None:
        return "unknown"
    lines = [where.name if where.relation == "at" else f"{where.relation} {where.name}"]
    region = ", ".join(part for part in (where.admin1, where.country) if part)
    if region:
        lines.append(region)
    if where.point is not None:
        lines.append(f"{where.point.lat:.2f}, {where.point.lon:.2f} ±{where.precision}")
    elif where.reason:
        lines.append(where.reason)
    return "\n".join(lines)


def _describe_who(mention: Mention) -> str:
    lines = [", ".join(actor.name for actor in mention.actors)] if mention.actors else []
    if mention.targets:
        lines.append("→ " + ", ".join(actor.name for actor in mention.targets))
    if mention.recipients:
        lines.append("for " + ", ".join(actor.name for actor in mention.recipients))
    return "\n".join(lines)


def describe_number(quantity: Quantity) -> str:
    """Say a quantity in a line: "killed 11 (at least)"."""
    if quantity.value is not None:
        value = f"{quantity.value:,.10g}"
    elif quantity.low is not None and quantity.high is not None:
        value = f"{quantity.low:,.10g} to {quantity.high:,.10g}"
    else:
        value = ""
    unit = "" if quantity.unit in {None, "people"} else f" {quantity.unit}"
    manner = "" if quantity.qualifier == "exactly" else f" ({quantity.qualifier.replace('_', ' ')})"
    said = f" [{quantity.claimant}]" if quantity.claimant else ""
    return f"{quantity.measure} {value}{unit}{manner}{said}".replace("  ", " ")


def _describe_claims(mention: Mention) -> str:
    lines = []
    for claim in mention.claims:
        of = f" {claim.of}" if claim.of else ""
        witness = " (own witness)" if claim.outlet and claim.stance == "confirms" else ""
        lines.append(f"{claim.claimant} {claim.stance.replace('_', ' ')}{of}{witness}")
    return "\n".join(lines)


def _build_reasons(article: Article, mention: Mention, number: int) -> Panel:
    """The sentence with the words that gave each field, and the rules."""
    text = article.reading_text
    start, end = mention.span.start, mention.span.end
    body = Text(text[start:end])
    for reason in mention.why:
        span = reason.span
        if span is not None and start <= span.start and span.end <= end and span != mention.span:
            body.stylize("bold reverse", span.start - start, span.end - start)
    body.append("\n")
    for reason in mention.why:
        body.append(f"\n{reason.field:16}", style="bold")
        body.append(reason.rule)
        if reason.score is not None:
            body.append(f"  {reason.score:.2f}", style=_DIM)
        if reason.span is not None and reason.span != mention.span:
            words = " ".join(text[reason.span.start : reason.span.end].split())
            body.append(f"  “{words[:120]}”", style="green")
    return Panel(body, title=f"{number} {mention.kind}", title_align="left")
