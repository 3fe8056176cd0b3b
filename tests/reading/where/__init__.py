"""Tests of reading.where."""
