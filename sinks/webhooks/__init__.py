"""Alerts from the topic to webhooks, chats and mail, through a schedule that survives everything."""
