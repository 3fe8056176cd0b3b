"""Tests of the producers: pure rules by table and property, edges against a small real server."""
