"""Tests of genre and voices."""
