"""The rules of webhooks: checks in their order, one commit, records."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jobs_tui.guard.signatures import sign
from jobs_tui.models.enums import ExecutionStatus, Kind, TriggerType
from jobs_tui.service import hook_records, jobs, runs, webhooks
from jobs_tui.service.context import Context
from jobs_tui.service.webhooks import IncomingDelivery, deliver
from jobs_tui.store import deliveries as rows
from jobs_tui.store import executions
from jobs_tui.store.database import Store
from jobs_tui.store.home import Home
from tests.fakes import FakeClock
from tests.service.hooks import hook, records

BRANCH = "echo {{ branch }}"


@pytest.fixture
def ctx(tmp_path: Path, clock: FakeClock) -> Iterator[Context]:
    store = Store(Home(tmp_path, tmp_path / "config.toml"), clock)
    yield Context(store, "webhook", "webhook")
    store.close()


def count(ctx: Context, table: str) -> int:
    row = ctx.store.row(f"select count(*) from {table}")
    assert row is not None
    return int(row[0])


def written(ctx: Context) -> None:
    """Wait for what is written behind."""
    ctx.store.write(lambda connection: None)


async def test_an_accepted_delivery_is_a_queued_run_and_a_record(ctx: Context) -> None:
    job = hook(ctx, BRANCH)
    answer = await job.send(
        {
            "parameters": {"branch": "main"},
            "config_override": {"timeout": 5},
            "metadata": {"source": "github"},
        },
        host="here",
    )
    assert (answer.status_code, answer.started) == (200, True)
    assert answer.body["status"] == "started"
    assert answer.body["job_id"] == job.id
    assert answer.body["workflow_id"] == answer.body["execution_id"]
    assert set(answer.body) == {"job_id", "execution_id", "workflow_id", "status", "message"}
    run = runs.get(ctx, answer.body["execution_id"])
    assert (run.kind, run.trigger_type, run.status) == (
        Kind.WEBHOOK,
        TriggerType.WEBHOOK,
        ExecutionStatus.QUEUED,
    )
    assert (run.parameters, run.config_override) == ({"branch": "main"}, {"timeout": 5})
    assert run.trigger_metadata == {"source": "github"}
    assert "main" in run.prompt
    (record,) = records(ctx, job.id)
    assert (record.status_code, record.reason, record.execution_id) == (200, "", run.id)
    assert json.loads(record.body)["parameters"] == {"branch": "main"}
    assert record.headers == {"x-webhook-signature": "***", "host": "here"}
    assert record.id.startswith("dlv_")


async def test_run_and_record_are_one_commit(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    job = hook(ctx)

    def fail(connection: sqlite3.Connection, delivery: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(rows, "insert", fail)
    answer = await job.send()
    assert answer.status_code == 503
    assert count(ctx, "executions") == 0
    monkeypatch.undo()
    assert (await job.send()).status_code == 200
    assert count(ctx, "executions") == 1


@pytest.mark.parametrize("prefix", ["", "sha256="])
async def test_both_forms_of_the_signature(ctx: Context, prefix: str) -> None:
    job = hook(ctx)
    body = b'{"a": 1}'
    answer = await job.raw(body, {"x-webhook-signature": prefix + sign(job.secret, body)})
    assert answer.status_code == 200


async def test_the_order_of_the_checks(ctx: Context) -> None:
    job = hook(ctx, BRANCH, enabled=False)
    bad = {"x-webhook-signature": "0" * 64}

    async def code(body: bytes | None, headers: dict[str, str]) -> int:
        return (await job.raw(body, headers)).status_code

    nowhere = IncomingDelivery("nowhere", {}, b"{", "127.0.0.1")
    assert (await deliver(ctx, nowhere)).status_code == 404
    assert await code(b"{", {}) == 401
    assert await code(b"{", {"x-webhook-signature": "  "}) == 401
    assert await code(b"{", bad) == 401
    assert await code(b"{", job.signed(b"{")) == 400
    assert await code(b"[]", job.signed(b"[]")) == 422
    answer = await job.send({})
    assert answer.status_code == 400  # disabled comes before the missing parameter
    assert "disabled" in answer.body["detail"]
    jobs.resume(ctx, job.id)
    assert (await job.send({})).status_code == 422
    assert await code(None, job.signed(b"{}")) == 413
    assert (await job.send({"parameters": {"branch": "x"}})).status_code == 200
    assert count(ctx, "executions") == 1


@pytest.mark.parametrize(
    ("payload", "loc", "words"),
    [
        ([1], ["body"], "not a JSON object"),
        ({"parameters": []}, ["body", "parameters"], "parameters is not an object"),
        ({"config_override": "x"}, ["body", "config_override"], "config_override is not an object"),
        ({"metadata": 1}, ["body", "metadata"], "metadata is not an object"),
        ({}, ["body", "parameters", "branch"], "{{ branch }} has no value"),
        (
            {"parameters": {"branch": 1, "run_id": "x"}},
            ["body", "parameters", "run_id"],
            "built-in",
        ),
        (
            {"parameters": {"branch": 1}, "config_override": {"timeout": "soon"}},
            ["body", "config_override", "timeout"],
            "timeout",
        ),
        (
            {"parameters": {"branch": 1}, "config_override": {"retry": {"max_attempts": 0}}},
            ["body", "config_override", "retry.max_attempts"],
            "max_attempts",
        ),
        ({"parameters": {"branch": "a\x00b"}}, ["body", "parameters"], "NUL"),
    ],
)
async def test_bad_shapes_and_values_say_where(
    ctx: Context, payload: Any, loc: list[str], words: str
) -> None:
    job = hook(ctx, BRANCH)
    answer = await job.send(json.dumps(payload).encode())
    assert answer.status_code == 422
    (item,) = answer.body["detail"]
    assert item["loc"][: len(loc)] == loc
    assert words in item["msg"]
    assert item["type"]
    written(ctx)
    assert count(ctx, "executions") == 0
    (record,) = records(ctx, job.id)
    assert (record.status_code, record.execution_id) == (422, None)
    assert words in record.reason


@pytest.mark.parametrize(
    "body", [b"", b"{}", b'{"parameters": null, "metadata": null}', b'{"ref": "x", "more": [1]}']
)
async def test_what_is_tolerated(ctx: Context, body: bytes) -> None:
    assert (await hook(ctx).send(body)).status_code == 200


async def test_payload_and_headers_reach_the_prompt_without_what_proves(ctx: Context) -> None:
    job = hook(ctx, "echo {{ payload.ref }} {{ headers }}")
    answer = await job.send(
        {"ref": "refs/heads/x"}, authorization="Bearer geheim", **{"x-github-event": "push"}
    )
    run = runs.get(ctx, answer.body["execution_id"])
    assert "refs/heads/x" in run.prompt
    assert "push" in run.prompt
    assert "geheim" not in run.prompt
    kept = executions.inputs(ctx.store.jobs.reader(), run.id)
    assert kept["payload"] == {"ref": "refs/heads/x"}
    assert kept["headers"] == {"x-github-event": "push"}
    (record,) = records(ctx)
    assert record.headers["authorization"] == "***"


async def test_what_the_prompt_does_not_use_is_not_kept_twice(ctx: Context) -> None:
    answer = await hook(ctx).send({"ref": "x"})
    assert executions.inputs(ctx.store.jobs.reader(), answer.body["execution_id"]) == {}


async def test_skip_answers_with_the_row_of_the_skip(ctx: Context) -> None:
    job = hook(ctx, config={"overlap": "skip"})
    first = await job.send()
    second = await job.send()
    assert (second.status_code, second.body["status"], second.started) == (200, "skipped", False)
    assert second.body["execution_id"] != first.body["execution_id"]
    skipped = runs.get(ctx, second.body["execution_id"])
    assert (skipped.status, skipped.reason) == (ExecutionStatus.SKIPPED, "overlap")
    runs.cancel(ctx, first.body["execution_id"])
    assert (await job.send()).body["status"] == "started"


async def test_allow_queues_everything(ctx: Context) -> None:
    job = hook(ctx, config={"overlap": "allow", "max_parallel": 2})
    answers = await asyncio.gather(*(job.send({"n": number}) for number in range(50)))
    assert {answer.body["status"] for answer in answers} == {"started"}
    assert len({answer.body["execution_id"] for answer in answers}) == 50
    rows = ctx.store.rows("select status, parallel from executions")
    assert {(row["status"], row["parallel"]) for row in rows} == {("queued", 2)}
    assert count(ctx, "deliveries") == 50


async def test_deliveries_at_once_under_skip_start_one_run(ctx: Context) -> None:
    job = hook(ctx)
    answers = await asyncio.gather(*(job.send() for _ in range(20)))
    said = sorted(answer.body["status"] for answer in answers)
    assert said == ["skipped"] * 19 + ["started"]
    assert count(ctx, "executions") == 20


async def test_deleted_jobs_and_other_triggers_have_no_webhook(ctx: Context) -> None:
    job = hook(ctx)
    jobs.archive(ctx, job.id)
    assert (await job.send()).status_code == 404
    jobs.restore(ctx, job.id)
    assert (await job.send()).status_code == 200
    jobs.edit(ctx, job.id, {"trigger_type": "manual"})
    assert (await job.send()).status_code == 404
    jobs.edit(ctx, job.id, {"trigger_type": "webhook"})
    assert (await job.send()).status_code == 200


async def test_a_job_that_is_changed_in_this_moment_is_started_as_it_then_is(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = hook(ctx, "echo old")
    asked = webhooks.starts.start_operation

    def change_in_between(*args: Any) -> Any:
        operation = asked(*args)
        jobs.edit(ctx, job.id, {"prompt_template": "echo new"})
        return operation

    monkeypatch.setattr(webhooks.starts, "start_operation", change_in_between)
    answer = await job.send()
    run = runs.get(ctx, answer.body["execution_id"])
    assert (run.prompt, run.revision) == ("echo new", 2)


@pytest.mark.parametrize(("what", "code"), [("pause", 400), ("archive", 404)])
async def test_a_job_that_goes_in_this_moment_refuses(
    ctx: Context, monkeypatch: pytest.MonkeyPatch, what: str, code: int
) -> None:
    job = hook(ctx)
    asked = webhooks.starts.start_operation

    def go_in_between(*args: Any) -> Any:
        operation = asked(*args)
        getattr(jobs, what)(ctx, job.id)
        return operation

    monkeypatch.setattr(webhooks.starts, "start_operation", go_in_between)
    assert (await job.send()).status_code == code
    assert count(ctx, "executions") == 0


async def test_refused_deliveries_are_kept_with_the_reason(ctx: Context) -> None:
    job = hook(ctx)
    body = b'{"a": 1}'
    await job.raw(body, {"x-webhook-signature": "0" * 64, "host": "x"})
    await job.raw(body, {})
    written(ctx)
    missing, wrong = records(ctx, job.id)
    assert (wrong.status_code, wrong.body) == (401, body)
    assert "does not fit" in wrong.reason
    assert wrong.headers == {"x-webhook-signature": "***", "host": "x"}
    assert "missing" in missing.reason
    assert missing.remote == "127.0.0.1"


async def test_a_refused_delivery_takes_little_room(ctx: Context) -> None:
    job = hook(ctx)
    headers = {f"x-{number}": "v" * 8000 for number in range(200)}
    await job.raw(b" " * (hook_records.REFUSED_BODY + 1), headers)
    await job.raw(b" " * hook_records.REFUSED_BODY, headers)
    written(ctx)
    small, dropped = records(ctx, job.id)
    assert dropped.body == b""
    assert len(small.body) == hook_records.REFUSED_BODY
    assert sum(len(k) + len(v) for k, v in small.headers.items()) < 30_000


async def test_of_unknown_paths_only_the_newest_are_kept(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "UNKNOWN_KEPT", 5)
    job = hook(ctx)
    await job.raw(b"", {})
    for number in range(12):
        await deliver(ctx, IncomingDelivery(f"{number}" * 300, {}, b"", "10.0.0.1"))
    written(ctx)
    found = records(ctx)
    assert [record.path[:2] for record in found if record.job_id is None] == [
        "11",
        "10",
        "99",
        "88",
        "77",
    ]
    assert len(found[0].path) == hook_records.LONGEST_PATH
    assert len(records(ctx, job.id)) == 1


async def test_a_flood_of_refusals_waits_for_the_writer(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "BEHIND", 3)
    flood = [deliver(ctx, IncomingDelivery("x", {}, b"", "10.0.0.1")) for _ in range(60)]
    answers = await asyncio.gather(*flood)
    assert {answer.status_code for answer in answers} == {404}
    written(ctx)
    assert count(ctx, "deliveries") == 60


async def test_a_full_disk_asks_the_sender_to_come_again(ctx: Context) -> None:
    job = hook(ctx)

    def limit(connection: sqlite3.Connection) -> None:
        pages = connection.execute("pragma page_count").fetchone()[0]
        connection.execute(f"pragma max_page_count = {pages}")

    ctx.store.write(limit)
    answer = await job.send({"filler": "x" * 200_000})
    assert (answer.status_code, answer.retry_after) == (503, webhooks.RETRY_AFTER)
    assert "no space left" in answer.body["detail"]
    assert count(ctx, "executions") == 0
    ctx.store.write(lambda connection: connection.execute("pragma max_page_count = 100000"))
    assert (await job.send({"filler": "x" * 200_000})).status_code == 200


async def test_a_refusal_that_cannot_be_recorded_is_still_answered(
    ctx: Context, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    job = hook(ctx)

    def fail(connection: sqlite3.Connection, delivery: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(rows, "insert", fail)
    assert (await job.raw(b"", {})).status_code == 401
    written(ctx)
    assert "not recorded" in caplog.text


async def test_a_closed_store_is_no_accident(tmp_path: Path, clock: FakeClock) -> None:
    store = Store(Home(tmp_path, tmp_path / "config.toml"), clock)
    job = hook(Context(store, "webhook", "webhook"))
    store.jobs.writer.close()
    assert (await job.send()).status_code == 503
    assert (await job.raw(b"", {})).status_code == 401
    store.close()
    assert (await job.send()).status_code == 503


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe",
        b'{"a": "\\ud800"}',
        b'{"a": NaN}',
        b'{"a": 1, "a": 2}',
        b'{"a": ' + b"1" * 10_000 + b"}",
        b'{"a":' * 30_000 + b"1" + b"}" * 30_000,
        b'{"parameters": ' + b"[" * 60 + b"]" * 60 + b"}",
    ],
    ids=lambda value: ascii(value)[:30],
)
async def test_hostile_bodies_are_mistakes_of_the_caller(ctx: Context, body: bytes) -> None:
    answer = await hook(ctx).send(body)
    assert answer.status_code in (400, 422)
    json.dumps(answer.body).encode()
    written(ctx)
    assert count(ctx, "executions") == 0
    assert count(ctx, "deliveries") == 1


async def test_hostile_values_are_kept_as_they_are(ctx: Context) -> None:
    job = hook(ctx, BRANCH)
    value = "$(touch pwned)\x1b[31m'\"`id`\u202e {{ branch }} [b]x[/b]"
    answer = await job.send({"parameters": {"branch": value, "\u0000": 10**300}})
    assert answer.status_code == 200
    assert runs.get(ctx, answer.body["execution_id"]).parameters["branch"] == value


async def test_a_large_body_is_read_beside_the_event_loop(ctx: Context) -> None:
    job = hook(ctx, "echo {{ payload.commits | length }}")
    commits = [{"id": str(number)} for number in range(20_000)]
    answer = await job.send({"commits": commits})
    assert answer.status_code == 200
    assert "20000" in runs.get(ctx, answer.body["execution_id"]).prompt
    assert (await job.send(b"{" + b" " * webhooks.HEAVY_BODY)).status_code == 400


async def test_a_path_is_looked_up_by_index(ctx: Context) -> None:
    traced: list[str] = []
    reader = ctx.store.jobs.reader()
    reader.set_trace_callback(traced.append)
    await deliver(ctx, IncomingDelivery("x", {}, b"", ""))
    reader.set_trace_callback(None)
    (statement,) = [text for text in traced if "webhook_path" in text]
    plan = [row["detail"] for row in reader.execute(f"explain query plan {statement}")]
    assert all("SCAN" not in step for step in plan)
