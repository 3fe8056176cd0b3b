"""A message and its endpoint's secrets in, the three headers of Standard Webhooks out.

The id never changes between tries: it is the receiver's idempotency key. The timestamp is that of the
try, so that a receiver can refuse what is too old. Each secret gives one signature: while a secret is
being replaced, the receiver accepts either.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

PREFIX = "whsec_"


def parse_secret(text: str) -> bytes:
    """Read `whsec_` and base64 as the key it stands for; 24 to 64 bytes by the specification."""
    try:
        key = base64.b64decode(text.strip().removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("a secret is whsec_ and base64") from error
    if not 24 <= len(key) <= 64:
        raise ValueError(f"a secret has 24 to 64 bytes, this one {len(key)}")
    return key


def sign(message_id: str, timestamp: int, body: bytes, secrets: Sequence[bytes]) -> dict[str, str]:
    """Build the headers; without secrets there is no signature."""
    headers = {"webhook-id": message_id, "webhook-timestamp": str(timestamp)}
    if secrets:
        signed = f"{message_id}.{timestamp}.".encode() + body
        digests = (hmac.new(secret, signed, hashlib.sha256).digest() for secret in secrets)
        headers["webhook-signature"] = " ".join(
            f"v1,{base64.b64encode(digest).decode()}" for digest in digests
        )
    return headers
