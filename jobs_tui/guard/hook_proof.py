"""Which way a webhook's sender proves itself, and whether the proof holds (DESIGN 9)."""

from __future__ import annotations

import hmac
from collections.abc import Collection, Mapping
from datetime import datetime

from jobs_tui.guard import standard_webhooks
from jobs_tui.guard.signatures import sign, verify
from jobs_tui.models.enums import HookStyle
from jobs_tui.models.errors import Unauthorised

PROOF_HEADER = {
    HookStyle.GENERIC: "X-Webhook-Signature",
    HookStyle.GITHUB: "X-Hub-Signature-256",
    HookStyle.STANDARD: "webhook-signature",
    HookStyle.GITLAB: "X-Gitlab-Token",
}
"""The header that each style is recognised by."""


def style_of(headers: Mapping[str, str], allowed: Collection[HookStyle]) -> HookStyle:
    """The style of a request: the first in the order of :class:`HookStyle` whose header is there.

    Args:
        headers: by lower-case name.
        allowed: the others are not looked for.

    Raises:
        Unauthorised: none is there; names the headers that would do.
    """
    for style in HookStyle:
        if style in allowed and headers.get(PROOF_HEADER[style].lower(), "").strip():
            return style
    wanted = [PROOF_HEADER[style] for style in HookStyle if style in allowed]
    raise Unauthorised(f"The header {' or '.join(wanted)} is missing.")


def check_time(style: HookStyle, headers: Mapping[str, str], now: datetime) -> None:
    """Refuse a Standard Webhooks message that is incomplete, or that is of another time.

    Raises:
        Unauthorised: says which header is missing or wrong.
    """
    if style is not HookStyle.STANDARD:
        return
    for name in ("webhook-id", "webhook-timestamp"):
        if not headers.get(name, "").strip():
            raise Unauthorised(f"The header {name} is missing.")
    if not standard_webhooks.is_recent(headers["webhook-timestamp"].strip(), now):
        minutes = standard_webhooks.TOLERANCE // 60
        raise Unauthorised(
            f"webhook-timestamp is not within {minutes} minutes of this host's clock.",
            "Send the present time in seconds since 1970, and mind the sender's clock.",
        )


def fits(style: HookStyle, secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether the proof in the headers was made with this secret, compared in constant time."""
    proof = headers.get(PROOF_HEADER[style].lower(), "")
    if style is HookStyle.GITLAB:
        given = proof.strip().encode("utf-8", "surrogatepass")
        return hmac.compare_digest(secret.encode(), given) and bool(secret)
    if style is HookStyle.STANDARD:
        message_id = headers.get("webhook-id", "").strip()
        timestamp = headers.get("webhook-timestamp", "").strip()
        return standard_webhooks.verify(secret, message_id, timestamp, body, proof)
    return verify(secret, body, proof)


def proof_headers(
    style: HookStyle, secret: str, body: bytes, message_id: str, now: datetime
) -> dict[str, str]:
    """The headers with which a sender of this style proves a body, its message's id included."""
    if style is HookStyle.GENERIC:
        return {"X-Webhook-Signature": f"sha256={sign(secret, body)}", "X-Delivery-Id": message_id}
    if style is HookStyle.GITHUB:
        return {
            "X-Hub-Signature-256": f"sha256={sign(secret, body)}",
            "X-GitHub-Delivery": message_id,
        }
    if style is HookStyle.GITLAB:
        return {"X-Gitlab-Token": secret, "Idempotency-Key": message_id}
    timestamp = str(int(now.timestamp()))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": standard_webhooks.sign(secret, message_id, timestamp, body),
    }
