"""Requests of a chat as jobs: type, schedule, who; and what is refused with a way out."""

from __future__ import annotations

from typing import Any

import pytest

from jobs_tui.models.enums import PlanningMode, TriggerType
from jobs_tui.models.resource import ResourceKind
from jobs_tui.server.mcp.calling import Failed
from jobs_tui.service import jobs, resources
from jobs_tui.service.audit import entries
from jobs_tui.service.context import Context
from tests.server.mcp.conftest import Ask

REQUESTS = [
    (  # "Research these 50 companies and have a report ready by morning."
        {"job_type": "ONE_OFF", "trigger_config": {"run_at": "now"}},
        TriggerType.ONE_OFF,
        {"run_at": "2026-08-21T14:02:11.001Z"},
    ),
    (  # "Remind me every Monday about pending invoices."
        {
            "job_type": "SCHEDULED",
            "trigger_config": {"cron_schedule": "0 9 * * 1", "cron_timezone": "Europe/Berlin"},
        },
        TriggerType.CRON,
        {"cron_schedule": "0 9 * * 1", "cron_timezone": "Europe/Berlin"},
    ),
    (  # "Watch this competitor's pricing page and tell me when it changes."
        {"job_type": "RECURRING", "trigger_config": {"interval_seconds": 3600}, "watch": True},
        TriggerType.RECURRING,
        {"interval_seconds": 3600.0, "watch": {"what": "answer"}},
    ),
    (  # "Send the proposal, follow up ... until they answer."
        {
            "job_type": "ONGOING",
            "trigger_config": {"interval_seconds": 86400, "max_runs": 3},
        },
        TriggerType.ONGOING,
        {"interval_seconds": 86400.0, "max_runs": 3},
    ),
    (  # "Do this on the first of September at 9."
        {
            "job_type": "ONE_OFF",
            "trigger_config": {"run_at": "2026-09-01T09:00", "cron_timezone": "Europe/Berlin"},
        },
        TriggerType.ONE_OFF,
        {"run_at": "2026-09-01T07:00:00.000Z"},
    ),
]


@pytest.mark.parametrize(("sent", "trigger", "fields"), REQUESTS)
async def test_a_request_becomes_the_right_job(
    ctx: Context, create: Ask, sent: dict[str, Any], trigger: TriggerType, fields: dict[str, Any]
) -> None:
    view = await create(**sent)
    definition = jobs.get(ctx, view.job_id).definition
    assert definition.trigger_type is trigger
    assert {name: getattr(definition, name) for name in fields} == fields
    assert view.job_type == sent["job_type"]
    assert view.schedule
    assert view.uri == f"jobs://jobs/{view.job_id}"
    [entry] = entries(ctx, subject=view.job_id)
    assert (entry.actor, entry.face, entry.action) == ("claude", "mcp", "job.create")


async def test_a_chain_of_follow_ups(ctx: Context, create: Ask) -> None:
    # "Send the proposal, follow up in 3 days if no reply, then escalate."
    first = await create(title="send", job_type="ONE_OFF", trigger_config={"run_at": "now"})
    second = await create(
        title="follow up",
        job_type="ONE_OFF",
        trigger_config={},
        instructions="echo {{ sent }}",
        depends_on=[{"job": first.job_id, "delay_seconds": "3d", "parameters": {"sent": "answer"}}],
    )
    third = await create(
        title="escalate", job_type="ONE_OFF", trigger_config={}, depends_on=[second.job_id]
    )
    assert [one.status for one in (first, second, third)] == ["PENDING"] * 3
    assert second.status_reason
    assert second.job_type == "ONE_OFF"
    [one] = jobs.get(ctx, second.job_id).definition.depends_on
    assert (one["job"], one["delay_seconds"]) == (first.job_id, 3 * 86400)
    with pytest.raises(Failed, match="depends_on"):
        await create(job_type="ONE_OFF", trigger_config={}, depends_on=["job_of_dreams"])
    with pytest.raises(Failed, match="cron_schedule is missing"):
        await create(job_type="SCHEDULED", trigger_config={}, depends_on=[first.job_id])


