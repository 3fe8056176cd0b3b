"""Dates counted from a day: Tuesday, last week, two days ago, a week after, the past 24 hours.

Newspaper weekdays: on a Tuesday "Tuesday" is today and "Monday" is yesterday; where the clause looks
ahead, "Friday" is the next one. "Overnight" is the day on which the night ends. dateparser was
tried and dropped here: it moves Tuesday in a Tuesday paper to last week.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Literal, cast

from streams.reading.when.english import (
    COUNT,
    PART,
    UNIT,
    WEEKDAY,
    count_of,
    ordinal_of,
    unit_of,
    weekday_number,
)
from streams.reading.when.found import Offset
from streams.reading.when.rules import Context, Draft, Rule
from streams.reading.when.spans import (
    DAY,
    before_when,
    build_when,
    day_when,
    month_when,
    next_month,
    shift_months,
    week_start,
    year_when,
)
from streams.records import DateAnchor, When

_WEEK = dt.timedelta(days=7)


def _anchor(context: Context) -> DateAnchor:
    return context.reference.anchor or "published"


def _weekday(match: re.Match[str], context: Context) -> Draft | None:
    today = context.reference.day
    if today is None:
        return None
    wanted = weekday_number(match["day"])
    lead = " ".join((match["lead"] or "").lower().split())
    tail = " ".join((match["tail"] or "").lower().split())
    back = (today.weekday() - wanted) % 7
    ahead = (wanted - today.weekday()) % 7
    monday = week_start(today)
    if tail in ("last week", "of last week", "the week before"):
        day, rule = monday - _WEEK + wanted * DAY, "last_week"
    elif tail in ("next week", "of next week"):
        day, rule = monday + _WEEK + wanted * DAY, "next_week"
    elif tail in ("this week", "of this week"):
        day, rule = monday + wanted * DAY, "this_week"
    elif tail == "week":
        day, rule = today + (ahead or 7) * DAY + _WEEK, "week_on"
    elif lead in ("last", "this past", "past"):
        day, rule = today - (back or 7) * DAY, "last"
    elif lead in ("next", "this coming", "the coming", "coming"):
        day, rule = today + (ahead or 7) * DAY, "next"
    elif lead in ("the previous", "the following", "the next", "the preceding"):
        return _from_previous_weekday(wanted, lead, context)
    else:
        return _bare_weekday(match, context, back, ahead)
    return Draft(day_when(day, f"date.weekday.{rule}", _anchor(context)))


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
    else:
        day, rule = today - back * DAY, "yesterday" if back == 1 else "past"
    if match["over"]:
        return Draft(
            build_when(day, day + 2 * DAY, "day", "date.weekday.overnight", _anchor(context))
        )
    return Draft(day_when(day, f"date.weekday.{rule}", _anchor(context)))


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
    return Draft(build_when(start, start + (length + 1) * DAY, "day", rule, _anchor(context)))


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
    return Draft(day_when(today + shift * DAY, f"date.word.{name}", _anchor(context)))


def _period(match: re.Match[str], context: Context) -> Draft | None:
    today = context.reference.day
    if today is None:
        return None
    lead, unit = match["lead"].lower().split()[-1], match["unit"].lower()
    shift = {"last": -1, "previous": -1, "next": 1, "coming": 1, "following": 1}.get(lead, 0)
    part = " ".join((match["part"] or "").lower().split()) if "part" in match.groupdict() else ""
    anchor = _anchor(context)
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
        build_when(start, start + 2 * DAY, "day", f"date.period.{lead}_weekend", _anchor(context))
    )


def _past_stretch(match: re.Match[str], context: Context) -> Draft | None:
    today = context.reference.day
    if today is None:
        return None
    unit, many = unit_of(match["unit"])
    word = (match["count"] or "one").lower()
    count = {"few": 5, "several": 7, "couple of": 2}.get(word) or count_of(word)
    if count is None or count * many > 3000:
        return None
    total = count * many
    anchor = _anchor(context)
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


def _ago(match: re.Match[str], context: Context) -> Draft | None:
    today = context.reference.day
    if today is None:
        return None
    unit, many = unit_of(match["unit"])
    word = " ".join(match["count"].lower().split())
    anchor = _anchor(context)
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
            anchor=_anchor(context),
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
    sign = -1 if match["way"].lower() in ("earlier", "before", "previously", "prior") else 1
    made = counted(previous.date, sign * count * many, unit, "date.from_event", "event")
    return Draft(made) if made else None


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


def _later_that_day(match: re.Match[str], context: Context) -> Draft | None:
    previous = context.previous
    if previous is None or previous.date is None or previous.precision not in ("hour", "day"):
        return None
    return Draft(day_when(previous.date, "date.from_event.day", "event"))


def _counted_after(match: re.Match[str], context: Context) -> Draft | None:
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


def _anniversary(match: re.Match[str], context: Context) -> Draft | None:
    count = ordinal_of(match["nth"]) if match["nth"] else 1
    if count is None:
        return None
    return Draft(before_when(None, "date.anniversary"), "after", Offset(count, "year"))


def _since_began(match: re.Match[str], context: Context) -> Draft | None:
    return Draft(before_when(context.reference.day, "date.since.event", _anchor(context)), "since")


_LEAD_COUNT = r"(?:(?:nearly|almost|about|around|roughly|some|more\s+than|over|at\s+least|just|only|exactly|less\s+than)\s+)?"
_FEW = r"(?:a\s+few|few|several|a\s+couple\s+of|a\s+couple)"
_NOT_NAMED = (
    r"(?<!Black )(?<!Bloody )(?<!Super )(?<!Good )(?<!Ash )(?<!Easter )(?<!Palm )(?<!Cyber )(?<!Holy )"
    r"(?<!Fat )(?<!Shrove )(?<!Sheffield )(?<!Casual )(?<!Joe )(?<!Whit )(?<!Giving )(?<!Maundy )"
)
_NOT_TITLE = r"(?!\s+(?:Times|Telegraph|Mirror|Express|Herald|Post|Mail|Star|Sun|Night (?:Live|Lights|Football)|Sport|World|Mass)\b)"

UNIT_CUES = ("hour", "day", "week", "fortnight", "month", "year", "decade", "centur")

RELATIVE_RULES: tuple[Rule, ...] = (
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
            rf"(?=\s+[\w“\"'‘$£€])",
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
        "date.range.weekdays",
        ("day",),
        re.compile(
            rf"\b(?:(?:from|between|overnight\s+from)\s+)?(?:late\s+|early\s+)?(?P<first>{WEEKDAY})(?:\s+{PART})?"
            rf"\s*(?:to|through|until|till|and|into|-|–)\s*(?:early\s+|late\s+)?(?P<last>{WEEKDAY})\b{_NOT_TITLE}"
        ),
        _weekday_range,
    ),
    Rule(
        "date.weekday",
        ("day",),
        re.compile(
            rf"\b(?:(?P<over>overnight)\s+(?:on\s+)?)?(?:(?P<lead>last|next|this\s+past|this\s+coming|this|the\s+coming|coming|"
            rf"the\s+previous|the\s+following|the\s+next|the\s+preceding|past)\s+)?(?:early\s+|late\s+)?"
            rf"{_NOT_NAMED}(?P<day>{WEEKDAY})\b{_NOT_TITLE}(?:'s)?(?:\s+{PART}\b)?"
            rf"(?:,?\s+(?P<tail>(?:of\s+)?(?:last|next|this)\s+week|the\s+week\s+before|week(?=[\s.,]))\b)?",
            re.IGNORECASE,
        ),
        _weekday,
    ),
    Rule(
        "date.word",
        ("today", "yesterday", "tomorrow", "night", "this "),
        re.compile(
            rf"\b(?<!USA )(?<!Russia )(?<!India )(?<!Japan )(?<!-)(?P<word>the\s+day\s+before\s+yesterday|the\s+day\s+after\s+tomorrow|"
            rf"last\s+night|yesterday|tomorrow|tonight|today|overnight|this\s+(?:morning|afternoon|evening|lunchtime))\b(?:'s)?(?:\s+{PART}\b)?",
            re.IGNORECASE,
        ),
        _day_word,
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
        ("week", "month", "year"),
        re.compile(r"\b(?:over|at|during)\s+(?P<lead>the)\s+(?P<unit>weekend)\b", re.IGNORECASE),
        _period,
    ),
    Rule(
        "date.ago",
        (" ago",),
        re.compile(
            rf"\b{_LEAD_COUNT}(?P<count>{COUNT}|{_FEW})\s+(?P<unit>{UNIT})s?\s+ago\b", re.IGNORECASE
        ),
        _ago,
    ),
    Rule(
        "date.from_event",
        UNIT_CUES,
        re.compile(
            rf"\b{_LEAD_COUNT}(?P<count>{COUNT}|a\s+couple\s+of)\s+(?P<unit>{UNIT})s?\s+"
            rf"(?P<way>earlier|later|before|previously|prior|afterwards?|after)\b(?=\s*[,.;:)]|\s+(?:in|at|on|by)\b|\s*$)",
            re.IGNORECASE,
        ),
        _from_event,
    ),
    Rule(
        "date.from_event.later",
        ("later",),
        re.compile(
            r"\b(?:hours\s+later|later\s+(?:in\s+the|that|the\s+same)\s+(?:day|morning|afternoon|evening|night))\b",
            re.IGNORECASE,
        ),
        _later_that_day,
    ),
    Rule(
        "date.from_event.day",
        ("day",),
        re.compile(
            r"\b(?:the\s+|that\s+)?(?:(?P<word>next|following|same|previous|(?<=that )|(?<=the ))\s*day(?:\s+(?:before|after))?)\b(?!\s+of\b|s\b)".replace(
                "|(?<=that )|(?<=the )", ""
            ),
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
