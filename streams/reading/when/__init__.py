"""A parsed article in, the dates it names and the date of each of its events out."""

from streams.reading.when.choose import choose_when
from streams.reading.when.find import find_dates
from streams.reading.when.found import FoundDate

__all__ = ["FoundDate", "choose_when", "find_dates"]
