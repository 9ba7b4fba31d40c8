"""Asking the API the way the published client does (compatibility.md)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from jobs_tui.models.times import to_text
from jobs_tui.service.context import Context
from jobs_tui.store.logs import US, Chunk, append
from tests.server.face import TOKEN, Face

JOBS = "/api/v1/jobs"
RUNS = "/api/v1/executions"

HEADERS = {"Authorization": f"UserKey {TOKEN}", "Content-Type": "application/json"}


async def call(
    face: Face, method: str, path: str, payload: Any = None, **headers: str
) -> tuple[int, Any]:
    """Status and body; the client says JSON on every request, body or not."""
    data = None if payload is None else json.dumps(payload)
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    async with face.session.request(
        method, f"http://{face.address}{path}", data=data, headers=HEADERS | names
    ) as answer:
        raw = await answer.read()
        return answer.status, json.loads(raw) if raw else None


async def new_job(face: Face, **more: Any) -> dict[str, Any]:
    """A job made over HTTP, manual for the shell unless said otherwise."""
    fields = {
        "name": "nightly",
        "trigger_type": "manual",
        "entity_id": "shell",
        "prompt_template": "echo done",
        **more,
    }
    status, job = await call(face, "POST", JOBS, fields)
    assert status == 201, job
    return dict(job)


async def new_run(face: Face, job: dict[str, Any], **parameters: Any) -> str:
    """The id of a run that was triggered."""
    status, answer = await call(
        face, "POST", f"{JOBS}/{job['id']}/trigger", {"parameters": parameters}
    )
    assert status == 200, answer
    return str(answer["execution_id"])


def printed(
    ctx: Context,
    execution_id: str,
    first: int,
    lines: Sequence[str],
    letter: str = "o",
    step: str = "",
) -> None:
    """Lines of a run's log, as one chunk."""
    text = "\n".join(f"0{US}{letter}{US}{step}{US}{line}" for line in lines)
    chunk = Chunk(execution_id, first, len(lines), to_text(ctx.now()), text)
    ctx.store.logs.writer.write(lambda connection: append(connection, chunk))
