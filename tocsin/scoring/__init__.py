"""Labelled articles in, how well they were read out: the numbers behind `tocsin score`."""
