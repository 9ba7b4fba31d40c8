"""End conditions and watches on their way into a job."""

from __future__ import annotations

from typing import Any

import pytest

from jobs_tui.models.errors import InvalidInput
from jobs_tui.service import jobs
from jobs_tui.service.context import Context


def ongoing(ctx: Context, condition: Any, **fields: Any) -> jobs.Saved:
    return jobs.create(
        ctx,
        {
            "name": "watch",
            "trigger_type": "ongoing",
            "prompt_template": "true",
            "entity_id": "shell",
            "end_condition": condition,
            **fields,
        },
    )


def test_the_normal_form_is_kept(ctx: Context) -> None:
    saved = ongoing(ctx, {"exit_code": 0, "max_runs": 3}, watch={"ignore": "^Date"})
    kept = saved.job.definition
    assert kept.end_condition == {"any": [{"type": "exit_code", "equals": 0}]}
    assert kept.max_runs == 3
    assert kept.watch == {"what": "answer", "ignore": ["^Date"]}


def test_an_end_within_the_condition_is_read_as_one(ctx: Context) -> None:
    kept = ongoing(ctx, {"end_at": "2027-01-01T00:00:00Z"}).job.definition
    assert kept.end_condition is None
    assert kept.end_at == "2027-01-01T00:00:00.000Z"


def test_a_goal_for_a_script_warns(ctx: Context) -> None:
    assert any("last line" in one for one in ongoing(ctx, "it is paid").warnings)
    assert ongoing(ctx, {"exit_code": 0}, name="other").warnings == ()


@pytest.mark.parametrize(
    ("condition", "fields", "field"),
    [
        ({"json_path": "x"}, {}, "end_condition.any.0.path"),
        ({"max_runs": 3}, {"max_runs": 4}, "max_runs"),
        ({"exit_code": 0}, {"watch": {"ignore": "("}}, "watch.ignore.0"),
        ({"end_at": "2020-01-01T00:00:00Z"}, {}, "end_at"),
    ],
)
def test_nothing_is_written(ctx: Context, condition: Any, fields: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        ongoing(ctx, condition, **fields)
    assert caught.value.field == field
    assert ctx.store.row("select 1 from jobs") is None
