"""Tests of the served feeds."""
