"""Resources that clients of the platform read: true to what exists, which is little."""

from __future__ import annotations

from typing import Any

import pytest

from jobs_tui.agents.registry import info
from jobs_tui.service import catalogue, starts
from jobs_tui.service.context import Context
from jobs_tui.service.engine_state import EngineState
from tests.server.api_help import call
from tests.server.face import Face, accept_token
from tests.service.made import claimed, made

API = "/api/v1"
SHELL = {
    "id": "shell",
    "organization_id": "local",
    "status": "ready",
    "status_reason": None,
    "runtime": "shell",
    "model_id": None,
    "capabilities": [],
}


async def test_there_is_one_agent(face: Face) -> None:
    status, found = await call(face, "GET", f"{API}/agents")
    assert status == 200
    (shell,) = [agent for agent in found if agent["id"] == "shell"]
    assert shell == shell | SHELL
    assert shell["name"]
    assert shell["description"]
    assert await call(face, "GET", f"{API}/agents/shell") == (200, {**shell, "used_by": []})


async def test_agents_that_cannot_work_say_why(face: Face, monkeypatch: pytest.MonkeyPatch) -> None:
    made_here = {"id": "x", "kind": "llm", "model": "m", "api_key": "env:NOT_SET_ANYWHERE"}
    assert (await call(face, "POST", f"{API}/agents", made_here))[0] == 201
    status, agent = await call(face, "GET", f"{API}/agents/x")
    assert (status, agent["status"], agent["model_id"]) == (200, "not_ready", "m")
    assert "NOT_SET_ANYWHERE" in agent["status_reason"]
    monkeypatch.setattr(catalogue, "registered", lambda known: [info(known.agents["x"])])
    assert (await call(face, "GET", f"{API}/runtimes"))[1] == [
        {"id": "llm", "name": "llm", "available": True}
    ]
    assert (await call(face, "GET", f"{API}/models/default"))[1]["agents"] == ["x"]


@pytest.mark.parametrize(
    "path", ["teams", "workflows", "environments", "integrations", "models", "secrets", "workers"]
)
async def test_what_does_not_exist_is_an_empty_list(face: Face, path: str) -> None:
    assert await call(face, "GET", f"{API}/{path}") == (200, [])


@pytest.mark.parametrize(
    "path",
    [
        "agents/nobody",
        "agents/%00",
        "environments/production/worker-queues",
        "models/default",
        "teams/ops",
        "secrets/key",
    ],
)
async def test_what_is_not_there_is_404(face: Face, path: str) -> None:
    status, answer = await call(face, "GET", f"{API}/{path}")
    assert status == 404
    assert isinstance(answer["detail"], str)


async def test_the_queue_says_what_is_in_it(face: Face) -> None:
    job = made(face.ctx, config={"overlap": "allow"})
    claimed(face.ctx, starts.start(face.ctx, job.id).execution_id)
    starts.start(face.ctx, job.id)
    status, (queue,) = await call(face, "GET", f"{API}/worker-queues")
    assert (status, queue["id"], queue["name"]) == (200, "default", "default")
    assert (queue["running"], queue["queued"], queue["active_workers"]) == (1, 1, 0)
    assert queue["max_running"] == 8


async def test_the_engine_is_the_worker(face: Face, monkeypatch: pytest.MonkeyPatch) -> None:
    now = face.ctx.now()
    engine = EngineState(True, "serve", "ops1", 7, "1.2", now, now, "127.0.0.1:7802", None)
    monkeypatch.setattr(catalogue, "engine_state", lambda ctx: engine)
    status, (worker,) = await call(face, "GET", f"{API}/workers")
    assert status == 200
    assert worker == {
        "id": "ops1:7",
        "organization_id": "local",
        "worker_queue_name": "default",
        "status": "active",
        "hostname": "ops1",
        "pid": 7,
        "mode": "serve",
        "version": "1.2",
        "address": "127.0.0.1:7802",
        "started_at": "2026-08-21T14:02:11.000Z",
        "last_heartbeat_at": "2026-08-21T14:02:11.000Z",
    }
    _, (queue,) = await call(face, "GET", f"{API}/worker-queues")
    assert queue["active_workers"] == 1


async def test_policies_come_in_pages(face: Face) -> None:
    empty: dict[str, Any] = {"policies": [], "total": 0, "page": 1, "limit": 20, "has_more": False}
    assert await call(face, "GET", f"{API}/policies") == (200, empty)
    status, answer = await call(face, "GET", f"{API}/policies?page=3&limit=5")
    assert (status, answer) == (200, empty | {"page": 3, "limit": 5})
    for query in ("page=0", "limit=0", "limit=101", "page=x"):
        status, answer = await call(face, "GET", f"{API}/policies?{query}")
        assert status == 422
        assert answer["detail"][0]["loc"] == ["query", query.partition("=")[0]]


async def test_they_are_for_reading(face: Face) -> None:
    accept_token(face.ctx, "jt_reads", "read", "reader")
    reader = {"Authorization": "UserKey jt_reads"}
    assert (await call(face, "GET", f"{API}/agents", **reader))[0] == 200
    assert (await call(face, "GET", f"{API}/secrets", Authorization=""))[0] == 401
    status, _ = await call(face, "POST", f"{API}/agents", {"id": "x"}, **reader)
    assert status == 403


def test_no_worker_without_an_engine(ctx: Context) -> None:
    assert catalogue.workers(ctx) == []
