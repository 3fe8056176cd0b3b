"""A line of a page in, the day that a page stamps itself with out: "Updated: July 7, 2012, 10:04 PM ET".

A saved page or a feed without dates still says when it was written: in a line of its own near the
top, or in its address. A line is a stamp only when nothing but a date, a clock time and the words
of a stamp stand in it, so "End of watch: June 24, 2005" is none. "05/03/2013" is two days: the clock
of a zone beside it, another stamp or the address decides, else nobody does.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib import resources
from urllib.parse import urlsplit

from streams.lexicon.calendar import ANY_MONTH, WEEKDAY_STEMS, month_number, weekday_number
from streams.records import Article

_LINES = 6
"""How many lines from the top are looked at, the headline among them."""
_LONGEST = 120
_OPENING = 2_000
_MONTH = rf"(?P<month>{ANY_MONTH})[a-z]{{0,6}}\.?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_SEP = r"\s*[/.-]\s*"
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_MONTH}\s*{_DAY}\s*[,-]?\s*{_YEAR}\b",
        rf"\b{_DAY}\s*[.-]?\s*(?:of\s+)?{_MONTH}\s*[,-]?\s*{_YEAR}\b",
        rf"\b{_YEAR}{_SEP}(?P<m>\d{{1,2}}){_SEP}(?P<day>\d{{1,2}})(?:(?=T)|\b)",
        rf"\b(?P<one>\d{{1,2}})(?P<sep>{_SEP})(?P<two>\d{{1,2}}){_SEP}{_YEAR}\b",
    )
)
_SHORT = re.compile(
    r"\b(?P<one>\d{1,2})(?P<sep>\s*/\s*)(?P<two>\d{1,2})\s*/\s*(?P<year>\d\d)\b(?!\s*/)",
    re.IGNORECASE,
)
"""A year of two digits, which only a line that says "posted" or the like has."""
_SAYS_SO = re.compile(r"\b(?:posted|published|updated)\b", re.IGNORECASE)
_CLOCK = re.compile(
    r"\bT?\d{1,2}\s*[:.h]\s*\d{2}(?:\s*:\s*\d{2})?\s*(?:[ap]\.?\s?m?\b\.?|Z\b)?|\b\d{1,2}\s*[ap]\.?\s?m\b\.?",
    re.IGNORECASE,
)
_OFFSET = re.compile(r"\(?\s*(?:GMT|UTC)?\s*[+-]\s*\d{1,2}:?(?:\d{2})?\s*\)?", re.IGNORECASE)
_WEEKDAY = re.compile(
    rf"\b({'|'.join(WEEKDAY_STEMS)})(?:s|nes|rs?|ur)?(?:day)?\b\.?", re.IGNORECASE
)
_REST = re.compile(r"[^\W\d_]+|\d+")
_ADDRESS = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<sep>[/_-]?)(?P<month>[01]\d|[a-z]{3})(?P=sep)(?P<day>[0-3]\d)(?!\d)",
    re.IGNORECASE,
)


def is_stamp(line: str) -> bool:
    """Tell whether a line says only when its page was written."""
    return bool(_read_days(line))


def find_stamps(article: Article) -> tuple[dt.date, ...]:
    """The days that the article's first lines say it was written or changed on, the earliest first.

    Without such a line and without a publication date, the day in its address.
    """
    opening = (article.text or article.summary)[:_OPENING]
    days, by_address = _find(article.title, opening, article.url or article.link or article.feed)
    if days or by_address is None or article.published is not None:
        return days
    return (by_address,)


@lru_cache(maxsize=64)
def _find(title: str, opening: str, address: str) -> tuple[tuple[dt.date, ...], dt.date | None]:
    """The days of the lines and that of the address; asked again for every event of an article."""
    by_address = _day_of_address(address)
    host = _host_of(address)
    lines = [title, *filter(str.strip, opening.splitlines())][:_LINES]
    found = {
        day
        for line in lines
        for readings in _read_days(line)
        if (day := _decide(readings, by_address, line, host)) is not None
    }
    return tuple(sorted(found)), by_address


def _read_days(line: str) -> list[tuple[dt.date, ...]]:
    """Every date of a stamp, each with the days that it can mean; none when the line is no stamp."""
    if len(line) > _LONGEST or not any(char.isdigit() for char in line):
        return []
    dates: list[tuple[dt.date, ...]] = []
    rest = line
    for pattern in (*_DATES, _SHORT) if _SAYS_SO.search(line) else _DATES:
        for match in pattern.finditer(rest):
            days = tuple(_days_of(match))
            if not days:
                return []
            dates.append(days)
        rest = pattern.sub(" ", rest)
    if not dates:
        return []
    for pattern in (_CLOCK, _OFFSET, _WEEKDAY):
        rest = pattern.sub(" ", rest)
    return (
        dates if all(word.lower() in _words("stamp_words") for word in _REST.findall(rest)) else []
    )


def _days_of(match: re.Match[str]) -> Iterator[dt.date]:
    parts = match.groupdict()
    year = int(parts["year"])
    year += 2000 if len(parts["year"]) == 2 else 0
    if parts.get("month"):
        pairs = {(month_number(parts["month"]), int(parts["day"]))}
    elif parts.get("m"):
        pairs = {(int(parts["m"]), int(parts["day"]))}
    else:
        one, two = int(parts["one"]), int(parts["two"])
        pairs = {(one, two), (two, one)}
    for month, day in sorted(pairs):
        try:
            yield dt.date(year, month, day)
        except ValueError:
            continue


def _decide(
    readings: tuple[dt.date, ...], by_address: dt.date | None, line: str, host: str
) -> dt.date | None:
    """The one day meant: the only one, the address's, the weekday's, or that of the zone's way to write."""
    if len(readings) == 1:
        return readings[0]
    named = _WEEKDAY.search(line)
    for day in readings:
        if day == by_address or (named and day.weekday() == weekday_number(named[1])):
            return day
    match = _DATES[-1].search(line) or _SHORT.search(line)
    if match is None:
        return None
    words = {word.lower() for word in _REST.findall(line)}
    month_first = bool(words & _words("month_first_zones")) or host in _words("month_first_hosts")
    day_first = "." in match["sep"] or bool(words & _words("day_first_zones"))
    day_first = day_first or host in _words("day_first_hosts")
    if month_first == day_first:
        return None
    month = int(match["one"] if month_first else match["two"])
    return next((day for day in readings if day.month == month), None)


def _host_of(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").rpartition(".")[2]
    except ValueError:
        return ""


def _day_of_address(address: str) -> dt.date | None:
    """The day in an address: /2013/may/03/, /2013-05-03-name, /20130503.html."""
    for match in _ADDRESS.finditer(address):
        month = match["month"]
        try:
            number = int(month) if month.isdecimal() else month_number(month)
            return dt.date(int(match["year"]), number, int(match["day"]))
        except ValueError:
            continue
    return None


@cache
def _words(name: str) -> frozenset[str]:
    """One list of the table; read here, as `when` imports what imports this."""
    table = resources.files("streams.lexicon").joinpath("dates_words.toml").read_text("utf-8")
    return frozenset(str(tomllib.loads(table)[name]).split())
