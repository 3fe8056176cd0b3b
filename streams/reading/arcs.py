"""Tagged texts in, their dependencies out: what spaCy's `parser` finds, in half the time.

spaCy advances a few texts together, without the interpreter's lock, and takes that lock again for
every small function it calls, some thirty times a word. Here all texts of a group are advanced
together, with the lock held and the arithmetic left to numpy. What may follow what, and what it does,
is spaCy's own code; a test compares every dependency with spaCy's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
from spacy.ml.parser_model import ParserStepModel
from spacy.pipeline import DependencyParser
from spacy.tokens import Doc

Floats = npt.NDArray[np.float32]

FEATURES = 8
"""Words the model looks at: two to come, three on the stack, and their outermost children."""


class QuickParser:
    """A component in place of spaCy's `parser`; its model is used as it is."""

    def __init__(self, parser: DependencyParser) -> None:
        """Take the weights of a greedy parser; ValueError when it is of another make."""
        model = parser.model
        lower, upper = model.get_ref("lower"), model.get_ref("upper")
        weights: Floats = lower.get_param("W")
        features, hidden, pieces, width = weights.shape
        layers = model.get_ref("tok2vec").layers
        if (
            (features, pieces) != (FEATURES, 2)
            or parser.cfg["beam_width"] != 1
            or not model.attrs["has_upper"]
            or model.attrs["unseen_classes"]
            or len(layers) != len(("words", "list2array", "linear"))
        ):
            raise ValueError(f"parser: a model of shape {weights.shape}, which is read otherwise")
        self._parser = parser
        self._linear = layers[-1]
        self._row = 2 * hidden
        # the two pieces of all hidden values side by side, so that the better is found in long runs
        self._weights = weights.transpose(0, 2, 1, 3).reshape(-1, width).T
        pad: Floats = lower.get_param("pad").reshape(FEATURES, hidden, 2)
        self._pad = pad.transpose(0, 2, 1).reshape(FEATURES, self._row)
        self._bias: Floats = lower.get_param("b").T.reshape(-1)
        self._upper: Floats = upper.get_param("W").T
        self._upper_bias: Floats = upper.get_param("b")
        self._shape = SimpleNamespace(state2vec=SimpleNamespace(nF=FEATURES))

    def __call__(self, doc: Doc) -> Doc:
        """Set the dependencies of one text."""
        self._read([doc])
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 64) -> Iterator[Doc]:
        """Set the dependencies of many texts, a batch at a time."""
        texts = iter(stream)
        while docs := list(islice(texts, batch_size)):
            self._read(docs)
            yield from docs

    def _read(self, docs: Sequence[Doc]) -> None:
        states = self._parser.moves.init_batch(docs)
        open_states = [state for state in states if not state.is_final()]
        if open_states:
            self._advance(open_states, self._ask(docs))
        self._parser.set_annotations(docs, states)

    def _ask(self, docs: Sequence[Doc]) -> Floats:
        """What each word says in each of the eight roles; the first row is for no word at all."""
        vectors = self._linear.predict(np.concatenate([doc.tensor for doc in docs]))
        asked = np.empty((len(vectors) + 1, FEATURES * self._row), np.float32)
        asked[0] = self._pad.reshape(-1)
        np.dot(vectors, self._weights, out=asked[1:])
        return asked.reshape(-1, self._row)

    def _advance(self, states: list[Any], asked: Floats) -> None:
        """Take the best move of each text until all are read."""
        roles = np.arange(FEATURES)
        half = self._row // 2
        while states:
            words = ParserStepModel.get_token_ids(self._shape, states)
            rows = (words + 1) * FEATURES + roles
            # the order of the sum is spaCy's, so the numbers are too
            hidden = np.add.reduce(asked[rows], axis=1)
            hidden += self._bias
            best = np.maximum(hidden[:, :half], hidden[:, half:])
            scores = np.dot(best, self._upper)
            scores += self._upper_bias
            states = self._parser.transition_states(states, scores)