async def test_next_runs_have_their_offset(create: Ask) -> None:
    view = await create(
        trigger_config={"cron_schedule": "0 9 * * 1", "cron_timezone": "Europe/Berlin"}
    )
    assert view.next_runs[0] == "2026-08-24T09:00:00+02:00"
    assert view.timezone == "Europe/Berlin"


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"job_type": "ONE_OFF", "trigger_config": {}}, "trigger_config.run_at is missing"),
    ({"job_type": "SCHEDULED", "trigger_config": {}}, "trigger_config.cron_schedule is missing"),
    ({"job_type": "RECURRING", "trigger_config": {}}, "trigger_config.interval_seconds is missing"),
    ({"job_type": "ONGOING", "trigger_config": {}}, "end_condition is missing"),
    (
        {"job_type": "ONE_OFF", "trigger_config": {"cron_schedule": "0 9 * * *"}},
        "cron_schedule does not belong to job_type ONE_OFF. It is for SCHEDULED",
    ),
    (
        {"job_type": "ONE_OFF", "trigger_config": {"run_at": "2020-01-01T09:00"}},
        'Give a time to come, or run_at "now" to start at once.',
    ),
    ({"job_type": "ONE_OFF", "trigger_config": {"run_at": "whenever"}}, "whenever"),
    ({"job_type": "RECURRING", "trigger_config": {"interval_seconds": 0.5}}, "interval_seconds"),
    ({"job_type": "RECURRING", "trigger_config": {"interval_seconds": -3}}, "interval_seconds"),
    ({"trigger_config": {"cron_schedule": "61 * * * *"}}, "trigger_config.cron_schedule"),
    (
        {"trigger_config": {"cron_schedule": "0 9 * * 1", "cron_timezone": "Mars/X"}},
        "trigger_config.cron_timezone",
    ),
    ({"job_type": "ONE_OFF", "run_at": "now"}, "run_at belongs into trigger_config."),
    (
        {"job_type": "ONGOING", "trigger_config": {"end_condition": [{"exit_code": 0}]}},
        "trigger_config.end_condition: a text or an object is wanted. Nothing was changed.",
    ),
    ({"depends_on": [5]}, "depends_on.0: a text or an object is wanted. Nothing was changed."),
    ({"depends_on": ["no_such"]}, "no job 'no_such'. job_retrieval_by_keywords"),
    ({"job_type": "DAILY"}, "'ONE_OFF', 'SCHEDULED', 'RECURRING' or 'ONGOING'"),
    ({"title": 5}, "title: input should be a valid string"),
    ({"title": " "}, "argument: title"),
    ({"instructions": ""}, "instructions"),
    ({"trigger_config": "0 9 * * 1"}, "trigger_config: input should be an object"),
    ({"trigger_config": {"cron": "0 9 * * 1"}}, "trigger_config.cron is not known; there are cron"),
    ({"when": "tomorrow"}, "when is not known; there are title, job_type, instructions"),
    ({"agent": "nobody"}, "There is no agent, team or workflow 'nobody'"),
    ({"tags": "a"}, "tags: input should be a valid list"),
    ({"title": "\ud800"}, "valid Unicode"),
]


@pytest.mark.parametrize(("sent", "told"), REFUSED, ids=[told[:40] for _, told in REFUSED])
async def test_what_cannot_be_tells_what_to_do(
    ctx: Context, create: Ask, sent: dict[str, Any], told: str
) -> None:
    with pytest.raises(Failed) as caught:
        await create(**sent)
    assert told in str(caught.value)
    assert jobs.listing(ctx) == []
    assert entries(ctx) == []


async def test_plain_words_are_never_run_as_a_script(ctx: Context, ask: Ask) -> None:
    answer = await ask(
        "job_create",
        title="Invoices",
        job_type="SCHEDULED",
        trigger_config={"cron_schedule": "0 9 * * 1"},
        instructions="Remind the user about pending invoices",
    )
    definition = jobs.get(ctx, answer.job.job_id).definition
    assert definition.planning_mode is PlanningMode.ON_THE_FLY
    assert answer.job.who.startswith("Smart")
    assert any("Nobody here can do this now" in one for one in answer.warnings)
    assert any("read in UTC" in one for one in answer.warnings)


async def test_an_agent_that_runs_scripts_is_not_chosen_for_plain_words(
    ctx: Context, ask: Ask
) -> None:
    resources.create(
        ctx,
        ResourceKind.AGENT,
        {"id": "invoice-bot", "kind": "shell", "description": "reminds of pending invoices"},
    )
    fields = {
        "title": "Invoices",
        "job_type": "SCHEDULED",
        "trigger_config": {"cron_schedule": "0 9 * * 1"},
    }
    with pytest.raises(Failed) as caught:
        await ask("job_create", instructions="Remind of pending invoices", **fields)
    assert "invoice-bot would run them as a bash script" in str(caught.value)
    answer = await ask("job_create", instructions="Check the disk usage of /", **fields)
    assert jobs.get(ctx, answer.job.job_id).definition.entity_id == "ops"


