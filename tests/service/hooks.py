"""A webhook job and signed deliveries to it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from jobs_tui.guard.signatures import sign
from jobs_tui.models.execution import Delivery
from jobs_tui.service import jobs
from jobs_tui.service.context import Context
from jobs_tui.service.webhooks import Answer, IncomingDelivery, deliver
from jobs_tui.store import deliveries


@dataclass(frozen=True, slots=True)
class Hooked:
    """A webhook job whose secret is known."""

    ctx: Context
    id: str
    path: str
    secret: str

    def signed(self, body: bytes, **headers: str) -> dict[str, str]:
        """Headers with the right signature."""
        return {"x-webhook-signature": sign(self.secret, body), **headers}

    async def send(self, payload: Any = None, **headers: str) -> Answer:
        """A signed delivery; ``payload`` is the value or the raw body."""
        body = payload if isinstance(payload, bytes) else json.dumps(payload or {}).encode()
        return await self.raw(body, self.signed(body, **headers))

    async def raw(self, body: bytes | None, headers: dict[str, str]) -> Answer:
        """A delivery as given."""
        return await deliver(self.ctx, IncomingDelivery(self.path, headers, body, "127.0.0.1"))


def hook(ctx: Context, prompt: str = "true", **more: Any) -> Hooked:
    """Create a webhook job."""
    data = {"name": "hook", "trigger_type": "webhook", "entity_id": "shell"}
    saved = jobs.create(ctx, {**data, "prompt_template": prompt, **more})
    assert saved.webhook_secret is not None
    assert saved.job.webhook_path is not None
    return Hooked(ctx, saved.job.id, saved.job.webhook_path, saved.webhook_secret)


def records(ctx: Context, job_id: str | None = None) -> list[Delivery]:
    """What was kept of a job's deliveries, or of all; newest first. Waits for what is behind."""
    ctx.store.write(lambda connection: None)
    return deliveries.listing(ctx.store.jobs.reader(), job_id, 10_000)
