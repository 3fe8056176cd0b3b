"""What is known of one event while an article is read: a coding with its date, place and voices.

Drafts are folded where an article tells one event twice, and become `Mention` records at the end.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from streams.reading.coding.code import Coding
from streams.records import Actor, Claim, Modality, Newsworthiness, Quantity, Reason, When, Where


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """One event as one sentence tells it, or as several told it once folded."""

    coding: Coding
    kind: str
    modality: Modality
    when: When
    where: Where | None
    actors: tuple[Actor, ...] = ()
    targets: tuple[Actor, ...] = ()
    recipients: tuple[Actor, ...] = ()
    numbers: tuple[Quantity, ...] = ()
    claims: tuple[Claim, ...] = ()
    newsworthiness: Newsworthiness = "new"
    sentences: tuple[int, ...] = field(default=())
    told: frozenset[str] = frozenset()
    reasons: tuple[Reason, ...] = ()
    confidence: float = 0.5
    opening: Coding | None = None
    """The coding of the headline, else of the lead, where another coding tells the event better."""

    @property
    def in_headline(self) -> bool:
        """Whether the headline tells it."""
        return "headline" in self.told

    @property
    def in_opening(self) -> bool:
        """Whether the headline or the lead tells it."""
        return bool(self.told & {"headline", "lead"})
