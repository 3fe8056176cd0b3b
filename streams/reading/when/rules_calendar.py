"""Dates that name the calendar: 13 June 2023, May 3-5, early June, 2014, the 1990s, last summer."""

from __future__ import annotations

import datetime as dt
import re

from streams.lexicon.calendar import MONTH_STEMS, month_number
from streams.reading.when.english import (
    MONTH,
    ORDINAL_DAY,
    SHORT_WEEKDAY,
    WEEKDAY,
    YEAR,
    count_of,
)
from streams.reading.when.rules import Context, Draft, Rule, make_date
from streams.reading.when.spans import (
    DAY,
    MIN_YEAR,
    before_when,
    build_when,
    day_when,
    next_month,
    shift_months,
    year_when,
)

CENTURIES = ("16", "17", "18", "19", "20")
_DASH = r"\s*(?:-|\u2013|\u2014|to|until|till|through|and)\s*"
_DAYNAME = rf"(?:(?:{WEEKDAY}|{SHORT_WEEKDAY}),?\s+)?(?:the\s+)?"
_PART = r"(?:(?P<part>early|late|mid|the beginning of|the start of|the end of|the middle of)[\s-]+(?:in\s+)?)?"


def _day_number(text: str) -> int:
    digits = re.match(r"\d+", text)
    assert digits is not None  # the pattern begins with a digit
    return int(digits.group())


def _iso(match: re.Match[str], _context: Context) -> Draft | None:
    day = make_date(int(match[1]), int(match[2]), int(match[3]))
    return Draft(day_when(day, "date.absolute.iso")) if day else None


def _numeric(match: re.Match[str], context: Context) -> Draft | None:
    """13/05/2023, 5/13/2023, 13.05.2023; 3/4/2023 is two days, and stays open."""
    first, second, year = int(match["a"]), int(match["b"]), int(match["year"])
    if match["mark"] == "." or first > 12 or first == second:
        day = make_date(year, second, first)
    elif second > 12:
        day = make_date(year, first, second)
    else:
        return Draft(before_when(context.reference.latest, "date.numeric.ambiguous"))
    return Draft(day_when(day, "date.numeric")) if day else None


def _months_to(match: re.Match[str], context: Context) -> Draft | None:
    """The three months to March; the six months ended June 30; the quarter ended March 31."""
    count = {"quarter": 3, "half": 6, "year": 12}.get((match["unit"] or "").lower())
    count = count or count_of(match["count"] or "")
    month = month_number(match["month"])
    last = make_date(int(match["year"] or 0), month, 1) or _pick_month(month, "", match, context)
    if count is None or not 1 < count <= 12 or last is None or last.year <= MIN_YEAR:
        return None
    if match["day"] and int(match["day"]) < 28:
        return None  # a business year that ends within a month
    end = next_month(last)
    return Draft(build_when(shift_months(end, -count), end, "month", "date.range.months_to"))


def _week_of_month(match: re.Match[str], context: Context) -> Draft | None:
    if match["year"]:
        first = make_date(int(match["year"]), month_number(match["month"]), 1)
    else:
        first = _pick_month(month_number(match["month"]), "", match, context)
    if first is None:
        return None
    word = match["nth"].lower()
    if word in ("last", "final"):
        start = next_month(first) - 7 * DAY
    else:
        start = first + 7 * DAY * ("first", "second", "third", "fourth").index(word)
    return Draft(build_when(start, start + 7 * DAY, "week", "date.week_of_month"))


def _full(match: re.Match[str], context: Context) -> Draft | None:
    month, number = month_number(match["month"]), _day_number(match["day"])
    if match["year"]:
        day = make_date(int(match["year"]), month, number)
        return Draft(day_when(day, "date.absolute.full")) if day else None
    day = context.pick_year(month, number, match)
    return Draft(day_when(day, "date.absolute.no_year")) if day else None


def _day_range(match: re.Match[str], context: Context) -> Draft | None:
    first_month = month_number(match["month"])
    last_month = month_number(match.groupdict().get("month2") or match["month"])
    first, last = _day_number(match["first"]), _day_number(match["last"])
    if match["year"]:
        end = make_date(int(match["year"]), last_month, last)
    else:
        end = context.pick_year(last_month, last, match)
    if end is None:
        return None
    start = make_date(end.year - (first_month > last_month), first_month, first)
    if start is None or start > end:
        return None
    return Draft(build_when(start, end + DAY, "day", "date.range.days"))


