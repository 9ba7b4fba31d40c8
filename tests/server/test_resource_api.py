"""Agents, teams, queues... over HTTP: made, changed, removed, tried out."""

from __future__ import annotations

from typing import Any

import pytest

from tests.server.api_help import call
from tests.server.face import Face

API = "/api/v1"
BODIES: dict[str, dict[str, Any]] = {
    "agents": {"id": "bot", "kind": "shell", "capabilities": ["backup"]},
    "teams": {"id": "crew", "members": [{"agent": "shell", "role": "does"}]},
    "workflows": {"id": "flow", "steps": [{"name": "a", "prompt": "echo a"}]},
    "environments": {"id": "prod", "env_vars": {"A": "b"}, "required_tools": ["bash"]},
    "worker-queues": {"id": "slow", "concurrency": 1},
    "integrations": {"id": "pg", "env_vars": {"PGHOST": "db1"}},
    "policies": {"id": "opa", "engine": "opa", "url": "http://127.0.0.1:8181/v1/data/jobs"},
}


@pytest.mark.parametrize("path", BODIES)
async def test_one_is_made_read_changed_and_removed(face: Face, path: str) -> None:
    place, body = f"{API}/{path}", BODIES[path]
    status, made = await call(face, "POST", place, body)
    assert (status, made["id"], made["name"]) == (201, body["id"], body["id"])
    one = f"{place}/{body['id']}"
    assert (await call(face, "GET", one))[1]["used_by"] == []
    status, changed = await call(face, "PATCH", one, {"description": "about", "name": "Name"})
    assert (status, changed["description"], changed["name"]) == (200, "about", "Name")
    _, listed = await call(face, "GET", place)
    found = listed["policies"] if path == "policies" else listed
    assert [item["description"] for item in found if item["id"] == body["id"]] == ["about"]
    assert (await call(face, "POST", place, body))[0] == 400
    assert (await call(face, "DELETE", one))[0] == 204
    assert (await call(face, "GET", one))[0] == 404
    assert (await call(face, "DELETE", one))[0] == 404


@pytest.mark.parametrize(
    ("path", "body", "place"),
    [
        ("agents", {"id": "x y", "kind": "shell"}, "id"),
        ("agents", {"kind": "shell"}, "id"),
        ("teams", {"id": "t", "members": [{"agent": "nobody"}]}, "members"),
        ("workflows", {"id": "w", "steps": [{"name": "a", "prompt": 1}]}, "steps"),
        ("worker-queues", {"id": "q", "concurrency": "x"}, "concurrency"),
        ("policies", {"id": "p", "engine": "rego"}, "module"),
    ],
)
async def test_what_is_wrong_is_422_with_its_place(
    face: Face, path: str, body: dict[str, Any], place: str
) -> None:
    status, answer = await call(face, "POST", f"{API}/{path}", body)
    assert status == 422
    assert place in ".".join(map(str, answer["detail"][0]["loc"]))


async def test_what_is_used_is_removed_by_force_alone(face: Face) -> None:
    await call(face, "POST", f"{API}/agents", BODIES["agents"])
    await call(face, "POST", f"{API}/teams", {"id": "t", "members": [{"agent": "bot"}]})
    status, answer = await call(face, "DELETE", f"{API}/agents/bot")
    assert status == 400
    assert "the team t" in answer["detail"]
    assert (await call(face, "DELETE", f"{API}/agents/bot?force=true"))[0] == 204


async def test_agents_and_environments_are_tried_out_by_the_engine(face: Face) -> None:
    status, answer = await call(face, "POST", f"{API}/agents/shell/check")
    assert (status, answer) == (
        200,
        {"id": "shell", "ready": True, "message": "agent was tried"},
    )
    assert (await call(face, "POST", f"{API}/environments/x/check"))[0] == 200


async def test_a_secret_goes_in_and_never_comes_out(face: Face) -> None:
    status, made = await call(face, "POST", f"{API}/secrets", {"name": "PW", "value": "hunter2!"})
    assert (status, made["name"], made["source"], made["ready"]) == (201, "PW", "store", True)
    for path in ("secrets", "secrets/PW", "audit"):
        _, answer = await call(face, "GET", f"{API}/{path}")
        assert "hunter2!" not in str(answer)
    status, answer = await call(face, "POST", f"{API}/secrets", {"name": "PW"})
    assert status == 422
    assert (await call(face, "DELETE", f"{API}/secrets/PW"))[0] == 204
