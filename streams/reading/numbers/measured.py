"""A sentence in, the numbers whose unit says what they measure out: money, area, percent, magnitude."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from streams.reading.gate import Gate
from streams.reading.numbers.amounts import (
    NUMBER,
    QUALIFIER,
    Amount,
    ranged,
    read_amount,
    read_number,
)
from streams.reading.numbers.units import (
    area_unit,
    currency_of_symbol,
    currency_of_words,
    length_unit,
)
from streams.records import Measure


@dataclass(frozen=True, slots=True)
class Draft:
    """A number read from a sentence, by its characters."""

    start: int
    end: int
    amount: Amount
    measure: Measure
    unit: str | None


_Q = rf"(?:(?P<q>{QUALIFIER})\s+)?"
_N = rf"(?P<n>{NUMBER})"
_RANGE = rf"(?:between\s+|from\s+)?(?P<low>{NUMBER})\s*(?:and|to|-|\u2013)\s*(?P<high>{NUMBER})"
_CUR = (
    "US\\$|C\\$|CA\\$|Cdn\\$|Can\\$|A\\$|AU\\$|NZ\\$|HK\\$|S\\$|NT\\$|R\\$|MX\\$|\\$|\u20ac|\u00a3|\u00a5|\u20b9|Rs\\.?|"
    "\u20bd|\u20a9|\u20aa|\u20ba|\u20a6|\u20b1|\u0e3f|\u20ab|\u20b4"
)
_MONEY_SCALE = (
    r"(?:[\s-]*(?:hundred|thousand|million|billion|trillion|lakh|crore|bn|mn|tn|mln|bln|trn|m|b|k)"
    r"\b)?"
)
_MONEY_DIGITS = rf"(?:\d{{1,3}}(?:,\d{{2,3}})+(?:\.\d+)?|\d+(?:\.\d+)?){_MONEY_SCALE}"
_CUR_WORDS = (
    r"(?:(?:U\.S\.|US|American|Canadian|Australian|Hong\s+Kong|Singapore|New\s+Zealand|Taiwan)\s+)?dollars?|euros?|pounds?(?:\s+sterling)?|yen|yuan|renminbi|"
    r"(?:(?:Pakistani|Sri\s+Lankan|Indian)\s+)?rupees?|rou?bles?|(?:South\s+Korean\s+)?won|shekels?|naira|rand|"
    r"(?:Turkish\s+)?liras?|ringgit|baht|dong|rupiah|reais|zlotys?|hryvnias?|forints?|taka|dirhams|riyals|"
    r"Swiss\s+francs?|(?:Swedish|Norwegian|Danish)\s+kron\w+|(?:Mexican|Philippine|Argentine|Chilean|Colombian)\s+pesos?|"
    r"(?:Egyptian|Lebanese|Syrian)\s+pounds?|Kenyan\s+shillings?|USD|EUR|GBP|JPY|CNY|INR|CAD|AUD|CHF|RUB|ZAR|BRL"
)
_PER = re.compile(
    r"\s+(?:a|an|per)\s+(?:barrel|share|ounce|gallon|tonne?|ton|litre|liter|pound|kilo(?:gram)?|kilogramme|bushel|night|"
    r"ticket|unit|megawatt|kilowatt|square\s+\w+)\b|\s*/\s*(?:bbl|oz|share|barrel)",
    re.IGNORECASE,
)
_LENGTH = r"(?:km|kms|kilomet(?:re|er)s?|miles?|met(?:re|er)s?|feet|foot|yards?)"

_MONEY_RANGE = re.compile(
    rf"(?P<cur>{_CUR})\s?(?P<low>{_MONEY_DIGITS})\s*(?:and|to|-|\u2013)\s*(?:{_CUR})?\s?(?P<high>{_MONEY_DIGITS})"
)
_MONEY_SIGN = re.compile(
    rf"{_Q}(?<![A-Za-z])(?P<cur>{_CUR})\s?(?P<n>{_MONEY_DIGITS})", re.IGNORECASE
)
_MONEY_WORD = re.compile(rf"\b{_Q}{_N}[\s-]+(?P<cur>{_CUR_WORDS})\b", re.IGNORECASE)
_MONEY_CODE = re.compile(
    rf"\b{_Q}(?P<cur>USD|EUR|GBP|JPY|CNY|INR|CAD|AUD|CHF|RUB|ZAR|BRL|Rs)\s?(?P<n>{_MONEY_DIGITS})"
)
_PERCENT_RANGE = re.compile(
    rf"\b{_RANGE}\s*(?:%|per\s?cent\b|percentage\s+points?\b)", re.IGNORECASE
)
_PERCENT = re.compile(
    rf"(?<![\w.]){_Q}{_N}\s*-?(?:%|per\s?cent\b|percentage\s+points?\b)", re.IGNORECASE
)
_AREA = re.compile(
    rf"\b{_Q}{_N}[\s-]*(?:(?P<sq>sq\.?|square)[\s-]*(?P<unit>{_LENGTH})\b|(?P<sq2>{_LENGTH})\s?(?:\u00b2|2\b|squared)|(?P<land>hectares?|acres?|ha\b))",
    re.IGNORECASE,
)
_DISTANCE_RANGE = re.compile(rf"\b{_RANGE}[\s-]*(?P<unit>{_LENGTH})\b", re.IGNORECASE)
_DISTANCE = re.compile(
    rf"\b{_Q}(?:{_N}|(?P<one>a|another|half\s+a))[\s-]+(?P<unit>{_LENGTH})\b(?![\s-]*(?:per\s+hour|an\s+hour|tall|high|high-|wide|long-range))"
    rf"|(?<![\w.])(?P<n2>\d+(?:,\d{{3}})*(?:\.\d+)?)\s?(?P<unit2>km|kms|mi|m|ft)\b(?!/h)",
    re.IGNORECASE,
)
_SPEED = re.compile(
    rf"\b{_Q}{_N}[\s-]*(?P<unit>mph|miles\s+(?:per|an)\s+hour|km/h|kmh|kph|kilomet(?:re|er)s\s+(?:per|an)\s+hour|knots)\b",
    re.IGNORECASE,
)
_TEMPERATURE = re.compile(
    rf"(?<![\w.]){_Q}(?P<sign>minus\s+|-|\u2212)?{_N}\s*(?:(?:degrees?|\u00b0)\s*(?P<unit>C\b|F\b|Celsius|Fahrenheit|centigrade)|(?P<short>C|F)\b(?!-))",
    re.IGNORECASE,
)
_MAGNITUDE = re.compile(
    r"\b(?:magnitude(?:[\s-]+of)?[\s-]+(?P<a>\d(?:\.\d{1,2})?)|(?P<b>\d(?:\.\d{1,2})?)[\s-]+magnitude|"
    r"magnitude\s+was\s+(?P<c>\d(?:\.\d{1,2})?)|measur(?:ed|ing)\s+(?:about\s+)?(?P<d>\d\.\d)\b|(?P<e>\d\.\d)\s+on\s+the\s+Richter)",
    re.IGNORECASE,
)
_TERM = re.compile(
    rf"\b{_Q}{_N}[\s-]+(?P<unit>years?|months?)['\u2019]?(?=\s+(?:in|behind|of)\s+(?:prison|jail|bars|custody|hard|imprisonment)|[\s-]+(?:prison|jail|sentence|term|suspended|imprisonment|probation|ban\b))",
    re.IGNORECASE,
)
_SENTENCED = re.compile(
    rf"\b(?:sentenced\s+\w*\s*(?:\w+\s+){{0,3}}?to|jailed\s+(?:\w+\s+){{0,3}}?for|imprisoned\s+for|banned\s+(?:\w+\s+){{0,4}}?for|given)\s+{_Q}{_N}[\s-]+(?P<unit>years?|months?)\b(?!-old|\s+old)",
    re.IGNORECASE,
)
_SCORE = re.compile(
    r"(?<![\w./:$\u20ac\u00a3-])(?P<a>\d{1,3})\s?[-\u2013]\s?(?P<b>\d{1,3})(?![\w/:%-]|[.,]\d|\s*(?:million|billion|percent|per\s+cent|years?|months?|km|miles|people|degrees|hours|days|weeks|minutes))"
)

_KNOT = 1.852
_MILE = 1.609344


def find_measured(text: str, dollar: str) -> list[Draft]:
    """Every number with a unit, the first reading of each stretch of text winning."""
    drafts: list[Draft] = []
    for draft in _read_all(text, dollar):
        if all(draft.end <= other.start or draft.start >= other.end for other in drafts):
            drafts.append(draft)
    return drafts


def _read_all(text: str, dollar: str) -> list[Draft]:
    lower = text.lower()
    found: list[Draft] = []
    for gate, reader in _GATED:
        if gate.may_match(lower) and gate.pattern.search(lower):
            found.extend(reader(text, dollar))
    return found


def _money(match: re.Match[str], code: str | None, text: str) -> Draft | None:
    groups = match.groupdict()
    if code is None:
        return None
    if groups.get("low"):
        high = read_number(groups["high"])
        low = read_number(groups["low"])
        if low is None or high is None:
            return None
        if high >= 1e3 > low and low < high / 1e3:
            scale = high / float(re.sub(r"[^\d.]", "", groups["high"]) or 1)
            low *= scale
        amount: Amount | None = ranged(low, high)
    else:
        amount = read_amount(groups["n"], groups["q"])
    if amount is None:
        return None
    per = _PER.match(text, match.end())
    end = per.end() if per else match.end()
    return Draft(match.start(), end, amount, "price" if per else "money", code)


def _read_money(text: str, dollar: str) -> list[Draft]:
    found = []
    for pattern in (_MONEY_RANGE, _MONEY_SIGN, _MONEY_CODE):
        for match in pattern.finditer(text):
            code = currency_of_symbol(match["cur"], dollar) or currency_of_words(
                match["cur"], dollar
            )
            found.append(_money(match, code, text))
    found.extend(
        _money(match, currency_of_words(match["cur"], dollar), text)
        for match in _MONEY_WORD.finditer(text)
    )
    return [draft for draft in found if draft is not None]


def _plain(match: re.Match[str], measure: Measure, unit: str, factor: float = 1.0) -> list[Draft]:
    groups = match.groupdict()
    if groups.get("low"):
        low, high = read_number(groups["low"]), read_number(groups["high"])
        amount = ranged(low, high) if low is not None and high is not None else None
    else:
        amount = read_amount(groups["n"], groups.get("q"))
    if amount is None:
        return []
    return [Draft(match.start(), match.end(), amount.scaled(factor), measure, unit)]


def _read_percent(text: str, _dollar: str) -> list[Draft]:
    found = []
    for pattern in (_PERCENT_RANGE, _PERCENT):
        for match in pattern.finditer(text):
            found.extend(_plain(match, "percent", "percent"))
    return found


def _read_area(text: str, _dollar: str) -> list[Draft]:
    found = []
    for match in _AREA.finditer(text):
        square = match["unit"] or match["sq2"]
        factor = area_unit(square or match["land"], is_square=bool(square))
        if factor is not None:
            found.extend(_plain(match, "area", "km2", factor))
    return found


def _read_distance(text: str, _dollar: str) -> list[Draft]:
    found = []
    for match in _DISTANCE_RANGE.finditer(text):
        factor = length_unit(match["unit"])
        if factor is not None:
            found.extend(_plain(match, "distance", "km", factor))
    short = {"mi": _MILE, "m": 1e-3, "ft": 3.048e-4, "km": 1.0, "kms": 1.0}
    for match in _DISTANCE.finditer(text):
        if match["n2"]:
            if match["unit2"].lower() == "m":
                continue  # "5m" is as often five million
            value = read_number(match["n2"])
            if value is not None:
                amount = Amount(value, value, value, "exactly").scaled(
                    short[match["unit2"].lower()]
                )
                found.append(Draft(match.start(), match.end(), amount, "distance", "km"))
            continue
        factor = length_unit(match["unit"])
        if factor is None:
            continue
        if match["one"]:
            value = 0.5 if match["one"].lower().startswith("half") else 1.0
            amount = Amount(value, value, value, "exactly").scaled(factor)
            found.append(Draft(match.start(), match.end(), amount, "distance", "km"))
        else:
            found.extend(_plain(match, "distance", "km", factor))
    return found


def _read_speed(text: str, _dollar: str) -> list[Draft]:
    found = []
    for match in _SPEED.finditer(text):
        unit = match["unit"].lower()
        factor = _MILE if unit.startswith("m") else _KNOT if unit == "knots" else 1.0
        found.extend(_plain(match, "speed", "km/h", factor))
    return found


def _read_temperature(text: str, _dollar: str) -> list[Draft]:
    found = []
    for match in _TEMPERATURE.finditer(text):
        value = read_number(match["n"])
        if value is None or value > 2000:
            continue
        unit = match["unit"] or match["short"]
        if match["short"] and (not match["n"].replace(".", "").isdigit() or unit.islower()):
            continue
        value = -value if match["sign"] else value
        if unit.upper().startswith("F"):
            value = round((value - 32) / 1.8, 1)
        amount = read_amount(str(abs(value)), match["q"])
        if amount is not None:
            sign = -1.0 if value < 0 else 1.0
            found.append(Draft(match.start(), match.end(), amount.scaled(sign), "temperature", "C"))
    return found


def _read_magnitude(text: str, _dollar: str) -> list[Draft]:
    found = []
    for match in _MAGNITUDE.finditer(text):
        number = next(filter(None, match.groups()))
        value = float(number)
        if match["d"] and "quake" not in text.lower() and "magnitude" not in text.lower():
            continue
        amount = Amount(value, value, value, "exactly")
        found.append(Draft(match.start(), match.end(), amount, "magnitude", "Mw"))
    return found


def _read_terms(text: str, _dollar: str) -> list[Draft]:
    found: list[Draft] = []
    for pattern in (_SENTENCED, _TERM):
        for match in pattern.finditer(text):
            factor = 1.0 if match["unit"].lower().startswith("y") else 1 / 12
            start = match.start("q") if match["q"] else match.start("n")
            drafts = _plain(match, "years", "years", factor)
            found.extend(replace(draft, start=start) for draft in drafts)
    return found


_VOTED = re.compile(r"\b(?:vot(?:e|es|ed|ing)|ballots?)\b[^.;]{0,30}$", re.IGNORECASE)


def _read_scores(text: str, _dollar: str) -> list[Draft]:
    found = []
    for match in _SCORE.finditer(text):
        value = float(match["a"])
        other = float(match["b"])
        amount = Amount(value, min(value, other), max(value, other), "exactly")
        if _VOTED.search(text[: match.start()]):
            amount = Amount(value, value, value, "exactly")
            found.append(Draft(match.start("a"), match.end("a"), amount, "votes", "votes"))
            continue
        found.append(Draft(match.start(), match.end(), amount, "score", None))
    return found


_READERS: tuple[tuple[re.Pattern[str], Callable[[str, str], list[Draft]]], ...] = (
    (
        re.compile(
            "[$\u20ac\u00a3\u00a5\u20b9\u20bd\u20a9\u20aa\u20ba\u20a6\u20b1\u0e3f\u20ab\u20b4]|dollar|euros?\\b|pounds?\\b|\\byen|yuan|"
            r"renminbi|rupee|rou?ble|(?:illion|thousand|\d)[\s-]won\b|shekel|naira|\brand\b|\bliras?\b|ringgit|baht\b|\bdong\b|rupiah|"
            r"reais|zloty|hryvnia|forint|\btaka\b|dirham|riyal|francs?\b|\bkron|pesos?\b|shilling|"
            r"\b(?:rs|usd|eur|gbp|jpy|cny|inr|cad|aud|chf|rub|zar|brl)\b"
        ),
        _read_money,
    ),
    (re.compile(r"%|per\s?cent"), _read_percent),
    (re.compile(r"mph|(?:per|an)\s+hour|km/h|kmh|kph|knots"), _read_speed),
    (re.compile(r"\bsq|\u00b2|hectare|acre|\d\s?ha\b|(?:km|mi|m)2"), _read_area),
    (re.compile(r"magnitude|measur|richter"), _read_magnitude),
    (
        re.compile(
            r"prison|jail|sentence|behind|custody|term|imprison|ban|suspended|probation|given|hard"
        ),
        _read_terms,
    ),
    (re.compile(r"degrees|\u00b0|\d\s?[cf]\b"), _read_temperature),
    (
        re.compile(
            r"\dkm|\bkms?\b|kilomet|\bmiles?\b|\bmet(?:re|er)s?\b|\bfeet\b|\bfoot\b|\byards?\b|\d(?:m|mi|ft)\b"
        ),
        _read_distance,
    ),
    (re.compile(r"\d\s?[-\u2013]\s?\d"), _read_scores),
)
_GATED = tuple((Gate(cue), reader) for cue, reader in _READERS)
