"""Linking 100,000 mentions into one block with 20,000 live events: time per mention, flat or not.

    python benchmarks/merging.py [--mentions 100000] [--events 20000] [--embed]

One core, one process, no servers. Every mention goes through the whole merge step (profile, look-up,
facts, folding, the writes as bytes); the first 20,000 open events that differ in town, day or number;
of the rest, one in ten falls on a hundredth of them, about 40 reports each. All are alive at once and
in one block, which is the worst case. Prints the processor and the wall time per mention for every tenth and
the peak of memory, then how well the events fit what was told (B-cubed, of mentions that are still kept),
and the last tenth's processor time over the second's.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import resource
import time
from typing import Any

import click

# before numpy is loaded: two threads for tables this small wait more than they work
os.environ.setdefault("OMP_NUM_THREADS", "1")

from streams.identity import article_id, mention_id
from streams.merging.local import LocalMerge
from streams.records import Mention, Point, Quantity, Span, When, Where
from tocsin.scoring.merging import measure_fit

START = dt.datetime(2031, 5, 1, tzinfo=dt.UTC)
BLOCK = "UA-Donetsk|attack"
SYLLABLES = (
    "va",
    "kra",
    "mel",
    "no",
    "dri",
    "shu",
    "ber",
    "to",
    "lin",
    "pe",
    "zor",
    "ak",
    "hil",
    "us",
)
OBJECTS = ("school", "bridge", "warehouse", "market", "hospital", "depot", "station", "mill")
KINDS = ("missile_strike", "drone_strike", "air_strike", "bombing", "shooting")


def build_name(rng: random.Random) -> str:
    """Invent a name."""
    return "".join(rng.choice(SYLLABLES) for _ in range(rng.randint(3, 5))).capitalize()


def build_happening(rng: random.Random) -> dict[str, Any]:
    """Invent something that happens."""
    return {
        "town": build_name(rng),
        "lat": 46 + rng.random() * 5,
        "lon": 36 + rng.random() * 3,
        "kind": rng.choice(KINDS),
        "object": rng.choice(OBJECTS),
        "person": f"{build_name(rng)} {build_name(rng)}",
        "day": rng.randrange(2),
        "killed": rng.randrange(1, 30),
    }


def build_report(rng: random.Random, happening: dict[str, Any], number: int) -> Mention:
    """Build one outlet's mention of a happening, in its own words."""
    town, thing, person = happening["town"], happening["object"], happening["person"]
    killed = happening["killed"] + rng.randrange(2)
    day = START + dt.timedelta(days=happening["day"])
    at = day + dt.timedelta(hours=6, seconds=number / 10)
    sentence = rng.choice(
        (
            f"An attack on a {thing} in {town} killed {killed} people, said {person}.",
            f"{killed} people died when a {thing} was hit in {town}, according to {person}.",
            f"A {thing} in {town} was struck and {killed} were killed, {person} told reporters.",
        )
    )
    filler = " ".join(build_name(rng).lower() for _ in range(20))
    article = article_id(None, str(number), "bench", "")
    kind = happening["kind"]
    return Mention(
        id=mention_id(article, kind, sentence, 0),
        article_id=article,
        article_version="v1",
        fetched=at,
        published=at,
        publisher=f"Outlet {rng.randrange(400)}",
        family=f"House {rng.randrange(200)}",
        headline=f"{killed} dead as {thing} is hit in {town}",
        context=f"{sentence} {filler}. The {thing} had stood since {rng.randrange(1900, 2000)}.",
        blocks=(BLOCK,),
        kind=kind,
        main=True,
        when=When(start=day, end=day + dt.timedelta(days=1), date=day.date(), precision="day"),
        where=Where(
            name=town,
            resolved=town,
            point=Point(lat=happening["lat"], lon=happening["lon"]),
            precision=1,
            country="UA",
            admin1="Donetsk",
            feature="settlement",
        ),
        numbers=(
            Quantity(measure="killed", value=killed, low=killed, high=killed, text=str(killed)),
        ),
        sentence=sentence,
        span=Span(start=0, end=len(sentence)),
        confidence=0.8,
    )


def choose_happening(rng: random.Random, events: int) -> int:
    """One report in ten is about one of the hundredth of the events that everybody reports."""
    return rng.randrange(max(1, events // 100) if rng.random() < 0.1 else events)


@click.command()
@click.option("--mentions", default=100_000, show_default=True)
@click.option("--events", default=20_000, show_default=True)
@click.option("--embed", is_flag=True, help="With static vectors, as in production.")
@click.option("--seed", default=1, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def main(*, mentions: int, events: int, embed: bool, seed: int, as_json: bool) -> None:
    """Run the benchmark."""
    rng = random.Random(seed)
    happenings = [build_happening(rng) for _ in range(events)]
    merge = LocalMerge(embed=embed)
    tenth = max(1, mentions // 10)
    rows: list[dict[str, float]] = []
    told: dict[str, int] = {}
    for start in range(0, mentions, tenth):
        reports = []
        for number in range(start, min(start + tenth, mentions)):
            happening = number if number < events else choose_happening(rng, events)
            reports.append(build_report(rng, happenings[happening], number))
            told[reports[-1].id] = happening
        # asked twice for a tenth only: the clock of the processor is slow to ask on some machines
        began, begun = time.perf_counter(), time.process_time()
        for report in reports:
            merge.store(merge.merger.merge(report, BLOCK, report.fetched))
        busy, passed = time.process_time() - begun, time.perf_counter() - began
        standing = sum(event.superseded_by is None for event in merge.merger.list_events())
        row = {
            "mentions": start + len(reports),
            "events": standing,
            "ms_per_mention": round(1000 * busy / len(reports), 3),
            "wall_ms": round(1000 * passed / len(reports), 3),
            "mentions_per_second": round(len(reports) / busy),
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }
        rows.append(row)
        line = (
            "{mentions:>8} mentions {events:>7} events {ms_per_mention:>7} ms each "
            "({wall_ms} by the clock), {peak_mb} MB"
        )
        print(json.dumps(row) if as_json else line.format(**row), flush=True)
    mean = sum(row["ms_per_mention"] for row in rows) / len(rows)
    total = {
        "mean_ms": round(mean, 3),
        "per_second": round(1000 / mean),
        "last_over_second": round(rows[-1]["ms_per_mention"] / rows[1]["ms_per_mention"], 2),
        "b_cubed_f1": round(measure_events(merge, told), 3),
    }
    print(json.dumps(total))


def measure_events(merge: LocalMerge, told: dict[str, int]) -> float:
    """Measure how well the standing events fit what the mentions they keep were made to tell."""
    standing = [event for event in merge.merger.list_events() if event.superseded_by is None]
    pairs = [(told[mention], event.id) for event in standing for mention in event.mention_ids]
    return measure_fit([str(told) for told, _ in pairs], [event for _, event in pairs]).f1


if __name__ == "__main__":
    main()
