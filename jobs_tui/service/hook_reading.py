"""What a delivery says: its event, its sender's id, and the start that its body asks for.

Senders other than the generic one know nothing of us: their payload is searched for the values
that a job needs, and keys that happen to be named like ours are taken only when they can be meant.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

from jobs_tui.agents import prompt as prompts
from jobs_tui.agents.directory import Directory
from jobs_tui.models.config import WebhookConfig
from jobs_tui.models.enums import HookStyle, Kind
from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.job import Definition
from jobs_tui.service import starts
from jobs_tui.service.json_body import parse_object

SECRET_HEADERS = frozenset(
    {
        "authorization",
        "cookie",
        "proxy-authorization",
        "webhook-signature",
        "x-api-key",
        "x-gitlab-token",
        "x-hub-signature",
        "x-hub-signature-256",
        "x-webhook-signature",
    }
)
"""Headers that prove something: no template sees them, and records hold ``***`` in their place."""
LONGEST_ID = 200
"""Characters: a longer delivery id is kept as its digest."""
_EVENT_HEADER = {HookStyle.GITHUB: "x-github-event", HookStyle.GITLAB: "x-gitlab-event"}
_ID_HEADERS = {
    HookStyle.GENERIC: ("x-delivery-id", "idempotency-key", "x-webhook-id", "webhook-id"),
    HookStyle.GITHUB: ("x-github-delivery",),
    # The first stays the same when GitLab tries again; older ones send the second alone.
    HookStyle.GITLAB: ("idempotency-key", "x-gitlab-event-uuid"),
    HookStyle.STANDARD: ("webhook-id",),
}
_FORM = "application/x-www-form-urlencoded"
_BRACKETS = re.compile(r"\[(-?\d+)\]")


def event_of(style: HookStyle, headers: Mapping[str, str]) -> str:
    """The event that the sender names, as it does (``push``, ``Push Hook``); empty without one."""
    header = _EVENT_HEADER.get(style)
    return headers.get(header, "").strip() if header else ""


def why_ignored(
    style: HookStyle, headers: Mapping[str, str], events: Sequence[str] | None
) -> str | None:
    """Why an event starts nothing, or None when it does.

    GitHub's ``ping`` never does. ``push`` in ``events`` stands for GitLab's ``Push Hook`` too.
    """
    if style not in _EVENT_HEADER:
        return None
    event = event_of(style, headers)
    if style is HookStyle.GITHUB and event.lower() == "ping":
        return "GitHub's ping: the address and the secret are right."
    if events is None or _plain_event(event) in map(_plain_event, events):
        return None
    what = f"The event {event!r:.100}" if event else "A delivery without an event"
    return f"{what} does not start this job, only {', '.join(events)}."


def sender_id(style: HookStyle, headers: Mapping[str, str]) -> str | None:
    """The id that the sender gives a delivery, the same when it tries again; None without one."""
    for name in _ID_HEADERS[style]:
        found = headers.get(name, "").strip()
        if len(found) > LONGEST_ID:
            return f"sha256:{hashlib.sha256(found.encode('utf-8', 'replace')).hexdigest()}"
        if found:
            return found
    return None


def start_request(
    style: HookStyle,
    headers: Mapping[str, str],
    body: bytes,
    definition: Definition,
    config: WebhookConfig,
    directory: Directory,
) -> starts.Request:
    """The start that a body asks for.

    Raises:
        NotJson: it is not JSON (400).
        InvalidInput: it has the wrong shape (422).
    """
    payload = _payload(style, headers, body)
    seen = {name: value for name, value in headers.items() if name not in SECRET_HEADERS}
    generic = style is HookStyle.GENERIC
    parameters = _object(payload, "parameters", generic)
    for name, place in config.mapping.items():
        _fill(parameters, name, look_up(place, payload, seen))
    if not generic:
        for parameter in prompts.declared_and_used(definition, directory):
            _fill(parameters, parameter.name, payload.get(parameter.name))
    metadata = _object(payload, "metadata", generic)
    if not generic:
        about = {"event": event_of(style, headers), "delivery_id": sender_id(style, headers)}
        metadata = {"source": str(style), **{k: v for k, v in about.items() if v}, **metadata}
    return starts.Request(
        kind=Kind.WEBHOOK,
        parameters=parameters,
        config_override=_object(payload, "config_override", generic),
        metadata=metadata,
        inputs={"payload": payload, "headers": seen},
    )


def look_up(place: str, payload: Mapping[str, Any], headers: Mapping[str, str]) -> Any:
    """The value at a place like ``payload.commits.0.id`` or ``headers.x-event``; None if absent."""
    root, *keys = _BRACKETS.sub(r".\1", place).split(".")
    if root == "headers":
        return headers.get(".".join(keys).lower()) if keys else dict(headers)
    value: Any = payload
    for key in keys:
        value = _step(value, key)
    return value


def _step(value: Any, key: str) -> Any:
    if isinstance(value, Mapping):
        return value.get(key)
    if isinstance(value, list) and re.fullmatch(r"-?[0-9]{1,9}", key):
        index = int(key)
        return value[index] if -len(value) <= index < len(value) else None
    return None


def _fill(parameters: dict[str, Any], name: str, value: Any) -> None:
    """Give a variable its value unless it has one; what was not found, or is null, gives none."""
    if value is not None and name not in parameters:
        parameters[name] = value


def _payload(style: HookStyle, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    # GitHub sends a form when the hook is set up so; `curl -d` claims one whatever it sends.
    if style is HookStyle.GITHUB and media_type == _FORM:
        try:
            fields = parse_qs(body, keep_blank_values=True, max_num_fields=20)
        except ValueError:
            fields = {}
        if payloads := fields.get(b"payload"):
            body = payloads[0]
    return parse_object(body)


def _object(payload: Mapping[str, Any], name: str, generic: bool) -> dict[str, Any]:
    """A part of the body that is an object when it is there; null counts as absent."""
    value = payload.get(name)
    if isinstance(value, dict):
        return dict(value)
    if value is not None and generic:
        raise InvalidInput(f"{name} is not an object.", "Send {...}.", field=name)
    return {}


def _plain_event(name: str) -> str:
    return name.strip().lower().removesuffix(" hook").replace(" ", "_")
