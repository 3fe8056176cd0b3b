# ruff: noqa: RUF001 - month names in Greek and Cyrillic
"""A date as a feed wrote it in, an instant with its UTC offset out, or the reason it is not believed.

Feeds should write RFC 822 (RSS) or RFC 3339 (Atom), and write everything else: month names in their
own language, no zone, "EST" in summer, epoch seconds, 1970 for "none", the year 2098. feedparser
gives the instant but drops the offset, and takes unknown zone names for UTC in silence; so the raw
words are read here first.

Never "now" in silence: a date that cannot be believed is None, and the problem has a name.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from producers.items import DateProblem

FUTURE_TOLERANCE = dt.timedelta(minutes=15)
"""Clocks of servers differ; more than this is not a clock."""
WRONG_ZONE = dt.timedelta(hours=14)
"""The furthest that local time runs ahead of UTC (Kiribati)."""
ANCIENT = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)
"""Before the web: a default such as 1970-01-01 or 0001-01-01, not a date of publication."""

_MONTHS = {
    name: month
    for month, names in enumerate(
        (
            "jan ene gen sty янв січ ιαν oca",
            "feb fev lut fév фев лют φεβ şub",
            "mar mär mae mrz mrt marz мар бер μαρ",
            "apr abr avr kwi апр кві απρ nis",
            "may mai mag mei maj мая май тра μαι μαϊ",
            "jun juin giu cze июн чер ιουν haz",
            "jul juil lug lip июл лип ιουλ tem",
            "aug ago aou sie авг сер αυγ ağu",
            "sep set wrz сен вер σεπ eyl",
            "oct okt out ott paz paź окт жов οκτ eki",
            "nov lis ноя лис νοε kas",
            "dec dez dic dei gru дек гру δεκ ara",
        ),
        start=1,
    )
    for name in names.split()
}
_ZONES = {
    name: minutes
    for minutes, names in {
        0: "z ut utc gmt wet",
        60: "cet bst mez wat ist-ie",
        120: "cest mesz eet sast cat",
        180: "eest msk trt eat ast-ar",
        240: "gst samt",
        270: "irdt",
        210: "irst",
        300: "pkt yekt",
        330: "ist",
        345: "npt",
        360: "bdt",
        420: "ict wib",
        480: "hkt sgt cst-cn awst wita pht myt",
        540: "jst kst wit",
        570: "acst",
        600: "aest",
        630: "acdt",
        660: "aedt",
        720: "nzst",
        780: "nzdt",
        -150: "ndt",
        -210: "nst",
        -180: "adt brt art uyt clst",
        -240: "edt ast clt bot",
        -300: "est cdt pet cot ect",
        -360: "cst mdt",
        -420: "mst pdt",
        -480: "pst akdt",
        -540: "akst",
        -600: "hst",
    }.items()
    for name in names.split()
}
_TIME = re.compile(
    r"(?<![\d.])(\d{1,2})(?:[:h](\d{2})(?::(\d{1,2})(?:[.,]\d+)?)?|\.(\d{2})(?![.\d]))"
    r"\s*([ap]\.?m\b\.?)?",
    re.IGNORECASE,
)
_OFFSET = re.compile(r"(?:gmt|utc|ut)?\s*([+\-\u2212])(\d{1,2}):?(\d{2})?(?!\d)\b", re.IGNORECASE)
_ISO = re.compile(r"^\s*(\d{4})-?(\d{2})(?:-?(\d{2}))?(?=$|[\sT])", re.IGNORECASE)
_ISO_PARTS = re.compile(r"^\s*(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})\.(\d{1,2})\.(\d{4})(?!\d)")
_SLASHED = re.compile(r"(?<!\d)(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?!\d)")
_CJK = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]?")
_COMPACT = re.compile(r"^(\d{8})T(\d{2})(\d{2})(\d{2})?")
_EPOCH = re.compile(r"^\s*(\d{10}|\d{13})\s*$")
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"(?<![\d:+\-])\d{1,4}(?![\d:])")
_IN_URL = re.compile(
    r"/((?:19|20)\d{2})[/-](\d{1,2})[/-](\d{1,2})(?=[/\-_.]|$)|/((?:19|20)\d{2})(\d{2})(\d{2})(?=[/\-_.])"
)
MAX_RAW = 120


@dataclass(frozen=True, slots=True)
class FeedDate:
    """A date of a feed: its wall clock, and the offset it said, if it said one."""

    clock: dt.datetime
    """Naive: the day and time as written."""
    offset: int | None
    """Minutes east of UTC; None when the date named no zone that is known."""

    def instant(self, fallback: int = 0) -> dt.datetime | None:
        """Tell the instant in UTC, taking `fallback` minutes where no zone was said."""
        minutes = fallback if self.offset is None else self.offset
        try:
            return (self.clock - dt.timedelta(minutes=minutes)).replace(tzinfo=dt.UTC)
        except OverflowError:
            return None


@dataclass(frozen=True, slots=True)
class Judged:
    """What is believed of a date."""

    instant: dt.datetime | None
    offset: int | None = None
    problem: DateProblem | None = None


def read_date(raw: str | None) -> FeedDate | None:
    """Read a date in any form that feeds use; None when it is none."""
    if not raw:
        return None
    text = unicodedata.normalize("NFKC", raw[:MAX_RAW]).strip()
    text = _COMPACT.sub(lambda part: f"{part[1]} {part[2]}:{part[3]}:{part[4] or '00'}", text)
    epoch = _EPOCH.match(text)
    if epoch:
        seconds = int(epoch.group(1)) / (1000 if len(epoch.group(1)) == 13 else 1)
        return FeedDate(dt.datetime.fromtimestamp(seconds, dt.UTC).replace(tzinfo=None), 0)
    time = _TIME.search(text)
    day_text = text[: time.start()] + " " + _after_time(text, time) if time else text
    day = _read_day(day_text)
    if day is None:
        return None
    clock = _read_clock(time)
    if clock is None:
        return None
    return FeedDate(dt.datetime.combine(day, dt.time.min) + clock, _read_offset(text, time))


def judge_date(  # noqa: PLR0911 - one return a verdict
    raw: str | None,
    *,
    now: dt.datetime,
    zone: ZoneInfo | None = None,
    known: dt.datetime | None = None,
) -> Judged:
    """Say what to believe of a feed's date, seen at `now`.

    `zone` is the outlet's own, where it is known. `known` is what another reader made of the same
    words, taken when this one can make nothing of them.
    """
    if not raw or not raw.strip():
        return Judged(None, problem="missing")
    date = read_date(raw)
    if date is None:
        if known is None:
            return Judged(None, problem="unparseable")
        date = FeedDate(known.astimezone(dt.UTC).replace(tzinfo=None), None)
    local = _local_offset(date.clock, zone)
    instant = date.instant(local or 0)
    if instant is None or instant < ANCIENT:
        return Judged(None, problem="ancient")
    if instant <= now + FUTURE_TOLERANCE:
        if date.offset is None:
            return Judged(instant, local, "no_zone")
        # a server that writes GMT for every reader says nothing of its outlet's day
        return Judged(instant, local if not date.offset and local is not None else date.offset)
    if instant <= now + WRONG_ZONE and not date.offset and local:
        corrected = date.instant(0)
        assert corrected is not None
        corrected -= dt.timedelta(minutes=local)
        if corrected <= now + FUTURE_TOLERANCE:
            return Judged(corrected, local, "wrong_zone")
    return Judged(None, problem="future")


def date_in_url(url: str | None) -> dt.date | None:
    """Read the day from an address such as `/2023/06/13/title`."""
    found = _IN_URL.search(url) if url else None
    if found is None:
        return None
    year, month, day = (int(part) for part in found.groups() if part is not None)
    return _build_day(year, month, day)


def _after_time(text: str, time: re.Match[str]) -> str:
    return _OFFSET.sub(" ", text[time.end() :], count=1)


def _read_day(text: str) -> dt.date | None:
    for pattern, order in ((_ISO, "ymd"), (_ISO_PARTS, "ymd"), (_CJK, "ymd"), (_DAY_FIRST, "dmy")):
        found = pattern.search(text)
        if found:
            parts = dict(zip(order, (int(part or 1) for part in found.groups()), strict=True))
            return _build_day(parts["y"], parts["m"], parts["d"])
    slashed = _SLASHED.search(text)
    if slashed:
        first, second, year = (int(part) for part in slashed.groups())
        if first > 12:
            return _build_day(year, second, first)
        # 05/06/2023 is in May or in June, depending on who wrote it: unknown
        return _build_day(year, first, second) if second > 12 or first == second else None
    return _read_worded_day(text)


def _read_worded_day(text: str) -> dt.date | None:
    months = [month for word in _WORD.findall(text) if (month := _read_month(word))]
    numbers = _NUMBER.findall(text.replace("-", " "))
    if not months or len(numbers) < 2:
        return None
    month = months[-1]  # the weekday comes before it, and "mardi" looks like March
    first, second = int(numbers[0]), int(numbers[1])
    if first > 31:  # 2023 June 13
        return _build_day(first, month, second)
    year = second
    if len(numbers[1]) == 2:  # RFC 822 wrote two digits
        year += 2000 if year < 70 else 1900
    return _build_day(year, month, first)


def _read_month(word: str) -> int | None:
    folded = word.casefold()
    return _MONTHS.get(folded[:4]) or _MONTHS.get(folded[:3])


def _read_clock(time: re.Match[str] | None) -> dt.timedelta | None:
    if time is None:
        return dt.timedelta()
    hour, minute, second = int(time[1]), int(time[2] or time[4]), int(time[3] or 0)
    if time[5]:
        hour = hour % 12 + (12 if time[5].lower().startswith("p") else 0)
    if hour > 24 or minute > 59 or second > 61 or (hour == 24 and minute):
        return None
    return dt.timedelta(hours=hour, minutes=minute, seconds=min(second, 59))


def _read_offset(text: str, time: re.Match[str] | None) -> int | None:
    tail = text[time.end() :] if time else ""
    found = _OFFSET.search(tail)
    if found:
        hours, minutes = int(found[2]), int(found[3] or 0)
        if hours > 14 or minutes > 59:
            return None
        value = hours * 60 + minutes
        if found[1] != "+":
            # RFC 2822: -0000 is "the zone is not known"
            return -value if value else None
        return value
    for word in _WORD.findall(tail):
        if word.casefold() in _ZONES:
            return _ZONES[word.casefold()]
    return None


def _build_day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _local_offset(clock: dt.datetime, zone: ZoneInfo | None) -> int | None:
    if zone is None:
        return None
    try:
        offset = clock.replace(tzinfo=zone).utcoffset()
    except OverflowError:
        return None
    return None if offset is None else int(offset.total_seconds() // 60)
