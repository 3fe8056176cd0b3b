"""One article in, the events it tells out, as mentions; pure functions."""
