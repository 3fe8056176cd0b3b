"""The table of leaf kinds, as objects: a kind's name in; its codes, group and lifetime out.

`ontology.tsv` is the table. Each leaf kind carries its PLOVER type and mode, ACLED event and
sub-event type, CAMEO root and IPTC media topic where they have one, so that an analyst can count in
any of them. `group` is the coarse kind group of the blocking key; `expiry_days` is how long an event
of this kind stays open for new mentions.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Kind:
    """One leaf kind."""

    name: str
    label: str
    group: str
    plover_type: str | None
    plover_mode: str | None
    acled_event: str | None
    acled_sub_event: str | None
    cameo_root: str | None
    iptc: str
    expiry_days: int

    @property
    def parents(self) -> tuple[str, ...]:
        """What a rule may call this kind by, nearest first: its group, PLOVER type, ACLED types."""
        named = (self.group, self.plover_type, self.acled_sub_event, self.acled_event)
        return tuple(name for name in named if name)


OTHER = "other"


@cache
def load_ontology() -> dict[str, Kind]:
    """Load the table once; the keys are kind names in the order of the table."""
    table = resources.files("streams.lexicon").joinpath("ontology.tsv").read_text("utf-8")
    lines = [line for line in table.splitlines() if line and not line.startswith("#")]
    kinds = (_build_kind(row) for row in csv.DictReader(lines, delimiter="\t"))
    return {kind.name: kind for kind in kinds}


def get_kind(name: str) -> Kind:
    """Look a kind up; an unknown name is `other`, so that old readers survive new kinds."""
    kinds = load_ontology()
    return kinds.get(name) or kinds[OTHER]


def _build_kind(row: dict[str, str]) -> Kind:
    return Kind(
        name=row["kind"],
        label=row["label"],
        group=row["group"],
        plover_type=row["plover_type"] or None,
        plover_mode=row["plover_mode"] or None,
        acled_event=row["acled_event"] or None,
        acled_sub_event=row["acled_sub_event"] or None,
        cameo_root=row["cameo_root"] or None,
        iptc=row["iptc"],
        expiry_days=int(row["expiry_days"]),
    )
