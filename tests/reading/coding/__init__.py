"""Tests of the coding of events."""
