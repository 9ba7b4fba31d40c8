"""Ending a job over HTTP, and starting it again as a copy."""

from __future__ import annotations

import pytest

from jobs_tui.server.api import models
from tests.server.api_help import JOBS, call, new_job, new_run
from tests.server.face import Face


@pytest.mark.parametrize(("verb", "status"), [("cancel", "cancelled"), ("complete", "completed")])
async def test_an_end_is_for_good(face: Face, verb: str, status: str) -> None:
    job = await new_job(face)
    run = await new_run(face, job)
    place = f"{JOBS}/{job['id']}"
    code, answer = await call(face, "POST", f"{place}/{verb}", {"reason": "paid"})
    assert code == 200
    models.JobResponse.model_validate(answer)
    assert (answer["status"], answer["status_reason"], answer["enabled"]) == (
        status,
        "paid",
        False,
    )
    assert answer["ended_at"] == "2026-08-21T14:02:11.000Z"
    assert answer["execution_history"][0]["status"] == "cancelled"
    assert (await call(face, "GET", f"/api/v1/executions/{run}"))[1]["reason"] == (
        f"the job was {status}"
    )
    for wrong in (verb, "enable", "disable"):
        code, answer = await call(face, "POST", f"{place}/{wrong}")
        assert (code, "detail" in answer) == (409, True), wrong
    code, answer = await call(face, "POST", f"{place}/trigger")
    assert code == 400
    assert f"jobs-tui copy {job['id']}" in answer["detail"]
    for change in ({"status": "active"}, {"prompt_template": "x"}, {"enabled": True}):
        assert (await call(face, "PATCH", place, change))[0] == 409, change
    code, answer = await call(face, "PATCH", place, {"description": "old"})
    assert (code, answer["description"], answer["status"]) == (200, "old", status)
    code, answer = await call(face, "GET", f"{JOBS}?status={status}")
    assert [one["id"] for one in answer] == [job["id"]]


async def test_a_status_is_set_with_other_fields(face: Face) -> None:
    job = await new_job(face, trigger_type="cron", cron_schedule="@daily")
    place = f"{JOBS}/{job['id']}"
    sent = {"status": "paused", "status_reason": "holidays", "tags": ["x"]}
    code, answer = await call(face, "PATCH", place, sent)
    assert code == 200
    assert (answer["status"], answer["status_reason"], answer["tags"]) == (
        "paused",
        "holidays",
        ["x"],
    )
    code, answer = await call(face, "PATCH", place, {"status": "active"})
    assert (answer["status"], answer["status_reason"]) == ("active", None)
    assert answer["next_execution_at"] is not None
    for wrong in ({"status": "in_progress"}, {"status": 5}, {"status": "active", "name": ""}):
        code, answer = await call(face, "PATCH", place, wrong)
        assert code == 422, wrong
    code, answer = await call(face, "PATCH", place, {"status": "archived"})
    assert (code, answer["status"]) == (200, "archived")
    assert (await call(face, "GET", place))[0] == 404


async def test_a_copy_is_a_new_job(face: Face) -> None:
    job = await new_job(face, trigger_type="webhook", tags=["a"])
    await call(face, "POST", f"{JOBS}/{job['id']}/complete")
    code, copied = await call(face, "POST", f"{JOBS}/{job['id']}/copy", {"description": "again"})
    assert code == 201
    models.JobResponse.model_validate(copied)
    assert (copied["copied_from"], copied["status"], copied["tags"]) == (job["id"], "active", ["a"])
    assert copied["description"] == "again"
    assert copied["webhook_secret"]
    assert copied["webhook_url"] != job["webhook_url"]
    code, answer = await call(face, "POST", f"{JOBS}/{job['id']}/copy")
    assert (code, answer["name"]) == (201, "nightly (copy 2)")
    code, answer = await call(face, "POST", f"{JOBS}/{job['id']}/copy", {"name": ""})
    assert (code, answer["detail"][0]["loc"]) == (422, ["body", "name"])


@pytest.mark.parametrize("verb", ["cancel", "complete", "copy"])
async def test_unknown_jobs_and_bad_bodies(face: Face, verb: str) -> None:
    assert (await call(face, "POST", f"{JOBS}/job_none/{verb}"))[0] == 404
    job = await new_job(face)
    assert (await call(face, "POST", f"{JOBS}/{job['id']}/{verb}", [1]))[0] == 422
    wrong = {"name": 5} if verb == "copy" else {"reason": 5}
    assert (await call(face, "POST", f"{JOBS}/{job['id']}/{verb}", wrong))[0] == 422


async def test_dependencies_in_both_directions(face: Face) -> None:
    first = await new_job(face, name="a")
    middle = await new_job(face, name="b", depends_on=["a"])
    last = await new_job(face, name="c", depends_on=[{"job": middle["id"], "on": "failed"}])
    assert middle["depends_on"][0]["job"] == first["id"]
    code, answer = await call(face, "GET", f"{JOBS}/{middle['id']}/dependencies")
    assert code == 200
    models.Joined.model_validate(answer)
    assert [one["name"] for one in answer["depends_on"]] == ["a"]
    assert [(one["job_id"], one["on"]) for one in answer["dependants"]] == [(last["id"], "failed")]
    assert (await call(face, "GET", f"{JOBS}/job_none/dependencies"))[0] == 404
    code, answer = await call(face, "PATCH", f"{JOBS}/{first['id']}", {"depends_on": ["c"]})
    assert (code, answer["detail"][0]["loc"]) == (422, ["body", "depends_on"])
    assert "'a' waits for 'c' waits for 'b' waits for 'a'" in answer["detail"][0]["msg"]
