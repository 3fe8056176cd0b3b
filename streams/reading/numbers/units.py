"""The words after or before a number in, its measure and its unit in our system out.

Distances become kilometres, areas square kilometres, temperatures degrees Celsius, speeds kilometres an
hour, money an ISO 4217 code. A bare dollar is the dollar of the publisher's country, else the American.
"""

from __future__ import annotations

from urllib.parse import urlsplit

_KM = {
    "km": 1.0, "kms": 1.0, "kilometre": 1.0, "kilometres": 1.0, "kilometer": 1.0, "kilometers": 1.0, "mile": 1.609344,
    "miles": 1.609344, "metre": 1e-3, "metres": 1e-3, "meter": 1e-3, "meters": 1e-3, "feet": 3.048e-4, "foot": 3.048e-4,
    "yards": 9.144e-4, "yard": 9.144e-4,
}  # fmt: skip
_KM2 = {
    "km": 1.0, "kms": 1.0, "kilometre": 1.0, "kilometres": 1.0, "kilometer": 1.0, "kilometers": 1.0, "mile": 2.589988,
    "miles": 2.589988, "metre": 1e-6, "metres": 1e-6, "meter": 1e-6, "meters": 1e-6, "feet": 9.290304e-8, "foot": 9.290304e-8,
}  # fmt: skip
_LAND = {"hectare": 0.01, "hectares": 0.01, "ha": 0.01, "acre": 0.004046856, "acres": 0.004046856}
_SYMBOLS = {
    "us$": "USD", "c$": "CAD", "ca$": "CAD", "cdn$": "CAD", "can$": "CAD", "a$": "AUD", "au$": "AUD", "nz$": "NZD",
    "hk$": "HKD", "s$": "SGD", "nt$": "TWD", "r$": "BRL", "mx$": "MXN", "\u20ac": "EUR", "\u00a3": "GBP",
    "\u00a5": "JPY", "\u20b9": "INR", "rs": "INR", "rs.": "INR", "\u20bd": "RUB", "\u20a9": "KRW", "\u20aa": "ILS",
    "\u20ba": "TRY", "\u20a6": "NGN", "\u20b1": "PHP", "\u0e3f": "THB", "\u20ab": "VND", "\u20b4": "UAH",
}  # fmt: skip
_WORDS = {
    "euro": "EUR", "euros": "EUR", "pounds": "GBP", "pound": "GBP", "sterling": "GBP", "yen": "JPY", "yuan": "CNY",
    "renminbi": "CNY", "rupees": "INR", "rupee": "INR", "roubles": "RUB", "rouble": "RUB", "rubles": "RUB", "ruble": "RUB",
    "won": "KRW", "shekels": "ILS", "shekel": "ILS", "naira": "NGN", "rand": "ZAR", "lira": "TRY", "liras": "TRY",
    "ringgit": "MYR", "baht": "THB", "dong": "VND", "rupiah": "IDR", "reais": "BRL", "zloty": "PLN", "zlotys": "PLN",
    "hryvnia": "UAH", "hryvnias": "UAH", "forint": "HUF", "forints": "HUF", "taka": "BDT", "dirhams": "AED", "riyals": "SAR",
    "usd": "USD", "eur": "EUR", "gbp": "GBP", "jpy": "JPY", "cny": "CNY", "inr": "INR", "cad": "CAD", "aud": "AUD",
    "nzd": "NZD", "chf": "CHF", "sgd": "SGD", "hkd": "HKD", "krw": "KRW", "brl": "BRL", "zar": "ZAR", "mxn": "MXN",
    "rub": "RUB", "sek": "SEK", "nok": "NOK", "dkk": "DKK", "pln": "PLN", "try": "TRY", "pkr": "PKR",
}  # fmt: skip
_PEOPLE_DOLLARS = {
    "canadian": "CAD", "australian": "AUD", "u.s.": "USD", "us": "USD", "american": "USD", "hong kong": "HKD",
    "singapore": "SGD", "new zealand": "NZD", "taiwan": "TWD",
}  # fmt: skip
_PEOPLE_OTHERS = {
    ("swiss", "franc"): "CHF", ("swedish", "kron"): "SEK", ("norwegian", "kron"): "NOK", ("danish", "kron"): "DKK",
    ("mexican", "peso"): "MXN", ("philippine", "peso"): "PHP", ("argentine", "peso"): "ARS", ("chilean", "peso"): "CLP",
    ("colombian", "peso"): "COP", ("egyptian", "pound"): "EGP", ("lebanese", "pound"): "LBP", ("syrian", "pound"): "SYP",
    ("pakistani", "rupee"): "PKR", ("sri lankan", "rupee"): "LKR", ("turkish", "lira"): "TRY", ("kenyan", "shilling"): "KES",
}  # fmt: skip
_DOLLARS = {"ca": "CAD", "au": "AUD", "nz": "NZD", "sg": "SGD", "hk": "HKD"}


def length_unit(word: str) -> float | None:
    """Kilometres in one of this unit of length."""
    return _KM.get(word.lower())


def area_unit(word: str, *, is_square: bool) -> float | None:
    """Square kilometres in one of this unit of area."""
    word = word.lower()
    return _KM2.get(word) if is_square else _LAND.get(word)


def bare_dollar(address: str) -> str:
    """The dollar that a publisher at this address means by "$"."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return "USD"
    return _DOLLARS.get(host.rpartition(".")[2], "USD")


def currency_of_symbol(symbol: str, dollar: str) -> str | None:
    """The currency of a sign before a number."""
    symbol = symbol.lower().replace(" ", "")
    return dollar if symbol == "$" else _SYMBOLS.get(symbol)


def currency_of_words(words: str, dollar: str) -> str | None:
    """The currency of the words after a number: "Canadian dollars", "yen"."""
    words = " ".join(words.lower().split())
    if "dollar" in words:
        people = words.partition(" dollar")[0].strip() if " dollar" in words else ""
        return _PEOPLE_DOLLARS.get(people, dollar)
    for (people, unit), code in _PEOPLE_OTHERS.items():
        if words.startswith(people) and unit in words:
            return code
    return _WORDS.get(words)
