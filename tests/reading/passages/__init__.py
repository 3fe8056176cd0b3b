"""Tests of parting an article into paragraphs."""
