"""Mentions in, events out; pure functions."""
