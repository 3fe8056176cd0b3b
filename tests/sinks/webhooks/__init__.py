"""Tests of the sink to webhooks, chats and mail."""
