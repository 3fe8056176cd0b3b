"""Records from the topics in, documents in Elasticsearch out."""
