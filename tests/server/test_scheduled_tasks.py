"""Scheduled tasks are cron jobs seen through other names (scheduled_tasks_api.md)."""

from __future__ import annotations

from typing import Any

import pytest

from jobs_tui.service import starts
from jobs_tui.service.context import Context
from tests.fakes import FakeClock
from tests.server.api_help import JOBS, call, new_job
from tests.server.face import Face, accept_token
from tests.service.made import cron_job, ended, made

TASKS = "/api/v1/scheduled_tasks"
CRON = "0  9 * * MON-FRI"
"""With two blanks: it comes back as it was sent."""


async def new_task(face: Face, **more: Any) -> dict[str, Any]:
    fields = {"name": "report", "schedule": CRON, "agent_id": "shell", "prompt": "df -h", **more}
    status, task = await call(face, "POST", TASKS, fields)
    assert status == 201, task
    return dict(task)


async def test_a_task_comes_back_as_it_was_sent(face: Face) -> None:
    task = await new_task(face, description="disks", timezone="Europe/Berlin")
    assert task == {
        "id": task["id"],
        "task_id": task["id"],
        "name": "report",
        "description": "disks",
        "schedule": CRON,
        "agent_id": "shell",
        "prompt": "df -h",
        "enabled": True,
        "timezone": "Europe/Berlin",
        "status": "active",
        "next_run_at": "2026-08-24T07:00:00.000Z",
        "last_run_at": None,
        "created_at": "2026-08-21T14:02:11.000Z",
        "updated_at": "2026-08-21T14:02:11.000Z",
    }
    assert await call(face, "GET", f"{TASKS}/{task['id']}") == (200, task)
    assert await call(face, "GET", TASKS) == (200, [task])


async def test_three_fields_are_enough(face: Face) -> None:
    status, task = await call(
        face, "POST", TASKS, {"name": "n", "schedule": "@daily", "prompt": "true"}
    )
    assert status == 201
    assert (task["agent_id"], task["timezone"], task["enabled"]) == ("shell", "UTC", True)
    assert task["schedule"] == "@daily"


async def test_a_task_is_a_cron_job(face: Face) -> None:
    task = await new_task(face)
    status, job = await call(face, "GET", f"{JOBS}/{task['id']}")
    assert status == 200
    assert (job["trigger_type"], job["cron_schedule"], job["cron_timezone"]) == (
        "cron",
        CRON,
        "UTC",
    )
    assert (job["prompt_template"], job["entity_type"], job["entity_id"]) == (
        "df -h",
        "agent",
        "shell",
    )
    assert job["next_execution_at"] == task["next_run_at"]


async def test_a_cron_job_is_a_task_and_no_other_job_is(face: Face) -> None:
    cron = await new_job(face, name="mine", trigger_type="cron", cron_schedule="*/15 * * * *")
    manual = await new_job(face)
    team = await new_job(
        face,
        name="team",
        trigger_type="cron",
        cron_schedule="@hourly",
        planning_mode="predefined_team",
        entity_id="ops",
    )
    _, listed = await call(face, "GET", TASKS)
    assert [task["id"] for task in listed] == [team["id"], cron["id"]]
    assert [task["agent_id"] for task in listed] == [None, "shell"]
    for path in (manual["id"], "nothing", f"{manual['id']}/executions"):
        status, answer = await call(face, "GET", f"{TASKS}/{path}")
        assert status == 404
        assert answer["detail"].startswith("There is no scheduled task")
    assert (await call(face, "DELETE", f"{TASKS}/{manual['id']}"))[0] == 404
    assert (await call(face, "GET", f"{JOBS}/{manual['id']}"))[0] == 200


async def test_an_update_may_be_one_field_or_all(face: Face) -> None:
    task = await new_task(face, description="disks")
    path = f"{TASKS}/{task['id']}"
    status, changed = await call(face, "PUT", path, {"schedule": "30 6 * * *", "unknown": 1})
    assert status == 200
    expected = {"schedule": "30 6 * * *", "next_run_at": "2026-08-22T06:30:00.000Z"}
    assert changed == task | expected
    whole = {
        "name": "other",
        "description": None,
        "schedule": "0 0 * * 0",
        "agent_id": "claude",
        "prompt": "say hello",
        "enabled": False,
        "timezone": "Asia/Tokyo",
    }
    status, changed = await call(face, "PUT", path, whole)
    assert status == 200
    assert {name: changed[name] for name in whole} == whole
    assert (changed["status"], changed["next_run_at"]) == ("paused", None)
    status, changed = await call(face, "PUT", path, {"timezone": None, "agent_id": None})
    assert (changed["timezone"], changed["agent_id"]) == ("UTC", "shell")


async def test_an_agent_takes_over_from_a_team(face: Face) -> None:
    job = await new_job(
        face,
        trigger_type="cron",
        cron_schedule="@hourly",
        planning_mode="predefined_team",
        entity_id="ops",
    )
    status, task = await call(face, "PUT", f"{TASKS}/{job['id']}", {"agent_id": "shell"})
    assert (status, task["agent_id"]) == (200, "shell")
    _, job = await call(face, "GET", f"{JOBS}/{job['id']}")
    assert (job["planning_mode"], job["entity_type"]) == ("predefined_agent", "agent")


async def test_delete_answers_200_with_an_empty_body(face: Face) -> None:
    task = await new_task(face)
    path = f"{TASKS}/{task['id']}"
    assert await call(face, "DELETE", path) == (200, None)
    assert (await call(face, "DELETE", path))[0] == 404
    assert (await call(face, "GET", path))[0] == 404
    assert (await call(face, "PUT", path, {"name": "x"}))[0] == 404
    assert await call(face, "GET", TASKS) == (200, [])
    assert (await call(face, "POST", f"{JOBS}/{task['id']}/restore"))[0] == 200
    assert (await call(face, "GET", path))[0] == 200


