"""The local stack: settings in, a real Kafka broker and a real Elasticsearch node on loopback out.

`tocsin.stack.local` starts, finds and stops it; importing this package alone imports no client.
"""
