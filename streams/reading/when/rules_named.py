"""Days with a name: Christmas Day, Good Friday, Labor Day, and dates that name one event (9/11)."""

from __future__ import annotations

import csv
import datetime as dt
import re
from functools import cache
from importlib import resources

from streams.lexicon.calendar import month_number, weekday_number
from streams.reading.when.english import MONTH, YEAR
from streams.reading.when.rules import Context, Draft, Rule, make_date
from streams.reading.when.spans import DAY, build_when, day_when, easter

_NTH = re.compile(r"(-?\d):(\w{3}):(\d{1,2})(?:\+(\d))?$")


def _rows(name: str) -> list[dict[str, str]]:
    table = resources.files("streams.lexicon").joinpath(name).read_text("utf-8")
    lines = [line for line in table.splitlines() if line and not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t"))


def _plain(name: str) -> str:
    return " ".join(name.replace("\u2019", "'").lower().split())


@cache
def _named_days() -> dict[str, str]:
    return {_plain(row["name"]): row["day"] for row in _rows("dates_named.tsv")}


def day_in_year(spec: str, year: int) -> dt.date | None:
    """The day that a spec of the table means in a year."""
    if spec.startswith("easter"):
        return easter(year) + int(spec[6:]) * DAY
    nth = _NTH.match(spec)
    if nth is None:
        month, day = spec.split("-")
        return make_date(year, int(month), int(day))
    count, wanted, month_of, plus = (
        int(nth[1]),
        weekday_number(nth[2]),
        int(nth[3]),
        int(nth[4] or 0),
    )
    if count > 0:
        first = dt.date(year, month_of, 1)
        day_of = first + ((wanted - first.weekday()) % 7 + 7 * (count - 1)) * DAY
    else:
        last = dt.date(year + month_of // 12, month_of % 12 + 1, 1) - DAY
        day_of = last - ((last.weekday() - wanted) % 7) * DAY
    return day_of + plus * DAY


def _holiday(match: re.Match[str], context: Context) -> Draft | None:
    spec = _named_days()[_plain(match["name"])]
    today = context.reference.day
    if match["year"]:
        day = day_in_year(spec, int(match["year"]))
    elif today is None:
        return None
    else:
        days = [made for y in (-1, 0, 1) if (made := day_in_year(spec, today.year + y))]
        tense = context.tense(match)
        if tense == "future":
            days = [made for made in days if made >= today]
        elif tense == "past":
            days = [made for made in days if made <= today]
        day = min(days, key=lambda made: abs(made - today), default=None)
    if day is not None and match["weekend"]:
        return _long_weekend(day)
    return Draft(day_when(day, "date.named")) if day else None


def _long_weekend(day: dt.date) -> Draft | None:
    """The Memorial Day weekend: from Saturday to the Monday, or from the Friday to Sunday."""
    before, after = {0: (2, 0), 4: (0, 2), 5: (0, 1), 6: (1, 0)}.get(day.weekday(), (-1, 0))
    if before < 0:
        return None
    return Draft(
        build_when(day - before * DAY, day + (after + 1) * DAY, "day", "date.named.weekend")
    )


def _naming_event(match: re.Match[str], context: Context) -> Draft | None:
    text = match["date"].replace("Sept.", "September")
    after = set(re.findall(r"\w+", context.text[match.end() : match.end() + 24]))
    for row in _rows_of_events():
        if row["words"] != "*" and not after & set(row["words"].split(",")):
            continue
        if _same_date(row["date"], text):
            return Draft(
                day_when(dt.date.fromisoformat(row["day"]), "date.named.event"), "modifier"
            )
    return None


@cache
def _rows_of_events() -> tuple[dict[str, str], ...]:
    return tuple(_rows("dates_events.tsv"))


def _same_date(written: str, text: str) -> bool:
    if "/" in written or "/" in text:
        return written == text
    month, day = written.split()
    digits = re.search(r"\d+", text)
    name = re.search(MONTH, text)
    return bool(
        digits
        and name
        and digits.group() == day
        and month_number(name.group()) == month_number(month)
    )


@cache
def named_rules() -> tuple[Rule, ...]:
    """The rules, with the names of the table in their pattern."""
    names = sorted(_named_days(), key=len, reverse=True)
    joined = "|".join(re.escape(name).replace(r"\ ", r"\s+").replace("'", "'") for name in names)
    return (
        Rule(
            "date.named.event",
            ("sept", "jan", "oct", "9/11", "7/7", "26/11"),
            re.compile(
                rf"\b(?P<date>\d{{1,2}}/\d{{1,2}}(?![/\d])|{MONTH}\s+\d{{1,2}}(?!\d))(?=[\s.,)'-]|$)"
            ),
            _naming_event,
        ),
        Rule(
            "date.named",
            tuple(names),
            re.compile(
                rf"\b(?P<name>{joined})\b(?P<weekend>\s+weekend\b)?(?:,?\s+(?P<year>{YEAR}))?",
                re.IGNORECASE,
            ),
            _holiday,
        ),
    )
