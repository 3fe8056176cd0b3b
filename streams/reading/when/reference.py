"""An article in, its "today" out: the day that "Tuesday" and "last week" are counted from.

It is the publisher's local day: the offset the feed gave; where the feed writes plain GMT, the clock
of the country that the address names, if it names one; else UTC. A dateline ("KYIV, June 13") within
three days before publication is nearer to the writer and wins. So does the day that the page stamps
itself with ("Published May 5, 2010"), which an outlet that feeds old pages anew does not change.
Without a publication date the stamp serves, else the day of the fetch, but not for the backlog of a
first fetch, which may be years old.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from functools import cache
from importlib import resources
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from streams.lexicon.calendar import month_number
from streams.reading.stamp import find_stamps
from streams.reading.when.english import MONTH
from streams.reading.when.found import Reference
from streams.reading.when.spans import midnight
from streams.records import Article

_DATELINE = re.compile(
    rf"^\W{{0,3}}[A-Z][A-Z.'\u2019\- ]{{2,40}}(?:,\s*[A-Z][\w.'\u2019\- ]{{1,30}})?,?\s*"
    r"(?:[\(\[][^)\]]*[\)\]]\s*)?"
    rf"(?:(?P<month>{MONTH})\s+(?P<day>\d{{1,2}})|(?P<day2>\d{{1,2}})\s+(?P<month2>{MONTH}))"
    r"(?:,?\s+(?P<year>\d{4}))?\s*(?:[\(\[\u2014\u2013:-])"
)
_DATELINE_DAYS = 3
_CORRECTED = dt.timedelta(7)
"""A stamp so long after publication is no later correction: the feed's date is wrong."""


@cache
def load_zones() -> dict[str, str]:
    """Zone abbreviations and country domains with their IANA zone or fixed offset."""
    table = resources.files("streams.lexicon").joinpath("dates_zones.tsv").read_text("utf-8")
    lines = [line for line in table.splitlines() if line and not line.startswith("#")]
    return {row["name"]: row["zone"] for row in csv.DictReader(lines, delimiter="\t")}


def zone_of(name: str) -> dt.tzinfo | None:
    """The clock that an abbreviation (EST) or a country domain (.ca) names, if the table has it."""
    zone = load_zones().get(name)
    if zone is None:
        return None
    if zone[0] in "+-":
        hours, minutes = zone[1:].split(":")
        delta = dt.timedelta(hours=int(hours), minutes=int(minutes))
        return dt.timezone(-delta if zone[0] == "-" else delta)
    return ZoneInfo(zone)


def find_reference(article: Article) -> Reference:
    """The article's "today", its anchor and the last day its news can have happened."""
    moment, anchor = article.published, "published"
    stamps = find_stamps(article)
    if moment is None:
        if stamps:
            return Reference(stamps[0], "dateline", None, stamps[-1])
        if article.backfill:
            day = _dateline(article, None)
            return Reference(day, "dateline" if day else None, None, article.fetched.date())
        moment, anchor = article.fetched, "fetched"
    clock = _clock(article)
    local = moment.astimezone(clock).date()
    dateline = _dateline(article, local)
    if dateline is not None and anchor == "published":
        return Reference(dateline, "dateline", article.published, local)
    if stamps and anchor == "published" and not local <= stamps[0] <= local + _CORRECTED:
        return Reference(stamps[0], "dateline", None, max(local, stamps[-1]))
    return Reference(
        local,
        "published" if anchor == "published" else "fetched",
        moment,
        local,
        is_clock_known=clock is not dt.UTC,
    )


def find_moment(article: Article) -> dt.datetime:
    """The moment from which the age of what the article tells is counted: it was written by then."""
    reference = find_reference(article)
    if reference.anchor != "dateline" or reference.day is None:
        return article.published or article.fetched
    if article.published is not None and reference.published is not None:
        return article.published
    return midnight(reference.day + dt.timedelta(days=1))


def _clock(article: Article) -> dt.tzinfo:
    offset = article.published_offset
    if offset:
        return dt.timezone(dt.timedelta(minutes=max(-1439, min(1439, offset))))
    for address in (article.url, article.feed):
        try:
            host = urlsplit(address or "").hostname or ""
        except ValueError:
            continue
        zone = zone_of("." + host.rpartition(".")[2]) if "." in host else None
        if zone is not None:
            return zone
    return dt.UTC


def _dateline(article: Article, published: dt.date | None) -> dt.date | None:
    body = article.text or article.summary
    match = _DATELINE.match(body[:160])
    if match is None:
        return None
    month = month_number(match["month"] or match["month2"])
    number = int(match["day"] or match["day2"])
    years = [int(match["year"])] if match["year"] else []
    if published is not None and not years:
        years = [published.year, published.year - 1]
    for year in years:
        try:
            day = dt.date(year, month, number)
        except ValueError:
            continue
        if published is None or dt.timedelta(0) <= published - day <= dt.timedelta(_DATELINE_DAYS):
            return day
    return None
