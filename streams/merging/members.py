"""What a block keeps: members (mentions with what they are compared by) and clusters of them.

Both are frozen. A step builds new ones; the merger puts them in place after they were stored. On the
shelf each is one JSON value, so that a crash between two of them leaves either the old or the new.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field, replace
from typing import Any

from streams.merging.body import Body
from streams.merging.facts import Facts
from streams.merging.terms import Profile, build_profile, settle_profile
from streams.merging.voices import sign_text
from streams.records import Event, Founding, Link, Mention


@dataclass(frozen=True, slots=True)
class Member:
    """A mention as a block keeps it; its context is dropped once it was read."""

    body: Body
    story: str | None = None
    pin: str | None = None
    """A mention that another block has merged it with."""
    link: Link | None = None
    """Why it is where it is."""
    partial: bool = False
    """Known from a relay only, which carries no context."""

    @property
    def id(self) -> str:
        """The mention's id."""
        return self.body.id

    @property
    def mention(self) -> Mention:
        """The mention; asking for what `body` has at its head is cheaper."""
        return self.body.mention

    @property
    def profile(self) -> Profile:
        """The profile of its text."""
        return self.body.profile

    @property
    def facts(self) -> Facts:
        """What can agree with or contradict another mention."""
        return self.body.facts

    @property
    def home(self) -> str:
        """The block that founds its event."""
        return self.body.blocks[0]

    @property
    def withdrawn(self) -> bool:
        """Whether it was taken back."""
        return self.body.withdrawn

    @property
    def at(self) -> dt.datetime:
        """Publication of its article, else its fetch."""
        return self.body.at

    @property
    def rank(self) -> tuple[dt.datetime, str]:
        """Its place in the order of telling; the same whatever the order of arrival."""
        return self.body.at, self.body.id


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
        back = old.mention.model_copy(update=changes)
        return replace(old, body=Body.build(back, old.profile, old.body.signature))
    partial = mention.relay is not None and not mention.context
    same = next((m for m in (old, sibling) if m is not None and _has_text_of(m, mention)), None)
    if same is not None:
        profile, signature, partial = same.profile, same.body.signature, same.partial
    else:
        text = mention.context or mention.sentence
        profile = settle_profile(build_profile(mention.headline, text, embed=embed))
        signature = sign_text(mention.context or f"{mention.headline} {mention.sentence}")
    kept = mention.model_copy(update={"context": "", "names": (), "places": (), "relay": None})
    body = Body.build(kept, profile, signature)
    return (
        Member(body, partial=partial) if old is None else replace(old, body=body, partial=partial)
    )


def is_newer(mention: Mention, old: Member) -> bool:
    """Tell whether a mention replaces the one that is known by its id."""
    known = old.body
    if old.partial and mention.context and mention.fetched == known.fetched:
        return not known.withdrawn
    return (mention.fetched, mention.withdrawn) > (known.fetched, known.withdrawn)


def dump_member(member: Member) -> bytes:
    """Write a member for the shelf."""
    head = {
        "story": member.story,
        "pin": member.pin,
        "partial": member.partial,
        "link": None if member.link is None else member.link.model_dump(),
    }
    return b'%s, "body": %s}' % (json.dumps(head)[:-1].encode(), member.body.pack())


def load_member(stored: bytes) -> Member:
    """Read a member from the shelf."""
    head, _, packed = stored.partition(b', "body": ')
    if not packed:
        # stored before the body was a part of its own; it has all that a body has
        return _join_member(json.loads(stored), Body.load(stored))
    return _join_member(json.loads(head + b"}"), Body.load(packed[:-1]))


def _join_member(head: dict[str, Any], body: Body) -> Member:
    return Member(
        body=body,
        story=head["story"],
        pin=head["pin"],
        partial=head["partial"],
        link=None if head["link"] is None else Link.model_validate(head["link"]),
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
    if member.body.version != mention.article_version:
        return False
    same = member.mention.headline == mention.headline
    return same and not (member.partial and mention.context)
