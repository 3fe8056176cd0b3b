"""Dates counted from a day or from another event: two days ago, a week after, the past 24 hours.

`COUNTED_RULES` count from the article's day or leave the distance to the syntax ("a day after ...");
`EVENT_RULES` count from the date told before them ("two days later") and are read last.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Literal, cast

from streams.lexicon.calendar import weekday_number
from streams.reading.when.english import (
    COUNT,
    UNIT,
    WEEKDAY,
    count_of,
    ordinal_of,
    unit_of,
)
from streams.reading.when.found import Offset
from streams.reading.when.rules import Context, Draft, Rule, anchor_of
from streams.reading.when.spans import (
    DAY,
    MIN_YEAR,
    before_when,
    build_when,
    day_when,
    month_when,
    shift_months,
    week_start,
    year_when,
)
from streams.records import DateAnchor, When

_WEEK = dt.timedelta(days=7)
_LEAD_COUNT = (
    r"(?:(?:nearly|almost|about|around|roughly|some|more\s+than|over|at\s+least|just|only|exactly|"
    r"less\s+than)\s+)?"
)
_SHIFTS = {"today": 0, "this day": 0, "yesterday": -1, "tomorrow": 1}
_FEW = r"(?:a\s+few|few|several|a\s+couple\s+of|a\s+couple)"
UNIT_CUES = ("hour", "day", "week", "fortnight", "month", "year", "decade", "centur")


def _past_stretch(match: re.Match[str], context: Context) -> Draft | None:  # noqa: PLR0911 - a table of cases, read from the top
    today = context.reference.day
    if today is None:
        return None
    unit, many = unit_of(match["unit"])
    word = (match["count"] or "one").lower()
    count = {"few": 5, "several": 7, "couple of": 2}.get(word) or count_of(word)
    if count is None or count * many > 3000:
        return None
    total = count * many
    anchor = anchor_of(context)
    rule = "date.stretch.past"
    if unit == "hour":
        start = today - -(-total // 24) * DAY
        return Draft(build_when(start, today + DAY, "day", rule, anchor), "within")
    if unit == "day":
        return Draft(build_when(today - total * DAY, today + DAY, "day", rule, anchor), "within")
    if unit == "week":
        return Draft(build_when(today - total * _WEEK, today + DAY, "week", rule, anchor), "within")
    months = total if unit == "month" else 12 * total
    if today.year - months // 12 < 1000:
        return None
    start = shift_months(today, -months)
    precision: Literal["month", "year"] = "month" if unit == "month" else "year"
    return Draft(build_when(start, today + DAY, precision, rule, anchor), "within")


def counted(day: dt.date, count: int, unit: str, rule: str, anchor: DateAnchor) -> When | None:
    """The date some days, weeks, months or years before (negative) or after `day`."""
    if abs(count) > 3000:
        return None
    if unit == "day":
        return day_when(day + count * DAY, rule, anchor)
    if unit == "week":
        made = day + count * _WEEK
        return build_when(made, made + DAY, "week", rule, anchor)
    if unit == "month":
        made = shift_months(day, count)
        return month_when(made.year, made.month, rule, anchor)
    year = day.year + count
    return year_when(year, rule, anchor) if 1000 <= year <= 2200 else None


def _ago(match: re.Match[str], context: Context) -> Draft | None:  # noqa: PLR0911 - a table of cases, read from the top
    today = context.reference.day
    if today is None:
        return None
    unit, many = unit_of(match["unit"])
    word = " ".join(match["count"].lower().split())
    anchor = anchor_of(context)
    if unit == "hour":
        return _hours_ago(word, context)
    if word in ("several", "a few", "few"):
        if unit != "day":
            return None
        start = today - 7 * DAY
        return Draft(build_when(start, today, "week", "date.ago.several", anchor), "within")
    count = 2 if word in ("a couple of", "a couple") else count_of(word)
    if count is None:
        return None
    made = counted(today, -count * many, unit, "date.ago", anchor)
    if made is None:
        return None
    if many > 1 and unit == "year":  # a decade ago is no exact year
        assert made.date is not None
        made = year_when(made.date.year - many // 10, "date.ago", anchor, years=max(1, many // 5))
    return Draft(made)


def _ago_then(match: re.Match[str], context: Context) -> Draft | None:
    """Eighty years ago this week; a week ago today; ten years ago on Friday: that far before that time."""
    today, (unit, many) = context.reference.day, unit_of(match["unit"])
    word = " ".join(match["count"].lower().split())
    count = 2 if word == "a couple of" else count_of(word)
    if today is None or count is None or unit == "hour" or count * many > 3000:
        return None
    then, total = " ".join(match["then"].lower().split()), count * many
    anchor, rule = anchor_of(context), "date.ago.then"
    made = counted(today, -total, unit, rule, anchor)
    if then in _SHIFTS:
        day = _back(today + _SHIFTS[then] * DAY, total, unit)
        made = day_when(day, rule, anchor) if day else None
    elif match["day"] and unit in ("day", "week"):
        last = today - ((today.weekday() - weekday_number(match["day"])) % 7) * DAY
        day = _back(last, total, unit)
        made = day_when(day, rule, anchor) if day else None
    elif then == "this week" and unit == "year":
        first = _back(week_start(today), total, unit)
        made = build_when(first, first + _WEEK, "week", rule, anchor) if first else None
    elif then == "this month" and unit == "year":
        day = _back(today, total, unit)
        made = month_when(day.year, day.month, rule, anchor) if day else None
    return Draft(made) if made else None


def _back(day: dt.date, count: int, unit: str) -> dt.date | None:
    """The same day some units before."""
    if unit in ("day", "week"):
        return day - count * (DAY if unit == "day" else _WEEK)
    months = count if unit == "month" else 12 * count
    return shift_months(day, -months) if day.year - months // 12 > MIN_YEAR else None


def _hours_ago(word: str, context: Context) -> Draft | None:
    published, count = context.reference.published, count_of(word)
    if published is None or count is None or count > 96:
        return None
    start = (published - dt.timedelta(hours=count)).replace(minute=0, second=0, microsecond=0)
    today = context.reference.day
    day = today - (count // 24) * DAY if today else start.date()
    return Draft(
        When(
            start=start,
            end=start + dt.timedelta(hours=1),
            date=day,
            precision="hour",
            anchor=anchor_of(context),
            rule="date.ago.hours",
        )
    )


def _from_event(match: re.Match[str], context: Context) -> Draft | None:
    """Two days earlier, a week later, the next day: counted from the date told before it."""
    unit, many = unit_of(match["unit"])
    word = " ".join((match["count"] or "one").lower().split())
    count = 2 if word == "a couple of" else count_of(word)
    previous = context.previous
    if count is None or unit == "hour" or previous is None or previous.date is None:
        return None
    if unit == "day" and previous.precision not in ("hour", "day"):
        return None
    sign = (
        -1
        if (match["way"] or match["way2"]).lower() in ("earlier", "before", "previously", "prior")
        else 1
    )
    made = counted(previous.date, sign * count * many, unit, "date.from_event", "event")
    if made is None:
        return None
    latest = context.reference.latest
    is_ahead = latest is not None and made.date is not None and made.date > latest
    if is_ahead and context.tense(match) != "future":
        # counted from another day than the one told last: what has happened cannot lie ahead
        return Draft(before_when(latest, "date.from_event.ahead", anchor_of(context)))
    return Draft(made)


def _next_day(match: re.Match[str], context: Context) -> Draft | None:
    previous = context.previous
    if previous is None or previous.date is None or previous.precision not in ("hour", "day"):
        return None
    word = match["word"].lower()
    shift = {
        "next": 1,
        "following": 1,
        "same": 0,
        "that": 0,
        "previous": -1,
        "before": -1,
        "after": 1,
    }
    day = previous.date + shift[word if word in shift else word.split()[-1]] * DAY
    return Draft(day_when(day, "date.from_event.day", "event"))


def _later_that_day(_match: re.Match[str], context: Context) -> Draft | None:
    previous = context.previous
    if previous is None or previous.date is None or previous.precision not in ("hour", "day"):
        return None
    return Draft(day_when(previous.date, "date.from_event.day", "event"))


def _counted_after(match: re.Match[str], _context: Context) -> Draft | None:
    """A day after X, one week before X: the distance; the dates are told apart by the syntax."""
    unit, many = unit_of(match["unit"])
    word = " ".join(match["count"].lower().split())
    count = 2 if word == "a couple of" else count_of(word)
    if count is None or count * many > 3000:
        return None
    offset = Offset(count * many, cast("Literal['hour', 'day', 'week', 'month', 'year']", unit))
    role: Literal["before", "after"] = (
        "before" if match["way"].lower() in ("before", "ahead of") else "after"
    )
    return Draft(before_when(None, f"date.counted.{role}"), role, offset)


def _hours_after(match: re.Match[str], _context: Context) -> Draft | None:
    """Hours after X, shortly before X: the same day, as newspapers use it."""
    role: Literal["before", "after"] = "before" if match["way"].lower() == "before" else "after"
    return Draft(before_when(None, f"date.counted.{role}"), role, Offset(0, "day"))


def _eve(match: re.Match[str], _context: Context) -> Draft | None:
    """On the eve of X, the day before X, the day after X."""
    way = (match["way"] or "before").lower()
    role: Literal["before", "after"] = "after" if way == "after" else "before"
    return Draft(before_when(None, f"date.counted.{role}"), role, Offset(1, "day"))


def _anniversary(match: re.Match[str], _context: Context) -> Draft | None:
    count = ordinal_of(match["nth"]) if match["nth"] else 1
    if count is None:
        return None
    return Draft(before_when(None, "date.anniversary"), "after", Offset(count, "year"))


def _since_began(_match: re.Match[str], context: Context) -> Draft | None:
    return Draft(
        before_when(context.reference.day, "date.since.event", anchor_of(context)), "since"
    )


COUNTED_RULES: tuple[Rule, ...] = (
    Rule(
        "date.ago.then",
        (" ago",),
        re.compile(
            rf"\b{_LEAD_COUNT}(?P<count>{COUNT}|a\s+couple\s+of)\s+(?P<unit>{UNIT})s?\s+ago,?\s+"
            rf"(?P<then>today|yesterday|tomorrow|this\s+day|this\s+(?:week|month|year)|(?:on\s+)?(?P<day>{WEEKDAY}))\b",
            re.IGNORECASE,
        ),
        _ago_then,
    ),
    Rule(
        "date.counted.hours",
        ("hours ", "minutes ", "moments ", "shortly ", "soon "),
        re.compile(
            r"\b(?:just\s+|only\s+|barely\s+)?(?:(?:a\s+few|several|two|three|four|five|six|eight)\s+)?"
            r"(?:hours|minutes|moments|shortly|soon)\s+(?P<way>after|before)\b(?=\s+[A-Za-z\u2018\u201c\"'])",
            re.IGNORECASE,
        ),
        _hours_after,
    ),
    Rule(
        "date.counted.eve",
        ("the eve", "the day ", "the night "),
        re.compile(
            r"\b(?:on\s+)?the\s+(?:eve\s+of|(?:day|night)\s+(?P<way>before|after))\b(?=\s+\w)(?!\s+(?:tomorrow|yesterday))",
            re.IGNORECASE,
        ),
        _eve,
    ),
    Rule(
        "date.since.event",
        ("since",),
        re.compile(
            r"\bsince(?=\s+(?:the\s+|its\s+|their\s+|his\s+|her\s+)?(?:start|beginning|outbreak|onset|launch|"
            r"[\w\s'-]{3,40}\s+(?:began|started|erupted|broke out|launched|invaded|was launched))\b)",
            re.IGNORECASE,
        ),
        _since_began,
    ),
    Rule(
        "date.counted",
        UNIT_CUES,
        re.compile(
            rf"\b{_LEAD_COUNT}(?P<count>{COUNT}|a\s+couple\s+of)\s+(?P<unit>{UNIT})s?\s+(?P<way>after|before|ahead\s+of|since|following)\b"
            rf"(?=\s+[\w“\"'\u2018$£€])",
            re.IGNORECASE,
        ),
        _counted_after,
    ),
    Rule(
        "date.anniversary",
        ("anniversary",),
        re.compile(
            r"\b(?:the\s+)?(?:(?P<nth>\d{1,3}(?:st|nd|rd|th)|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|"
            r"twentieth|thirtieth|fortieth|fiftieth)[\s-]+(?:year\s+)?anniversary)(?=\s+of\b)",
            re.IGNORECASE,
        ),
        _anniversary,
    ),
    Rule(
        "date.stretch.past",
        ("past ", "last ", "previous ", "preceding "),
        re.compile(
            rf"\b(?:in|over|during|within|for|through)?\s*(?:the|these)?\s*(?:past|last|previous|preceding)\s+"
            rf"(?P<count>{COUNT}|few|several|couple\s+of)\s+(?P<unit>{UNIT})s?\b",
            re.IGNORECASE,
        ),
        _past_stretch,
    ),
    Rule(
        "date.stretch.past",
        ("past ", "last ", "previous ", "preceding "),
        re.compile(
            r"\b(?:in|over|during|within|for|through)\s+the\s+(?:past|last)\s+(?P<count>)(?P<unit>hour|day|week|month|year|decade|century)\b",
            re.IGNORECASE,
        ),
        _past_stretch,
    ),
    Rule(
        "date.ago",
        (" ago",),
        re.compile(
            rf"\b{_LEAD_COUNT}(?P<count>{COUNT}|{_FEW})\s+(?P<unit>{UNIT})s?\s+ago\b", re.IGNORECASE
        ),
        _ago,
    ),
)

EVENT_RULES: tuple[Rule, ...] = (
    Rule(
        "date.from_event",
        UNIT_CUES,
        re.compile(
            rf"\b{_LEAD_COUNT}(?P<count>{COUNT}|a\s+couple\s+of)\s+(?P<unit>{UNIT})s?\s+"
            rf"(?:(?P<way>earlier|later)\b(?!\s+than)|(?P<way2>before|previously|prior|afterwards?|after)\b"
            r"(?=\s*[,.;:)]|\s+(?:in|at|on|by)\b|\s*$))",
            re.IGNORECASE,
        ),
        _from_event,
    ),
    Rule(
        "date.from_event.later",
        ("later", "that ", "the same "),
        re.compile(
            r"\b(?:hours\s+later|(?:later\s+in\s+the|(?:later\s+)?(?:that|the\s+same))\s+"
            r"(?:day|morning|afternoon|evening|night))\b(?!\s+of\b)",
            re.IGNORECASE,
        ),
        _later_that_day,
    ),
    Rule(
        "date.from_event.day",
        ("day", "morning", "afternoon", "evening", "night"),
        re.compile(
            r"\b(?:the\s+)?(?:(?P<word>next|following|same|previous)\s*(?:day|morning|afternoon|evening|night)"
            r"(?:\s+(?:before|after))?)\b(?!\s+of\b|s\b)",
            re.IGNORECASE,
        ),
        _next_day,
    ),
    Rule(
        "date.from_event.day",
        ("day",),
        re.compile(r"\b(?:the\s+day\s+(?P<word>before|after))\b(?=\s*[,.;]|\s*$)", re.IGNORECASE),
        _next_day,
    ),
)
