"""Tests of the tables that streams read with."""
