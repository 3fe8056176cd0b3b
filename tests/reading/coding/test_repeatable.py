"""A replay reads what was read: nothing hangs on the order in which a process keeps its sets."""

from __future__ import annotations

import os
import subprocess
import sys

PROGRAM = """
from streams.reading.coding.patterns import load_coding_lexicon
for (part, key), patterns in sorted(load_coding_lexicon().patterns.items()):
    print(part, key, [(p.id, p.recipients, p.targets, p.doers) for p in patterns])
"""


def test_patterns_stand_in_one_order_in_every_process() -> None:
    """Two processes with other hash seeds hold the same patterns, prepositions in order too."""
    printed = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(printed) == 1
