"""Runs over HTTP: lists, one run, its log, cancelling and starting again."""

from __future__ import annotations

from typing import Any

import pytest

from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.resource import ResourceKind
from jobs_tui.server.api import models
from jobs_tui.service import resources
from jobs_tui.service.queues import set_paused
from jobs_tui.store import executions
from jobs_tui.store.steps import StepRow
from tests.fakes import FakeClock
from tests.server.api_help import JOBS, RUNS, call, new_job, new_run, printed
from tests.server.face import Face
from tests.service.made import claimed, count, ended, with_steps
from tests.service.waiting import asked_again


async def test_one_run_has_everything(face: Face) -> None:
    job = await new_job(face, prompt_template="echo '{{ who }}'")
    run = await new_run(face, job, who="a'b")
    ended(face.ctx, run, result="a'b")
    status, seen = await call(face, "GET", f"{RUNS}/{run}")
    assert status == 200
    models.ExecutionResponse.model_validate(seen)
    assert (seen["id"], seen["execution_id"], seen["job_id"]) == (run, run, job["id"])
    assert (seen["job_name"], seen["prompt"], seen["parameters"]) == (
        "nightly",
        "echo 'a'b'",
        {"who": "a'b"},
    )
    assert (seen["status"], seen["result"], seen["duration_ms"]) == ("completed", "a'b", 1000)
    assert [attempt["status"] for attempt in seen["attempts"]] == ["completed"]
    for unknown in ("exec_x", "%00", "%FF", "a" * 2000):
        assert (await call(face, "GET", f"{RUNS}/{unknown}"))[0] == 404


async def test_who_does_it_and_why_it_waits(face: Face) -> None:
    night = {"executor_type": "specific_queue", "worker_queue_name": "night"}
    resources.create(face.ctx, ResourceKind.QUEUE, {"id": "night"})
    set_paused(face.ctx, "night", paused=True)
    run = await new_run(face, await new_job(face, **night))
    waits = {"queue": "night", "agent_id": "shell", "waiting_reason": "the queue night is paused"}
    _, [listed] = await call(face, "GET", RUNS)
    _, seen = await call(face, "GET", f"{RUNS}/{run}")
    for answer in (listed, seen):
        assert {name: answer[name] for name in waits} == waits
    claimed(face.ctx, run)
    asked_again(face.ctx, run)
    _, seen = await call(face, "GET", f"{RUNS}/{run}")
    models.ExecutionResponse.model_validate(seen)
    assert (seen["status"], seen["waiting_reason"]) == (
        "waiting_for_input",
        "policy p asks",
    )
    assert [(one["tool"], one["arguments"]) for one in seen["approvals"]] == [
        ("write_file", {"path": "/etc/x"})
    ]


async def test_its_steps_plan_and_choice(face: Face) -> None:
    run = await new_run(face, await new_job(face))
    assert await call(face, "GET", f"{RUNS}/{run}/steps") == (200, [])
    chosen = {"chosen": "dba", "reason": "it fits", "unclear": False, "engine": "lexical"}
    face.ctx.store.write(
        lambda c: executions.note_choice(
            c, run, selection={**chosen, "ranked": []}, plan={"id": "p", "steps": []}
        )
    )
    used = {"requests": 1, "input_tokens": 7, "output_tokens": 1, "cost": None}
    with_steps(
        face.ctx,
        run,
        StepRow("a", 0, ExecutionStatus.COMPLETED, agent_id="dba", usage=used, result="yes"),
        StepRow("b", 1, ExecutionStatus.SKIPPED, needs=("a",), error_message="a failed"),
    )
    _, seen = await call(face, "GET", f"{RUNS}/{run}")
    models.ExecutionResponse.model_validate(seen)
    assert (seen["selection"]["reason"], seen["plan"]["id"]) == ("it fits", "p")
    first, second = seen["steps"]
    assert (first["name"], first["agent_id"], first["result"]) == ("a", "dba", "yes")
    assert first["usage"] == used
    assert (second["needs"], second["status"], second["error_message"]) == (
        ["a"],
        "skipped",
        "a failed",
    )
    assert await call(face, "GET", f"{RUNS}/{run}/steps") == (200, seen["steps"])
    assert (await call(face, "GET", f"{RUNS}/exec_x/steps"))[0] == 404
    printed(face.ctx, run, 1, ["one"], step="a")
    printed(face.ctx, run, 2, ["two"], step="b")
    _, page = await call(face, "GET", f"{RUNS}/{run}/logs?step=b")
    assert [(line["number"], line["step"]) for line in page["lines"]] == [(2, "b")]


async def test_runs_of_all_jobs_are_listed_and_filtered(face: Face, clock: FakeClock) -> None:
    one, two = await new_job(face, name="one"), await new_job(face, name="two")
    first = await new_run(face, one)
    ended(face.ctx, first, ExecutionStatus.FAILED)
    clock.advance(3600)
    second = await new_run(face, two)
    ended(face.ctx, second)
    third = await new_run(face, two)

    async def ids(query: str) -> list[str]:
        status, found = await call(face, "GET", f"{RUNS}{query}")
        assert status == 200
        for row in found:
            models.ExecutionSummary.model_validate(row)
        return [row["id"] for row in found]

    assert await ids("") == [third, second, first]
    assert await ids(f"?job_id={two['id']}") == [third, second]
    assert await ids("?status=failed,completed") == [second, first]
    assert await ids("?status=queued&status=failed") == [third, first]
    assert await ids("?trigger_type=cron") == []
    assert await ids("?since=2026-08-21T15:00:00Z") == [third, second]
    assert await ids("?until=2026-08-21T17:00:00%2B02:00") == [first]
    assert await ids("?until=2026-08-21T17:00:00+02:00") == [first]
    assert await ids("?limit=1&offset=1") == [second]
    assert await ids("?job_id=%00") == []
    for bad in ("status=x", "trigger_type=x", "since=yesterday", "until=", "limit=501"):
        status, body = await call(face, "GET", f"{RUNS}?{bad}")
        assert (status, body["detail"][0]["loc"]) == (422, ["query", bad.split("=")[0]])


