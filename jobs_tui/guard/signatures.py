"""Webhook signatures and the unguessable parts of a webhook's address (DESIGN 9)."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import string

_PATH_LENGTH = 26  # of 36 characters: 134 bits, more than anybody can try
_PATH_ALPHABET = string.ascii_lowercase + string.digits
_PREFIX = "sha256="


def sign(secret: str, body: bytes) -> str:
    """The signature of a raw body: HMAC-SHA256 as 64 lower-case hex digits.

    Args:
        secret: the webhook's secret, used as UTF-8.
        body: the bytes as they came over the wire, before any parsing.
    """
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def verify(secret: str, body: bytes, header: str) -> bool:
    """True when the header ``X-Webhook-Signature`` fits the body.

    Bare or ``sha256=`` prefixed, hex digits of any case, blanks around it allowed. An empty
    secret never verifies. The comparison takes the same time wherever the difference is.
    """
    given = header.strip()
    if given[: len(_PREFIX)].lower() == _PREFIX:
        given = given[len(_PREFIX) :].strip()
    # As bytes: compare_digest refuses text that is not ASCII, and a header may hold anything.
    given_bytes = given.lower().encode("utf-8", "surrogatepass")
    expected = sign(secret, body).encode()
    return hmac.compare_digest(expected, given_bytes) and bool(secret)


def new_secret() -> str:
    """A fresh webhook secret: 32 random bytes, URL-safe (43 characters)."""
    return secrets.token_urlsafe(32)


def new_path() -> str:
    """A fresh webhook path: 26 lower-case letters and digits, so that it survives any client."""
    return "".join(secrets.choice(_PATH_ALPHABET) for _ in range(_PATH_LENGTH))
