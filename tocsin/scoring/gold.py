"""A folder of labelled articles in, articles with what must be read from them out.

One TOML file is one article: its head, its text, and `[[events]]`. An event with `must = false` may be
found; finding it is neither asked for nor punished. What is labelled is checked, what is left out is
not: a label without `date` says nothing about the date.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from streams.errors import TocsinError
from streams.identity import article_id, article_version
from streams.lexicon.ontology import load_ontology
from streams.records import (
    Article,
    DatePrecision,
    Genre,
    Measure,
    Modality,
    Newsworthiness,
    Qualifier,
    Stance,
)


class GoldError(TocsinError):
    """A label file that cannot be used."""

    what = "label refused"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class GoldNumber(_Strict):
    """A number as the text says it."""

    value: float | None = None
    qualifier: Qualifier = "exactly"
    unit: str | None = None


class GoldClaim(_Strict):
    """A voice that must be heard."""

    claimant: str
    stance: Stance
    of: str | None = None


class GoldEvent(_Strict):
    """One event that an article tells, as a person labelled it."""

    id: str
    kinds: tuple[str, ...]
    must: bool = True
    modality: tuple[Modality, ...] = ()
    newsworthiness: Newsworthiness | None = None
    date: dt.date | None = None
    until: dt.date | None = None
    precision: DatePrecision = "day"
    not_single_day: bool = False
    places: tuple[str, ...] = ()
    admin1: str | None = None
    country: str | None = None
    point: tuple[float, float] | None = None
    not_admin1: str | None = None
    actors: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    numbers: dict[Measure, GoldNumber] = {}
    claims: tuple[GoldClaim, ...] = ()


class GoldArticle(_Strict):
    """One labelled article."""

    title: str = ""
    publisher: str
    published: AwareDatetime
    text: str
    url: str | None = None
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    genre: Genre | None = None
    traps: tuple[str, ...] = ()
    events: tuple[GoldEvent, ...] = ()

    def to_article(self) -> Article:
        """Build the article that is read."""
        offset = self.published.utcoffset()
        return Article(
            id=article_id(self.url, None, "gold", self.title + self.text[:200]),
            version=article_version(self.title, "", self.text),
            feed="gold",
            publisher=self.publisher,
            family=self.publisher,
            url=self.url,
            title=self.title,
            text=self.text,
            text_source="page",
            language="en",
            tags=self.tags,
            authors=self.authors,
            published=self.published,
            published_from="feed",
            published_offset=int(offset.total_seconds() // 60) if offset is not None else None,
            fetched=self.published,
        )


SetName = Literal["build", "check"]


def load_gold(folder: Path) -> dict[str, GoldArticle]:
    """Load every article of a folder, by file name; raise `GoldError` for a label that is wrong."""
    found = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            article = GoldArticle.model_validate(tomllib.loads(path.read_text("utf-8")))
        except (tomllib.TOMLDecodeError, ValidationError) as error:
            raise GoldError(str(path), str(error)) from error
        unknown = {kind for event in article.events for kind in event.kinds} - set(load_ontology())
        if unknown:
            raise GoldError(str(path), f"no such kind: {', '.join(sorted(unknown))}")
        found[path.stem] = article
    return found