async def test_a_log_is_read_by_range_and_stream(face: Face) -> None:
    run = await new_run(face, await new_job(face))
    printed(face.ctx, run, 1, ["one", "two", "three"])
    printed(face.ctx, run, 4, ["oops", "again"], "e")
    place = f"{RUNS}/{run}/logs"

    async def read(query: str) -> tuple[list[int], int | None]:
        status, page = await call(face, "GET", place + query)
        assert status == 200
        models.LogResponse.model_validate(page)
        assert (page["last_line"], page["complete"]) == (5, False)
        return [line["number"] for line in page["lines"]], page["next"]

    assert await read("") == ([1, 2, 3, 4, 5], None)
    assert await read("?from=2&limit=2") == ([2, 3], 4)
    assert await read("?from=4&limit=2") == ([4, 5], None)
    assert await read("?from=99") == ([], None)
    assert await read("?stream=stderr") == ([4, 5], None)
    assert await read("?stream=stderr,stdout&limit=4") == ([1, 2, 3, 4], 5)
    assert await read("?tail=2") == ([4, 5], None)
    for bad in ("from=0", "limit=0", "stream=x", "format=xml", "tail=-1"):
        assert (await call(face, "GET", f"{place}?{bad}"))[0] == 422
    assert (await call(face, "GET", f"{RUNS}/exec_x/logs"))[0] == 404


@pytest.mark.parametrize(
    ("query", "accept", "text"),
    [
        ("?format=text", "", "one\n\x1b[31mred\x1b[0m <b>\noops\n"),
        ("?stream=stderr", "text/plain;q=0.9, */*", "oops\n"),
        ("?from=2&limit=1", "text/plain", "\x1b[31mred\x1b[0m <b>\n"),
        ("?tail=1", "text/plain", "oops\n"),
        ("?from=9", "text/plain", ""),
    ],
)
async def test_a_log_as_text(face: Face, query: str, accept: str, text: str) -> None:
    run = await new_run(face, await new_job(face))
    printed(face.ctx, run, 1, ["one", "\x1b[31mred\x1b[0m <b>"])
    printed(face.ctx, run, 3, ["oops"], "e")
    url = f"http://{face.address}{RUNS}/{run}/logs{query}"
    async with face.session.get(url, headers={"Accept": accept}) as answer:
        assert (answer.status, answer.content_type) == (200, "text/plain")
        assert await answer.text() == text


async def test_cancelling(face: Face) -> None:
    job = await new_job(face)
    waiting = await new_run(face, job)
    status, seen = await call(face, "POST", f"{RUNS}/{waiting}/cancel")
    assert (status, seen["status"]) == (200, "cancelled")
    assert (await call(face, "POST", f"{RUNS}/{waiting}/cancel"))[0] == 400
    going_on = await new_run(face, job)
    claimed(face.ctx, going_on)
    status, seen = await call(face, "POST", f"{RUNS}/{going_on}/cancel")
    assert (status, seen["status"]) == (200, "running")
    assert seen["cancel_requested_at"] is not None
    assert (await call(face, "POST", f"{RUNS}/exec_x/cancel"))[0] == 404


async def test_starting_again_with_the_same_or_other_parameters(face: Face) -> None:
    job = await new_job(face, prompt_template="echo {{ a }} {{ b }}")
    run = await new_run(face, job, a=1, b=2)
    seen: list[Any] = []
    for body in (None, {"parameters": {"b": 3}}, {"config_override": {"timeout": 9}}):
        status, started = await call(face, "POST", f"{RUNS}/{run}/rerun", body)
        assert status == 200
        models.StartedResponse.model_validate(started)
        _, again = await call(face, "GET", f"{RUNS}/{started['execution_id']}")
        seen.append((again["parameters"], again["config_override"], again["trigger_metadata"]))
    same = {"rerun_of": run}
    assert seen == [
        ({"a": 1, "b": 2}, {}, same),
        ({"a": 1, "b": 3}, {}, same),
        ({"a": 1, "b": 2}, {"timeout": 9}, same),
    ]
    rows = count(face.ctx, "executions")
    for bad in ({"parameters": {"c": 1}}, {"parameters": 1}, {"config_override": {"timeout": -1}}):
        assert (await call(face, "POST", f"{RUNS}/{run}/rerun", bad))[0] == 422
    assert (await call(face, "POST", f"{RUNS}/exec_x/rerun"))[0] == 404
    await call(face, "DELETE", f"{JOBS}/{job['id']}")
    assert (await call(face, "POST", f"{RUNS}/{run}/rerun"))[0] == 404
    assert count(face.ctx, "executions") == rows
