"""Texts in, a vector for every word out: what spaCy's `tok2vec` networks compute, in half the time.

The first half of such a network looks at one word alone, so what it says of a word is remembered,
and what the first layer of the second half makes of that word to the left, in the middle, to the right.
The second half looks at a word's neighbours, layer after layer; it is computed as thinc does, with
fewer passes over memory, and a stretch of words at a time, so that the numbers stay in the
processor's cache. They differ from thinc's by rounding only; a test compares them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt
from spacy.tokens import Doc
from thinc.api import Model
from thinc.types import Ragged

Floats = npt.NDArray[np.float32]
Key = tuple[int, int, int]
"""A word as written, its norm, and whether a space follows: all that the first half looks at."""

MAX_KEPT = 16_000
"""Words that are remembered, 4 kB each; names are without end."""
_GROWTH = 1_024
"""Rows by which the tables grow."""
PIECES = 3
"""Values of which maxout takes the best; as many as a word sees words, itself among them."""
STRETCH = 512
"""Words that a layer computes at a time: 1 MB."""
_EPSILON = np.float32(1e-8)
"""Added to a variance, as thinc does."""


class QuickEncoder:
    """Computes what a `tok2vec` network of spaCy's computes; its weights are used as they are."""

    def __init__(self, network: Model[Any, Any]) -> None:
        """Take the weights of a network; ValueError when it is of another make."""
        words, neighbours = network.layers[:2]
        if [layer.name for layer in words.layers[:2]] != ["extract_features", "list2ragged"]:
            raise ValueError(f"{network.name}: a network that is read otherwise")
        self._columns: list[int | str] = words.layers[0].attrs["columns"]
        self._alone = words.layers[2:4]
        self._pad: int = neighbours.attrs["pad"]
        self._layers = [_Layer(each) for each in neighbours.layers[0].layers]
        self._width: int = network.get_dim("nO")
        self._rows: dict[Key, int] = {}
        # the first row is for no word
        self._table = np.zeros((_GROWTH, self._width), np.float32)
        self._sides = self._layers[0].weigh(self._table)

    def encode(self, docs: Sequence[Doc]) -> Floats:
        """The vectors of all words of texts, one text after the other."""
        # between texts lie empty words, so that no text sees another
        counts = [len(doc) for doc in docs]
        starts = np.cumsum([self._pad, *(count + self._pad for count in counts)])
        places = np.concatenate(
            [np.arange(start, start + count) for start, count in zip(starts, counts, strict=False)]
        )
        rows = np.zeros(int(starts[-1]), np.intp)
        rows[places] = self._look_up(docs)
        vectors = self._table[rows]
        first, *others = self._layers
        room = _Room(self._width, min(len(rows), STRETCH))
        self._run_first(first, vectors, rows, room)
        for layer in others:
            layer.run(vectors, room)
        found: Floats = vectors[places]
        return found

    def _run_first(
        self, layer: _Layer, vectors: Floats, rows: npt.NDArray[np.intp], room: _Room
    ) -> None:
        """Run the first layer on what is remembered of each word and its neighbours."""
        left, middle, right = self._sides
        for start in range(0, len(rows), STRETCH):
            here = rows[start : start + STRETCH]
            pieces, seen = room.pieces[: len(here)], room.seen[: len(here)]
            np.take(middle, here, axis=0, out=pieces)
            # the first and the last row of all are for no word: nothing stands beside them
            before = rows[start - 1 : start - 1 + len(here)] if start else rows[: len(here) - 1]
            pieces[len(here) - len(before) :] += np.take(
                left, before, axis=0, out=seen[: len(before)]
            )
            after = rows[start + 1 : start + 1 + len(here)]
            pieces[: len(after)] += np.take(right, after, axis=0, out=seen[: len(after)])
            layer.add(vectors[start : start + len(here)], pieces, room)

    def _look_up(self, docs: Sequence[Doc]) -> npt.NDArray[np.intp]:
        """The row of the table that holds what the first half says of each word."""
        keys: list[Key] = []
        for doc in docs:
            keys += map(tuple, doc.to_array(["ORTH", "NORM", "SPACY"]).tolist())
        rows = list(map(self._rows.get, keys))
        if None in rows:
            self._learn(docs, keys)
            rows = list(map(self._rows.get, keys))
        return np.array(rows, np.intp)

    def _learn(self, docs: Sequence[Doc], keys: list[Key]) -> None:
        """Ask the network about the words that are new."""
        if len(self._rows) + len(keys) > max(MAX_KEPT, len(keys)):
            self._rows.clear()
        traits = np.concatenate([doc.to_array(self._columns) for doc in docs])
        new = {key: place for place, key in enumerate(keys) if key not in self._rows}
        ragged: Any = Ragged  # its types are thinc's own arrays
        asked = ragged(traits[list(new.values())], np.array([len(new)], "i"))
        for layer in self._alone:
            asked = layer.predict(asked)
        first = 1 + len(self._rows)
        lacking = first + len(new) - len(self._table)
        if lacking > 0:
            more = np.zeros((lacking + _GROWTH, self._width), np.float32)
            self._table = np.concatenate([self._table, more])
            self._sides = np.concatenate([self._sides, self._layers[0].weigh(more)], axis=1)
        self._table[first : first + len(new)] = asked.dataXd
        self._sides[:, first : first + len(new)] = self._layers[0].weigh(asked.dataXd)
        self._rows.update(zip(new, range(first, first + len(new)), strict=True))


