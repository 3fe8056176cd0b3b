"""`tocsin cluster`: a file of articles in, the events and the story of each out, without servers."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from streams.records import Article
from tocsin.clustering import Placed, list_live, load_lines, merge_all, place_articles, read_all


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One object a line, in the file's order.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=min(4, os.cpu_count() or 1),
    show_default=True,
    help="Processes that read.",
)
@click.option("--events", "show_events", is_flag=True, help="Show the events, not the articles.")
def cluster(*, file: Path, as_json: bool, jobs: int, show_events: bool) -> None:
    """Read and merge a FILE of articles in its order.

    Each line is a JSON object with id, title, text, published, publisher and url; all but the id and
    one of title and text may be missing. A missing date is unknown, not now.
    """
    lines = load_lines(file)
    articles = [article for _, article in lines]
    jobs = min(jobs, max(1, len(lines) // 8))
    read = track(
        read_all(articles, jobs),
        "reading and merging",
        total=len(lines),
        console=Console(stderr=True),
        disable=as_json and not Console(stderr=True).is_terminal,
    )
    merge = merge_all(read)
    if show_events:
        for event in list_live(merge):
            click.echo(event.model_dump_json(exclude_none=True))
        return
    placed = place_articles(lines, merge)
    if as_json:
        for one in placed:
            known = {"id": one.name, "events": one.events, "headline_event": one.headline_event}
            click.echo(json.dumps(known))
        return
    Console().print(_build_table(placed, dict(lines)))


def _build_table(placed: list[Placed], articles: dict[str, Article]) -> Table:
    stories: dict[str | None, list[Placed]] = {}
    for one in placed:
        stories.setdefault(one.headline_event, []).append(one)
    table = Table(title=f"{len(placed)} articles, {len(stories)} stories", title_justify="left")
    for heading in ("story", "article", "headline", "events"):
        table.add_column(heading, overflow="fold")
    for story, told in stories.items():
        for number, one in enumerate(told):
            article = articles[one.name]
            title = (article.title or article.text)[:90]
            name = (story or "none")[:11] if number == 0 else ""
            table.add_row(name, one.name, title, str(len(one.events)))
        table.add_section()
    return table
