"""Jobs over HTTP: the fields, codes and filters of the specification."""

from __future__ import annotations

from typing import Any

import pytest

from jobs_tui.server.api import models
from jobs_tui.server.api.preview_models import PreviewResponse
from tests.server.api_help import JOBS, call, new_job, new_run
from tests.server.face import Face, accept_token
from tests.service.made import count, ended

SCAN = {
    "name": "Weekly Security Scan",
    "description": "Scan all repositories for vulnerabilities",
    "trigger_type": "cron",
    "cron_schedule": "0  0 * * SUN",
    "cron_timezone": "Europe/Paris",
    "planning_mode": "predefined_team",
    "entity_type": "team",
    "entity_id": "security-team-uuid",
    "prompt_template": "Scan all repositories and report vulnerabilities",
    "executor_type": "specific_queue",
    "worker_queue_name": "security",
    "enabled": True,
}
HOOK = {"trigger_type": "webhook", "name": "hook"}


def places(body: Any) -> list[list[Any]]:
    return [finding["loc"] for finding in body["detail"]]


async def test_a_job_comes_back_with_every_field_of_the_specification(face: Face) -> None:
    config = {"timeout": 60, "retry": {"max_attempts": 2}, "own": [1, {"z": 1, "a": 2}]}
    environment = {"env_vars": {"A": "b"}, "secrets": ["S"], "mcp_servers": {"m": {"url": "x"}}}
    sent = {**SCAN, "config": config, "execution_environment": environment}
    status, job = await call(face, "POST", JOBS, sent)
    assert status == 201
    models.JobResponse.model_validate(job)
    assert {name: job[name] for name in SCAN} == SCAN
    assert job["config"] == config
    assert list(job["config"]["own"][1]) == ["z", "a"]
    assert job["execution_environment"] == {**environment, "integration_ids": []}
    assert (job["organization_id"], job["created_by"], job["updated_by"]) == (
        "local",
        "tests",
        "tests",
    )
    assert job["next_execution_at"] == "2026-08-22T22:00:00.000Z"
    assert (await call(face, "GET", f"{JOBS}/{job['id']}")) == (200, job)


async def test_the_least_that_makes_a_job(face: Face) -> None:
    status, job = await call(
        face,
        "POST",
        JOBS,
        {
            "name": "Emergency Rollback",
            "trigger_type": "manual",
            "planning_mode": "predefined_workflow",
            "prompt_template": "Rollback {{ service_name }} to version {{ version }}, don't ask",
            "colour": "unknown fields are ignored",
        },
    )
    assert status == 201
    assert (job["entity_type"], job["entity_id"], job["entity_name"]) == (None, None, None)
    assert (job["enabled"], job["executor_type"], job["cron_timezone"]) == (True, "auto", "UTC")
    assert (job["config"], job["execution_environment"]) == ({}, None)
    status, body = await call(face, "POST", f"{JOBS}/{job['id']}/trigger", {"parameters": {}})
    assert (status, places(body)) == (422, [["body", "parameters", "service_name"]])
    assert count(face.ctx, "executions") == 0
    await new_run(face, job, service_name="api", version="2")


async def test_a_webhook_job_shows_its_secret_once(face: Face) -> None:
    job = await new_job(face, **HOOK)
    assert (
        job["webhook_url"].startswith(f"http://{face.address}")
        or "/webhooks/" in (job["webhook_url"])
    )
    assert len(job["webhook_secret"]) > 20
    _, again = await call(face, "GET", f"{JOBS}/{job['id']}")
    assert (again["webhook_url"], again["webhook_secret"]) == (job["webhook_url"], None)
    _, manual = await call(face, "PATCH", f"{JOBS}/{job['id']}", {"trigger_type": "manual"})
    assert manual["webhook_url"] is None


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"name": ""}, ["body", "name"]),
        ({"name": 1}, ["body", "name"]),
        ({"trigger_type": "often"}, ["body", "trigger_type"]),
        ({"enabled": "yes"}, ["body", "enabled"]),
        ({"config": None}, ["body", "config"]),
        ({"config": {"retry": {"max_attempts": 0}}}, ["body", "config", "retry", "max_attempts"]),
        ({"tags": ["a", 1]}, ["body", "tags", 1]),
        ({"entity_id": None}, ["body", "entity_id"]),
        ({"trigger_type": "cron"}, ["body", "cron_schedule"]),
        ({"trigger_type": "cron", "cron_schedule": "61 * * * *"}, ["body", "cron_schedule"]),
        ({"cron_timezone": "Mars/Base"}, ["body", "cron_timezone"]),
        ({"executor_type": "specific_queue"}, ["body", "worker_queue_name"]),
        ({"prompt_template": "echo {{ x"}, ["body", "prompt_template"]),
        (
            {"execution_environment": {"env_vars": {"A": 1}}},
            ["body", "execution_environment", "env_vars", "A"],
        ),
        (
            {"execution_environment": {"mcp_servers": {"m": {"args": "x"}}}},
            ["body", "execution_environment", "mcp_servers", "m", "args"],
        ),
    ],
)
async def test_what_is_wrong_is_named_with_its_place(
    face: Face, wrong: dict[str, Any], place: list[Any]
) -> None:
    fields = {"name": "n", "trigger_type": "manual", "entity_id": "shell", "prompt_template": "ls"}
    for path in (JOBS, f"{JOBS}/preview"):
        status, body = await call(face, "POST", path, fields | wrong)
        assert status == 422
        models.HTTPValidationError.model_validate(body)
        found = places(body)[0]
        assert found[: len(place)] == place or place[:-1] == found
    assert count(face.ctx, "jobs") == 0


