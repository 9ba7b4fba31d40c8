"""Approvals over HTTP."""

from __future__ import annotations

import pytest

from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.service import runs
from jobs_tui.service.context import Context
from tests.server.api_help import RUNS, call
from tests.server.face import Face, accept_token
from tests.service.waiting import WHOLE_RUN, waiting, waiting_run
from tests.service.waiting import call as tool_call

APPROVALS = "/api/v1/approvals"


async def test_listing_and_getting(face: Face, ctx: Context) -> None:
    run = waiting_run(ctx)
    other = waiting_run(ctx, name="other")
    await call(face, "POST", f"{RUNS}/{other}/deny")
    (found,) = waiting(ctx)
    status, everything = await call(face, "GET", APPROVALS)
    assert status == 200
    assert [one["status"] for one in everything] == ["waiting", "denied"]
    _, listed = await call(face, "GET", f"{APPROVALS}?status=waiting,approved")
    assert [one["id"] for one in listed] == [found.id]
    _, listed = await call(face, "GET", f"{APPROVALS}?execution_id={other}")
    assert [one["execution_id"] for one in listed] == [other]
    assert await call(face, "GET", f"{APPROVALS}/{found.id}") == (200, everything[0])
    assert everything[0]["execution_id"] == run
    assert everything[0]["arguments"] == {"path": "/etc/x"}
    assert (await call(face, "GET", f"{APPROVALS}/appr_x"))[0] == 404
    assert (await call(face, "GET", f"{APPROVALS}?status=maybe"))[0] == 422


async def test_approving_lets_the_run_go_on_at_once(face: Face, ctx: Context) -> None:
    run = waiting_run(ctx)
    (found,) = waiting(ctx)
    before = face.woken
    status, answer = await call(face, "POST", f"{APPROVALS}/{found.id}/approve", {"reason": "ok"})
    assert status == 200
    assert (answer["status"], answer["decided_by"]) == ("approved", "tests")
    assert answer["decided_reason"] == "ok"
    assert face.woken == before + 1
    assert runs.get(ctx, run).status is ExecutionStatus.QUEUED
    status, problem = await call(face, "POST", f"{APPROVALS}/{found.id}/deny")
    assert (status, "approved already" in problem["detail"]) == (400, True)


async def test_by_the_run(face: Face, ctx: Context) -> None:
    run = waiting_run(ctx, [WHOLE_RUN])
    status, answer = await call(face, "POST", f"{RUNS}/{run}/deny", {"reason": "no"})
    assert (status, answer["about"], answer["status"]) == (200, "run", "denied")
    assert runs.get(ctx, run).status is ExecutionStatus.FAILED
    assert (await call(face, "POST", f"{RUNS}/{run}/approve"))[0] == 404
    assert (await call(face, "POST", f"{RUNS}/exec_x/approve"))[0] == 404


async def test_a_run_that_waits_for_several_is_not_guessed_at(face: Face, ctx: Context) -> None:
    run = waiting_run(ctx, [tool_call(1), tool_call(2)])
    status, answer = await call(face, "POST", f"{RUNS}/{run}/approve")
    assert (status, "waits for 2 approvals" in answer["detail"]) == (404, True)
    assert len(waiting(ctx)) == 2


@pytest.mark.parametrize("body", [{"reason": 3}, {"reason": "x" * 2001}])
async def test_bad_reasons(face: Face, ctx: Context, body: dict[str, object]) -> None:
    waiting_run(ctx)
    (found,) = waiting(ctx)
    assert (await call(face, "POST", f"{APPROVALS}/{found.id}/approve", body))[0] == 422
    assert waiting(ctx) == [found]


async def test_whoever_may_only_read_decides_nothing(face: Face, ctx: Context) -> None:
    waiting_run(ctx)
    (found,) = waiting(ctx)
    for scope, status in (("read", 403), ("trigger", 200)):
        accept_token(ctx, f"jt_{scope}", scope, scope)
        headers = {"Authorization": f"Bearer jt_{scope}"}
        assert (await call(face, "GET", f"{APPROVALS}/{found.id}", None, **headers))[0] == 200
        asked = await call(face, "POST", f"{APPROVALS}/{found.id}/approve", None, **headers)
        assert asked[0] == status
