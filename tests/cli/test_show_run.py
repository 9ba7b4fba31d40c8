"""``jobs-tui show EXECUTION``: who does it, why it waits, what is asked, steps and cost."""

from __future__ import annotations

import pytest

from jobs_tui.cli.telling import Telling, tell_end
from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.resource import ResourceKind
from jobs_tui.server.api import models
from jobs_tui.service import resources, starts
from jobs_tui.service.context import Context
from jobs_tui.service.queues import set_paused
from jobs_tui.store import executions
from jobs_tui.store.steps import StepRow
from tests.cli.command import Command
from tests.fakes import FakeClock
from tests.service.made import ended, made, with_steps
from tests.service.waiting import call, waiting, waiting_run

NIGHT = {"executor_type": "specific_queue", "worker_queue_name": "night"}


def paused_run(ctx: Context) -> str:
    """A run in a queue that is paused."""
    resources.create(ctx, ResourceKind.QUEUE, {"id": "night"})
    set_paused(ctx, "night", paused=True)
    return starts.start(ctx, made(ctx, **NIGHT).id).execution_id


def value(text: str, name: str) -> str:
    """What stands behind a name, further lines of it included."""
    lines, found = text.splitlines(), list[str]()
    for line in lines:
        if line.startswith(f"{name} ") or (found and line.startswith("  ")):
            found.append(line.removeprefix(name).strip())
        elif found:
            break
    return "\n".join(found)


def test_a_run_that_waits(jt: Command, ctx: Context) -> None:
    run = paused_run(ctx)
    text = jt.ok("show", run[:16]).out
    assert value(text, "waits") == "the queue night is paused"
    assert (value(text, "queue"), value(text, "agent")) == ("night", "shell")
    answer = jt.ok("show", run, "--json").json
    models.ExecutionResponse.model_validate(answer)
    assert answer["waiting_reason"] == "the queue night is paused"
    assert jt.ok("cancel", run, "--json").json.keys() == answer.keys()
    assert "no run 'exec_0000'" in jt.refused("show", "exec_0000")


def test_a_job_may_be_called_so(jt: Command) -> None:
    job = jt.created("exec_0000")
    assert jt.ok("show", "exec_0000", "--json").json["id"] == job["id"]


def test_the_exact_call_that_is_asked_about(jt: Command, ctx: Context) -> None:
    run = waiting_run(ctx, [call(command="rm -r /srv/\x1b[31mx")], step="tidy")
    [approval] = waiting(ctx, run)
    text = jt.ok("show", run).out
    assert value(text, "waits") == "policy p asks"
    assert value(text, "asks").splitlines() == [
        'write_file {"command": "rm -r /srv/\\u001b[31mx"} in tidy',
        f"by 2026-08-21 14:12:11Z: `jobs-tui approval approve {approval.id}`",
    ]
    jt.ok("approval", "deny", run, "--reason", "too much")
    text = jt.ok("show", run).out
    assert value(text, "decided").startswith("denied by ")
    assert value(text, "decided").endswith(" in tidy: too much")


def test_smart_and_steps(jt: Command, ctx: Context) -> None:
    run = starts.start(ctx, made(ctx, planning_mode="on_the_fly", entity_id=None).id).execution_id
    plan = [{"name": "a", "agent": "dba"}, {"name": "b", "agent": "smart"}]
    place = {"id": "dba", "name": "DBA", "score": 0.713, "ready": True, "reason": "fits: backup"}
    chosen = {"chosen": "dba", "reason": "it fits best", "unclear": False, "engine": "lexical"}
    ctx.store.write(
        lambda c: executions.note_choice(
            c, run, selection={**chosen, "ranked": [place]}, plan={"steps": plan}
        )
    )
    used = {"requests": 1, "input_tokens": 1000, "output_tokens": 200, "cost": None}
    a = StepRow(
        "a", 0, ExecutionStatus.COMPLETED, agent_id="dba", started_at=ctx.now(),
        completed_at=ctx.now(), result="yes", usage=used,
    )  # fmt: skip
    b = StepRow("b", 1, ExecutionStatus.FAILED, needs=("a",), error_message="exit 3")
    c = StepRow("c", 2, ExecutionStatus.SKIPPED, needs=("a", "b"), error_message="b failed")
    with_steps(ctx, run, a, b, c)
    ended(ctx, run, ExecutionStatus.FAILED, error_message="b: exit 3")
    text = jt.ok("show", run).out
    assert value(text, "smart") == "it fits best"
    assert value(text, "ranking").splitlines() == ["lexical:", "0.71  dba  fits: backup"]
    assert value(text, "plan") == "a (dba), b (smart)"
    assert value(text, "error") == "b: exit 3"
    drawn = [" ".join(line.split()) for line in text.partition("\n\n")[2].splitlines()]
    assert drawn == [
        "STEP STATUS AGENT TOOK USED WHAT",
        "a completed dba 0s 1,200 tokens, cost unknown yes",
        "└ b failed -- -- -- exit 3",
        "└ c skipped -- -- -- needs a, b; b failed",
    ]
    assert [line.split()[0] for line in tell_end(ctx, run)] == ["STEP", "a", "└", "└"]


def test_a_follower_is_told_once_why_nothing_happens(
    ctx: Context, clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    telling = Telling(ctx, paused_run(ctx))

    def told(carried: bool = False) -> list[str]:
        clock.advance(0.6)
        telling.look(carried=carried)
        return capsys.readouterr().err.splitlines()

    sentence = "jobs-tui: The run waits: the queue night is paused."
    assert [told(), told(), told()] == [[], [sentence], []]
    set_paused(ctx, "night", paused=False)
    assert [told(carried=True), told(carried=True)] == [[], []]
    assert [told(), told()] == [[], ["jobs-tui: The run waits: no engine is running."]]
    asking = waiting_run(ctx, name="asking")
    telling = Telling(ctx, asking)
    told()
    assert told() == [
        "jobs-tui: The run waits: policy p asks.",
        'jobs-tui: It asks for write_file {"path": "/etc/x"}',
        f"jobs-tui: `jobs-tui approval approve {waiting(ctx, asking)[0].id}` lets it go on,"
        " `deny` forbids it.",
    ]