async def test_everything_that_is_missing_is_told_at_once(face: Face) -> None:
    status, body = await call(face, "POST", JOBS, {})
    assert status == 422
    assert places(body) == [["body", "name"], ["body", "trigger_type"], ["body", "prompt_template"]]
    assert {finding["type"] for finding in body["detail"]} == {"missing"}


async def test_lists_are_bare_newest_first_and_filtered(face: Face) -> None:
    first = await new_job(face, name="first", description="About Backups")
    second = await new_job(face, name="second", enabled=False, tags=["x"])
    third = await new_job(face, name="third", trigger_type="cron", cron_schedule="0 9 * * *")

    async def names(query: str) -> list[str]:
        status, found = await call(face, "GET", f"{JOBS}{query}")
        assert status == 200
        return [job["name"] for job in found]

    assert await names("") == ["third", "second", "first"]
    for yes, no in (("True", "False"), ("true", "false"), ("1", "0")):
        assert await names(f"?enabled={yes}") == ["third", "first"]
        assert await names(f"?enabled={no}") == ["second"]
    assert await names("?trigger_type=cron") == ["third"]
    assert await names("?status=paused") == ["second"]
    assert await names("?q=backup") == ["first"]
    assert await names("?tag=x&nonsense=1") == ["second"]
    assert await names("?limit=1&offset=1") == ["second"]
    assert await names("?offset=1") == ["second", "first"]
    await call(face, "DELETE", f"{JOBS}/{third['id']}")
    assert await names("") == ["second", "first"]
    assert await names("?status=archived") == ["third"]
    assert {first["id"], second["id"]}.isdisjoint({third["id"]})


@pytest.mark.parametrize(
    "query",
    ["enabled=perhaps", "enabled=", "trigger_type=x", "status=x", "limit=0", "limit=1e3",
     "offset=-1", "limit=99999999999999999999999"],
)  # fmt: skip
async def test_a_bad_filter_is_named(face: Face, query: str) -> None:
    status, body = await call(face, "GET", f"{JOBS}?{query}")
    assert (status, places(body)) == (422, [["query", query.split("=")[0]]])


async def test_changing_clears_with_null_and_needs_a_known_field(face: Face) -> None:
    job = await new_job(face, description="d", system_prompt="s", config={"timeout": 5}, tags=["a"])
    place = f"{JOBS}/{job['id']}"
    status, changed = await call(
        face,
        "PATCH",
        place,
        {"description": None, "system_prompt": None, "config": None, "tags": None},
    )
    assert status == 200
    assert [changed[n] for n in ("description", "system_prompt", "config", "tags")] == [
        None,
        None,
        {},
        [],
    ]
    for nothing in (None, {}, {"colour": "red"}):
        status, body = await call(face, "PATCH", place, nothing)
        assert (status, places(body)) == (422, [["body"]])
    status, body = await call(face, "PATCH", place, {"name": None})
    assert (status, places(body)) == (422, [["body", "name"]])


async def test_another_planning_mode_brings_its_kind_of_entity(face: Face) -> None:
    job = await new_job(face)
    place = f"{JOBS}/{job['id']}"
    status, team = await call(
        face, "PATCH", place, {"planning_mode": "predefined_team", "entity_id": "t"}
    )
    assert (status, team["entity_type"], team["entity_id"]) == (200, "team", "t")
    status, planned = await call(
        face, "PATCH", place, {"planning_mode": "on_the_fly", "entity_id": None}
    )
    assert (status, planned["entity_type"], planned["entity_id"]) == (200, None, None)