GOOD = {"name": "n", "schedule": "@daily", "prompt": "true"}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"name": None}, "name: "),
        ({"name": ""}, "name: "),
        ({"name": "\x00"}, "NUL"),
        ({"schedule": None}, "schedule: "),
        ({"schedule": "  "}, "schedule is empty."),
        ({"schedule": "every day"}, "2 fields"),
        ({"schedule": "0 0 31 2 *"}, "31"),
        ({"schedule": 5}, "schedule: "),
        ({"prompt": ""}, "The prompt is empty."),
        ({"prompt": "echo {{ x }}"}, "{{ x }}"),
        ({"prompt": ["a"]}, "prompt: "),
        ({"enabled": "yes"}, "enabled: "),
        ({"timezone": "Mars/Phobos"}, "Mars/Phobos"),
        ({"agent_id": 7}, "agent_id: "),
    ],
)
async def test_what_is_wrong_is_400_and_a_sentence(
    face: Face, more: dict[str, Any], words: str
) -> None:
    task = await new_task(face)
    for method, path in (("POST", TASKS), ("PUT", f"{TASKS}/{task['id']}")):
        status, answer = await call(face, method, path, GOOD | more)
        assert status == 400
        assert isinstance(answer["detail"], str)
        assert words in answer["detail"]
    assert await call(face, "GET", TASKS) == (200, [task])


@pytest.mark.parametrize("missing", GOOD)
async def test_a_field_that_is_missing_is_named(face: Face, missing: str) -> None:
    fields = {name: value for name, value in GOOD.items() if name != missing}
    status, answer = await call(face, "POST", TASKS, fields)
    assert (status, answer) == (400, {"detail": f"{missing} is missing."})


async def test_an_update_of_nothing_is_400(face: Face) -> None:
    task = await new_task(face)
    for fields in ({}, {"unknown": 1}):
        status, answer = await call(face, "PUT", f"{TASKS}/{task['id']}", fields)
        assert status == 400
        assert "Nothing to change" in answer["detail"]


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b"\xff", b'{"name": NaN}', b"[" * 100_000])
async def test_a_body_that_is_no_object_is_400(face: Face, body: bytes) -> None:
    url = f"http://{face.address}{TASKS}"
    async with face.session.post(url, data=body) as answer:
        assert answer.status in (400, 413)
        assert isinstance((await answer.json())["detail"], str)
    assert await call(face, "GET", TASKS) == (200, [])


async def test_both_schemes_and_the_scopes(face: Face) -> None:
    accept_token(face.ctx, "jt_reads", "read", "reader")
    task = await new_task(face)
    one = f"{TASKS}/{task['id']}"
    for scheme in ("UserKey", "Bearer", "ApiKey"):
        header = {"Authorization": f"{scheme} jt_reads"}
        assert (await call(face, "GET", TASKS, **header))[0] == 200
        for method, path in (("POST", TASKS), ("PUT", one), ("DELETE", one)):
            status, answer = await call(face, method, path, GOOD, **header)
            assert (status, "admin" in answer["detail"]) == (403, True)
    for header in ({"Authorization": "UserKey nonsense"}, {"Authorization": ""}):
        for method, path in (("GET", TASKS), ("POST", TASKS), ("PUT", one), ("DELETE", one)):
            status, answer = await call(face, method, path, GOOD, **header)
            assert status == 401
            assert isinstance(answer["detail"], str)


async def test_the_history_is_that_of_the_job(face: Face, clock: FakeClock) -> None:
    ctx = Context(face.ctx.store, "ada", "cli")
    job = cron_job(ctx)
    run = starts.start(ctx, job.id)
    ended(ctx, run.execution_id)
    status, history = await call(face, "GET", f"{TASKS}/{job.id}/executions?limit=5")
    assert (status, history["job_id"], history["total_count"]) == (200, job.id, 1)
    assert history["executions"][0]["status"] == "completed"
    _, task = await call(face, "GET", f"{TASKS}/{job.id}")
    assert task["last_run_at"] == "2026-08-21T14:02:11.000Z"
    for query in ("limit=0", "limit=501", "limit=x", "offset=-1", "limit=1&limit=2"):
        status, answer = await call(face, "GET", f"{TASKS}/{job.id}/executions?{query}")
        assert (status, isinstance(answer["detail"], str)) == (400, True)
    made(ctx)
    assert len((await call(face, "GET", TASKS))[1]) == 1


async def test_a_repeat_makes_no_second_task(face: Face) -> None:
    first = await call(face, "POST", TASKS, GOOD, Idempotency_Key="k1")
    assert first == await call(face, "POST", TASKS, GOOD, Idempotency_Key="k1")
    assert len((await call(face, "GET", TASKS))[1]) == 1
    status, answer = await call(face, "POST", TASKS, {**GOOD, "name": "m"}, Idempotency_Key="k1")
    assert (status, "another request" in answer["detail"]) == (400, True)


async def test_who_changed_a_task_is_noted(face: Face) -> None:
    task = await new_task(face)
    await call(face, "PUT", f"{TASKS}/{task['id']}", {"enabled": False})
    await call(face, "DELETE", f"{TASKS}/{task['id']}")
    _, entries = await call(face, "GET", f"/api/v1/audit?subject={task['id']}")
    assert [(one["action"], one["actor"], one["face"]) for one in entries] == [
        ("job.delete", "tests", "api"),
        ("job.pause", "tests", "api"),
        ("job.create", "tests", "api"),
    ]
