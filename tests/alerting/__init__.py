"""Tests of the rules, the ringer and the follow lists."""