async def test_enabled_is_the_same_as_enable_and_disable(face: Face) -> None:
    job = await new_job(face, trigger_type="cron", cron_schedule="0 9 * * *")
    place = f"{JOBS}/{job['id']}"
    seen = []
    for method, path, body in (
        ("PATCH", place, {"enabled": False}),
        ("POST", f"{place}/enable", None),
        ("POST", f"{place}/disable", None),
        ("PATCH", place, {"enabled": True}),
    ):
        status, answer = await call(face, method, path, body)
        assert status == 200
        seen.append((answer["enabled"], answer["status"], answer["next_execution_at"]))
    off, on = (False, "paused", None), (True, "active", "2026-08-22T09:00:00.000Z")
    assert seen == [off, on, off, on]


async def test_deleted_is_gone_until_it_is_restored_or_purged(face: Face) -> None:
    job = await new_job(face)
    place = f"{JOBS}/{job['id']}"
    assert await call(face, "DELETE", place) == (204, None)
    for method, path, body in (
        ("GET", place, None),
        ("PATCH", place, {"name": "x"}),
        ("PATCH", place, {}),
        ("DELETE", place, None),
        ("POST", f"{place}/trigger", None),
        ("POST", f"{place}/enable", None),
        ("GET", f"{place}/executions", None),
    ):
        status, answer = await call(face, method, path, body)
        assert status == 404, (method, path)
        models.Problem.model_validate(answer)
    status, back = await call(face, "POST", f"{place}/restore")
    assert (status, back["status"]) == (200, "active")
    assert (await call(face, "POST", f"{place}/restore"))[0] == 409
    assert (await call(face, "DELETE", place))[0] == 204
    assert await call(face, "DELETE", f"{place}?purge=True") == (204, None)
    assert (await call(face, "DELETE", f"{place}?purge=true"))[0] == 404
    assert (await call(face, "POST", f"{place}/restore"))[0] == 404
    assert count(face.ctx, "jobs") == 0


async def test_a_start_moves_the_counters_and_the_history(face: Face) -> None:
    job = await new_job(face, prompt_template="echo {{ who }}")
    place = f"{JOBS}/{job['id']}"
    status, started = await call(
        face,
        "POST",
        f"{place}/trigger",
        {"parameters": {"who": "x"}, "config_override": {"timeout": 7200}},
    )
    assert status == 200
    models.StartedResponse.model_validate(started)
    run = started["execution_id"]
    assert (started["workflow_id"], started["status"]) == (run, "started")
    assert face.woken == 1
    _, waiting = await call(face, "GET", place)
    assert (waiting["total_executions"], waiting["last_execution_id"]) == (1, run)
    assert waiting["last_triggered_at"] == "2026-08-21T14:02:11.000Z"
    assert waiting["last_execution_at"] is None
    assert [row["execution_id"] for row in waiting["execution_history"]] == [run]
    ended(face.ctx, run)
    _, after = await call(face, "GET", place)
    assert (after["successful_executions"], after["last_execution_at"]) == (
        1,
        "2026-08-21T14:02:11.000Z",
    )
    status, history = await call(face, "GET", f"{place}/executions?limit=1")
    models.History.model_validate(history)
    assert (status, history["job_id"], history["total_count"]) == (200, job["id"], 1)
    assert history["executions"][0]["status"] == "completed"
    for query in ("limit=0", "limit=501", "offset=-1", "limit=x"):
        assert (await call(face, "GET", f"{place}/executions?{query}"))[0] == 422
    assert (await call(face, "GET", f"{JOBS}/job_x/executions"))[0] == 404


async def test_the_history_in_a_job_is_its_last_ten(face: Face) -> None:
    job = await new_job(face)
    made = [await new_run(face, job) for _ in range(12)]
    _, seen = await call(face, "GET", f"{JOBS}/{job['id']}")
    assert [row["execution_id"] for row in seen["execution_history"]] == made[:1:-1]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"parameters": []}, ["body", "parameters"]),
        ({"parameters": {"run_id": 1}}, ["body", "parameters", "run_id"]),
        ({"config_override": {"timeout": 0}}, ["body", "config_override", "timeout"]),
        ({"config_override": 1}, ["body", "config_override"]),
        ([], ["body"]),
    ],
)
async def test_a_bad_start_makes_no_row(face: Face, body: Any, place: list[Any]) -> None:
    job = await new_job(face)
    status, answer = await call(face, "POST", f"{JOBS}/{job['id']}/trigger", body)
    assert (status, places(answer)) == (422, [place])
    assert count(face.ctx, "executions") == 0


async def test_a_disabled_job_is_not_started(face: Face) -> None:
    job = await new_job(face, enabled=False)
    status, body = await call(face, "POST", f"{JOBS}/{job['id']}/trigger")
    assert status == 400
    assert "disabled" in body["detail"]
    assert count(face.ctx, "executions") == 0


