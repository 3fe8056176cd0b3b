"""Short texts in, unit vectors out: the static word vectors that ship inside wordllama.

`WordLlama.load()` looks for its tokenizer in a folder that the wheel does not have and then tries
to download it; the weights and the tokenizer are in the wheel, so they are read from there. Words
are weighted by their rarity, because "says" and "after" would otherwise drown "recalls".
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file
from tokenizers import Tokenizer
from wordfreq import zipf_frequency

Vectors = npt.NDArray[np.float32]

SMOOTHING = 1e-3
"""Arora et al. 2017: weight a / (a + p) of a word with frequency p."""
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")  # noqa: RUF001 - newspapers write curly apostrophes


@cache
def _load() -> tuple[Vectors, Tokenizer]:
    spec = importlib.util.find_spec("wordllama")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent
    weights = load_file(folder / "weights" / "l2_supercat_256.safetensors")["embedding.weight"]
    tokenizer = Tokenizer.from_file(
        str(folder / "tokenizers" / "l2_supercat_tokenizer_config.json")
    )
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return weights.astype(np.float32), tokenizer


@cache
def _embed_word(word: str) -> Vectors:
    weights, tokenizer = _load()
    ids = tokenizer.encode(word, add_special_tokens=False).ids
    frequency = 10 ** (zipf_frequency(word, "en") - 9)
    weight = SMOOTHING / (SMOOTHING + frequency)
    vector: Vectors = weights[ids].mean(axis=0) if ids else np.zeros(weights.shape[1], np.float32)
    return vector * np.float32(weight)


def embed_texts(texts: Sequence[str]) -> Vectors:
    """Embed texts as unit vectors, one a row; a text without words is a zero vector."""
    weights, _ = _load()
    rows = np.zeros((len(texts), weights.shape[1]), np.float32)
    for row, text in enumerate(texts):
        words = _WORD.findall(text.lower())
        if words:
            rows[row] = np.sum([_embed_word(word) for word in words], axis=0)
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(norms, 1e-9), np.float32)
