"""Standard Webhooks: signed are the message's id, its time and its body (standardwebhooks.com).

The key is the job's webhook secret as bytes; senders of this kind want it as ``whsec_`` and base64.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from datetime import datetime

TOLERANCE = 300
"""Seconds that a message's time may differ from ours, either way."""
_VERSION = "v1"
_SECONDS = re.compile(r"[0-9]{1,12}\Z")


def shown_secret(secret: str) -> str:
    """The secret as Standard Webhooks senders take it: ``whsec_`` and the base64 of its bytes."""
    return f"whsec_{base64.b64encode(secret.encode()).decode()}"


def sign(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    """One signature as it stands in ``webhook-signature``: ``v1,`` and base64.

    Args:
        timestamp: seconds since 1970, as sent.
    """
    content = f"{message_id}.{timestamp}.".encode("utf-8", "surrogatepass") + body
    digest = hmac.new(secret.encode(), content, hashlib.sha256).digest()
    return f"{_VERSION},{base64.b64encode(digest).decode()}"


def verify(secret: str, message_id: str, timestamp: str, body: bytes, header: str) -> bool:
    """True when one of the signatures in ``webhook-signature`` fits; all of them are compared.

    Args:
        header: signatures separated by blanks; those of other versions are passed over.
    """
    expected = sign(secret, message_id, timestamp, body).encode()
    # Two headers of one name come joined by a comma and a blank.
    given = [one.rstrip(",").encode("utf-8", "surrogatepass") for one in header.split()]
    fitting = [hmac.compare_digest(expected, one) for one in given]
    return any(fitting) and bool(secret)


def is_recent(timestamp: str, now: datetime) -> bool:
    """Whether a ``webhook-timestamp`` is one, and within :data:`TOLERANCE` of now."""
    if not _SECONDS.match(timestamp):
        return False
    return abs(now.timestamp() - int(timestamp)) <= TOLERANCE
