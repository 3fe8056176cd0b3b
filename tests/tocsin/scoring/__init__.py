"""Tests of scoring labelled sets."""
