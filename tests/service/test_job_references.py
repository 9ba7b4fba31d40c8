"""How other jobs are named for people."""

from __future__ import annotations

from typing import Any

from jobs_tui.service import jobs
from jobs_tui.service.context import Context
from jobs_tui.service.job_references import reference, wait_words


def made(ctx: Context, name: str) -> str:
    fields = {
        "name": name,
        "trigger_type": "manual",
        "prompt_template": "true",
        "entity_id": "shell",
    }
    return jobs.create(ctx, fields).job.id


def test_a_name_is_used_where_it_leads_to_one_job_alone(ctx: Context) -> None:
    alone, gone = made(ctx, "alone"), made(ctx, "twin")
    assert reference(ctx, alone) == "alone"
    assert reference(ctx, gone) == "twin"
    twin = made(ctx, "twin")
    assert reference(ctx, twin) == twin
    jobs.archive(ctx, gone)
    assert reference(ctx, twin) == "twin"
    assert reference(ctx, gone) == gone
    assert reference(ctx, "job_nobody") == "job_nobody"
    assert made(ctx, alone) != reference(ctx, alone)


def test_what_is_waited_for_is_one_sentence(ctx: Context) -> None:
    a, b = made(ctx, "a"), made(ctx, "b")
    one: dict[str, Any] = {"job": a}
    two = {"job": b, "on": "failed", "mode": "gate"}
    assert wait_words(ctx, []) == ""
    assert wait_words(ctx, [one, two]) == "waits for 'a' to complete and once for 'b' to fail"
    late = one | {"delay_seconds": 259200, "parameters": {"x": "answer"}}
    assert wait_words(ctx, [late, two]) == (
        "waits for 'a' to complete, then 3 days, which hands on x, and once for 'b' to fail"
    )
    assert wait_words(ctx, [{"job": "job_gone"}]) == "waits for 'job_gone' to complete"
