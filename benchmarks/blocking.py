"""How unevenly blocking keys load the partitions, on a quiet day and on a day of war, simulated.

    python benchmarks/blocking.py [--mentions 200000] [--json]

The shares of countries follow a power law over 120 countries (the n-th has 1/n of the first), the war
day gives one country 40 % of all mentions, with 30 % of those from one region; kinds follow shares of
our own judgement. Nothing here is measured news: the question is what the key does to a skew, not how
skewed the news is. Partitions are chosen as Kafka chooses them (murmur2 of the key).
"""

from __future__ import annotations

import json
import random
from collections import Counter

import click
from aiokafka.partitioner import murmur2

from streams.lexicon.ontology import load_ontology
from streams.merging.blocking import BUSY, STORY, build_block_keys
from streams.records import Candidate, Where

REGIONS = 20
MAIN = 0.4
"""Share of mentions that are their article's main one, and so go to the block of stories."""
VAGUE = 0.25
"""Share of mentions that name no more than the country."""
DOUBTFUL = 0.05
"""Share of mentions whose place has a second candidate in another region or country."""
GROUP_SHARES = {"attack": 18, "military": 6, "diplomacy": 10, "statement": 10, "justice": 9}
"""Of groups that stand out; every other has 2."""


def draw_where(
    rng: random.Random, countries: list[str], weights: list[float], *, war: bool
) -> Where:
    """Draw a place."""
    at_war = war and rng.random() < 0.4
    country = "UA" if at_war else rng.choices(countries, weights)[0]
    hot = at_war and rng.random() < 0.3
    region = None if rng.random() < VAGUE else f"region {0 if hot else rng.randrange(REGIONS)}"
    candidates: tuple[Candidate, ...] = ()
    if rng.random() < DOUBTFUL:
        other = Candidate(
            name="x", country=country, admin1=f"region {rng.randrange(20)}", score=0.4
        )
        candidates = (other,)
    return Where(name="x", country=country, admin1=region, candidates=candidates)


def simulate(mentions: int, *, war: bool, seed: int) -> dict[str, object]:
    """Send mentions to their blocks and count what each partition gets."""
    rng = random.Random(seed)
    named = sorted(BUSY)
    rng.shuffle(named)
    countries = named + [f"c{n}" for n in range(120 - len(named))]
    weights = [1 / (n + 1) for n in range(len(countries))]
    kinds = [kind for kind in load_ontology().values() if kind.name != "other"]
    kind_weights = [GROUP_SHARES.get(kind.group, 2) for kind in kinds]
    keys: Counter[str] = Counter()
    for _ in range(mentions):
        kind = rng.choices(kinds, kind_weights)[0].name
        where = draw_where(rng, countries, weights, war=war)
        keys.update(build_block_keys(kind, where, main=rng.random() < MAIN))
    stories = keys.pop(STORY, 0)
    by_country: Counter[str] = Counter()
    for key, count in keys.items():
        place, _, group = key.partition("|")
        by_country[f"{place.split('-')[0]}|{group}"] += count
    copies = sum(keys.values())
    (hottest, most), *_ = keys.most_common(1)
    load = {}
    for partitions in (8, 32):
        spread: Counter[int] = Counter()
        for key, count in keys.items():
            spread[(murmur2(key.encode()) & 0x7FFFFFFF) % partitions] += count
        load[f"hottest_of_{partitions}"] = round(max(spread.values()) / (copies / partitions), 2)
    return {
        "day": "war" if war else "quiet",
        "keys": len(keys),
        "copies_per_mention": round(copies / mentions, 3),
        "story_messages_per_mention": round(stories / mentions, 3),
        "hottest_key": hottest,
        "hottest_share": round(most / copies, 4),
        "hottest_share_by_country_alone": round(max(by_country.values()) / copies, 4),
        **load,
    }


@click.command()
@click.option("--mentions", default=200_000, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def main(*, mentions: int, seed: int, as_json: bool) -> None:
    """Simulate both days."""
    for war in (False, True):
        found = simulate(mentions, war=war, seed=seed)
        if as_json:
            print(json.dumps(found))
        else:
            print("\n".join(f"{name:34} {value}" for name, value in found.items()), end="\n\n")


if __name__ == "__main__":
    main()
