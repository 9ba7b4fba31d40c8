"""Deliveries, replay and rotation over HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aiohttp import ClientSession

from jobs_tui.guard.signatures import sign
from jobs_tui.server.api import deliveries as api
from jobs_tui.store.settings import Settings
from tests.server.face import BEARER, TOKEN, Face, accept_token
from tests.service.hooks import Hooked, hook, records
from tests.service.made import made

ALLOW = {"overlap": "allow"}


async def send(face: Face, job: Hooked, body: bytes = b"{}", **headers: str) -> tuple[int, Any]:
    signed = {"X-Webhook-Signature": sign(job.secret, body)} | headers
    return await face.ask("POST", f"/webhooks/{job.path}", data=body, headers=signed)


async def test_a_repeat_over_http(face: Face) -> None:
    job = hook(face.ctx, config=ALLOW)
    _, first = await send(face, job, **{"X-Delivery-Id": "1"})
    status, again = await send(face, job, **{"X-Delivery-Id": "1"})
    assert (status, again["status"], face.woken) == (200, "duplicate", 1)
    assert again["execution_id"] == first["execution_id"]


async def test_deliveries_are_listed(face: Face) -> None:
    job, other = hook(face.ctx, config=ALLOW), hook(face.ctx)
    for number in range(3):
        await send(face, job, json.dumps({"n": number}).encode())
    await send(face, other)
    await face.ask("POST", f"/webhooks/{job.path}", data=b"x" * 3000)
    await face.ask("POST", "/webhooks/nowhere", data=b"")
    records(face.ctx)
    status, found = await face.ask("GET", "/api/v1/deliveries")
    assert (status, len(found)) == (200, 6)
    for entry in found:
        api.DeliveryResponse.model_validate(entry)
    assert found[0]["job_id"] is None
    assert found[1]["body_truncated"]
    assert len(found[1]["body"]) == 2048
    _, whole = await face.ask("GET", f"/api/v1/deliveries/{found[1]['id']}")
    assert whole["body"] == "x" * 3000
    _, page = await face.ask("GET", f"/api/v1/jobs/{job.id}/deliveries?limit=1&offset=1")
    assert [entry["body"] for entry in page] == ['{"n": 2}']
    assert (
        page
        == (await face.ask("GET", f"/api/v1/deliveries?job_id={job.id}&verdict=accepted"))[1][:1]
    )
    url = f"http://{face.address}/api/v1/deliveries?verdict=refused,limited&limit=1"
    async with face.session.get(url) as answer:
        assert answer.headers["X-Total-Count"] == "2"
        assert len(await answer.json()) == 1


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "offset=-1", "verdict=x", "limit=a"])
async def test_bad_queries(face: Face, query: str) -> None:
    status, answer = await face.ask("GET", f"/api/v1/deliveries?{query}")
    assert status == 422
    assert answer["detail"][0]["loc"] == ["query", query.partition("=")[0]]


async def test_what_is_not_there(face: Face) -> None:
    for method, path in [
        ("GET", "/api/v1/deliveries/dlv_x"),
        ("POST", "/api/v1/deliveries/dlv_x/replay"),
        ("GET", "/api/v1/jobs/job_x/deliveries"),
        ("GET", "/api/v1/jobs/job_x/webhook"),
        ("POST", "/api/v1/jobs/job_x/webhook/rotate"),
    ]:
        status, answer = await face.ask(method, path)
        assert (status, list(answer)) == (404, ["detail"])
    job = made(face.ctx)
    assert (await face.ask("GET", f"/api/v1/jobs/{job.id}/webhook"))[0] == 400
    assert (await face.ask("POST", f"/api/v1/jobs/{job.id}/webhook/rotate"))[0] == 400


async def test_replay(face: Face) -> None:
    job = hook(face.ctx, config=ALLOW)
    await send(face, job)
    await face.ask("POST", f"/webhooks/{job.path}", data=b"{}")
    bad, good = records(face.ctx, job.id)
    status, answer = await face.ask("POST", f"/api/v1/deliveries/{good.id}/replay")
    assert (status, answer["status"], answer["replay_of"]) == (200, "started", good.id)
    api.ReplayedResponse.model_validate(answer)
    assert face.woken == 2
    path = f"/api/v1/deliveries/{bad.id}/replay"
    assert (await face.ask("POST", path))[0] == 400
    status, answer = await face.ask("POST", path, json={"unverified": 1})
    assert (status, answer["detail"][0]["loc"]) == (422, ["body", "unverified"])
    status, answer = await face.ask("POST", path, json={"unverified": True})
    assert (status, answer["status"]) == (200, "started")
    newest = records(face.ctx, job.id)[0]
    assert (newest.replay_of, newest.remote) == (bad.id, "127.0.0.1")
    assert "tests" in newest.reason


async def test_how_to_call_it_and_a_new_secret(face: Face) -> None:
    job = hook(face.ctx, config=ALLOW)
    path = f"/api/v1/jobs/{job.id}/webhook"
    status, entry = await face.ask("GET", path)
    assert status == 200
    api.WebhookResponse.model_validate(entry)
    assert job.secret not in json.dumps(entry)
    status, rotated = await face.ask("POST", f"{path}/rotate")
    assert status == 200
    api.RotatedResponse.model_validate(rotated)
    assert (await send(face, job))[0] == 200
    _, last = await face.ask("POST", f"{path}/rotate", json={"overlap": 0})
    assert (await send(face, Hooked(face.ctx, job.id, job.path, rotated["webhook_secret"])))[
        0
    ] == 401
    assert (await send(face, Hooked(face.ctx, job.id, job.path, last["webhook_secret"])))[0] == 200
    for bad in (-1, "x", None, 1e300):
        status, answer = await face.ask("POST", f"{path}/rotate", json={"overlap": bad})
        assert (status, answer["detail"][0]["loc"]) == (422, ["body", "overlap"])


async def test_scopes(face: Face) -> None:
    job = hook(face.ctx)
    await send(face, job)
    (record,) = records(face.ctx, job.id)
    accept_token(face.ctx, "jt_t", "trigger", "t")
    headers = {"Authorization": "Bearer jt_t"}
    assert TOKEN in BEARER["Authorization"]
    for path in (f"deliveries/{record.id}/replay", f"jobs/{job.id}/webhook/rotate"):
        assert (await face.ask("POST", f"/api/v1/{path}", headers=headers))[0] == 403
    assert (await face.ask("GET", "/api/v1/deliveries", headers=headers))[0] == 200


async def test_the_limits_over_http(face: Face) -> None:
    async with ClientSession(headers=BEARER) as session:
        small = Face(face.ctx, session, Settings(hook_burst=2, refused_per_minute=2))
        await small.listen()
        job = hook(face.ctx, config=ALLOW)
        url = f"http://{small.address}/webhooks/{job.path}"
        codes = []
        for _ in range(3):
            async with session.post(url, data=b"{}") as answer:
                codes.append(answer.status)
        assert codes == [401, 401, 429]
        assert int(answer.headers["Retry-After"]) > 0
        assert [(await send(small, job))[0] for _ in range(3)] == [200, 200, 429]
        await small.listener.stop()
