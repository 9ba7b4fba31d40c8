"""Shell commands that sign and send a delivery, for whoever sets a sender up."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from jobs_tui.agents import prompt as prompts
from jobs_tui.agents.directory import Directory
from jobs_tui.models.config import webhook_config
from jobs_tui.models.enums import HookStyle
from jobs_tui.models.job import Definition

_HEX = 'SIGNATURE=$(printf %s "$BODY" | openssl dgst -sha256 -hmac "$SECRET" -r | cut -d" " -f1)'
_STANDARD = (
    "ID=msg_$(openssl rand -hex 12); TIME=$(date +%s)\n"
    'SIGNATURE=$(printf %s "$ID.$TIME.$BODY"'
    ' | openssl dgst -sha256 -hmac "$SECRET" -binary | openssl base64 -A)'
)


def curl_sample(
    address: str,
    parameters: Mapping[str, Any],
    style: HookStyle = HookStyle.GENERIC,
    events: Sequence[str] | None = None,
) -> str:
    """A command that signs and sends a delivery; the secret comes from ``$SECRET``.

    Args:
        events: what the job's filter lets through; the first is sent.
    """
    body = shlex.quote(json.dumps({"parameters": dict(parameters)}))
    prepare, headers = _proof(style)
    event = sample_event(style, events)
    words = "".join(f' -H "{name}: {value}"' for name, value in headers.items())
    if event:
        words += f" -H {shlex.quote(': '.join(event))}"
    lines = [f"BODY={body}", *([prepare] if prepare else [])]
    lines.append(
        f'curl -sS{words} -H "Content-Type: application/json" -d "$BODY" {shlex.quote(address)}'
    )
    return "\n".join(lines)


def sample_event(style: HookStyle, events: Sequence[str] | None) -> tuple[str, str] | None:
    """Header and value of an event that starts the job; None for styles without events."""
    wanted = events[0] if events else "push"
    if style is HookStyle.GITHUB:
        return "X-GitHub-Event", wanted
    if style is HookStyle.GITLAB:
        return "X-Gitlab-Event", wanted if events else "Push Hook"
    return None


def first_style(definition: Definition) -> HookStyle:
    """The style to show and to test a job's webhook with: the generic one where it may be."""
    styles = webhook_config(definition.config).styles
    return HookStyle.GENERIC if HookStyle.GENERIC in styles else styles[0]


def example_values(definition: Definition, directory: Directory) -> dict[str, Any]:
    """A value for each parameter: its default, or ``...``."""
    return {
        parameter.name: "..." if parameter.default is None else parameter.default
        for parameter in prompts.declared_and_used(definition, directory)
    }


def _proof(style: HookStyle) -> tuple[str, dict[str, str]]:
    """Lines that sign ``$BODY``, and the headers that they fill; names and values are ours."""
    if style is HookStyle.GENERIC:
        return _HEX, {"X-Webhook-Signature": "sha256=$SIGNATURE"}
    if style is HookStyle.GITHUB:
        return _HEX, {"X-Hub-Signature-256": "sha256=$SIGNATURE"}
    if style is HookStyle.GITLAB:
        return "", {"X-Gitlab-Token": "$SECRET"}
    return _STANDARD, {
        "webhook-id": "$ID",
        "webhook-timestamp": "$TIME",
        "webhook-signature": "v1,$SIGNATURE",
    }
