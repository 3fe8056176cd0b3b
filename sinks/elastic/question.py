"""What an analyst asks in; the request for Elasticsearch out. Pure: `now` is an argument.

Words must all be there, in any field of prose or name; each is also looked for in its plain plural or
singular, because the analyser does not stem. A phrase is kept together by quotation marks. A time
asked for matches an event when its interval overlaps: "some time in June" is found by 10 June.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from sinks.elastic.shapes import ShapeName, list_fields
from streams.errors import TocsinError
from streams.lexicon.ontology import load_ontology
from streams.records import Point

Sort = Literal["relevance", "newest", "oldest", "toll", "voices", "changed"]
SORTS: tuple[Sort, ...] = get_args(Sort)

MAX_WORDS = 100
"""Each becomes four clauses of the query; Elasticsearch takes about a thousand."""
MAX_LENGTH = 10_000

_SPAN = re.compile(r"^(\d+)\s*(h|d|w|m|y)$")
_HOURS = {"h": 1, "d": 24, "w": 7 * 24, "m": 30 * 24, "y": 365 * 24}
_WORDS = re.compile(r'"([^"]+)"|(\S+)')
_KIND_FIELDS = (
    "kind",
    "kind_group",
    "plover.type",
    "plover.mode",
    "acled.event_type",
    "acled.sub_event_type",
    "cameo.root",
    "iptc.code",
)


class QuestionError(TocsinError):
    """A question that cannot be asked."""

    what = "cannot search"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for; every part is optional, and all parts must hold."""

    shape: ShapeName = "events"
    words: str = ""
    ids: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    near: Point | None = None
    within_km: float = 50.0
    countries: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    sort: Sort | None = None
    limit: int = 20


def build_request(question: Question) -> dict[str, Any]:
    """Build the body of the search."""
    _check_fields(question)
    _check_length(question.words)
    if question.since and question.until and question.since >= question.until:
        raise QuestionError("--until", "it is not after --since")
    must = [_ask_word(phrase, word) for phrase, word in _WORDS.findall(question.words)]
    filters = [
        *_ask_terms("id", question.ids),
        *_ask_terms("geo.country_iso_code", question.countries),
        *_ask_terms("status", question.statuses),
        *(_ask_kinds(question.kinds) if question.kinds else ()),
        *_ask_time(question),
        *_ask_place(question),
    ]
    sort = question.sort or ("relevance" if question.words else "newest")
    return {
        "query": {"bool": {"must": must, "filter": filters}},
        "sort": _SORTS[sort],
        "size": question.limit,
        "track_total_hits": True,
        "version": True,
    }


