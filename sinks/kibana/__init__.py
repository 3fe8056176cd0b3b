"""Panel definitions in; saved objects for Kibana, and the proof that their questions have answers, out."""
