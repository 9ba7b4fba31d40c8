"""Whatever a sender of any style sends, signed or not: an answer, a record, no mistake of ours."""

from __future__ import annotations

import asyncio
import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from jobs_tui.guard.hook_proof import PROOF_HEADER, proof_headers
from jobs_tui.models.enums import HookStyle
from jobs_tui.service.context import Context
from jobs_tui.service.hook_limits import HookLimits
from jobs_tui.service.hook_records import IncomingDelivery
from jobs_tui.service.webhooks import Answer, deliver
from jobs_tui.store.database import Store
from jobs_tui.store.home import Home
from jobs_tui.store.settings import Settings
from tests.fakes import FakeClock
from tests.service.hooks import hook, records
from tests.service.test_webhooks_fuzz import BODIES

NAMES = st.sampled_from(
    [name.lower() for name in PROOF_HEADER.values()]
    + ["webhook-id", "webhook-timestamp", "x-github-event", "x-gitlab-event", "x-delivery-id"]
    + ["idempotency-key", "x-github-delivery", "content-type", "content-length"]
)
VALUES = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    ["ping", "push", "application/x-www-form-urlencoded", "v1,AAAA", "1787320931", "1" * 40]
)
CONFIG = {
    "overlap": "allow",
    "webhook": {
        "events": ["push"],
        "mapping": {"branch": "payload.x.0[1].y", "all": "payload", "type": "headers"},
    },
}


@settings(max_examples=60, deadline=None)
@given(
    bodies=BODIES,
    style=st.sampled_from(list(HookStyle)),
    good=st.booleans(),
    odd=st.dictionaries(NAMES, VALUES, max_size=4),
)
def test_every_delivery_is_answered_and_kept(
    bodies: list[bytes], style: HookStyle, good: bool, odd: dict[str, str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        clock = FakeClock()
        store = Store(Home(Path(folder), Path(folder) / "config.toml"), clock)
        ctx = Context(store, "webhook", "webhook")
        limits = HookLimits(clock, Settings(refused_per_minute=3))
        job = hook(ctx, "echo {{ branch | default('') }} {{ all }} {{ type }}", config=CONFIG)

        async def send_all() -> list[Answer]:
            found = []
            for number, body in enumerate(bodies):
                made = proof_headers(style, job.secret, body, str(number % 3), clock.now())
                proof: dict[str, Any] = {name.lower(): value for name, value in made.items()}
                headers = {**odd, **proof} if good else {**proof, **odd}
                incoming = IncomingDelivery(job.path, headers, body, "10.0.0.1")
                found.append(await deliver(ctx, incoming, limits))
            return found

        try:
            answers = asyncio.run(send_all())
            assert {answer.status_code for answer in answers} <= {200, 400, 401, 422, 429}
            for answer in answers:
                json.dumps(answer.body, allow_nan=False, ensure_ascii=False).encode()
            assert len(records(ctx, job.id)) == len(bodies)
            started = {answer.body.get("execution_id") for answer in answers} - {None}
            row = store.row("select count(*) from executions")
            assert row is not None
            assert row[0] == len(started)
        finally:
            store.close()