@pytest.mark.parametrize(
    ("when", "warned"),
    [
        ({"run_at": "in 3 days"}, False),
        ({"run_at": "in 3 days at 9am"}, True),
        ({"run_at": "next friday 17:00 Europe/Berlin"}, False),
        ({"run_at": "2026-12-01T09:00+02:00"}, False),
        ({"run_at": "2026-12-01T09:00Z"}, False),
        ({"run_at": "2026-12-01T09:00"}, True),
        ({"run_at": "tomorrow 9am"}, True),
        ({"run_at": "tomorrow 9am", "cron_timezone": "UTC"}, False),
        ({"run_at": "tomorrow 9am", "cron_timezone": " "}, True),
        ({"run_at": "Now"}, False),
    ],
)
async def test_utc_is_warned_of_where_it_matters(
    ask: Ask, when: dict[str, str], warned: bool
) -> None:
    answer = await ask(
        "job_create", title="t", job_type="ONE_OFF", trigger_config=when, instructions="echo done",
        agent="shell",
    )  # fmt: skip
    assert any("read in UTC" in one for one in answer.warnings) == warned


async def test_a_named_shell_says_that_it_runs_a_script(ask: Ask) -> None:
    answer = await ask(
        "job_create", title="t", job_type="ONE_OFF", trigger_config={"run_at": "now"},
        instructions="echo {{ who }}", agent="Shell", parameters={"who": "ada"},
    )  # fmt: skip
    assert "bash script" in answer.warnings[0]
    assert answer.job.who.startswith("agent shell")


async def test_a_change_changes_what_it_names(ctx: Context, ask: Ask, create: Ask) -> None:
    job_id = (await create()).job_id
    answer = await ask(
        "job_update",
        job_id=job_id,
        title="weekly",
        trigger_config={"cron_schedule": "0 9 * * 1"},
        description="why",
    )
    definition = jobs.get(ctx, job_id).definition
    assert (definition.name, definition.cron_schedule) == ("weekly", "0 9 * * 1")
    assert (definition.description, definition.prompt_template) == ("why", "echo done")
    assert answer.job.next_runs[0] == "2026-08-24T09:00:00+00:00"


async def test_another_type_needs_what_it_needs(ctx: Context, ask: Ask, create: Ask) -> None:
    job_id = (await create()).job_id
    with pytest.raises(Failed, match="does not belong to job_type SCHEDULED"):
        await ask("job_update", job_id=job_id, trigger_config={"interval_seconds": 60})
    with pytest.raises(Failed, match="interval_seconds is missing"):
        await ask("job_update", job_id=job_id, job_type="RECURRING")
    answer = await ask(
        "job_update",
        job_id=job_id,
        job_type="RECURRING",
        trigger_config={"interval_seconds": 60},
    )
    assert answer.job.job_type == "RECURRING"
    assert jobs.get(ctx, job_id).definition.trigger_type is TriggerType.RECURRING


async def test_a_goal_that_was_met_in_chat_completes_the_job(ask: Ask, create: Ask) -> None:
    made = await create(job_type="ONGOING", trigger_config={"max_runs": 9})
    answer = await ask(
        "job_update", job_id=made.job_id, status="COMPLETED", reason="the user says so"
    )
    assert (answer.job.status, answer.job.status_reason) == ("COMPLETED", "the user says so")
    with pytest.raises(Failed, match=r"not instructions\. It stays as it is: make a new job"):
        await ask("job_update", job_id=made.job_id, instructions="other")
    with pytest.raises(Failed, match=r"it cannot become active.*job_create"):
        await ask("job_update", job_id=made.job_id, status="ACTIVE")
    with pytest.raises(Failed, match=r"nothing starts it any more.*job_create"):
        await ask("job_run", job_id=made.job_id)


async def test_a_status_that_cannot_be_changes_nothing_else(
    ctx: Context, ask: Ask, create: Ask
) -> None:
    job_id = (await create()).job_id
    await ask("job_cancel", job_id=job_id)
    with pytest.raises(Failed, match="cancelled: it cannot become paused"):
        await ask("job_update", job_id=job_id, title="other", status="PAUSED")
    assert jobs.get(ctx, job_id).name == "nightly"
    with pytest.raises(Failed, match="Nothing to change was given"):
        await ask("job_update", job_id=job_id)


@pytest.mark.parametrize("status", ["PAUSED", "CANCELLED", "ARCHIVED", "ACTIVE"])
async def test_a_status_by_update(ask: Ask, create: Ask, status: str) -> None:
    job_id = (await create()).job_id
    for _ in range(2):  # and once more, which is harmless
        answer = await ask("job_update", job_id=job_id, status=status)
        assert answer.job.status == status
