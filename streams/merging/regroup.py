"""A table of likelihoods in; the groups that average-link clustering makes of it, out.

Average-link because a chain of resemblances (a strike, a protest against it, an arrest at the
protest) must not become one happening, which nearest-neighbour linking makes of it, and because it
has one threshold that holds for small and large groups alike.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


def group_pairs(likelihood: Floats, threshold: float) -> list[int]:
    """Label every row: equal labels are one group, numbered in the order of their first member.

    Joins the two groups with the highest mean likelihood between them until none reaches the
    threshold. Ties fall to the first members, so that equal tables give equal groups.
    """
    size = len(likelihood)
    between = ((likelihood + likelihood.T) / 2).astype(np.float64)
    np.fill_diagonal(between, -np.inf)
    weight = np.ones(size)
    groups = {row: [row] for row in range(size)}
    while len(groups) > 1:
        first, second = divmod(int(np.argmax(between)), size)
        if between[first, second] < threshold:
            break
        a, b = min(first, second), max(first, second)
        merged = (weight[a] * between[a] + weight[b] * between[b]) / (weight[a] + weight[b])
        between[a], between[:, a] = merged, merged
        between[a, a] = -np.inf
        between[b], between[:, b] = -np.inf, -np.inf
        weight[a] += weight[b]
        groups[a] += groups.pop(b)
    labels = [0] * size
    for label, members in enumerate(sorted(groups.values(), key=min)):
        for member in members:
            labels[member] = label
    return labels
