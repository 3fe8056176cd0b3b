"""A parsed article in, its numbers and the numbers of each of its events out."""

from streams.reading.numbers.choose import choose_numbers
from streams.reading.numbers.find import find_quantities
from streams.reading.numbers.found import FoundQuantity

__all__ = ["FoundQuantity", "choose_numbers", "find_quantities"]
