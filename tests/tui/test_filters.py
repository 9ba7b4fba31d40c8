from __future__ import annotations

from typing import Any

import pytest

from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.errors import InvalidInput
from jobs_tui.service import dashboard
from jobs_tui.service.context import Context
from jobs_tui.tui.filters import SORTS, STATES, in_state, ordered, parse_filter, state_of_line


@pytest.fixture
def lines(ctx: Context, make_job: Any, make_run: Any) -> list[dashboard.JobLine]:
    backup = make_job("db-backup", cron="0 2 * * *", tags=["db", "nightly"])
    check = make_job("replica check", cron="*/15 * * * *", prompt="psql -c 'select 1'")
    make_job("drill", trigger_type="webhook", enabled=False, tags=["DB"])
    make_job("never ran")
    busy = make_job("busy")
    make_run(backup, ExecutionStatus.COMPLETED)
    make_run(check, ExecutionStatus.FAILED, ago=300)
    make_run(busy, ExecutionStatus.RUNNING, ago=5)
    return dashboard.job_lines(ctx)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", {"db-backup", "replica check", "drill", "never ran", "busy"}),
        ("PSQL", {"replica check"}),
        ("db", {"db-backup", "drill"}),
        ("tag:db", {"db-backup", "drill"}),
        ("tag:db !nightly", {"drill"}),
        ("state:fail", {"replica check"}),
        ("state:failed", {"replica check"}),
        ("state:paus", {"drill"}),
        ("state:running", {"busy"}),
        ("by:hook", {"drill"}),
        ("by:cron", {"db-backup", "replica check"}),
        ("!by:hand", {"db-backup", "replica check", "drill"}),
        ("agent:shell ran", {"never ran"}),
        ("/^(db|never)/", {"db-backup", "never ran"}),
        ("/a c/", {"replica check"}),
        ("!/echo/", {"replica check"}),
        ("nothing-like-it", set()),
        ("unknown:word", set()),
    ],
)
def test_filter_words(lines: list[dashboard.JobLine], text: str, names: set[str]) -> None:
    fits = parse_filter(text)
    found = {line.job.name for line in lines if fits(line)}
    assert found == names


@pytest.mark.parametrize("text", ["/(/", "by:mail", "!by:mail"])
def test_what_cannot_be_a_filter_says_so(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_filter(text)
    assert caught.value.message.endswith(".")


def test_an_unfinished_filter_is_plain_text(lines: list[dashboard.JobLine]) -> None:
    for text in ("tag:", "!", "/", "state:", "//"):
        parse_filter(text)


@pytest.mark.parametrize("state", STATES)
def test_states_divide_the_jobs(lines: list[dashboard.JobLine], state: str) -> None:
    found = {line.job.name for line in lines if in_state(state)(line)}
    expected = {
        "all": 5,
        "running": {"busy"},
        "ok": {"db-backup"},
        "failing": {"replica check"},
        "paused": {"drill"},
        "ended": set(),
        "waiting": set(),
    }[state]
    assert found == expected or len(found) == expected


@pytest.mark.parametrize("sort", SORTS)
def test_every_order_keeps_every_job(lines: list[dashboard.JobLine], sort: str) -> None:
    assert {line.job.id for line in ordered(lines, sort)} == {line.job.id for line in lines}
    assert ordered(lines, sort, reverse=True)[0].job.id == ordered(lines, sort)[-1].job.id


def test_failing_jobs_come_first_on_a_tie(ctx: Context, make_job: Any, make_run: Any) -> None:
    make_job("aaa", cron="0 2 * * *")
    bad = make_job("zzz", cron="0 2 * * *")
    make_run(bad, ExecutionStatus.TIMED_OUT)
    names = [line.job.name for line in ordered(dashboard.job_lines(ctx), "next")]
    assert names == ["zzz", "aaa"]


def test_a_queued_run_is_waiting_not_running(ctx: Context, make_job: Any, make_run: Any) -> None:
    make_run(make_job("patient"), ExecutionStatus.QUEUED)
    [line] = dashboard.job_lines(ctx)
    assert state_of_line(line).word == "wait"
    assert in_state("waiting")(line)
    assert not in_state("running")(line)


def test_an_older_run_that_goes_on_is_what_counts(
    ctx: Context, make_job: Any, make_run: Any
) -> None:
    job = make_job("busy")
    make_run(job, ExecutionStatus.RUNNING, ago=30)
    make_run(job, ExecutionStatus.QUEUED, ago=5)
    [line] = dashboard.job_lines(ctx)
    assert state_of_line(line).word == "RUN"
    assert in_state("running")(line)
    assert line.last is not None
    assert line.last.status is ExecutionStatus.QUEUED
