"""The second step for jobs that start once, again and again, or until a goal."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jobs_tui.models.enums import Conversation, TriggerType
from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.resource import ResourceKind
from jobs_tui.service import dashboard, jobs, resources
from jobs_tui.service.context import Context
from jobs_tui.tui.screens.wizard import checks, goal, screen
from jobs_tui.tui.screens.wizard.ahead import ahead
from jobs_tui.tui.screens.wizard.draft import Draft, changes, from_json, of_job
from jobs_tui.tui.screens.wizard.goal import GoalDraft
from jobs_tui.tui.screens.wizard.opening import opening
from jobs_tui.tui.screens.wizard.when_rows import KINDS
from tests.fakes import FakeClock
from tests.tui.conftest import MakeJob
from tests.tui.screens import worked
from tests.tui.wizard_fixtures import NARROW, WIDE, WizardApp, focused, shown, type_text, value


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting for a pause in the typing."""
    monkeypatch.setattr(screen, "KEEP_AFTER", 0.01)


CONDITIONS: list[dict[str, Any]] = [
    {"type": "verdict"},
    {"type": "verdict", "goal": "all PRs are merged"},
    {"type": "exit_code", "equals": 0},
    {"type": "exit_code", "equals": 3},
    {"type": "text", "contains": " green "},
    {"type": "text", "matches": "^ok$"},
    {"type": "json_path", "path": "$.state"},
    {"type": "json_path", "path": "$.state", "equals": "merged"},
    {"type": "json_path", "path": "$.open", "equals": 0},
    {"type": "json_path", "path": "$.open", "equals": "0"},
    {"type": "json_path", "path": "$.open", "equals": None},
    {"type": "json_path", "path": "$.open", "equals": ""},
    {"type": "expression", "expression": "results[0].exit_code == 0"},
    {"type": "changed", "times": 1},
    {"type": "changed", "times": 2},
]
SEVERAL = [{"type": "exit_code", "equals": 0}, {"type": "text", "contains": "done"}]


@pytest.mark.parametrize("one", CONDITIONS, ids=lambda one: json.dumps(one))
def test_a_condition_has_fields_that_make_it_again(one: dict[str, Any]) -> None:
    fields = goal.fields_of({"any": [one]})
    assert fields["goal_kind"] == one["type"]
    assert GoalDraft(**fields).end_condition() == {"any": [one]}


@pytest.mark.parametrize(
    "condition",
    [
        {"any": SEVERAL},
        {"any": [{"type": "text", "contains": "a", "more": 1}]},
        {"any": [{"type": "exit_code", "equals": -1}]},
    ],
)
def test_what_has_no_fields_is_shown_as_json(condition: dict[str, Any]) -> None:
    fields = goal.fields_of(condition)
    assert fields["goal_kind"] == goal.SEVERAL
    assert GoalDraft(**fields).end_condition() == condition


def test_a_job_that_only_limits_end_has_no_condition() -> None:
    assert goal.fields_of(None) == {"goal_kind": goal.LIMITS}
    assert GoalDraft(goal_kind=goal.LIMITS).end_condition() is None


@pytest.mark.parametrize(
    "fields",
    [
        {"goal_kind": "exit_code", "exit_code": "x"},
        {"goal_kind": "exit_code", "exit_code": "256"},
        {"goal_kind": "text"},
        {"goal_kind": "json_path", "path": " "},
        {"goal_kind": "expression"},
        {"goal_kind": "changed", "changes": "0"},
        {"goal_kind": "several"},
        {"goal_kind": "several", "conditions": "{"},
        {"goal_kind": "several", "conditions": "[" * 9000},
        {"goal_kind": "several", "conditions": "3"},
    ],
)
def test_a_condition_that_is_not_whole_is_one_sentence_at_its_field(fields: dict[str, str]) -> None:
    with pytest.raises(InvalidInput) as caught:
        GoalDraft(**fields).end_condition()
    assert caught.value.field == "end_condition"


