"""A small newsroom of our own writing, and what must come out of it: the demo's material.

Places are real, everything that happens in them is invented.
"""
