"""A signed test delivery to the running engine, over the same way that others take."""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from ipaddress import ip_address
from typing import Any
from urllib import request as urllib
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

from jobs_tui.guard.hook_proof import proof_headers
from jobs_tui.models.config import webhook_config
from jobs_tui.models.enums import HookStyle
from jobs_tui.models.errors import JobsTuiError, Refused
from jobs_tui.models.ids import new_delivery_id
from jobs_tui.service import hook_admin, jobs
from jobs_tui.service.context import Context
from jobs_tui.service.engine_state import engine_state, url_of
from jobs_tui.service.hook_samples import first_style, sample_event
from jobs_tui.store import deliveries as rows

PATIENCE = 30.0
"""Seconds to wait for the engine's answer."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What the engine answered."""

    url: str
    style: HookStyle
    status_code: int
    answer: dict[str, Any]


def send_test(
    ctx: Context,
    job_id: str,
    parameters: Mapping[str, Any] | None = None,
    style: HookStyle | None = None,
) -> Sent:
    """Sign a delivery with the job's secret and send it; it starts the job as any other would.

    Blocks until the engine has answered. The answer may be a refusal: that is what a test shows.

    Args:
        parameters: values for the prompt's variables.
        style: how to sign; None takes one that the job accepts.

    Raises:
        NotFound: no such job.
        Refused: it has no webhook, or no engine listens.
        JobsTuiError: the engine did not answer.
    """
    job = jobs.present(ctx, job_id)
    path = hook_admin.require_hook(job)
    hook = rows.hook_of(ctx.store.jobs.reader(), job.id)
    if hook is None:
        raise Refused(
            f"The job {job.name!r:.80} is not started by its webhook.",
            f"`jobs-tui edit {job.id} --webhook` changes that.",
        )
    url = f"{_engine_url(ctx)}/webhooks/{path}"
    style = style or first_style(job.definition)
    metadata = {"source": "test", "sent_by": ctx.actor}
    body = json.dumps({"parameters": dict(parameters or {}), "metadata": metadata}).encode()
    headers = proof_headers(style, hook.secret, body, new_delivery_id(), ctx.now())
    event = sample_event(style, webhook_config(job.definition.config).events)
    if event:
        headers[event[0]] = event[1]
    headers["Content-Type"] = "application/json"
    code, answer = _post(url, body, headers)
    return Sent(url, style, code, answer)


def _engine_url(ctx: Context) -> str:
    """The engine's own address on this machine: a test must not depend on what lies in front."""
    state = engine_state(ctx)
    if not state.running:
        raise Refused("No engine is running.", "`jobs-tui` or `jobs-tui serve` starts one.")
    if state.address is None:
        raise Refused(f"The engine does not listen: {state.hooks_problem or 'not yet'}.")
    parts = urlsplit(url_of(state.address))
    address = ip_address(parts.hostname or "127.0.0.1")
    if not address.is_unspecified:
        return parts.geturl()
    here = "127.0.0.1" if address.version == 4 else "[::1]"
    return f"{parts.scheme}://{here}:{parts.port}"


def _post(url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
    # The certificate names the host that others use, not this machine's address.
    tls = ssl.create_default_context()
    tls.check_hostname = False
    tls.verify_mode = ssl.CERT_NONE
    # No proxy: it is this machine that is asked.
    opener = urllib.build_opener(urllib.ProxyHandler({}), urllib.HTTPSHandler(context=tls))
    sent = urllib.Request(url, body, dict(headers), method="POST")
    try:
        with opener.open(sent, timeout=PATIENCE) as answer:
            return answer.status, _object(answer.read())
    except HTTPError as refusal:
        with refusal:
            return refusal.code, _object(refusal.read())
    except (URLError, HTTPException, OSError) as error:
        reason = getattr(error, "reason", None) or error
        raise JobsTuiError(
            f"The engine at {urlsplit(url).netloc} did not answer: {reason}.",
            "`jobs-tui status` says whether it runs.",
        ) from None


def _object(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise JobsTuiError(
            "What answered is not a jobs-tui engine.", "`jobs-tui status` says where it listens."
        )
    return found