JOBS: dict[str, dict[str, Any]] = {
    "once": {"trigger_type": "one_off", "run_at": "2026-12-24T09:00:00+01:00"},
    "rate": {
        "trigger_type": "recurring",
        "interval_seconds": 90,
        "start_at": "2026-09-01T00:00:30Z",
        "end_at": "2026-10-01T00:00:00.250Z",
        "max_runs": 10,
        "watch": {"what": "answer", "ignore": "^time"},
    },
    "delay": {
        "trigger_type": "recurring",
        "interval_seconds": 5400,
        "interval_mode": "fixed_delay",
        "conversation": "continue",
    },
    "goal": {
        "trigger_type": "ongoing",
        "interval_seconds": 300,
        "end_condition": {"any": [{"type": "json_path", "path": "$.n", "equals": 0}]},
        "max_runs": 5,
    },
    "several": {
        "trigger_type": "ongoing",
        "interval_seconds": 60,
        "end_condition": {"any": SEVERAL},
    },
    "limits": {
        "trigger_type": "ongoing",
        "interval_seconds": 1.5,
        "max_runs": 3,
        "watch": {"what": "answer", "ignore": ["^a", "[0-9]"]},
    },
    "cron": {
        "trigger_type": "cron",
        "cron_schedule": "0 9 * * 1-5",
        "cron_timezone": "Europe/Berlin",
        "end_at": "2027-01-01T00:00:00Z",
        "max_runs": 7,
        "watch": {"what": "answer"},
    },
}


def made(ctx: Context, name: str, **more: Any) -> Any:
    fields = {"name": name, "prompt_template": "true", "entity_id": "shell", **JOBS[name]}
    return jobs.create(ctx, fields | more).job


@pytest.mark.parametrize("name", JOBS)
def test_an_edit_of_any_kind_keeps_every_field(ctx: Context, name: str) -> None:
    job = made(ctx, name)
    begun = opening(ctx, job.id, clone=False)
    assert not begun.restored
    assert changes(begun.draft, begun.base) == {}
    assert checks.first_problem(ctx, begun.draft) is None
    assert from_json(json.loads(json.dumps(begun.draft.to_json()))) == begun.draft
    # The same fields, sent again, make the same job: nothing is lost on the way.
    again = jobs.edit(ctx, job.id, begun.draft.job_fields()).job
    assert again.definition == job.definition


@pytest.mark.parametrize("name", JOBS)
def test_a_copy_has_all_that_the_form_does_not_show(ctx: Context, name: str) -> None:
    hidden = {
        "deliver_to": [{"type": "file", "path": "/tmp/out", "append": True}],
        "deliver_when": "failure",
        "execution_environment": {"env_vars": {"A": "1"}},
    }
    job = made(ctx, name, **hidden)
    copied = opening(ctx, job.id, clone=True).draft
    made_again = jobs.create(ctx, copied.job_fields()).job.definition
    assert made_again.deliver_to == job.definition.deliver_to
    assert made_again.deliver_when == job.definition.deliver_when
    assert made_again.execution_environment == job.definition.execution_environment
    assert made_again.end_condition == job.definition.end_condition


def test_a_time_that_was_kept_may_have_passed_a_new_one_may_not(
    ctx: Context, clock: FakeClock
) -> None:
    job = made(ctx, "once")
    clock.advance(400 * 86_400)
    draft = of_job(job)
    assert checks.first_problem(ctx, draft) is None
    seen = ahead(ctx, draft, 5, job.id)
    assert seen is not None
    assert seen.next_runs == ()
    draft.run_at = "2026-12-24 10:00Z"
    problem = checks.first_problem(ctx, draft)
    assert problem is not None
    assert (problem.step, problem.field) == (checks.TRIGGER, "run_at")
    copied = opening(ctx, job.id, clone=True).draft
    problem = checks.first_problem(ctx, copied)
    assert problem is not None
    assert problem.field == "run_at"


def test_the_zone_of_a_job_can_change_and_its_instant_stays(ctx: Context) -> None:
    job = made(ctx, "once")
    draft = of_job(job)
    draft.timezone = "America/New_York"
    changed = jobs.edit(ctx, job.id, changes(draft, of_job(job))).job
    assert changed.definition.run_at == job.definition.run_at


