"""Tests of reading.numbers."""
