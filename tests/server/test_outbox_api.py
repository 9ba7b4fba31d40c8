"""The outbox and targets over HTTP."""

from __future__ import annotations

from typing import Any

from jobs_tui.server.api.models import ExecutionResponse, OutboxResponse
from jobs_tui.service import outbox
from tests.server.api_help import JOBS, RUNS, call, new_job
from tests.server.face import Face
from tests.service.test_outbox import delivered

URL = "json://ann:T0kenPassw0rd@127.0.0.1:8080/pathtoken"


async def ids(face: Face) -> tuple[str, str, str]:
    """A run, and its two deliveries."""
    run = delivered(face.ctx)
    first, second = outbox.of_run(face.ctx, run)
    return run, first.delivery.id, second.delivery.id


async def test_an_address_is_never_answered(face: Face) -> None:
    job = await new_job(face, deliver_to=[{"type": "notify", "url": URL}])
    (target,) = job["deliver_to"]
    assert target["shown"] == "json://***@127.0.0.1:8080/***"
    assert target["url"].startswith("store:delivery_")
    status, changed = await call(face, "PATCH", f"{JOBS}/{job['id']}", {"deliver_to": [target]})
    assert (status, changed["deliver_to"]) == (200, [target])
    status, preview = await call(
        face,
        "POST",
        f"{JOBS}/preview",
        {
            "name": "x",
            "trigger_type": "manual",
            "entity_id": "shell",
            "prompt_template": "true",
            "deliver_to": [{"type": "notify", "url": URL}],
        },
    )
    assert (status, preview["deliver_to"]) == (200, ["notify json://***@127.0.0.1:8080/***"])


async def test_what_is_wrong_with_a_target_is_said_with_its_place(face: Face) -> None:
    for target, place in (
        ({"type": "notify", "url": "nonsense://x"}, ["body", "deliver_to", 0, "url"]),
        ({"type": "notify"}, ["body", "deliver_to", 0, "url"]),
        ("text", ["body", "deliver_to", 0]),
    ):
        status, answer = await call(
            face,
            "POST",
            JOBS,
            {
                "name": "x",
                "trigger_type": "manual",
                "prompt_template": "true",
                "entity_id": "shell",
                "deliver_to": [target],
            },
        )
        assert status == 422, answer
        assert [str(one) for one in answer["detail"][0]["loc"]] == [str(one) for one in place]


async def test_a_run_has_its_deliveries(face: Face) -> None:
    run, first, second = await ids(face)
    status, answer = await call(face, "GET", f"{RUNS}/{run}")
    assert status == 200
    ExecutionResponse.model_validate(answer)
    assert [one["id"] for one in answer["deliveries"]] == [first, second]
    assert answer["undelivered"] is None


async def test_the_outbox_is_listed_skipped_and_tried_again(face: Face) -> None:
    run, first, second = await ids(face)
    status, found = await call(face, "GET", "/api/v1/outbox")
    assert (status, [one["id"] for one in found]) == (200, [second, first])
    for one in found:
        OutboxResponse.model_validate(one)
    status, one = await call(face, "POST", f"/api/v1/outbox/{first}/skip")
    assert (status, one["status"]) == (200, "skipped")
    _, found = await call(face, "GET", f"/api/v1/outbox?status=skipped&job_id={one['job_id']}")
    assert [entry["id"] for entry in found] == [first]
    status, one = await call(face, "POST", f"/api/v1/outbox/{first}/retry")
    assert (status, one["status"]) == (200, "waiting")
    status, one = await call(face, "GET", f"/api/v1/outbox/{first}")
    assert (status, one["execution_id"]) == (200, run)


async def test_what_is_not_there(face: Face) -> None:
    asked: list[tuple[str, str, Any]] = [
        ("GET", "/api/v1/outbox/out_x", 404),
        ("POST", "/api/v1/outbox/out_x/retry", 404),
        ("POST", "/api/v1/outbox/out_x/skip", 404),
        ("GET", "/api/v1/outbox?status=nope", 422),
        ("GET", "/api/v1/outbox?limit=0", 422),
    ]
    for method, path, wanted in asked:
        status, answer = await call(face, method, path)
        assert (status, list(answer)) == (wanted, ["detail"])
