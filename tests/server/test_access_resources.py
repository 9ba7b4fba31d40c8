"""Tokens and the record of changes over HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jobs_tui.guard.signatures import sign
from jobs_tui.service import jobs, starts
from jobs_tui.service.context import Context
from tests.server.face import Face, accept_token
from tests.service.hooks import hook


async def test_a_token_that_was_made_here_works_here(face: Face) -> None:
    wanted = {"scope": "read", "name": "grafana", "expires": "30d"}
    status, made = await face.ask("POST", "/api/v1/tokens", json=wanted)
    assert status == 201
    assert (made["name"], made["scope"], made["created_by"]) == ("grafana", "read", "tests")
    bearer = {"Authorization": f"UserKey {made['token']}"}
    status, answer = await face.ask("GET", "/api/v1/tokens", headers=bearer)
    assert (status, "admin" in answer["detail"]) == (403, True)
    status, listed = await face.ask("GET", "/api/v1/tokens")
    assert sorted(one["name"] for one in listed) == ["grafana", "tests"]
    assert not [one for one in listed if "token" in one or "hash" in one]
    status, gone = await face.ask("DELETE", f"/api/v1/tokens/{made['id']}")
    assert (status, gone["status"]) == (200, "revoked")
    assert (await face.ask("GET", "/api/v1/tokens", headers=bearer))[0] == 401
    assert (await face.ask("DELETE", "/api/v1/tokens/grafana"))[0] == 400
    assert (await face.ask("DELETE", "/api/v1/tokens/nobody"))[0] == 404


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({}, "scope"),
        ({"scope": "root"}, "scope"),
        ({"scope": 1}, "scope"),
        ({"scope": "read", "name": 7}, "name"),
        ({"scope": "read", "name": ""}, "name"),
        ({"scope": "read", "name": "\x1b[2J"}, "name"),
        ({"scope": "read", "expires": "never"}, "expires"),
        ({"scope": "read", "expires": 5}, "expires"),
    ],
)
async def test_what_is_no_token(face: Face, body: dict[str, Any], place: str) -> None:
    status, answer = await face.ask("POST", "/api/v1/tokens", json=body)
    assert status == 422
    assert answer["detail"][0]["loc"] == ["body", place]
    assert len((await face.ask("GET", "/api/v1/tokens"))[1]) == 1


async def test_every_change_is_one_row_with_who_how_and_from_where(face: Face) -> None:
    other = await face.ask("POST", "/api/v1/tokens", json={"scope": "trigger", "name": "ci"})
    job = hook(face.ctx, config={"overlap": "allow"})
    ctx = Context(face.ctx.store, "ada", "cli")
    run = starts.start(ctx, job.id)
    jobs.pause(ctx, job.id)
    jobs.pause(ctx, job.id)  # nothing changed, so nothing is noted
    jobs.resume(ctx, job.id)
    body = b"{}"
    signed = {"X-Webhook-Signature": sign(job.secret, body)}
    status, sent = await face.ask("POST", f"/webhooks/{job.path}", data=body, headers=signed)
    assert status == 200
    assert (await face.ask("POST", f"/webhooks/{job.path}", data=body))[0] == 401
    status, found = await face.ask("GET", f"/api/v1/audit?subject={job.id}")
    assert status == 200
    seen = [(e["actor"], e["face"], e["origin"], e["action"], e["detail"]) for e in found]
    assert seen[:4] == [
        ("webhook", "webhook", "127.0.0.1", "job.start", sent["execution_id"]),
        ("ada", "cli", None, "job.resume", "was paused"),
        ("ada", "cli", None, "job.pause", "was in progress"),
        ("ada", "cli", None, "job.start", run.execution_id),
    ]
    assert [entry["action"] for entry in found[4:]] == ["job.create"]
    status, (made,) = await face.ask("GET", f"/api/v1/audit?subject={other[1]['id']}")
    assert (made["actor"], made["face"], made["origin"]) == ("tests", "api", "127.0.0.1")
    assert other[1]["token"] not in json.dumps(made)


async def test_pages_of_the_record(face: Face) -> None:
    for number in range(5):
        await face.ask("POST", "/api/v1/tokens", json={"scope": "read", "name": f"t{number}"})
    _, first = await face.ask("GET", "/api/v1/audit?limit=3")
    _, rest = await face.ask("GET", f"/api/v1/audit?limit=3&before={first[-1]['seq']}")
    assert [entry["detail"] for entry in first + rest] == [f"t{n} (read)" for n in (4, 3, 2, 1, 0)]


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "limit=x", "before=0", "before=1e3"])
async def test_bad_pages(face: Face, query: str) -> None:
    status, answer = await face.ask("GET", f"/api/v1/audit?{query}")
    assert status == 422
    assert answer["detail"][0]["loc"][0] == "query"


@pytest.mark.parametrize("scope", ["read", "trigger"])
@pytest.mark.parametrize("path", ["/api/v1/audit", "/api/v1/tokens"])
async def test_both_are_for_admins(face: Face, ctx: Context, scope: str, path: str) -> None:
    accept_token(ctx, "T-less", scope, "less")
    status, _ = await face.ask("GET", path, headers={"Authorization": "Bearer T-less"})
    assert status == 403