class EncoderPipe:
    """A component in place of spaCy's `tok2vec`: what it computes is put into `Doc.tensor`."""

    def __init__(self, encoder: QuickEncoder) -> None:
        self._encoder = encoder

    def __call__(self, doc: Doc) -> Doc:
        """Encode one text."""
        self._encode([doc])
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 64) -> Iterator[Doc]:
        """Encode many texts, a batch at a time."""
        texts = iter(stream)
        while docs := list(islice(texts, batch_size)):
            self._encode(docs)
            yield from docs

    def _encode(self, docs: Sequence[Doc]) -> None:
        vectors = self._encoder.encode(docs)
        start = 0
        for doc in docs:
            doc.tensor = vectors[start : start + len(doc)]  # type: ignore[assignment]  # typed as 64 bits
            start += len(doc)


class _Layer:
    """One layer of the second half: a word and its two neighbours, maxout, normalised, added."""

    def __init__(self, residual: Model[Any, Any]) -> None:
        window, maxout = residual.layers[0].layers[:2]
        if window.name != "expand_window" or window.attrs["window_size"] != 1:
            raise ValueError(f"{residual.name}: a layer that is read otherwise")
        dense, norm = maxout.layers[0].layers[:2]
        weights = _param(dense, "W")
        outs, pieces, ins = weights.shape
        if pieces != PIECES or ins != PIECES * outs:
            raise ValueError(f"{residual.name}: a layer of shape {weights.shape}")
        # the pieces of all outputs side by side, so that the best of them is found in long runs
        self._weights = np.ascontiguousarray(weights.transpose(2, 1, 0).reshape(ins, -1))
        self._bias = _param(dense, "b").T.reshape(-1)
        self._gain = _param(norm, "G")
        self._shift = _param(norm, "b")
        self._width = outs

    def weigh(self, vectors: Floats) -> Floats:
        """What the layer makes of each word alone: to the left, in the middle, to the right."""
        width = self._width
        return np.stack(
            [np.dot(vectors, self._weights[n * width : (n + 1) * width]) for n in range(PIECES)]
        )

    def run(self, vectors: Floats, room: _Room) -> None:
        """Add to each vector what the layer says of it and its neighbours."""
        width = self._width
        before = np.zeros(width, np.float32)
        for start in range(0, len(vectors), STRETCH):
            here = vectors[start : start + STRETCH]
            seen, pieces = room.seen[: len(here)], room.pieces[: len(here)]
            seen[0, :width] = before
            seen[1:, :width] = here[:-1]
            seen[:, width : 2 * width] = here
            seen[:-1, 2 * width :] = here[1:]
            end = start + len(here)
            seen[-1, 2 * width :] = vectors[end] if end < len(vectors) else 0
            before = here[-1].copy()
            np.dot(seen, self._weights, out=pieces)
            self.add(here, pieces, room)

    def add(self, vectors: Floats, pieces: Floats, room: _Room) -> None:
        """Add to each vector what comes of its weighed pieces."""
        width = self._width
        pieces += self._bias
        best = room.best[: len(vectors)]
        np.maximum(pieces[:, :width], pieces[:, width : 2 * width], out=best)
        for piece in range(2, PIECES):
            np.maximum(best, pieces[:, piece * width : (piece + 1) * width], out=best)
        best -= best.mean(axis=1, keepdims=True)
        spread = np.einsum("ij,ij->i", best, best)
        best *= (1 / np.sqrt(spread / np.float32(width) + _EPSILON))[:, None]
        best *= self._gain
        best += self._shift
        vectors += best


class _Room:
    """Where the layers compute a stretch of words, so that no memory is asked for in between."""

    def __init__(self, width: int, rows: int) -> None:
        self.seen = np.empty((rows, PIECES * width), np.float32)
        self.pieces = np.empty((rows, PIECES * width), np.float32)
        self.best = np.empty((rows, width), np.float32)


def _param(model: Model[Any, Any], name: str) -> Floats:
    return np.asarray(model.get_param(name), np.float32)
