"""``--deliver-to`` and what goes with it, as fields of JobCreate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.short_targets import target_of

NOWHERE = "none"


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
        one.get("type") == "webhook" for one in found.get("deliver_to", ())
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
    target = target_of(text)
    if target.get("type") != "webhook" or "secret" in target:
        return target
    if secret is None:
        raise InvalidInput(
            "A call to a webhook is signed: --deliver-secret is missing.",
            "Keep a secret with `jobs-tui secret set NAME` and give --deliver-secret NAME.",
            field="deliver_to",
        )
    return {**target, "secret": secret}
