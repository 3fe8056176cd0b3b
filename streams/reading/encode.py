"""Texts in, a vector for every word out: what spaCy's `tok2vec` networks compute, in half the time.

The first half of such a network looks at one word alone, so what it says of a word is remembered.
The second half looks at a word's neighbours, layer after layer; it is computed as thinc does, with
fewer passes over memory. The numbers differ from thinc's by rounding only; a test compares them.
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

MAX_KEPT = 40_000
"""Words that are remembered, 400 bytes each; names are without end."""
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
        self._table = np.zeros((1_024, self._width), np.float32)

    def encode(self, docs: Sequence[Doc]) -> Floats:
        """The vectors of all words of texts, one text after the other."""
        # between texts lie empty words, so that no text sees another
        counts = [len(doc) for doc in docs]
        starts = np.cumsum([self._pad, *(count + self._pad for count in counts)])
        places = np.concatenate(
            [np.arange(start, start + count) for start, count in zip(starts, counts, strict=False)]
        )
        vectors = np.zeros((int(starts[-1]), self._width), np.float32)
        vectors[places] = self._look_up(docs)
        for layer in self._layers:
            layer.run(vectors)
        found: Floats = vectors[places]
        return found

    def _look_up(self, docs: Sequence[Doc]) -> Floats:
        """What the first half says of each word."""
        keys: list[Key] = []
        for doc in docs:
            keys += map(tuple, doc.to_array(["ORTH", "NORM", "SPACY"]).tolist())
        rows = list(map(self._rows.get, keys))
        if None in rows:
            self._learn(docs, keys)
            rows = list(map(self._rows.get, keys))
        found: Floats = self._table[np.array(rows, np.intp)]
        return found

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
        first = len(self._rows)
        while first + len(new) > len(self._table):
            self._table = np.concatenate([self._table, np.zeros_like(self._table)])
        self._table[first : first + len(new)] = asked.dataXd
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
        outs, self._pieces, ins = weights.shape
        # the pieces of all outputs side by side, so that the best of them is found in long runs
        self._weights = np.ascontiguousarray(weights.transpose(2, 1, 0).reshape(ins, -1))
        self._bias = _param(dense, "b").T.reshape(-1)
        self._gain = _param(norm, "G")
        self._shift = _param(norm, "b")
        self._width = outs

    def run(self, vectors: Floats) -> None:
        """Add to each vector what the layer says of it and its neighbours."""
        width = self._width
        seen = np.zeros((len(vectors), 3 * width), np.float32)
        seen[1:, :width] = vectors[:-1]
        seen[:, width : 2 * width] = vectors
        seen[:-1, 2 * width :] = vectors[1:]
        pieces = np.dot(seen, self._weights)
        pieces += self._bias
        best = pieces[:, :width]
        for piece in range(1, self._pieces):
            np.maximum(best, pieces[:, piece * width : (piece + 1) * width], out=best)
        best = best - best.mean(axis=1, keepdims=True)
        spread = np.einsum("ij,ij->i", best, best)
        best *= (1 / np.sqrt(spread / np.float32(width) + _EPSILON))[:, None]
        best *= self._gain
        best += self._shift
        vectors += best


def _param(model: Model[Any, Any], name: str) -> Floats:
    return np.asarray(model.get_param(name), np.float32)
