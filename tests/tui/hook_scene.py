"""Webhooks with a past, for the tests of the hooks and delivery screens."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from jobs_tui.guard.signatures import sign
from jobs_tui.models.execution import Delivery
from jobs_tui.models.job import Job
from jobs_tui.models.times import to_text
from jobs_tui.service import hook_admin, jobs
from jobs_tui.service.context import Context
from jobs_tui.service.hook_records import IncomingDelivery
from jobs_tui.service.webhooks import deliver
from jobs_tui.store import deliveries

BODY = {"parameters": {"branch_name": "main", "environment": "staging"}}


@dataclass
class Hooks:
    """What was made; the jobs' secrets are known."""

    ctx: Context
    deploy: Job
    alarm: Job
    secrets: dict[str, str]

    async def send(
        self,
        job: Job,
        payload: Any = None,
        *,
        ago: float = 0.0,
        remote: str = "10.0.4.7",
        secret: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Delivery:
        """A delivery in GitHub's way, signed with the job's secret unless another one is given."""
        body = payload if isinstance(payload, bytes) else json.dumps(payload or {}).encode()
        signature = sign(secret or self.secrets[job.id], body)
        sent = {
            "content-type": "application/json",
            "user-agent": "ci/4.2",
            "x-github-event": "push",
            "x-hub-signature-256": signature,
            **(headers or {}),
        }
        return await self.raw(job.webhook_path or "", sent, body, ago=ago, remote=remote)

    async def raw(
        self,
        path: str,
        headers: dict[str, str],
        body: bytes,
        *,
        ago: float = 0.0,
        remote: str = "10.0.4.7",
    ) -> Delivery:
        """A request as given; the record of it, moved into the past."""
        await deliver(self.ctx, IncomingDelivery(path, headers, body, remote))
        at = self.ctx.now() - timedelta(seconds=ago)
        number = self.ctx.store.write(lambda connection: self._move(connection, to_text(at)))
        newest = deliveries.listing(self.ctx.store.jobs.reader(), None, 1)[0]
        assert number
        return newest

    def _move(self, connection: sqlite3.Connection, at: str) -> int:
        return connection.execute(
            "update deliveries set received_at = ?, id = 'dlv_' || printf('%08x', seq) ||"
            " '-0000-7000-8000-000000000000' where seq = (select max(seq) from deliveries)",
            (at,),
        ).rowcount


def build(ctx: Context) -> Hooks:
    """Two webhook jobs at addresses that are the same in every picture."""
    secrets: dict[str, str] = {}

    def make(name: str, path: str, prompt: str, **more: Any) -> Job:
        data = {"name": name, "trigger_type": "webhook", "entity_id": "shell", "enabled": True}
        saved = jobs.create(ctx, {**data, "prompt_template": prompt, **more})
        secrets[saved.job.id] = saved.webhook_secret or ""
        ctx.store.write(
            lambda connection: (
                connection.execute(
                    "update jobs set webhook_path = ? where id = ?", (path, saved.job.id)
                ).rowcount
            )
        )
        return replace(saved.job, webhook_path=path)

    allow = {"overlap": "allow", "max_parallel": 50}
    deploy = make(
        "deploy-on-push",
        "k3v9q0x2m7c4",
        "echo Deploy branch {{ branch_name }} to {{ environment }}",
        config=allow,
        parameters=[
            {"name": "branch_name", "default": "main"},
            {"name": "environment", "default": "staging"},
        ],
    )
    alarm = make("replica-alarm", "p0q2w8e1r5t6", "echo alarm", config=allow)
    make("nightly-import", "z7m1n4b6v3c0", "echo import", enabled=False)
    return Hooks(ctx, deploy, alarm, secrets)


async def fill(hooks: Hooks) -> None:
    """Every verdict, an unknown address, a rotated secret."""
    await hooks.send(hooks.deploy, BODY, ago=86_400 * 2)
    for n in range(3):
        await hooks.send(
            hooks.deploy, BODY, ago=9_000 - n * 600, headers={"x-github-delivery": f"g{n}"}
        )
    same = {"x-github-delivery": "same-id"}
    await hooks.send(hooks.alarm, {}, ago=5_400, remote="10.0.4.9", headers=same)
    await hooks.send(hooks.alarm, {}, ago=4_871, remote="10.0.4.9", headers=same)
    await hooks.send(hooks.deploy, {}, ago=4_000, headers={"x-github-event": "ping"})
    await hooks.raw(
        "wp-login.php", {"user-agent": "zgrab"}, b"a=1", ago=3_000, remote="203.0.113.77"
    )
    hook_admin.rotate_secret(hooks.ctx, hooks.deploy.id)
    await hooks.send(hooks.deploy, b"{", ago=1_500, secret="wrong")
    await hooks.send(hooks.deploy, BODY, ago=240, secret="wrong")
