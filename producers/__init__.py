"""Feeds in, articles on Kafka out."""
