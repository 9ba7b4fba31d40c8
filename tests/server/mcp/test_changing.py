"""What ``job_update`` changes beside the words of a job: what comes first, where results go."""

from __future__ import annotations

from typing import Any

import pytest

from jobs_tui.server.mcp.arguments import JobUpdate
from jobs_tui.server.mcp.calling import Failed
from jobs_tui.server.mcp.texts import text_of
from jobs_tui.service import jobs
from jobs_tui.service.context import Context
from tests.server.mcp.conftest import Ask

FILE = {"type": "file", "path": "/srv/report.md"}
HOOK = {"type": "notify", "url": "json://127.0.0.1/s3cr3t-token"}


async def test_what_comes_first_changes_and_is_taken_away(
    ctx: Context, ask: Ask, create: Ask
) -> None:
    build, test = [(await create(title=name)).job_id for name in ("build", "test")]
    job_id = (await create(job_type="ONE_OFF", trigger_config={"run_at": "in 3 days"})).job_id
    answer = await ask("job_update", job_id=job_id, depends_on=[build])
    assert [one["job"] for one in answer.job.depends_on] == [build]
    assert f"comes after: {build} (completed)" in text_of(answer)
    await ask("job_update", job_id=job_id, title="other")
    later = {"job": "test", "on": "failed", "delay_seconds": "3d"}
    answer = await ask("job_update", job_id=job_id, depends_on=[later])
    [one] = jobs.get(ctx, job_id).definition.depends_on
    assert (one["job"], one["on"], one["delay_seconds"]) == (test, "failed", 3 * 86400)
    assert (await ask("job_update", job_id=job_id, depends_on=[])).job.depends_on == []


async def test_where_results_go_changes_and_is_taken_away(
    ctx: Context, ask: Ask, create: Ask
) -> None:
    job_id = (await create()).job_id
    answer = await ask(
        "job_update", job_id=job_id, deliver_to=[HOOK], deliver_when="worth_reporting"
    )
    assert "s3cr3t" not in answer.model_dump_json() + text_of(answer)
    assert "results go to: notify json://127.0.0.1/*** (worth_reporting)" in text_of(answer)
    kept = answer.job.deliver_to
    # What is there can be sent back as it was shown, with something more.
    answer = await ask("job_update", job_id=job_id, deliver_to=[*kept, FILE])
    assert answer.job.deliver_to == [*kept, {**FILE, "append": True}]
    assert jobs.get(ctx, job_id).definition.deliver_when == "worth_reporting"
    answer = await ask("job_update", job_id=job_id, deliver_to=[], deliver_when="always")
    assert (answer.job.deliver_to, answer.job.deliver_when) == ([], "always")


async def test_a_one_off_job_that_waits_needs_no_time(ask: Ask, create: Ask) -> None:
    build = (await create(title="build")).job_id
    job_id = (await create()).job_id
    with pytest.raises(Failed, match="run_at is missing"):
        await ask("job_update", job_id=job_id, job_type="ONE_OFF")
    answer = await ask("job_update", job_id=job_id, job_type="ONE_OFF", depends_on=[build])
    assert (answer.job.job_type, answer.job.trigger_config.get("run_at")) == ("ONE_OFF", None)
    with pytest.raises(Failed, match="run_at is missing: a job with job_type one_off"):
        await ask("job_update", job_id=job_id, depends_on=[])
    answer = await ask(
        "job_update", job_id=job_id, depends_on=[], trigger_config={"run_at": "in 2 days"}
    )
    assert answer.job.next_runs == ["2026-08-23T14:02:11+00:00"]


async def test_limits_are_set_and_taken_away(ctx: Context, ask: Ask, create: Ask) -> None:
    limits = {"start_at": "2026-09-01T00:00Z", "end_at": "2026-12-01T00:00Z", "max_runs": 5}
    job_id = (await create(trigger_config={"cron_schedule": "0 9 * * *", **limits})).job_id
    none = {"start_at": "none", "end_at": " None ", "max_runs": "0"}
    await ask("job_update", job_id=job_id, trigger_config=none)
    definition = jobs.get(ctx, job_id).definition
    assert (definition.start_at, definition.end_at, definition.max_runs) == (None, None, None)
    assert definition.cron_schedule == "0 9 * * *"
    with pytest.raises(Failed, match="max_runs"):
        await ask("job_update", job_id=job_id, trigger_config={"max_runs": -1})


async def test_the_watch_and_the_tags_change(ctx: Context, ask: Ask, create: Ask) -> None:
    job_id = (await create(tags=["a"])).job_id
    await ask("job_update", job_id=job_id, watch=True, tags=["b", "c"])
    definition = jobs.get(ctx, job_id).definition
    assert (definition.watch, definition.tags) == ({"what": "answer"}, ("b", "c"))
    await ask("job_update", job_id=job_id, trigger_config={"watch": "false"}, tags=[])
    definition = jobs.get(ctx, job_id).definition
    assert (definition.watch, definition.tags) == (None, ())


async def test_null_and_blank_change_nothing(ctx: Context, ask: Ask, create: Ask) -> None:
    # Some clients send every argument, null where the model gave none.
    job_id = (await create(description="why", depends_on=[(await create()).job_id])).job_id
    before = jobs.get(ctx, job_id).definition
    names = [name for name in JobUpdate.model_fields if name != "job_id"]
    with pytest.raises(Failed, match="Nothing to change was given"):
        await ask("job_update", job_id=job_id, agent=" ", trigger_config={"end_at": ""})
    with pytest.raises(Failed, match="Nothing to change was given"):
        await ask("job_update", job_id=job_id, **dict.fromkeys(names))
    assert jobs.get(ctx, job_id).definition == before
    await ask("job_update", job_id=job_id, description="")
    assert not jobs.get(ctx, job_id).definition.description


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"depends_on": ["job_of_dreams"]}, "depends_on.0.job: there is no job 'job_of_dreams'"),
    ({"depends_on": ["last"]}, "The jobs would wait for each other: 'other' waits for 'last'"),
    ({"depends_on": ["nightly"]}, "cannot wait for itself"),
    ({"depends_on": [{"id": "last"}]}, "depends_on.0: 'id' is not known"),
    ({"depends_on": "last"}, "depends_on: input should be a valid list"),
    ({"deliver_to": [{"type": "pigeon"}]}, "deliver_to.0.type 'pigeon' is no way of delivery"),
    ({"deliver_to": [{"type": "file", "path": "/proc/x"}]}, "deliver_to.0.path"),
    ({"deliver_to": [{"type": "job", "job": "none"}]}, "There is no job 'none'"),
    ({"deliver_when": "never"}, "deliver_when"),
]


@pytest.mark.parametrize(("sent", "told"), REFUSED, ids=[told[:40] for _, told in REFUSED])
async def test_what_cannot_be_is_told_and_changes_nothing(
    ctx: Context, ask: Ask, create: Ask, sent: dict[str, Any], told: str
) -> None:
    job_id = (await create()).job_id
    await create(title="last", depends_on=[job_id])
    before = jobs.get(ctx, job_id)
    with pytest.raises(Failed) as caught:
        await ask("job_update", job_id=job_id, title="other", status="PAUSED", **sent)
    assert told in str(caught.value)
    assert jobs.get(ctx, job_id) == before