@pytest.mark.parametrize("name", JOBS)
def test_the_preview_is_what_fires(ctx: Context, name: str) -> None:
    draft = Draft(name=name, prompt="true")
    for field, kept in of_job(made(ctx, name)).to_json().items():
        if field not in ("used", "variables"):
            setattr(draft, field, kept)
    draft.forget_kept()
    seen = ahead(ctx, draft, 3)
    assert seen is not None
    job = jobs.create(ctx, draft.job_fields()).job
    assert job.next_due_at is not None
    assert [moment.timestamp() for moment in seen.next_runs] == [
        moment.timestamp() for moment in dashboard.next_runs(ctx, job, 3)
    ]


def test_an_edit_looks_ahead_on_the_grid_of_the_job(
    ctx: Context, clock: FakeClock, make_job: MakeJob
) -> None:
    job = make_job("a", trigger_type="recurring", interval_seconds=60)
    clock.advance(90)
    draft = of_job(job)
    draft.every = "2m"
    seen = ahead(ctx, draft, 1, job.id)
    assert seen is not None
    saved = jobs.edit(ctx, job.id, changes(draft, of_job(job))).job
    assert saved.next_due_at == seen.next_runs[0]


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"trigger": "one_off"}, "run_at"),
        ({"trigger": "one_off", "run_at": "some day"}, "run_at"),
        ({"trigger": "one_off", "run_at": "2020-01-01 09:00"}, "run_at"),
        ({"trigger": "recurring", "every": ""}, "interval_seconds"),
        ({"trigger": "recurring", "every": "0.5s"}, "interval_seconds"),
        ({"trigger": "recurring", "max_runs": "0"}, "max_runs"),
        ({"trigger": "recurring", "max_runs": "\u0663"}, "max_runs"),
        ({"trigger": "recurring", "start_at": "nonsense"}, "start_at"),
        ({"trigger": "recurring", "end_at": "2020-01-01 09:00"}, "end_at"),
        ({"trigger": "ongoing", "pause": "x"}, "interval_seconds"),
        ({"trigger": "ongoing", "goal_kind": "limits"}, "end_condition"),
        ({"trigger": "ongoing", "goal_kind": "text"}, "end_condition"),
        ({"trigger": "ongoing", "goal_kind": "text", "text": "(", "text_how": "matches"}, ""),
        ({"trigger": "ongoing", "goal_kind": "expression", "expression": "results["}, ""),
        ({"trigger": "ongoing", "goal_kind": "json_path", "path": "]]"}, ""),
    ],
)
def test_faults_belong_to_the_second_step_and_have_a_field(
    ctx: Context, fields: dict[str, str], place: str
) -> None:
    draft = Draft(name="x", prompt="true")
    for name, text in fields.items():
        setattr(draft, name, text)
    problem = checks.first_problem(ctx, draft)
    assert problem is not None
    assert problem.step == checks.TRIGGER
    assert problem.field.startswith(place or "end_condition")
    assert "\n" not in problem.sentence


def start(kind: str) -> list[str]:
    return ["right"] * [name for name, _ in KINDS].index(kind)


async def test_keys_alone_make_a_job_that_starts_once(ctx: Context) -> None:
    app = WizardApp(ctx)
    async with app.run_test(size=NARROW) as pilot:
        await type_text(pilot, "pay\n")
        await pilot.press(*start("one_off"), "tab")
        assert focused(app) == "run_at"
        await type_text(pilot, "tomorrow 9am")
        assert "+ Sat 22 Aug 09:00 UTC" in shown(app)
        assert "in 18h57m" in shown(app)
        await pilot.press("pagedown", "pagedown")
        await type_text(pilot, "true")
        await pilot.press("f2")
        for _ in range(2):
            await worked(app.workers)
            await pilot.pause()
    (job,) = jobs.listing(ctx)
    assert job.definition.trigger_type is TriggerType.ONE_OFF
    assert job.definition.run_at == "2026-08-22T09:00:00.000Z"
    assert any("next start Sat 22 Aug 09:00 UTC" in said for said in app.below.heard)


