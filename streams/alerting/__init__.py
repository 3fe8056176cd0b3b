"""Events in, alerts out; pure functions."""
