"""Tests of the contract and the steps."""
