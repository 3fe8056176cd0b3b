"""What a block keeps: members (mentions with what they are compared by) and clusters of them.

Both are frozen. A step builds new ones; the merger puts them in place after they were stored. On the
shelf each is one JSON value, so that a crash between two of them leaves either the old or the new.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from streams.merging.facts import Facts, build_facts
from streams.merging.telling import Telling, build_telling
from streams.merging.terms import Profile, build_profile, dump_profile, load_profile, settle_profile
from streams.merging.voices import Signature, sign_text
from streams.records import Event, Founding, Link, Mention


@dataclass(frozen=True, slots=True)
class Member:
    """A mention as a block keeps it; its context is dropped once it was read."""

    mention: Mention
    profile: Profile
    signature: Signature | None
    facts: Facts
    story: str | None = None
    pin: str | None = None
    """A mention that another block has merged it with."""
    link: Link | None = None
    """Why it is where it is."""
    partial: bool = False
    """Known from a relay only, which carries no context."""
    recalled: list[Telling] = field(default_factory=list, compare=False, repr=False)
    """What the mention adds to an event, once that was asked for."""

    @property
    def id(self) -> str:
        """The mention's id."""
        return self.mention.id

    @property
    def telling(self) -> Telling:
        """What the mention adds to an event."""
        if not self.recalled:
            self.recalled.append(build_telling(self.mention))
        return self.recalled[0]

    @property
    def at(self) -> dt.datetime:
        """Publication of its article, else its fetch."""
        return self.mention.published or self.mention.fetched

    @property
    def rank(self) -> tuple[dt.datetime, str]:
        """Its place in the order of telling; the same whatever the order of arrival."""
        return self.at, self.mention.id


@dataclass(frozen=True, slots=True)
class Cluster:
    """Mentions of a block that tell one happening (or, in a story block, one story)."""

    key: str
    block: str
    members: tuple[str, ...]
    """Ids in the order of telling."""
    touched: dt.datetime
    """Latest publication (else fetch) among its mentions."""
    foundings: tuple[Founding, ...] = ()
    """Events that were opened for it, here or in other blocks; the first by (at, id) leads."""
    issued: dict[str, Event] = field(default_factory=dict)
    """The last revision this block sent, by event id."""
    sent: dict[str, dict[str, str]] = field(default_factory=dict)
    """What other blocks were told: block to mention to its state."""
    split_from: str | None = None

    @property
    def leader(self) -> Founding | None:
        """The founding whose event this is; every block that knows the same ones names the same."""
        return min(self.foundings, key=lambda f: (f.at, f.event_id)) if self.foundings else None


def build_member(
    mention: Mention, old: Member | None, sibling: Member | None, *, embed: bool
) -> Member:
    """Build the member of a mention.

    A withdrawal keeps what was known of its text; a `sibling` of the same article version has the
    same text, which is then not read again.
    """
    if mention.withdrawn and old is not None:
        changes = {
            "withdrawn": True,
            "fetched": mention.fetched,
            "article_version": mention.article_version,
        }
        return replace(old, mention=old.mention.model_copy(update=changes), recalled=[])
    partial = mention.relay is not None and not mention.context
    same = next((m for m in (old, sibling) if m is not None and _has_text_of(m, mention)), None)
    if same is not None:
        profile, signature, partial = same.profile, same.signature, same.partial
    else:
        text = mention.context or mention.sentence
        profile = settle_profile(build_profile(mention.headline, text, embed=embed))
        signature = sign_text(mention.context or f"{mention.headline} {mention.sentence}")
    kept = mention.model_copy(update={"context": "", "names": (), "places": (), "relay": None})
    if old is not None:
        return replace(
            old,
            mention=kept,
            profile=profile,
            signature=signature,
            facts=build_facts(kept),
            partial=partial,
            recalled=[],
        )
    return Member(kept, profile, signature, build_facts(kept), partial=partial)


def is_newer(mention: Mention, old: Member) -> bool:
    """Tell whether a mention replaces the one that is known by its id."""
    known = old.mention
    if old.partial and mention.context and mention.fetched == known.fetched:
        return not known.withdrawn
    return (mention.fetched, mention.withdrawn) > (known.fetched, known.withdrawn)


def dump_member(member: Member) -> bytes:
    """Write a member for the shelf."""
    body = {
        "profile": dump_profile(member.profile),
        "signature": None
        if member.signature is None
        else base64.b64encode(member.signature.tobytes()).decode(),
        "story": member.story,
        "pin": member.pin,
        "partial": member.partial,
        "link": None if member.link is None else member.link.model_dump(),
    }
    mention = member.mention.model_dump_json(exclude_none=True, exclude_defaults=True)
    return f'{json.dumps(body)[:-1]}, "mention": {mention}}}'.encode()


def load_member(stored: bytes) -> Member:
    """Read a member from the shelf."""
    body = json.loads(stored)
    mention = Mention.model_validate(body["mention"])
    packed = body["signature"]
    signature = None if packed is None else np.frombuffer(base64.b64decode(packed), np.uint32)
    return Member(
        mention=mention,
        profile=load_profile(body["profile"]),
        signature=signature,
        facts=build_facts(mention),
        story=body["story"],
        pin=body["pin"],
        partial=body["partial"],
        link=None if body["link"] is None else Link.model_validate(body["link"]),
    )


def dump_cluster(cluster: Cluster) -> bytes:
    """Write a cluster for the shelf."""
    body: dict[str, Any] = {
        "key": cluster.key,
        "block": cluster.block,
        "members": cluster.members,
        "touched": cluster.touched.isoformat(),
        "foundings": [founding.model_dump(mode="json") for founding in cluster.foundings],
        "sent": cluster.sent,
        "split_from": cluster.split_from,
    }
    issued = ",".join(
        f"{json.dumps(event_id)}:{event.model_dump_json(exclude_none=True)}"
        for event_id, event in cluster.issued.items()
    )
    return f'{json.dumps(body)[:-1]}, "issued": {{{issued}}}}}'.encode()


def load_cluster(stored: bytes) -> Cluster:
    """Read a cluster from the shelf."""
    body = json.loads(stored)
    return Cluster(
        key=body["key"],
        block=body["block"],
        members=tuple(body["members"]),
        touched=dt.datetime.fromisoformat(body["touched"]),
        foundings=tuple(Founding.model_validate(f) for f in body["foundings"]),
        issued={key: Event.model_validate(event) for key, event in body["issued"].items()},
        sent=body["sent"],
        split_from=body["split_from"],
    )


def _has_text_of(member: Member, mention: Mention) -> bool:
    known = member.mention
    same = known.article_version == mention.article_version and known.headline == mention.headline
    return same and not (member.partial and mention.context)
