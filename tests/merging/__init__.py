"""Tests of the merge step: mentions in, events out."""
