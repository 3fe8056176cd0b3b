"""The tables that reading and merging read with; data, not code."""
