"""Tests of who does it and who suffers it."""
