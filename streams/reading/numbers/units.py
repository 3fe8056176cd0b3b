"""The words after or before a number in, its measure and its unit in our system out.

Distances become kilometres, areas square kilometres, temperatures degrees Celsius, speeds kilometres an
hour, money an ISO 4217 code. A bare dollar is the dollar of the publisher's country, else the American.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from streams.reading.when.lexicon import number_map, word_map

_KM = number_map("numbers_lists", "km")
_KM2 = number_map("numbers_lists", "km2")
_LAND = number_map("numbers_lists", "land")
_SYMBOLS = word_map("numbers_lists", "symbols")
_WORDS = word_map("numbers_lists", "words")
_PEOPLE_DOLLARS = word_map("numbers_lists", "people_dollars")
_PEOPLE_OTHERS = word_map("numbers_lists", "people_others")
_DOLLARS = word_map("numbers_lists", "dollars")


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
        return _PEOPLE_DOLLARS.get(people.replace(" ", "_"), dollar)
    for name, code in _PEOPLE_OTHERS.items():
        *land, coin = name.split("_")
        if words.startswith(" ".join(land)) and coin in words:
            return code
    return _WORDS.get(words)
