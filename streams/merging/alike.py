"""The profiles of a neighbourhood in; tables of how alike each two of them are, one table a part, out.

Every arrival has its neighbourhood measured anew, since how rare a word is among the neighbours moves
with each of them. So the tables are filled for all pairs at once; terms that only one text has, as most
are, never enter a table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from streams.merging.terms import LEAD, LEAD_NAME, NAME, NUMBER, Profile

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

PARTS = (
    "words",
    "words_here",
    "words_rare_here",
    "lead",
    "lead_here",
    "names",
    "names_here",
    "lead_names",
    "numbers",
    "dates",
    "years",
    "weekdays",
    "lead_years",
    "months",
    "issued",
    "vector",
    "vector_here",
)
"""Names of the parts, in the order of the tables. `_here`: weighed within the neighbourhood."""
WORD_PARTS = 9
"""Parts that are cosines of terms, the first ones."""
SAME_ISSUE, OTHER_ISSUE = 3, 30
"""Days between two datelines up to which they may be of one news, and from which they hardly are."""

Days = frozenset[int] | frozenset[tuple[int, int]]


def measure_tables(profiles: Sequence[Profile]) -> Floats:
    """Measure the parts of every pair: an array [parts, profiles, profiles]."""
    size = len(profiles)
    tables = np.empty((len(PARTS), size, size), np.float32)
    _Terms(profiles).compare_all(tables)
    for place, said in enumerate(_list_times(profiles), WORD_PARTS):
        tables[place] = _agree(said)
    tables[-3] = _compare_issues([profile.issued for profile in profiles])
    vectors, centred = _stack_vectors(profiles)
    np.matmul(vectors, vectors.T, out=tables[-2])
    np.matmul(centred, centred.T, out=tables[-1])
    return tables


def measure_last(profiles: Sequence[Profile]) -> Floats:
    """Measure the parts of the last profile against all: an array [profiles, parts]."""
    size = len(profiles)
    parts = np.empty((size, len(PARTS)), np.float32)
    parts[:, :WORD_PARTS] = _Terms(profiles).compare_last().T
    for place, said in enumerate(_list_times(profiles), WORD_PARTS):
        own = said[-1]
        parts[:, place] = [
            0.0 if not own or not each else -1.0 if own.isdisjoint(each) else 1.0 for each in said
        ]
    parts[:, -3] = _compare_issues([profile.issued for profile in profiles])[-1]
    vectors, centred = _stack_vectors(profiles)
    parts[:, -2] = vectors[-1:] @ vectors.T
    parts[:, -1] = centred[-1:] @ centred.T
    return parts


class _Terms:
    """The terms of a neighbourhood, each entry with its row (text) and column (term)."""

    def __init__(self, profiles: Sequence[Profile]) -> None:
        self.size = len(profiles)
        sizes = np.array([len(profile.ids) for profile in profiles])
        self.row = np.arange(self.size).repeat(sizes)
        self.own = int(sizes[:-1].sum())
        """Where the entries of the last text begin."""
        self.counts = np.concatenate([profile.counts for profile in profiles])
        self.rarities = np.concatenate([profile.rarities for profile in profiles])
        self.flags = np.concatenate([profile.flags for profile in profiles])
        vocabulary, self.column = np.unique(
            np.concatenate([profile.ids for profile in profiles]), return_inverse=True
        )
        self.width = len(vocabulary)
        texts = np.bincount(self.column, minlength=self.width)
        # 1 for a term of one text here, towards 0 for a term of all
        local = np.log((self.size + 1) / texts) / np.log(self.size + 1)
        self.local: Floats = local.astype(np.float32)[self.column]
        self.local_half: Floats = np.sqrt(self.local)
        self.shared = (texts > 1)[self.column]

    def compare_all(self, tables: Floats) -> None:
        """Write the cosines of every pair, under each way to weigh terms, into the first tables."""
        met = np.flatnonzero(self.shared)
        place = 0
        for chosen, weights in self._weigh():
            # a term of one text adds to its length alone, and most terms of a neighbourhood are such
            both = met if chosen is None else met[chosen[met]]
            used = np.zeros(self.width, np.bool_)
            used[self.column[both]] = True
            columns = used.cumsum() - 1
            width = int(columns[-1]) + 1 if len(columns) else 0
            cells = self.row[both] * width + columns[self.column[both]]
            matrix = np.zeros((self.size, width), np.float32)
            for weight in weights:
                matrix.reshape(-1)[cells] = weight[both]
                squares = np.bincount(self.row, weight * weight, self.size)
                scaled = matrix / np.maximum(np.sqrt(squares), 1e-9).astype(np.float32)[:, None]
                np.matmul(scaled, scaled.T, out=tables[place])
                np.fill_diagonal(tables[place], squares > 0)
                place += 1

    def compare_last(self) -> Floats:
        """Cosines of the last text with each, one row for each way to weigh terms."""
        weights = np.stack([weight for _, several in self._weigh() for weight in several])
        place = np.full(self.width, -1)
        place[self.column[self.own :]] = np.arange(len(self.column) - self.own)
        # few terms of the others stand in the last text too
        met = np.flatnonzero(place[self.column] >= 0)
        products = weights[:, met] * weights[:, self.own + place[self.column[met]]]
        shared = self._add_up(products, self.row[met])
        lengths = np.sqrt(self._add_up(weights * weights, self.row))
        cosines: Floats = (shared / np.maximum(lengths * lengths[:, -1:], 1e-9)).astype(np.float32)
        return cosines

    def _weigh(self) -> Iterator[tuple[Bools | None, tuple[npt.NDArray[np.floating], ...]]]:
        """Weigh the terms in nine ways: which have any weight (None for all), and the weights."""
        everything = self.counts * self.rarities
        here = everything * self.local_half
        rare_here = everything * self.local
        lead: Bools = (self.flags & LEAD) > 0
        yield None, (everything, here, rare_here * (1.0 + lead))
        yield lead, (self.rarities * lead, rare_here * lead)
        named: Bools = (self.flags & NAME) > 0
        yield named, (everything * named, rare_here * named)
        lead_named: Bools = (self.flags & LEAD_NAME) > 0
        yield lead_named, (self.rarities * lead_named,)
        numbers: Bools = (self.flags & NUMBER) > 0
        yield numbers, (self.counts * self.local_half * numbers,)

    def _add_up(self, weights: Doubles, rows: npt.NDArray[np.int64]) -> Doubles:
        """Add up entries text by text, for several weighings at once."""
        several = len(weights)
        cells = (rows + self.size * np.arange(several)[:, None]).ravel()
        added = np.bincount(cells, weights.ravel(), several * self.size)
        return added.astype(np.float64, copy=False).reshape(several, self.size)


def _list_times(profiles: Sequence[Profile]) -> tuple[Sequence[Days], ...]:
    return (
        [profile.dates for profile in profiles],
        [profile.years for profile in profiles],
        [profile.weekdays for profile in profiles],
        [profile.lead_years for profile in profiles],
        [profile.months for profile in profiles],
    )


def _agree(said: Sequence[Days]) -> Floats | float:
    """1 where two sets meet, -1 where both speak and do not meet, 0 where one is silent."""
    place: dict[Days, int] = {frozenset(): 0}
    rows = [place.setdefault(each, len(place)) for each in said]
    if len(place) == 1:
        return 0.0
    # a neighbourhood names few different days; those who name the same are looked at once
    known: dict[int | tuple[int, int], int] = {}
    cells = [(n, known.setdefault(one, len(known))) for each, n in place.items() for one in each]
    table = np.zeros((len(place), len(known)), np.float32)
    table[tuple(zip(*cells, strict=True))] = 1
    agreed = np.where(table @ table.T > 0, np.float32(1), np.float32(-1))
    agreed[0] = agreed[:, 0] = 0
    return _spread(agreed, rows)


def _compare_issues(days: Sequence[frozenset[int]]) -> Floats:
    """1 where two texts were issued within days, falling to -1 where a month lies between them."""
    place: dict[frozenset[int], int] = {frozenset(): 0}
    rows = [place.setdefault(each, len(place)) for each in days]
    if len(place) == 1:
        return np.zeros((len(days), len(days)), np.float32)
    most = max(map(len, place))
    # a day told again changes no least gap
    table = np.array([[*each, *[min(each, default=0)] * (most - len(each))] for each in place])
    gap = np.abs(table[:, None, :, None] - table[None, :, None, :]).min(axis=(2, 3))
    late = (gap - SAME_ISSUE) / (OTHER_ISSUE - SAME_ISSUE)
    weighed = (1 - 2 * late.clip(0.0, 1.0)).astype(np.float32)
    weighed[0] = weighed[:, 0] = 0
    return _spread(weighed, rows)


def _spread(table: Floats, rows: list[int]) -> Floats:
    """Spread a table of what is said over those who say it."""
    spread: Floats = table[rows][:, rows]
    return spread


def _stack_vectors(profiles: Sequence[Profile]) -> tuple[Floats, Floats]:
    """Stack the vectors, and once more with the mean of the neighbourhood taken away."""
    known = [profile.vector for profile in profiles if profile.vector is not None]
    if not known:
        nothing = np.zeros((len(profiles), 1), np.float32)
        return nothing, nothing
    blank = np.zeros_like(known[0])
    vectors = np.stack([blank if p.vector is None else p.vector for p in profiles])
    mean = (vectors if len(known) == len(profiles) else np.stack(known)).mean(axis=0)
    centred = vectors - mean
    centred /= np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-9)
    return vectors, centred
