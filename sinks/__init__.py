"""Topics in, Elasticsearch documents and webhook deliveries out."""
