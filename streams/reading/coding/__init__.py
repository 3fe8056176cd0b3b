"""Parsed sentences in; events read in them (kind, modality, who) out, by the lexicon's patterns."""