async def test_a_repeat_with_the_same_key_gets_the_first_answer(face: Face) -> None:
    fields = {"name": "n", "trigger_type": "webhook", "entity_id": "shell", "prompt_template": "ls"}
    first = await call(face, "POST", JOBS, fields, Idempotency_Key="a")
    assert first[0] == 201
    assert await call(face, "POST", JOBS, fields, Idempotency_Key="a") == first
    assert count(face.ctx, "jobs") == 1
    trigger = f"{JOBS}/{first[1]['id']}/trigger"
    started = await call(face, "POST", trigger, {}, Idempotency_Key="b")
    await call(face, "POST", f"{JOBS}/{first[1]['id']}/disable")
    assert await call(face, "POST", trigger, {}, Idempotency_Key="b") == started
    assert count(face.ctx, "executions") == 1
    for path, body, key in (
        (JOBS, fields | {"name": "m"}, "a"),
        (trigger, {}, "a"),
        (trigger, {"parameters": {"x": 1}}, "b"),
        (JOBS, fields, ""),
    ):
        status, answer = await call(face, "POST", path, body, Idempotency_Key=key)
        assert (status, places(answer)) == (422, [["header", "Idempotency-Key"]]), key
    assert (count(face.ctx, "jobs"), count(face.ctx, "executions")) == (1, 1)


async def test_a_key_belongs_to_its_caller_and_a_mistake_may_be_repaired(face: Face) -> None:
    accept_token(face.ctx, "jt_other", name="other")
    good = {"name": "n", "trigger_type": "manual", "entity_id": "shell", "prompt_template": "ls"}
    wrong = await call(face, "POST", JOBS, good | {"name": ""}, Idempotency_Key="a")
    assert wrong[0] == 422
    first = await call(face, "POST", JOBS, good, Idempotency_Key="a")
    other = await call(
        face, "POST", JOBS, good, Idempotency_Key="a", Authorization="Bearer jt_other"
    )
    assert (first[0], other[0]) == (201, 201)
    assert first[1]["id"] != other[1]["id"]
    assert other[1]["created_by"] == "other"


async def test_a_preview_writes_nothing(face: Face) -> None:
    status, seen = await call(face, "POST", f"{JOBS}/preview", SCAN)
    assert status == 200
    PreviewResponse.model_validate(seen)
    assert seen["prompt"] == SCAN["prompt_template"]
    assert seen["next_runs"][0] == "2026-08-23T00:00:00+02:00"
    assert seen["agent"] == "security-team-uuid"
    warned = " ".join(seen["warnings"])
    assert "security-team-uuid" in warned
    assert "'security'" in warned
    hook = {**HOOK, "entity_id": "shell", "prompt_template": "echo {{ who }} {{ what }}"}
    _, seen = await call(face, "POST", f"{JOBS}/preview", hook | {"values": {"who": "me"}})
    assert (seen["prompt"], seen["missing"], seen["agent_ready"]) == (None, ["what"], True)
    _, seen = await call(
        face, "POST", f"{JOBS}/preview", hook | {"values": {"who": "me", "what": 1}}
    )
    assert seen["prompt"] == "echo me 1"
    assert (count(face.ctx, "jobs"), count(face.ctx, "audit")) == (0, 0)


async def test_a_start_of_a_job_can_be_looked_at(face: Face) -> None:
    job = await new_job(face, planning_mode="on_the_fly", entity_id=None, prompt_template="{{ a }}")
    path = f"{JOBS}/{job['id']}/preview"
    status, seen = await call(face, "POST", path, {"values": {"a": "Check system health"}})
    assert status == 200
    found = PreviewResponse.model_validate(seen)
    assert (found.prompt, found.who.kind) == ("Check system health", "smart")
    assert found.smart is not None
    assert found.smart.chosen == "ops"
    _, seen = await call(face, "POST", path)
    assert seen["missing"] == ["a"]
    assert (await call(face, "POST", path, {"values": 1}))[0] == 422
    assert (await call(face, "POST", path, {"values": {"b": 1}}))[0] == 422
    assert (await call(face, "POST", f"{JOBS}/job_x/preview"))[0] == 404
    assert count(face.ctx, "executions") == 0


async def test_every_change_says_who_and_from_where(face: Face) -> None:
    job = await new_job(face)
    await new_run(face, job)
    await call(face, "DELETE", f"{JOBS}/{job['id']}")
    rows = face.ctx.store.rows("select actor, face, action, origin from audit order by seq")
    assert {(row["actor"], row["face"], row["origin"]) for row in rows} == {
        ("tests", "api", "127.0.0.1")
    }
    assert [row["action"] for row in rows] == ["job.create", "job.start", "job.delete"]
