"""Tests of reading other languages."""
