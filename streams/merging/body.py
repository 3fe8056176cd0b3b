"""A mention and its text in; what a member is compared by and adds to its event, out: kept or packed.

A block holds a hundred thousand mentions, and needs of most no more than when it was told and by whom.
So a body has a head that is always there, and the rest as the bytes that are stored, from which it is
unpacked when it is asked for. `shed` lets go of what was unpacked.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
from typing import Any, Self

import numpy as np

from streams.merging.blocking import is_vague
from streams.merging.facts import Facts, build_facts
from streams.merging.telling import Telling, build_telling
from streams.merging.terms import Profile, dump_profile, load_profile
from streams.merging.voices import Signature
from streams.records import Mention


class Body:
    """One state of a mention, never changed; two members with one body tell the same."""

    __slots__ = (
        "_facts",
        "_mention",
        "_packed",
        "_profile",
        "_signature",
        "_telling",
        "article",
        "at",
        "blocks",
        "fetched",
        "id",
        "kind",
        "vague",
        "version",
        "withdrawn",
    )

    def __init__(self) -> None:
        self.id: str
        self.at: dt.datetime
        """Publication of its article, else its fetch."""
        self.fetched: dt.datetime
        self.withdrawn: bool
        self.blocks: tuple[str, ...]
        self.kind: str
        self.article: str
        self.version: str
        self.vague: bool
        """Whether its place is too wide for its block to be sure."""
        self._mention: Mention | None = None
        self._profile: Profile | None = None
        self._signature: Signature | None = None
        self._facts: Facts | None = None
        self._telling: Telling | None = None
        self._packed: bytes | None = None

    @classmethod
    def build(cls, mention: Mention, profile: Profile, signature: Signature | None) -> Self:
        """Build the body of a mention."""
        body = cls()
        body._read_head(mention)
        body._mention, body._profile, body._signature = mention, profile, signature
        return body

    @classmethod
    def load(cls, packed: bytes) -> Self:
        """Load what `pack` gave."""
        body = cls()
        body._packed = packed
        body._read_head(body.mention)
        body.shed(texts=True)
        return body

    @property
    def mention(self) -> Mention:
        """The mention, without its context."""
        if self._mention is None:
            self._unpack()
        assert self._mention is not None
        return self._mention

    @property
    def profile(self) -> Profile:
        """The profile of its text."""
        if self._profile is None:
            self._unpack()
        assert self._profile is not None
        return self._profile

    @property
    def signature(self) -> Signature | None:
        """The signature of its text; None when that is too short."""
        if self._mention is None:
            self._unpack()
        return self._signature

    @property
    def facts(self) -> Facts:
        """What can agree with or contradict another mention."""
        if self._facts is None:
            self._facts = build_facts(self.mention)
        return self._facts

    @property
    def telling(self) -> Telling:
        """What it adds to its event."""
        if self._telling is None:
            self._telling = build_telling(self.mention)
        return self._telling

    def pack(self) -> bytes:
        """Write everything as JSON."""
        if self._packed is None:
            signature = self.signature
            head = {
                "profile": dump_profile(self.profile),
                "signature": None
                if signature is None
                else base64.b64encode(signature.tobytes()).decode(),
            }
            mention = self.mention.model_dump_json(exclude_none=True, exclude_defaults=True)
            self._packed = f'{json.dumps(head)[:-1]}, "mention": {mention}}}'.encode()
        return self._packed

    def shed(self, *, texts: bool) -> None:
        """Let go of what can be unpacked again; with `texts` also of what it is compared by."""
        if self._packed is None:
            return
        self._mention = self._signature = self._telling = None
        if texts:
            self._profile = self._facts = None

    def _read_head(self, mention: Mention) -> None:
        self.id = mention.id
        self.at = mention.published or mention.fetched
        self.fetched = mention.fetched
        self.withdrawn = mention.withdrawn
        self.blocks = mention.blocks
        self.kind = mention.kind
        self.article = mention.article_id
        self.version = mention.article_version
        self.vague = is_vague(mention.where)

    def _unpack(self) -> None:
        assert self._packed is not None
        packed: dict[str, Any] = json.loads(self._packed)
        if self._profile is None:
            self._profile = load_profile(packed["profile"])
        signature = packed["signature"]
        if signature is not None:
            self._signature = np.frombuffer(base64.b64decode(signature), np.uint32)
        self._mention = Mention.model_validate(packed["mention"])