def _part_of_month(first: dt.date, part: str | None, rule: str) -> Draft:
    end = next_month(first)
    part = (part or "").lower()
    if part in ("early", "the beginning of", "the start of"):
        return Draft(build_when(first, first.replace(day=11), "month", rule + ".early"))
    if part in ("mid", "the middle of"):
        return Draft(
            build_when(first.replace(day=11), first.replace(day=21), "month", rule + ".mid")
        )
    if part in ("late", "the end of"):
        return Draft(build_when(first.replace(day=21), end, "month", rule + ".late"))
    return Draft(build_when(first, end, "month", rule))


def _month_year(match: re.Match[str], _context: Context) -> Draft | None:
    first = make_date(int(match["year"]), month_number(match["month"]), 1)
    return _part_of_month(first, match["part"], "date.absolute.month") if first else None


def _pick_month(month: int, lead: str, match: re.Match[str], context: Context) -> dt.date | None:
    today = context.reference.day
    if today is None:
        return None
    this = dt.date(today.year, month, 1)
    if lead == "last":
        return this if month < today.month else this.replace(year=today.year - 1)
    if lead == "next":
        return this if month > today.month else this.replace(year=today.year + 1)
    if lead == "this":
        return this
    tense = context.tense(match)
    if tense == "future":
        return this if month >= today.month else this.replace(year=today.year + 1)
    return this if month <= today.month else this.replace(year=today.year - 1)


def _month_alone(match: re.Match[str], context: Context) -> Draft | None:
    lead = (match["lead"] or "").lower().split()[-1:] or [""]
    first = _pick_month(month_number(match["month"]), lead[0], match, context)
    return _part_of_month(first, match["part"], "date.month.no_year") if first else None


def _month_range(match: re.Match[str], context: Context) -> Draft | None:
    last_month = month_number(match["last"])
    first_month = month_number(match["first"])
    if match["year"]:
        last = make_date(int(match["year"]), last_month, 1)
    else:
        last = _pick_month(last_month, "", match, context)
    if last is None:
        return None
    start = make_date(last.year - (first_month > last_month), first_month, 1)
    if start is None:
        return None
    return Draft(build_when(start, next_month(last), "month", "date.range.months"))


_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}


def _season(match: re.Match[str], context: Context) -> Draft | None:
    today = context.reference.day
    if context.is_southern or today is None:
        return None
    month = _SEASONS[match["season"].lower()]
    lead = (match["lead"] or "").lower()
    rule = "date.season"
    if match["year"]:
        start = make_date(int(match["year"]), month, 1)
    elif "last year" in match.group().lower():
        start = make_date(today.year - 1, month, 1)
    else:
        starts = [dt.date(today.year + y, month, 1) for y in (-2, -1, 0, 1)]
        if "next" in lead or (context.tense(match) == "future" and "last" not in lead):
            start = min(s for s in starts if s > today)
        elif "last" in lead:
            start = max(s for s in starts if shift_months(s, 3) <= today)
        else:
            start = max(s for s in starts if s <= today)
    if start is None:
        return None
    return Draft(build_when(start, shift_months(start, 3), "month", rule))


_QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "final": 4}


def _quarter(match: re.Match[str], context: Context) -> Draft | None:
    today = context.reference.day
    if today is None or (not context.has_money_words and not match["year"]):
        return None  # a fourth quarter without money is a quarter of a match
    if "fiscal" in match.group().lower():
        return None  # every company's fiscal year begins elsewhere
    word = (match["word"] or "").lower()
    number = int(match["digit"]) if match["digit"] else _QUARTERS.get(word)
    this = dt.date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
    if number is None:
        start = shift_months(this, {"last": -3, "previous": -3, "next": 3}.get(word, 0))
    elif match["year"]:
        start = dt.date(int(match["year"]), 3 * number - 2, 1)
    else:
        start = dt.date(today.year - ("last year" in match.group()), 3 * number - 2, 1)
        later = context.tense(match) == "future" or "this year" in match.group()
        if start > today and not later:
            start = start.replace(year=start.year - 1)
    return Draft(build_when(start, shift_months(start, 3), "month", "date.quarter"))


def _decade(match: re.Match[str], _context: Context) -> Draft | None:
    digits = match["year"] or "19" + match["short"]
    start = int(digits)
    part = (match["part"] or "").lower()
    offset, length = {"early": (0, 4), "mid": (3, 4), "late": (6, 4)}.get(part, (0, 10))
    return Draft(year_when(start + offset, "date.decade", years=length))


def _year_range(match: re.Match[str], _context: Context) -> Draft | None:
    first, last = int(match["first"]), match["last"]
    end = int(last) if len(last) == 4 else first // 100 * 100 + int(last)
    if not first < end <= first + 400:
        return None
    return Draft(year_when(first, "date.range.years", years=end - first + 1))


