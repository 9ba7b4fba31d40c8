"""``--deliver-to`` and what goes with it, as fields of JobCreate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jobs_tui.models.errors import InvalidInput

NOWHERE = "none"
_REFERENCES = ("env", "cmd", "cred", "keyring", "store", "op")
"""Ways of keeping secrets; ``file:`` is a file here."""


def delivery_fields(options: Mapping[str, Any]) -> dict[str, Any]:
    """``deliver_to`` and ``deliver_when``; only what was given. Raises InvalidInput."""
    found: dict[str, Any] = {}
    given, secret = options["deliver_to"], options["deliver_secret"]
    if given:
        wanted = [one for one in given if one != NOWHERE]
        if len(wanted) < len(given) and wanted:
            raise InvalidInput("--deliver-to none stands alone.", field="deliver_to")
        found["deliver_to"] = [_target(one, secret) for one in wanted]
    if secret is not None and not any(
        one["type"] == "webhook" for one in found.get("deliver_to", ())
    ):
        raise InvalidInput(
            "--deliver-secret signs the calls of --deliver-to https://..., and there is none.",
            "Give the address with it.",
            field="deliver_to",
        )
    if options["deliver_when"] is not None:
        found["deliver_when"] = options["deliver_when"]
    return found


def _target(text: str, secret: str | None) -> dict[str, Any]:
    kind, colon, rest = text.partition(":")
    if colon and kind == "file":
        return {"type": "file", "path": rest}
    if colon and kind == "job":
        return {"type": "job", "job": rest}
    if colon and kind == "notify":
        return {"type": "notify", "url": rest}
    if colon and kind.lower() in ("http", "https"):
        return _webhook(text, secret)
    if colon and kind == "webhook":
        return _webhook(rest, secret)
    if "://" in text or kind in _REFERENCES:
        return {"type": "notify", "url": text}
    raise InvalidInput(
        f"--deliver-to {text!r:.60} says no way of delivery.",
        "Write a URL, file:PATH, job:NAME, or notify:NAME and webhook:NAME for a secret.",
        field="deliver_to",
    )


def _webhook(url: str, secret: str | None) -> dict[str, Any]:
    if secret is None:
        raise InvalidInput(
            "A call to a webhook is signed: --deliver-secret is missing.",
            "Keep a secret with `jobs-tui secret set NAME` and give --deliver-secret NAME.",
            field="deliver_to",
        )
    return {"type": "webhook", "url": url, "secret": secret}
