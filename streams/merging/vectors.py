"""A text in, its static vector out: the mean of its words' vectors, of length one.

The vectors are those inside the wheel of `wordllama` (256 numbers a token). Its own loader looks in
a folder that the wheel does not have and then tries to download, so the two files are read here.
Measured against MiniLM and a multilingual e5 in docs/merging.md: once vectors are compared after the
mean of their neighbourhood is taken away, the heavy models add nothing that can be told from noise.
"""

from __future__ import annotations

import importlib.util
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file
from tokenizers import Tokenizer

Floats = npt.NDArray[np.float32]


@lru_cache(maxsize=2_048)  # the blocks of a mention ask one after the other
def embed_text(text: str) -> Floats | None:
    """Embed a text; None when none of its words has a vector."""
    table, tokenizer = _load_model()
    tokens = tokenizer.encode(text, add_special_tokens=False).ids
    if not tokens:
        return None
    mean = table[tokens].mean(axis=0, dtype=np.float32)
    length = float(np.linalg.norm(mean))
    return None if length == 0 else (mean / length).astype(np.float32)


@cache
def _load_model() -> tuple[npt.NDArray[np.float16], Tokenizer]:
    spec = importlib.util.find_spec("wordllama")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent
    weights = load_file(folder / "weights" / "l2_supercat_256.safetensors")
    tokenizer = Tokenizer.from_file(
        str(folder / "tokenizers" / "l2_supercat_tokenizer_config.json")
    )
    tokenizer.no_padding()
    tokenizer.no_truncation()
    table: npt.NDArray[np.float16] = weights["embedding.weight"]
    return table, tokenizer
