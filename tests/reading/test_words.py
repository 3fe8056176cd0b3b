"""The copied words say what spaCy's own say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from streams.reading.parse import load_copier, load_pipeline
from streams.reading.words import Doc
from tests.reading.samples import SENTENCES

TEXTS = [
    *SENTENCES,
    " ".join(SENTENCES[:6]),
    "Two  spaces\n\nand lines. U.S. troops, 1,000 of 'em",
    "",
]
_PLAIN = [
    "i",
    "idx",
    "text",
    "lower_",
    "lemma_",
    "pos_",
    "tag_",
    "dep_",
    "ent_type_",
    "ent_iob_",
    "whitespace_",
    "text_with_ws",
    "is_punct",
    "is_space",
    "is_alpha",
    "is_digit",
    "like_num",
]
_WORDS = ("children", "lefts", "rights", "subtree", "ancestors", "conjuncts")


@pytest.fixture(scope="module")
def pairs() -> list[tuple[Any, Doc]]:
    """Texts as spaCy parsed them, and their copies."""
    return [(doc, load_copier().copy(doc)) for doc in load_pipeline().pipe(TEXTS)]


def _places(words: Iterable[Any]) -> list[int]:
    return [word.i for word in words]


def _bounds(spans: Iterable[Any]) -> list[tuple[int, int, str, str]]:
    return [(span.start, span.end, span.label_, span.text) for span in spans]


def test_every_word_is_spacys(pairs: list[tuple[Any, Doc]]) -> None:
    """What it is, where it hangs and what hangs on it."""
    for doc, copy in pairs:
        assert (copy.text, len(copy)) == (doc.text, len(doc))
        for expected, word in zip(doc, copy, strict=True):
            for name in _PLAIN:
                assert getattr(word, name) == getattr(expected, name), (word, name)
            for name in _WORDS:
                found = _places(getattr(expected, name))
                assert _places(getattr(word, name)) == found, (word, name)
            assert word.head.i == expected.head.i
            assert word.left_edge.i == expected.left_edge.i
            assert word.right_edge.i == expected.right_edge.i
            assert (word.sent.start, word.sent.end) == (expected.sent.start, expected.sent.end)
            for other, copied in zip(doc, copy, strict=True):
                assert word.is_ancestor(copied) == expected.is_ancestor(other)


def _list_spans(doc: Any) -> Iterator[Any]:
    for start in range(len(doc)):
        for end in range(start + 1, min(start + 7, len(doc)) + 1):
            yield doc[start:end]


def test_every_span_is_spacys(pairs: list[tuple[Any, Doc]]) -> None:
    """Sentences, entities, and the text, edges and root of any words that stand together."""
    for doc, copy in pairs:
        assert _bounds(copy.sents) == _bounds(doc.sents)
        assert _bounds(copy.ents) == _bounds(doc.ents)
        for expected, span in zip(_list_spans(doc), _list_spans(copy), strict=True):
            assert span.text == expected.text
            assert (span.start_char, span.end_char) == (expected.start_char, expected.end_char)
            assert span.root.i == expected.root.i
            assert _bounds(span.ents) == _bounds(expected.ents)
            assert _places(span[1:-1]) == _places(expected[1:-1])


def test_characters_give_the_words_that_hold_them(pairs: list[tuple[Any, Doc]]) -> None:
    """As spaCy's `char_span` that expands."""
    for doc, copy in pairs:
        for start in range(0, len(doc.text), 3):
            for end in (start + 1, start + 2, start + 9):
                expected = doc.char_span(start, end, alignment_mode="expand")
                found = copy.cover(start, end)
                bounds = None if expected is None else (expected.start, expected.end)
                assert (None if found is None else (found.start, found.end)) == bounds


def test_a_neighbour_beyond_the_text_is_an_error() -> None:
    """On both sides."""
    copy = load_copier().copy(load_pipeline()("Rain fell."))
    assert copy[0].nbor().text == "fell"
    with pytest.raises(IndexError, match="neighbour"):
        copy[0].nbor(-1)
    with pytest.raises(IndexError):
        copy[2].nbor()