def parse_time(text: str, now: dt.datetime, *, end: bool = False) -> dt.datetime:
    """Read a time: `2023-06-13`, `2023-06-13T08:00`, `7d`, `24h`, `2w`, `today`, `yesterday`.

    A day as the end of a time means the end of that day. Raises `QuestionError`.
    """
    folded = text.strip().lower()
    span = _SPAN.match(folded)
    if span:
        try:
            return now - dt.timedelta(hours=int(span[1]) * _HOURS[span[2]])
        except OverflowError as error:
            raise QuestionError(text, "that is before all time") from error
    day = {"today": now.date(), "yesterday": now.date() - dt.timedelta(days=1)}.get(folded)
    try:
        if day is None and re.fullmatch(r"\d{4}-\d{2}-\d{2}", folded):
            day = dt.date.fromisoformat(folded)
        if day is not None:
            start = dt.datetime.combine(day, dt.time(), dt.UTC)
            return start + dt.timedelta(days=1) if end else start
        moment = dt.datetime.fromisoformat(text.strip())
    except (ValueError, OverflowError) as error:
        raise QuestionError(
            text, "not a time", "a day like 2023-06-13, or 24h, 7d, 2w, today, yesterday"
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def parse_point(text: str) -> Point | None:
    """Read `LAT,LON`; None when the text is not two numbers, and so the name of a place."""
    parts = text.split(",")
    try:
        lat, lon = (float(part) for part in parts)
    except ValueError:
        return None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise QuestionError(text, "latitude is -90 to 90, longitude -180 to 180")
    return Point(lat=lat, lon=lon)


def check_kind(name: str) -> str:
    """Return the code that a name means, in any of the codings; raise `QuestionError` for none."""
    codes = _list_codes()
    found = codes.get(name.strip().lower())
    if found is None:
        near = difflib.get_close_matches(name.lower(), codes, n=3)
        hint = f"did you mean {', '.join(codes[n] for n in near)}?" if near else None
        raise QuestionError(f"kind {name}", "no kind, group or code of that name", hint)
    return found


def _list_codes() -> dict[str, str]:
    codes: dict[str, str] = {}
    for kind in load_ontology().values():
        modes = (kind.plover_mode, kind.cameo_root, kind.iptc)
        for code in (kind.name, *kind.parents, *modes):
            if code:
                codes.setdefault(code.lower(), code)
    return codes


def _check_fields(question: Question) -> None:
    """Refuse what records of this sort do not have, instead of finding nothing."""
    have = {field.path for field in list_fields(question.shape)}
    asked = {
        "--kind": ("kind", question.kinds),
        "--country": ("geo.country_iso_code", question.countries),
        "--status": ("status", question.statuses),
        "--near": ("geo.location", question.near),
        "--sort toll": ("killed.best", question.sort == "toll"),
        "--sort voices": ("voices", question.sort == "voices"),
        "--sort changed": ("last_changed", question.sort == "changed"),
    }
    for option, (field, given) in asked.items():
        if given and field not in have:
            raise QuestionError(option, f"{question.shape} have no {field}")


def _check_length(words: str) -> None:
    """Refuse what Elasticsearch would refuse in words that nobody understands."""
    count = len(_WORDS.findall(words))
    if len(words) > MAX_LENGTH or count > MAX_WORDS:
        raise QuestionError(
            f"{count} words",
            f"at most {MAX_WORDS} words or phrases with {MAX_LENGTH} letters in all",
        )


def _ask_word(phrase: str, word: str) -> dict[str, Any]:
    if phrase:
        return {"match_phrase": {"words": phrase}}
    match = {"match": {"words": {"query": " ".join(_forms(word)), "operator": "or"}}}
    return {
        "bool": {"must": [match], "should": [{"match": {"title": {"query": word, "boost": 2}}}]}
    }


def _forms(word: str) -> Sequence[str]:
    """Give a word with its plain plural or singular."""
    folded = word.lower()
    if folded.endswith("ies") and len(folded) > 4:
        return (folded, f"{folded[:-3]}y")
    if folded.endswith("s") and not folded.endswith("ss") and len(folded) > 3:
        return (folded, folded[:-1])
    if folded.endswith("y") and len(folded) > 3:
        return (folded, f"{folded[:-1]}ies", f"{folded}s")
    return (folded, f"{folded}s")


def _ask_terms(field: str, values: Sequence[str]) -> list[dict[str, Any]]:
    return [{"terms": {field: list(values)}}] if values else []


def _ask_kinds(kinds: Sequence[str]) -> list[dict[str, Any]]:
    should = [{"terms": {field: list(kinds)}} for field in _KIND_FIELDS]
    return [{"bool": {"should": should, "minimum_should_match": 1}}]


def _ask_time(question: Question) -> list[dict[str, Any]]:
    bounds: dict[str, str] = {}
    if question.since:
        bounds["gte"] = question.since.isoformat()
    if question.until:
        bounds["lt"] = question.until.isoformat()
    if not bounds:
        return []
    at = {"range": {"@timestamp": bounds}}
    if "when.range" not in {field.path for field in list_fields(question.shape)}:
        return [at]
    overlaps = {"range": {"when.range": {**bounds, "relation": "intersects"}}}
    undated = {"bool": {"must_not": [{"exists": {"field": "when.range"}}], "filter": [at]}}
    return [{"bool": {"should": [overlaps, undated], "minimum_should_match": 1}}]


def _ask_place(question: Question) -> list[dict[str, Any]]:
    if question.near is None:
        return []
    point = {"lat": question.near.lat, "lon": question.near.lon}
    return [{"geo_distance": {"distance": f"{question.within_km}km", "geo.location": point}}]


_NEWEST: list[dict[str, Any]] = [{"@timestamp": "desc"}, {"id": "asc"}]
_SORTS: dict[Sort, list[dict[str, Any]]] = {
    "relevance": [{"_score": "desc"}, *_NEWEST],
    "newest": _NEWEST,
    "oldest": [{"@timestamp": "asc"}, {"id": "asc"}],
    "toll": [{"killed.best": {"order": "desc", "missing": "_last"}}, *_NEWEST],
    "voices": [{"voices": "desc"}, *_NEWEST],
    "changed": [{"last_changed": "desc"}, {"id": "asc"}],
}
