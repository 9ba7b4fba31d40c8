"""A delivery that comes again under the same id is answered with what the first one made."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from jobs_tui.guard.signatures import sign
from jobs_tui.models.enums import HookStyle, Verdict
from jobs_tui.service import jobs
from jobs_tui.service.context import Context
from jobs_tui.store import deliveries as rows
from tests.service.hooks import hook, records
from tests.service.made import count

ALLOW: dict[str, Any] = {"overlap": "allow"}


def ids(name: str) -> dict[str, str]:
    return {name: "8f31c2"}


@pytest.mark.parametrize("name", ["x-delivery-id", "idempotency-key"])
async def test_a_repeat_has_the_first_ones_run(ctx: Context, name: str) -> None:
    job = hook(ctx, config=ALLOW)
    first = await job.send({"n": 1}, **ids(name))
    again = await job.send({"n": 1}, **ids(name))
    assert (again.status_code, again.body["status"], again.started) == (200, "duplicate", False)
    assert again.body["execution_id"] == first.body["execution_id"]
    assert set(again.body) == set(first.body)
    assert count(ctx, "executions") == 1
    repeat, accepted = records(ctx, job.id)
    assert (repeat.verdict, accepted.verdict) == (Verdict.DUPLICATE, Verdict.ACCEPTED)
    assert accepted.id in repeat.reason
    assert repeat.execution_id == accepted.execution_id
    assert (await job.send({"n": 1})).body["status"] == "started"


@pytest.mark.parametrize(
    ("style", "names"),
    [
        (HookStyle.GITHUB, ["x-github-delivery"]),
        (HookStyle.GITLAB, ["x-gitlab-event-uuid"]),
        (HookStyle.GITLAB, ["idempotency-key"]),
    ],
)
async def test_ids_of_other_senders(ctx: Context, style: HookStyle, names: list[str]) -> None:
    job = hook(ctx, config=ALLOW)
    proof = {"x-gitlab-token": job.secret}
    if style is HookStyle.GITHUB:
        proof = {"x-hub-signature-256": f"sha256={sign(job.secret, b'{}')}"}
    headers = proof | dict.fromkeys(names, "1")
    answers = [await job.raw(b"{}", headers) for _ in range(3)]
    assert [answer.body["status"] for answer in answers] == ["started", "duplicate", "duplicate"]
    assert len({answer.body["execution_id"] for answer in answers}) == 1


async def test_gitlabs_retries_not_its_chains_are_repeats(ctx: Context) -> None:
    """Hooks that hooks set off share the event's UUID; each has a key of its own."""
    job = hook(ctx, config=ALLOW)
    for key in ("1", "2"):
        headers = {
            "x-gitlab-token": job.secret,
            "x-gitlab-event-uuid": "same",
            "idempotency-key": key,
        }
        assert (await job.raw(b"{}", headers)).body["status"] == "started"


async def test_repeats_at_once_start_one_run(ctx: Context) -> None:
    job = hook(ctx, config=ALLOW)
    answers = await asyncio.gather(*(job.send({}, **ids("x-delivery-id")) for _ in range(40)))
    said = sorted(answer.body["status"] for answer in answers)
    assert said == ["duplicate"] * 39 + ["started"]
    assert len({answer.body["execution_id"] for answer in answers}) == 1
    assert count(ctx, "executions") == 1
    assert len(records(ctx, job.id)) == 40


async def test_only_accepted_deliveries_count(ctx: Context) -> None:
    job = hook(ctx, "echo {{ branch }}", config=ALLOW)
    good = {"parameters": {"branch": "main"}}
    headers = ids("x-delivery-id")
    assert (await job.raw(b"{}", headers)).status_code == 401
    assert (await job.send(b"{", **headers)).status_code == 400
    assert (await job.send({}, **headers)).status_code == 422
    jobs.pause(ctx, job.id)
    assert (await job.send(good, **headers)).status_code == 400
    jobs.resume(ctx, job.id)
    assert (await job.send(good, **headers)).body["status"] == "started"
    assert (await job.send(good, **headers)).body["status"] == "duplicate"


async def test_a_repeat_is_one_whatever_the_job_is_by_now(ctx: Context) -> None:
    job = hook(ctx)
    first = await job.send({}, **ids("x-delivery-id"))
    jobs.pause(ctx, job.id)
    again = await job.send({}, **ids("x-delivery-id"))
    assert (again.status_code, again.body["execution_id"]) == (200, first.body["execution_id"])


async def test_a_skip_is_repeated_as_that_skip(ctx: Context) -> None:
    job = hook(ctx)
    await job.send({})
    skipped = await job.send({}, **ids("x-delivery-id"))
    again = await job.send({}, **ids("x-delivery-id"))
    assert skipped.body["status"] == "skipped"
    assert again.body["execution_id"] == skipped.body["execution_id"]


async def test_ids_are_those_of_one_job(ctx: Context) -> None:
    one, two = hook(ctx), hook(ctx)
    await one.send({}, **ids("x-delivery-id"))
    assert (await two.send({}, **ids("x-delivery-id"))).body["status"] == "started"


async def test_an_id_without_a_proof_learns_nothing(ctx: Context) -> None:
    job = hook(ctx)
    await job.send({}, **ids("x-delivery-id"))
    assert (await job.raw(b"{}", ids("x-delivery-id"))).status_code == 401


async def test_long_ids_are_told_apart(ctx: Context) -> None:
    job = hook(ctx, config=ALLOW)
    for end in ("a", "b"):
        answer = await job.send({}, **{"x-delivery-id": "x" * 5000 + end})
        assert answer.body["status"] == "started"
    again = await job.send({}, **{"x-delivery-id": "x" * 5000 + "a"})
    assert again.body["status"] == "duplicate"
    assert all(len(record.sender_id or "") < 100 for record in records(ctx, job.id))


async def test_a_repeat_is_looked_up_by_index(ctx: Context) -> None:
    reader, traced = ctx.store.jobs.reader(), list[str]()
    reader.set_trace_callback(traced.append)
    rows.first_accepted(reader, "job", HookStyle.GENERIC, "id")
    reader.set_trace_callback(None)
    plan = [row["detail"] for row in reader.execute(f"explain query plan {traced[0]}")]
    assert any("deliveries_by_sender" in step for step in plan)
