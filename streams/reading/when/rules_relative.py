"""Dates counted from the article's day: Tuesday, yesterday, last week, earlier this month.

Newspaper weekdays: on a Tuesday "Tuesday" is today and "Monday" is yesterday; where the clause looks
ahead, "Friday" is the next one. "Overnight" is the day on which the night ends. dateparser was
tried and dropped here: it moves Tuesday in a Tuesday paper to last week.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Literal

from streams.lexicon.calendar import weekday_number
from streams.reading.when.english import (
    PART,
    SHORT_WEEKDAY,
    WEEKDAY,
)
from streams.reading.when.rules import Context, Draft, Rule, anchor_of
from streams.reading.when.spans import (
    DAY,
    build_when,
    day_when,
    next_month,
    shift_months,
    week_start,
)

_EAST = 10
"""The hour of UTC at which the next day begins in the farthest east."""
_WEEK = dt.timedelta(days=7)


def _weekday(match: re.Match[str], context: Context) -> Draft | None:
    today = context.reference.day
    if today is None:
        return None
    wanted = weekday_number(match["day"])
    lead = " ".join((match["lead"] or "").lower().split())
    tail = " ".join((match["tail"] or match["head"] or "").lower().split())
    back = (today.weekday() - wanted) % 7
    ahead = (wanted - today.weekday()) % 7
    monday = week_start(today)
    if tail in ("last week", "of last week", "the week before"):
        day, rule = monday - _WEEK + wanted * DAY, "last_week"
    elif tail in ("next week", "of next week"):
        day, rule = monday + _WEEK + wanted * DAY, "next_week"
    elif tail in ("this week", "of this week"):
        day, rule = monday + wanted * DAY, "this_week"
    elif match["week_on"] or tail == "week":
        day, rule = today + (ahead or 7) * DAY + _WEEK, "week_on"
    elif tail == "fortnight":
        day, rule = today + (ahead or 7) * DAY + 2 * _WEEK, "fortnight_on"
    elif lead in ("last", "this past", "past"):
        day, rule = today - (back or 7) * DAY, "last"
    elif lead in ("next", "this coming", "the coming", "coming"):
        day, rule = today + (ahead or 7) * DAY, "next"
    elif lead in ("the previous", "the following", "the next", "the preceding"):
        return _from_previous_weekday(wanted, lead, context)
    else:
        return _bare_weekday(match, context, back, ahead)
    return Draft(day_when(day, f"date.weekday.{rule}", anchor_of(context)))


def _from_previous_weekday(wanted: int, lead: str, context: Context) -> Draft | None:
    previous = context.previous
    if previous is None or previous.date is None or previous.precision not in ("hour", "day"):
        return None
    if lead in ("the previous", "the preceding"):
        day = previous.date - ((previous.date.weekday() - wanted) % 7 or 7) * DAY
    else:
        day = previous.date + ((wanted - previous.date.weekday()) % 7 or 7) * DAY
    return Draft(day_when(day, "date.weekday.from_event", "event"))


def _bare_weekday(match: re.Match[str], context: Context, back: int, ahead: int) -> Draft | None:
    today = context.reference.day
    assert today is not None  # the caller has looked
    if (match["lead"] or "").lower() == "this":
        tense = context.tense(match)
        if tense == "past":
            day, rule = today - back * DAY, "this"
        else:
            day, rule = today + ahead * DAY, "this"
    elif back == 0:
        day, rule = today, "today"
    elif context.tense(match) == "future":
        day, rule = today + ahead * DAY, "future"
    elif ahead == 1 and context.tense(match) == "present":
        day, rule = today + DAY, "tomorrow"
    elif ahead == 1 and _has_begun_somewhere(context):
        day, rule = today + DAY, "east"
    else:
        day, rule = today - back * DAY, "yesterday" if back == 1 else "past"
    if match["into"]:
        return Draft(
            build_when(day - DAY, day + DAY, "day", "date.weekday.overnight", anchor_of(context))
        )
    if match["over"]:
        return Draft(
            build_when(day, day + 2 * DAY, "day", "date.weekday.overnight", anchor_of(context))
        )
    return Draft(day_when(day, f"date.weekday.{rule}", anchor_of(context)))


def _has_begun_somewhere(context: Context) -> bool:
    """Whether tomorrow has begun in the east, where the writer may be: nobody means six days ago."""
    moment = context.reference.published
    return moment is not None and not context.reference.is_clock_known and moment.hour >= _EAST


def _weekday_range(match: re.Match[str], context: Context) -> Draft | None:
    today = context.reference.day
    if today is None:
        return None
    first, last = weekday_number(match["first"]), weekday_number(match["last"])
    length = (last - first) % 7
    if length == 0:
        return None
    if context.tense(match) == "future":
        start = today + ((first - today.weekday()) % 7) * DAY
    else:
        start = today - ((today.weekday() - last) % 7) * DAY - length * DAY
    rule = "date.range.weekdays"
    return Draft(build_when(start, start + (length + 1) * DAY, "day", rule, anchor_of(context)))


_WORDS = {
    "the day before yesterday": -2,
    "the day after tomorrow": 2,
    "last night": -1,
    "yesterday": -1,
    "tomorrow": 1,
}


def _day_word(match: re.Match[str], context: Context) -> Draft | None:
    today = context.reference.day
    if today is None:
        return None
    word = " ".join(match["word"].lower().split())
    shift = _WORDS.get(word, 0)
    name = (
        word.replace(" ", "_")
        if word in _WORDS or word in ("today", "tonight", "overnight")
        else "today"
    )
    return Draft(day_when(today + shift * DAY, f"date.word.{name}", anchor_of(context)))


def _period(match: re.Match[str], context: Context) -> Draft | None:  # noqa: C901, PLR0912 - a table of cases, read from the top
    today = context.reference.day
    if today is None:
        return None
    lead, unit = (match["lead"] or "the").lower().split()[-1], match["unit"].lower()
    shift = {"last": -1, "previous": -1, "next": 1, "coming": 1, "following": 1}.get(lead, 0)
    part = " ".join((match["part"] or "").lower().split()) if "part" in match.groupdict() else ""
    anchor = anchor_of(context)
    rule = f"date.period.{lead}_{unit}"
    if unit == "week":
        start = week_start(today) + shift * _WEEK
        end = start + _WEEK
        precision: Literal["week", "month", "year"] = "week"
    elif unit == "weekend":
        return _weekend(lead, match, context)
    elif unit == "month":
        start = shift_months(today.replace(day=1), shift)
        end, precision = next_month(start), "month"
    elif unit == "year":
        start = dt.date(today.year + shift, 1, 1)
        end, precision = dt.date(today.year + shift + 1, 1, 1), "year"
    else:
        return None
    if lead == "this":
        if part in ("earlier", "so far") or (not part and context.tense(match) == "past"):
            end = min(end, today + DAY)
        elif part == "later":
            start = today
    if unit == "year" and part in ("early", "the start of", "the beginning of"):
        end = start.replace(month=5)
    elif unit == "year" and part in ("late", "the end of"):
        start = start.replace(month=9)
    elif unit == "month" and part in ("early", "the start of", "the beginning of"):
        end = start.replace(day=11)
    elif unit == "month" and part in ("late", "the end of"):
        start = start.replace(day=21)
    return Draft(build_when(start, end, precision, rule, anchor))


def _weekend(lead: str, match: re.Match[str], context: Context) -> Draft | None:
    today = context.reference.day
    assert today is not None  # the caller has looked
    saturday = week_start(today) + 5 * DAY
    if lead in ("next", "coming", "following") or (
        lead == "this" and context.tense(match) == "future"
    ):
        start = saturday if saturday >= today else saturday + _WEEK
    elif today >= saturday and lead != "last":
        start = saturday
    else:
        start = saturday - _WEEK
    return Draft(
        build_when(start, start + 2 * DAY, "day", f"date.period.{lead}_weekend", anchor_of(context))
    )


_NOT_NAMED = (
    r"(?<!Black )(?<!Bloody )(?<!Super )(?<!Good )(?<!Ash )(?<!Easter )(?<!Palm )(?<!Cyber )(?<!Holy )"
    r"(?<!Fat )(?<!Shrove )(?<!Sheffield )(?<!Casual )(?<!Joe )(?<!Whit )(?<!Giving )(?<!Maundy )"
)
_NOT_TITLE = (
    r"(?!\s+(?:Times|Telegraph|Mirror|Express|Herald|Post|Mail|Star|Sun|Night (?:Live|Lights|Football)|"
    r"Sport|World|Mass)\b)"
)


_SHORT_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SHORT_LEADS = ("on", "since", "by", "until", "last", "next", "early", "late")

RELATIVE_RULES: tuple[Rule, ...] = (
    Rule(
        "date.range.weekdays",
        ("day",),
        re.compile(
            rf"\b(?:(?:from|between|overnight\s+from)\s+)?(?:late\s+|early\s+)?(?P<first>{WEEKDAY})(?:\s+{PART})?"
            rf"\s*(?:to|through|until|till|and|into|-|\u2013)\s*(?:early\s+|late\s+)?(?P<last>{WEEKDAY})\b{_NOT_TITLE}"
        ),
        _weekday_range,
    ),
    Rule(
        "date.weekday",
        ("day",),
        re.compile(
            rf"\b(?:(?P<head>(?:last|next|this)\s+week),?\s+on\s+)?(?:(?P<week_on>(?<!\bin\s)(?<!\bfor\s)a\s+week\s+)(?:on|from)\s+)?"
            rf"(?:(?P<over>overnight)\s+(?:(?P<into>into|to)\s+|on\s+)?)?(?:(?P<lead>last|next|this\s+past|this\s+coming|this|the\s+coming|coming|"
            rf"the\s+previous|the\s+following|the\s+next|the\s+preceding|past)\s+)?(?:early\s+|late\s+)?"
            rf"{_NOT_NAMED}(?P<day>{WEEKDAY})\b{_NOT_TITLE}(?:'s)?(?:\s+{PART}\b)?"
            rf"(?:,?\s+(?P<tail>(?:of\s+)?(?:last|next|this)\s+week|the\s+week\s+before|(?:week|fortnight)(?=[\s.,]))\b)?",
            re.IGNORECASE,
        ),
        _weekday,
    ),
    Rule(
        "date.weekday.short",
        tuple(f"{lead} {day}" for lead in _SHORT_LEADS for day in _SHORT_DAYS),
        re.compile(
            r"\b(?:on\s+|since\s+|by\s+|until\s+|(?P<lead>last|next)\s+)?(?:early\s+|late\s+)?(?<=\s)"
            rf"(?P<day>{SHORT_WEEKDAY})(?=[\s,;:)]|$)(?!\s+[A-Z])(?:\s+{PART}\b)?"
            r"(?P<head>(?!))?(?P<tail>(?!))?(?P<over>(?!))?(?P<into>(?!))?(?P<week_on>(?!))?"
        ),
        _weekday,
    ),
    Rule(
        "date.word",
        ("today", "yesterday", "tomorrow", "night", "this "),
        re.compile(
            rf"\b(?<!USA )(?<!Russia )(?<!India )(?<!Japan )(?<!-)(?P<word>the\s+day\s+before\s+yesterday|"
            rf"the\s+day\s+after\s+tomorrow|last\s+night|yesterday|tomorrow|tonight|today|overnight|"
            rf"this\s+(?:morning|afternoon|evening|lunchtime))\b(?:'s)?(?:\s+{PART}\b)?",
            re.IGNORECASE,
        ),
        _day_word,
    ),
    Rule(
        "date.period",
        ("week", "month", "year"),
        re.compile(
            r"\b(?:(?P<part>earlier|later|early|late|so\s+far|the\s+(?:start|beginning|end)\s+of)\s+)?"
            r"(?P<lead>last|this|next|this\s+past|this\s+coming|the\s+coming|past|the\s+past|the\s+previous|the\s+following|coming)\s+(?P<unit>weekend|week|month|year)\b(?!-)(?!'s\s+(?:old|worth))",
            re.IGNORECASE,
        ),
        _period,
    ),
    Rule(
        "date.period",
        ("weekend",),
        re.compile(
            r"\b(?:(?:over|at|during)\s+(?P<lead>the)\s+|(?:in|during)\s+)(?P<unit>weekend)\b(?!\s+of\b)",
            re.IGNORECASE,
        ),
        _period,
    ),
)
