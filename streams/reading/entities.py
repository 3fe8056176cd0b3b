"""Parsed texts in, their named entities out: what spaCy's `ner` finds, in half the time.

spaCy reads entities one word after the other, asking its model at each. But what the model says of a
word outside of any entity depends on nothing that was read before. So that is asked of all words at
once, and only the inside of an entity is read word by word. The rules of what may follow what are
those of spaCy's `BiluoPushDown`; a test compares every entity with spaCy's own.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from spacy.pipeline import EntityRecognizer
from spacy.tokens import Doc, Span

from streams.reading.encode import QuickEncoder

Floats = npt.NDArray[np.float32]

FEATURES = 3
"""Words the model looks at: this one, the first of the open entity, the one before inside it."""
_NEVER = np.float32(-1e30)


class QuickEntities:
    """A component in place of spaCy's `ner`; its model is used as it is."""

    def __init__(self, ner: EntityRecognizer) -> None:
        """Take the weights of a greedy recogniser; ValueError when it is of another make."""
        model = ner.model
        lower, upper = model.get_ref("lower"), model.get_ref("upper")
        weights: Floats = lower.get_param("W")
        if (
            (weights.shape[0], weights.shape[2]) != (FEATURES, 2)
            or ner.cfg["beam_width"] != 1
            or not model.attrs["has_upper"]
        ):
            raise ValueError(f"ner: a model of shape {weights.shape}, which is read otherwise")
        words, _, linear = model.get_ref("tok2vec").layers
        self._encoder = QuickEncoder(words)
        self._linear = linear
        features, hidden, pieces, width = weights.shape
        self._half = hidden
        # the two pieces of all hidden values side by side, so that the better is found in long runs
        self._weights = weights.transpose(0, 2, 1, 3).reshape(-1, width)
        self._bias: Floats = lower.get_param("b").T.reshape(-1)
        pad: Floats = lower.get_param("pad").reshape(features, hidden, pieces)
        pad = pad.transpose(0, 2, 1).reshape(features, -1)
        self._outside = pad[1] + pad[2] + self._bias
        self._upper: Floats = upper.get_param("W")
        self._upper_bias: Floats = upper.get_param("b")
        names = [ner.moves.get_class_name(number) for number in range(ner.moves.n_moves)]
        moves = [name.partition("-") for name in names]
        self._move = [move for move, _, _ in moves]
        self._label = [label for _, _, label in moves]
        self._begins = np.array([move == "B" for move in self._move])
        self._starts = np.array([move in "BU" and label != "" for move, _, label in moves])
        self._never = np.array(
            [move not in "BUO" or move + label == "U" for move, _, label in moves]
        )
        self._out = self._move.index("O")
        self._number = {(move, label): number for number, (move, _, label) in enumerate(moves)}

    def __call__(self, doc: Doc) -> Doc:
        """Set the entities of one text."""
        self._read([doc])
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 64) -> Iterator[Doc]:
        """Set the entities of many texts, a batch at a time."""
        texts = iter(stream)
        while docs := list(itertools.islice(texts, batch_size)):
            self._read(docs)
            yield from docs

    def _read(self, docs: Sequence[Doc]) -> None:
        filled = [doc for doc in docs if len(doc)]
        if not filled:
            return
        features = self._ask(filled)
        start = 0
        scores = self._score(features[:, 0] + self._outside)
        for doc in filled:
            end = start + len(doc)
            doc.set_ents(
                [
                    Span(doc, first, last, label=label)
                    for first, last, label in self._walk(
                        doc, features[start:end], scores[start:end]
                    )
                ],
                default="outside",
            )
            start = end

    def _ask(self, docs: list[Doc]) -> Floats:
        """What each word says as this word, as the first and as the one before: words x 3 x hidden."""
        vectors: Floats = self._linear.predict(self._encoder.encode(docs))
        found: Floats = np.dot(vectors, self._weights.T)
        return found.reshape(len(vectors), FEATURES, -1)

    def _score(self, hidden: Floats) -> Floats:
        best = np.maximum(hidden[:, : self._half], hidden[:, self._half :])
        scores: Floats = np.dot(best, self._upper.T) + self._upper_bias
        return scores

    def _walk(self, doc: Doc, features: Floats, scores: Floats) -> Iterator[tuple[int, int, str]]:
        """Follow the best moves through one text: first word, last word + 1, label."""
        # the array of a single attribute and of two differ in shape, not in meaning
        marks: npt.NDArray[Any] = doc.to_array(["SENT_START", "IS_SPACE"])
        ends = np.ones(len(doc), dtype=bool)
        ends[:-1] = marks[1:, 0] == 1
        spaces = marks[:, 1] == 1
        scores[:, self._never] = _NEVER
        scores[np.ix_(ends, self._begins)] = _NEVER
        scores[np.ix_(spaces, self._starts)] = _NEVER
        moves = scores.argmax(axis=1)
        position = 0
        for found in np.flatnonzero(moves != self._out).tolist():
            if found < position:
                continue
            move = int(moves[found])
            label = self._label[move]
            position = found + 1
            if self._move[move] == "B":
                position = self._find_end(features, ends, found, label)
            yield found, position, label

    def _find_end(
        self, features: Floats, ends: npt.NDArray[np.bool_], first: int, label: str
    ) -> int:
        """Read on from the first word of an entity; one past its last word."""
        choice = [self._number["I", label], self._number["L", label]]
        weights, bias = self._upper[choice], self._upper_bias[choice]
        here = first + 1
        while not ends[here]:
            hidden = features[here, 0] + features[first, 1] + features[here - 1, 2] + self._bias
            inside, last = weights @ np.maximum(hidden[: self._half], hidden[self._half :]) + bias
            if last > inside:
                break
            here += 1
        return here + 1
