"""Tests of the command and the local stack."""
