"""Whatever a sender signs: never a mistake of ours, never half a row."""

from __future__ import annotations

import asyncio
import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from jobs_tui.service.context import Context
from jobs_tui.service.webhooks import Answer
from jobs_tui.store.database import Store
from jobs_tui.store.home import Home
from tests.fakes import FakeClock
from tests.service.hooks import Hooked, hook, records

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
KEYS = st.sampled_from(["parameters", "config_override", "metadata", "payload", "x"])
INNER = st.sampled_from(
    ["branch", "timeout", "retry", "overlap", "max_parallel", "grace", "payload", "run_id", ""]
)
OBJECTS = st.dictionaries(KEYS, JSON | st.dictionaries(INNER, JSON), max_size=4)
BODIES = st.lists(
    st.binary(max_size=40)
    | JSON.map(json.dumps).map(str.encode)
    | OBJECTS.map(json.dumps).map(str.encode),
    min_size=1,
    max_size=8,
)
PROMPTS = (
    "echo {{ branch | default('') }} '{{ payload }}' \"{{ headers.host }}\"",
    "echo $(( {{ branch }} + 1 ))",
)


async def send_all(job: Hooked, bodies: list[bytes], headers: dict[str, str]) -> list[Answer]:
    """One after the other."""
    return [await job.send(body, **headers) for body in bodies]


@settings(max_examples=60, deadline=None)
@given(bodies=BODIES, headers=st.dictionaries(st.text(min_size=1), st.text(), max_size=3))
def test_every_signed_body_is_answered_and_kept(bodies: list[bytes], headers: Any) -> None:
    headers = {
        key.lower().encode("utf-8", "replace").decode(): value.encode("utf-8", "replace").decode()
        for key, value in headers.items()
    }
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Home(Path(folder), Path(folder) / "config.toml"), FakeClock())
        ctx = Context(store, "webhook", "webhook")
        try:
            for prompt in PROMPTS:
                job = hook(ctx, prompt)
                answers = [
                    asyncio.run(job.send(body, **{"host": "h", **headers})) for body in bodies
                ]
                assert {answer.status_code for answer in answers} <= {200, 400, 422}
                for answer in answers:
                    json.dumps(answer.body, allow_nan=False, ensure_ascii=False).encode()
                assert len(records(ctx, job.id)) == len(bodies)
                good = sum(answer.status_code == 200 for answer in answers)
                row = store.row("select count(*) from executions where job_id = ?", (job.id,))
                assert row is not None
                assert row[0] == good
        finally:
            store.close()