async def test_keys_alone_make_a_job_that_runs_until_a_goal(ctx: Context) -> None:
    app = WizardApp(ctx)
    async with app.run_test(size=NARROW) as pilot:
        await type_text(pilot, "watch\n")
        await pilot.press(*start("ongoing"), "tab")
        await type_text(pilot, "5m")
        assert "+ at once, then again 5 minutes after each run" in shown(app)
        await pilot.press("tab", "tab", *["right"] * 3, "tab")
        assert focused(app) == "path"
        await pilot.press("f2")
        assert "x Write a path into the answer" in shown(app)
        await type_text(pilot, "$.state")
        await pilot.press("tab")
        await type_text(pilot, "merged")
        assert 'until $.state is "merged"' in shown(app)
        await pilot.press("tab", "tab", "tab")
        assert focused(app) == "max_runs"
        await type_text(pilot, "9")
        await pilot.press("pagedown", "pagedown")
        await type_text(pilot, "true")
        await pilot.press("f2")
        for _ in range(2):
            await worked(app.workers)
            await pilot.pause()
    (job,) = jobs.listing(ctx)
    assert job.definition.interval_seconds == 300
    assert job.definition.max_runs == 9
    assert job.definition.end_condition == {
        "any": [{"type": "json_path", "path": "$.state", "equals": "merged"}]
    }


async def test_a_relative_time_is_read_anew_as_time_passes(ctx: Context, clock: FakeClock) -> None:
    app = WizardApp(ctx)
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press("pagedown", *start("one_off"), "tab")
        await type_text(pilot, "in 2 hours")
        assert "16:02:11 UTC" in shown(app)
        clock.advance(3600)
        app.wizard.on_clock()
        await pilot.pause()
        assert "17:02:11 UTC" in shown(app)


async def test_an_agent_with_a_model_may_go_on_with_the_talk(ctx: Context) -> None:
    agent = {
        "kind": "llm",
        "name": "Clerk",
        "model": "ollama:qwen3",
        "base_url": "http://[::1]:1/v1",
    }
    resources.create(ctx, ResourceKind.AGENT, {"id": "clerk", **agent})
    job = made(ctx, "goal", entity_id="clerk")
    app = WizardApp(ctx, job.id)
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press("pagedown")
        assert "goes on with the talk" in shown(app)
        row = app.wizard.query_one("#conversation")
        app.screen.set_focus(row)
        await pilot.press("right", "f2")
        for _ in range(2):
            await worked(app.workers)
            await pilot.pause()
    assert jobs.get(ctx, job.id).definition.conversation is Conversation.CONTINUE


async def test_seconds_are_shown_where_there_are_any(ctx: Context) -> None:
    app = WizardApp(ctx)
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press("pagedown", *start("recurring"), "tab")
        await type_text(pilot, "90s")
        assert "14:03:41 UTC" in shown(app)
        assert "14:05:11 UTC" in shown(app)


@pytest.mark.parametrize("size", [NARROW, WIDE])
@pytest.mark.parametrize("kind", ["cron", "one_off", "recurring", "ongoing"])
async def test_every_field_is_in_sight_when_it_has_the_focus(
    ctx: Context, kind: str, size: tuple[int, int]
) -> None:
    app = WizardApp(ctx)
    async with app.run_test(size=size) as pilot:
        await pilot.press("pagedown", "home", *start(kind))
        step = app.wizard.steps[checks.TRIGGER]
        fields = [one for one in app.screen.focus_chain if step in one.ancestors]
        assert len(fields) >= 4
        for field in fields:
            assert focused(app) == field.id
            await pilot.pause()
            assert step.region.contains_region(field.region), field.id
            await pilot.press("tab")


@pytest.mark.parametrize("text", ["[/foo]", "[red]x", "a\x1b[31m\x07b", "\u202eabc\u200b"])
async def test_hostile_text_in_a_goal_is_shown_and_never_obeyed(
    ctx: Context, make_job: MakeJob, text: str
) -> None:
    condition = {"any": [{"type": "verdict", "goal": text}, {"type": "text", "contains": text}]}
    for end in (condition, {"any": condition["any"][:1]}):
        job = make_job("x", trigger_type="ongoing", end_condition=end)
        app = WizardApp(ctx, job.id)
        async with app.run_test(size=WIDE) as pilot:
            for _ in range(4):
                assert not any(bad in shown(app) for bad in "\x1b\x07\u202e\u200b")
                await pilot.press("pagedown")
            assert value(app, "name") == "x"
