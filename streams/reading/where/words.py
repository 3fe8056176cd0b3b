"""English words around place names: what stands before a place, after it, and what is none."""

from __future__ import annotations

from streams.reading.when.lexicon import word_map, word_set

LOCATIVE = word_set("places_words", "locative")
NEAR = frozenset(("near", "outside", "around", "off", "beyond", "towards", "toward"))
PLACE_NOUNS = word_set("places_words", "place_nouns")
DIRECTIONS = word_set("places_words", "directions")
TITLES = word_set("places_words", "titles")
FACILITIES = word_set("places_words", "facilities")
FRONTS = frozenset(("front", "frontline", "axis", "sector", "direction"))
STRIKE_LEMMAS = word_set("places_words", "strike_lemmas")
"""Verbs whose object or passive subject can be the place where it happened."""

NOT_PLACES = word_set("places_words", "not_places")
"""Words with a capital that are places only where the syntax or the parser says so."""

COMMON = word_set("places_words", "common")

STATES = word_map("places_words", "states")
"""Short names of US states after a town and a comma: AP style and postal."""
ALONE = word_map("places_words", "alone")
"""Towns that newspapers name without their country or state, though others bear the name."""
PROVINCES = word_map("places_words", "provinces")
"""Short names of Canadian provinces, likewise."""

VILLAGE = word_set("places_words", "village")
LAND = word_set("places_words", "land")
"""Words after a name that make it a stretch of land, not a building."""

NAMED_NOUNS = VILLAGE | frozenset(
    ("city", "suburb", "island", "port", "district", "province", "region", "municipality")
)
"""Nouns whose "of" gives a name: the city of X."""

WHOLE = frozenset(("greater", "mainland", "nearby", "occupied", "downtown", "central"))
"""Directions that leave the name what it is: mainland China, central London."""
