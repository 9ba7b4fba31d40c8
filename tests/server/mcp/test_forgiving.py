"""Arguments as models send them: what can mean one thing only is taken as that."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jobs_tui.models.enums import TriggerType
from jobs_tui.server.mcp import forgiving
from jobs_tui.server.mcp.calling import Failed
from jobs_tui.service import jobs
from jobs_tui.service.context import Context
from tests.server.mcp.conftest import Ask

NOTHING = dict.fromkeys(
    (
        "description", "agent", "watch", "depends_on", "deliver_to", "deliver_when", "tags",
        "parameters",
    )
)  # fmt: skip
SLOPPY: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (
        {"job_type": "one_off", "trigger_config": json.dumps({"run_at": "2026-09-01T09:00Z"})},
        {"trigger_type": TriggerType.ONE_OFF, "run_at": "2026-09-01T09:00:00.000Z"},
    ),
    (
        {"job_type": " One-Off", "trigger_config": {"run_at": "now"}},
        {"trigger_type": TriggerType.ONE_OFF},
    ),
    (
        {"job_type": "Recurring", "trigger_config": {"interval_seconds": "PT5M", "max_runs": "5"}},
        {"interval_seconds": 300.0, "max_runs": 5},
    ),
    (
        {
            "job_type": "RECURRING",
            "watch": "true",
            "trigger_config": {"interval_seconds": "300", "interval_mode": "fixed delay"},
        },
        {"interval_seconds": 300.0, "interval_mode": "fixed_delay", "watch": {"what": "answer"}},
    ),
    (
        {
            "job_type": "ONGOING",
            "trigger_config": {"interval_seconds": 60, "end_condition": '{"exit_code": 0}'},
        },
        {"end_condition": {"any": [{"type": "exit_code", "equals": 0}]}},
    ),
    (
        {
            "trigger_config": {
                "cron_schedule": "0 9 * * MON",
                "run_at": "",
                "interval_seconds": None,
                "end_condition": " ",
            }
        },
        {"cron_schedule": "0 9 * * MON", "trigger_type": TriggerType.CRON},
    ),
    (
        {"tags": '["a", "b"]', "parameters": '{"who": "ada"}', "instructions": "echo {{ who }}"},
        {"tags": ("a", "b")},
    ),
    (
        {
            "deliver_to": '[{"type": "file", "path": "/srv/x.md"}]',
            "deliver_when": "Worth Reporting",
        },
        {"deliver_when": "worth_reporting"},
    ),
    (
        {
            "job_type": "RECURRING",
            "trigger_config": json.dumps({"interval_seconds": "1h", "watch": True}),
        },
        {"interval_seconds": 3600.0, "watch": {"what": "answer"}},
    ),
    (
        {
            "job_type": "RECURRING",
            "trigger_config": {"interval_seconds": "1h", "watch": None},
        },
        {"interval_seconds": 3600.0, "watch": None},
    ),
    ({**NOTHING, "agent": "shell"}, {"watch": None, "depends_on": (), "deliver_to": ()}),
]


@pytest.mark.parametrize(("sent", "kept"), SLOPPY)
async def test_what_can_mean_one_thing_is_taken(
    ctx: Context, create: Ask, sent: dict[str, Any], kept: dict[str, Any]
) -> None:
    definition = jobs.get(ctx, (await create(**sent)).job_id).definition
    assert {name: getattr(definition, name) for name in kept} == kept


@pytest.mark.parametrize(
    "sent",
    [
        {"trigger_config": "in 3 days"},
        {"trigger_config": '{"run_at": '},
        {"trigger_config": '{"run_at": NaN}'},
        {"trigger_config": "[" * 100_000},
        {"parameters": '{"a": "\\ud800"}'},
        {"watch": "maybe"},
        {"watch": 1},
        {"watch": True, "trigger_config": {"cron_schedule": "0 9 * * *", "watch": False}},
        {"tags": "a, b"},
        {"job_type": "CRON"},
        {"job_type": ["ONE_OFF"]},
        {"depends_on": "nightly"},
        {"unknown": None},
    ],
)
async def test_what_could_mean_more_is_refused(
    ctx: Context, create: Ask, sent: dict[str, Any]
) -> None:
    with pytest.raises(Failed) as caught:
        await create(**sent)
    assert "Nothing was changed." in str(caught.value)
    assert next(iter(sent)) in str(caught.value)
    assert jobs.listing(ctx) == []


async def test_jobs_and_runs_are_found_however_their_id_is_written(ask: Ask, create: Ask) -> None:
    job_id = (await create(title="Ref JOB")).job_id
    for ref in (f" {job_id}\n", job_id.upper(), f"jobs://jobs/{job_id}", " Ref JOB "):
        assert (await ask("job_retrieval_by_id", job_id=ref)).job.job_id == job_id
    with pytest.raises(Failed, match="There is no job 'ref job'"):
        await ask("job_retrieval_by_id", job_id="ref job")
    run = (await ask("job_run", job_id=job_id)).run.execution_id
    for ref in (f" {run}", run.upper(), f"jobs://executions/{run}"):
        assert (await ask("execution_logs", execution_id=ref)).run.execution_id == run
    assert len((await ask("execution_list", job_id=job_id.upper(), status="queued")).runs) == 1
    after = {"job": f" {job_id.upper()} ", "on": "COMPLETED"}
    made = await create(
        title="after",
        depends_on=[after],
    )
    assert [(one["job"], one["on"]) for one in made.depends_on] == [(job_id, "completed")]
    status = await ask("job_update", job_id=job_id, status="paused")
    assert status.job.status == "PAUSED"


def test_what_is_no_text_passes() -> None:
    for reading in (
        forgiving.upper, forgiving.lower, forgiving.number, forgiving.truth, forgiving.decoded,
        forgiving.reference, forgiving.dependency,
    ):  # fmt: skip
        assert reading(5) == 5
    assert forgiving.without_null([], {}) == forgiving.without_blank([], {}) == []