def _year(match: re.Match[str], _context: Context) -> Draft | None:
    year = int(match["year"])
    part = (match["part"] or "").lower()
    if part in ("early", "the beginning of", "the start of"):
        start, end = dt.date(year, 1, 1), dt.date(year, 5, 1)
    elif part in ("mid", "the middle of"):
        start, end = dt.date(year, 5, 1), dt.date(year, 9, 1)
    elif part in ("late", "the end of"):
        start, end = dt.date(year, 9, 1), dt.date(year + 1, 1, 1)
    else:
        return Draft(year_when(year, "date.absolute.year"))
    return Draft(build_when(start, end, "year", "date.absolute.year.part"))


def _naming_year(match: re.Match[str], _context: Context) -> Draft | None:
    return Draft(year_when(int(match["year"]), "date.absolute.year.naming"), "modifier")


def _compile(pattern: str, flags: int = 0) -> re.Pattern[str]:
    return re.compile(pattern, flags)


CALENDAR_RULES: tuple[Rule, ...] = (
    Rule(
        "date.numeric",
        ("/", "."),
        _compile(
            r"(?<![\d/.])(?P<a>\d{1,2})(?P<mark>[/.])(?P<b>\d{1,2})(?P=mark)(?P<year>(?:19|20)\d\d)(?![\d/]|\.\d)"
        ),
        _numeric,
    ),
    Rule(
        "date.range.months_to",
        MONTH_STEMS,
        _compile(
            rf"\b(?:(?P<count>(?i:two|three|six|nine|ten|eleven|twelve|\d{{1,2}}))[\s-]+months?(?:[\s-]+period)?|"
            rf"(?P<unit>(?i:quarter|half|year)))(?:\s+(?i:that|which))?\s+(?i:to|ended|ending|ends|through)\s+"
            rf"(?:(?i:in|on|the\s+end\s+of)\s+)?(?P<month>{MONTH})(?:\s+(?P<day>\d{{1,2}})(?!\d))?(?:,?\s+(?P<year>{YEAR}))?"
        ),
        _months_to,
    ),
    Rule(
        "date.week_of_month",
        ("week of", "week in"),
        _compile(
            rf"\b(?P<nth>(?i:first|second|third|fourth|last|final))\s+week\s+(?:of|in)\s+(?P<month>{MONTH})(?:,?\s+(?P<year>{YEAR}))?"
        ),
        _week_of_month,
    ),
    Rule("date.absolute.iso", ("-",), _compile(r"\b(\d{4})-(\d{2})-(\d{2})(?!\d)"), _iso),
    Rule(
        "date.range.days",
        MONTH_STEMS,
        _compile(
            rf"\b(?P<first>{ORDINAL_DAY})\s+(?P<month>{MONTH}){_DASH}(?P<last>{ORDINAL_DAY})\s+"
            rf"(?P<month2>{MONTH})(?:,?\s+(?P<year>{YEAR}))?"
        ),
        _day_range,
    ),
    Rule(
        "date.range.days",
        MONTH_STEMS,
        _compile(
            rf"\b(?P<month>{MONTH})\s+(?P<first>{ORDINAL_DAY}){_DASH}(?P<month2>{MONTH})\s+"
            rf"(?P<last>{ORDINAL_DAY})\b(?:,?\s+(?P<year>{YEAR}))?"
        ),
        _day_range,
    ),
    Rule(
        "date.range.days",
        MONTH_STEMS,
        _compile(
            rf"\b(?P<first>{ORDINAL_DAY}){_DASH}(?P<last>{ORDINAL_DAY})\s+(?:of\s+)?(?P<month>{MONTH})"
            rf"(?:,?\s+(?P<year>{YEAR}))?"
        ),
        _day_range,
    ),
    Rule(
        "date.range.days",
        MONTH_STEMS,
        _compile(
            rf"\b(?P<month>{MONTH})\s+(?P<first>{ORDINAL_DAY}){_DASH}(?P<last>{ORDINAL_DAY})\b"
            rf"(?![\d:]|,\d{{3}})(?:,?\s+(?P<year>{YEAR}))?"
        ),
        _day_range,
    ),
    Rule(
        "date.absolute.full",
        MONTH_STEMS,
        _compile(
            rf"\b{_DAYNAME}(?P<day>{ORDINAL_DAY})(?:\s+day)?(?:\s+of)?\s+(?P<month>{MONTH})"
            rf"(?:,?\s+(?P<year>{YEAR}))?"
        ),
        _full,
    ),
    Rule(
        "date.absolute.full",
        MONTH_STEMS,
        _compile(
            rf"\b{_DAYNAME}(?P<month>{MONTH})\s+(?:the\s+)?(?P<day>{ORDINAL_DAY})\b(?![\d:]|[.,]\d|\s*(?:percent|%|million))"
            rf"(?:,?\s+(?P<year>{YEAR}))?"
        ),
        _full,
    ),
    Rule(
        "date.range.months",
        MONTH_STEMS,
        _compile(
            rf"\b(?:between|from)\s+(?P<first>{MONTH})\s+(?:and|to|until|through)\s+(?P<last>{MONTH})"
            rf"(?:,?\s+(?P<year>{YEAR}))?"
        ),
        _month_range,
    ),
    Rule(
        "date.absolute.month",
        MONTH_STEMS,
        _compile(rf"\b{_PART}(?P<month>{MONTH})(?:\s+of)?,?\s+(?P<year>{YEAR})"),
        _month_year,
    ),
    Rule(
        "date.month.no_year",
        MONTH_STEMS,
        _compile(
            rf"\b(?P<lead>)(?P<part>(?i:early|late|mid|the beginning of|the start of|the end of|"
            rf"the middle of))[\s-]+(?:in\s+)?(?P<month>{MONTH})(?!\s+\d)"
        ),
        _month_alone,
    ),
    Rule(
        "date.month.no_year",
        MONTH_STEMS,
        _compile(
            rf"\b(?P<lead>(?i:in|since|by|until|till|last|next|this|during|from|of|before|after|back in|"
            rf"as of|through))\s+{_PART}(?P<month>{MONTH})(?!\s+[\d(]|'s\s+[A-Z])"
        ),
        _month_alone,
    ),
    Rule(
        "date.season",
        ("spring", "summer", "autumn", "fall", "winter"),
        _compile(
            rf"\b(?P<lead>in the|in|last|this|next|since|during the|over the|since last|late|early|mid)\s+"
            rf"(?:early\s+|late\s+|mid-?)?(?P<season>spring|summer|autumn|fall|winter)(?:\s+of)?"
            rf"(?:\s+(?P<year>{YEAR})|\s+last\s+year|\b)(?!\s+(?:in|of|the|apart|into|by|on|from)\b|-|\s+(?:Games|Olympics))",
            re.IGNORECASE,
        ),
        _season,
    ),
    Rule(
        "date.quarter",
        ("quarter", "q1", "q2", "q3", "q4"),
        _compile(
            rf"\b(?:(?:fiscal|financial)\s+)?(?:(?P<word>first|second|third|fourth|final|last|previous|this|next)[\s-]+(?:fiscal\s+|"
            rf"financial\s+|calendar\s+)?quarter|Q(?P<digit>[1-4]))\b"
            rf"(?:(?:\s+(?:of|in))?(?:\s+(?:the|fiscal))?\s+(?:(?P<year>{YEAR})|last year|this year))?",
            re.IGNORECASE,
        ),
        _quarter,
    ),
    Rule(
        "date.decade",
        ("0s", "0's"),
        _compile(
            r"\b(?:the\s+)?(?:(?P<part>early|mid|late)[\s-]+)?(?:(?P<year>(?:1[6-9]|20)\d0)|'(?P<short>\d0))'?s\b",
            re.IGNORECASE,
        ),
        _decade,
    ),
    Rule(
        "date.range.years",
        CENTURIES,
        _compile(
            rf"\b(?:between|from)\s+(?P<first>{YEAR})\s+(?:and|to|until|through)\s+(?P<last>{YEAR})",
            re.IGNORECASE,
        ),
        _year_range,
    ),
    Rule(
        "date.range.years",
        CENTURIES,
        _compile(
            r"\b(?P<first>(?:1[6-9]|20)\d\d)\s*[-\u2013]\s*(?P<last>(?:1[6-9]|20)\d\d|\d\d)\b(?![-\u2013])"
        ),
        _year_range,
    ),
    Rule(
        "date.absolute.year",
        CENTURIES,
        _compile(
            rf"\b(?:(?:in|since|until|till|by|during|from|before|after|back\s+in|of|as\s+of|year|to)\s+)"
            rf"{_PART}(?P<year>{YEAR})\b",
            re.IGNORECASE,
        ),
        _year,
    ),
    Rule(
        "date.absolute.year",
        CENTURIES,
        _compile(
            rf"\b(?P<part>early|late|mid|the\s+beginning\s+of|the\s+start\s+of|the\s+end\s+of)[\s-]+"
            rf"(?P<year>{YEAR})\b",
            re.IGNORECASE,
        ),
        _year,
    ),
    Rule(
        "date.absolute.year.naming",
        CENTURIES,
        _compile(rf"\b(?P<year>{YEAR})(?=\s+[A-Za-z])"),
        _naming_year,
    ),
)
