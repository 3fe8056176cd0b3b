"""The fields of a mention in, the blocking keys it is sent to out; the first is its home.

Two mentions that may tell one happening must meet on one partition. The key is a coarse place (the
country, and the first-level region where the country is busy) with the coarse group of the kind:
`UA-Donetsk|attack`. A mention that could fall on either side of a border of blocks goes to both; the
blocks then hold it together and count it once (streams/merging/border.py). The main mention of an
article goes to the block of stories too.

What this loses, and how skewed the keys are, is written and measured in docs/blocking.md.
"""

from __future__ import annotations

from streams.lexicon.ontology import OTHER, get_kind
from streams.records import Where

STORY = "story|all"
"""The block of stories. One, not one a language: a headline alone is too short to tell its language
by, and two reports that are taken for two languages would never meet."""
UNPLACED = "XX"
MAX_BLOCKS = 4
"""Blocks a mention is sent to, its story block not counted; a wilder guess joins by its story."""

BUSY = frozenset("AF BR CA CN CO DE FR GB IL IN IQ MM MX NG PK PS RU SD SY TR UA US YE".split())  # noqa: SIM905 - a list of codes reads best so
"""Countries that fill the news so often that one block of them would be a hot key."""

SECOND_GROUPS: dict[str, tuple[str, ...]] = {
    # a kind that one reporter codes so, and another in a neighbouring group
    "explosion": ("attack",),
    "fire": ("attack",),
    "homicide": ("attack",),
    "robbery": ("attack",),
    "equipment_loss": ("military",),
    "casualty_claim": ("attack",),
    "territory_gained": ("attack",),
    "territory_overtaken": ("attack",),
    "protest_excessive_force": ("attack",),
    "protest_intervention": ("arrest",),
    "drug_seizure": ("arrest",),
    "trafficking": ("arrest",),
    "power_outage": ("weather",),
    "drowning": ("transport_accident",),
    "ship_accident": ("accident",),
    "industrial_accident": ("fire",),
    "extreme_weather": ("economy",),
    "famine": ("weather",),
    "displacement": ("weather",),
    "bailout": ("business",),
    "bankruptcy": ("economy",),
    "strike_action": ("business",),
    "strike_settled": ("protest",),
    "assassination": ("crime",),
    "shooting": ("crime",),
    "beating": ("crime",),
    "death": ("people",),
    "illness": ("death",),
    "withdrawal": ("diplomacy",),
    "ceasefire": ("military",),
    "sanctions": ("economy",),
    "trade_measure": ("sanction",),
    "transfer": ("people",),
    "appointment": ("sport",),
    "resignation": ("sport",),
    "policy_announced": ("statement",),
    "announcement": ("business",),
    "product_launch": ("culture",),
    "release": ("business",),
}
"""Kinds that are also sent to another group, since mentions of one happening differ there."""


def build_block_keys(kind: str, where: Where | None, *, main: bool = False) -> tuple[str, ...]:
    """Build the keys of a mention, its home first.

    A mention of no kind (`other`) has no block of events: only the stories'.
    """
    keys: list[str] = []
    if kind != OTHER:
        places = _name_places(where)
        group = get_kind(kind).group
        keys = [f"{place}|{group}" for place in places]
        keys[1:1] = [f"{places[0]}|{second}" for second in SECOND_GROUPS.get(kind, ())]
        keys = list(dict.fromkeys(keys))[:MAX_BLOCKS]
    if main or not keys:
        keys.append(STORY)
    return tuple(keys)


def is_story_block(block: str) -> bool:
    """Tell whether a block holds stories."""
    return block == STORY


def get_group(block: str) -> str:
    """Take the kind group out of a key."""
    return block.rpartition("|")[2]


def is_vague(where: Where | None) -> bool:
    """Tell whether a mention's place is too coarse for its block to be sure."""
    if where is None or where.country is None:
        return True
    return where.country in BUSY and where.admin1 is None


def _name_places(where: Where | None) -> list[str]:
    """Coarse places, the decided one first; then those of the candidates it may be instead."""
    if where is None:
        return [UNPLACED]
    places = [_name_place(where.country, where.admin1)]
    if where.point is None or where.precision > 1:
        places += [_name_place(c.country, c.admin1) for c in where.candidates[:3]]
    return list(dict.fromkeys(place for place in places if place != UNPLACED)) or [UNPLACED]


def _name_place(country: str | None, admin1: str | None) -> str:
    if country is None:
        return UNPLACED
    return f"{country}-{admin1}" if country in BUSY and admin1 else country
