"""A newly read version of an article and what was told before in; what to send and what to keep out.

A changed article replaces what its earlier version told. The new mentions are sent first, then those
that are no longer told go out again as `withdrawn`, to the blocks that knew them: an event that only
changed its toll never stands empty in between. Mention ids come from the sentence, so an unchanged
sentence is the same mention and is simply said again.

A withdrawal is stamped a millisecond before the version that caused it: where a mention has only
moved to another block, the live copy stays the newest of its id for everybody who keeps one copy.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from streams.records import Article, Mention, Record

Verdict = Literal["new", "changed", "unchanged", "stale"]


class Told(Record):
    """What the last version of an article told; the value of the reading table."""

    version: str = Field(description="hash of that version")
    fetched: dt.datetime = Field(description="when it was fetched")
    withdrawn: bool = Field(False, description="the article had been taken back")
    mentions: tuple[Mention, ...] = Field((), description="its mentions, shortened")


class Sending(Record):
    """Messages for `tocsin.mentions` in order, as (blocking key, mention), and what to store after."""

    messages: tuple[tuple[str, Mention], ...]
    told: Told


def judge_version(article: Article, told: Told | None) -> Verdict:
    """Tell whether a version must be read, given what was told before."""
    if told is None:
        return "new"
    if article.version == told.version and article.withdrawn == told.withdrawn:
        return "unchanged"
    return "stale" if article.fetched < told.fetched else "changed"


def build_sending(article: Article, mentions: tuple[Mention, ...], told: Told | None) -> Sending:
    """Build the messages that bring every block up to date with this version.

    A withdrawn article tells nothing any more, whatever its text says.
    """
    live = () if article.withdrawn else mentions
    messages = [(block, mention) for mention in live for block in mention.blocks]
    spoken = {(block, mention.id) for block, mention in messages}
    for old in told.mentions if told else ():
        gone = old.model_copy(
            update={
                "withdrawn": True,
                "article_version": article.version,
                "fetched": article.fetched - dt.timedelta(milliseconds=1),
            }
        )
        messages += [(block, gone) for block in old.blocks if (block, old.id) not in spoken]
    return Sending(
        messages=tuple(messages),
        told=Told(
            version=article.version,
            fetched=article.fetched,
            withdrawn=article.withdrawn,
            mentions=tuple(_shorten(mention) for mention in live),
        ),
    )


def _shorten(mention: Mention) -> Mention:
    """Keep what a withdrawal must say: whose voice, about what, and where it was sent."""
    return mention.model_copy(
        update={"context": "", "names": (), "places": (), "why": (), "claims": (), "numbers": ()}
    )
