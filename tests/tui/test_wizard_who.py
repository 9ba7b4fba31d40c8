"""Step 3 of the wizard by keys alone: agents, teams, workflows, Smart, and where runs wait."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.events import Paste
from textual.pilot import Pilot

from jobs_tui.models.enums import ExecutorType, PlanningMode
from jobs_tui.models.resource import ResourceKind
from jobs_tui.service import jobs, resources
from jobs_tui.service.context import Context
from jobs_tui.tui.dialogs import MessageDialog
from jobs_tui.tui.screens.wizard import looking, screen
from jobs_tui.tui.screens.wizard.draft import Draft
from jobs_tui.tui.screens.wizard.who import Who
from tests.tui.conftest import MakeJob
from tests.tui.test_wizard_keys import created, settle
from tests.tui.wizard_fixtures import NARROW, WIDE, WizardApp, shown, type_text

TO_WHO = ("pagedown", "end", "pagedown")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting for a pause in the typing."""
    monkeypatch.setattr(screen, "KEEP_AFTER", 0.01)
    monkeypatch.setattr(screen, "CHECK_AFTER", 0.01)
    monkeypatch.setattr(looking, "RANK_AFTER", 0.01)


@pytest.fixture
def home(ctx: Context) -> Context:
    """Agents that can work and cannot, a team, a workflow, a paused queue, an environment."""
    for what, spec in (
        (ResourceKind.AGENT, {"id": "dba", "kind": "shell", "capabilities": ["database backup"]}),
        (ResourceKind.AGENT, {"id": "clerk", "kind": "shell", "description": "Writes reports."}),
        (
            ResourceKind.AGENT,
            {
                "id": "writer",
                "kind": "llm",
                "model": "m",
                "base_url": "http://127.0.0.1:9/v1",
                "api_key": "env:JT_NO_SUCH_KEY",
                "description": "Writes prose.",
            },
        ),
        (
            ResourceKind.TEAM,
            {"id": "night-shift", "members": [{"agent": "dba", "role": "dumps"}, {"agent": "ops"}]},
        ),
        (ResourceKind.TEAM, {"id": "authors", "members": [{"agent": "writer"}]}),
        (
            ResourceKind.WORKFLOW,
            {
                "id": "release",
                "steps": [
                    {"name": "build", "prompt": "make"},
                    {"name": "ship", "prompt": "ship", "needs": ["build"], "agent": "smart"},
                ],
            },
        ),
        (ResourceKind.QUEUE, {"id": "night", "paused": True}),
        (ResourceKind.ENVIRONMENT, {"id": "prod", "required_tools": ["jt-no-such-tool"]}),
    ):
        resources.create(ctx, what, spec)
    return ctx


async def ranked(app: WizardApp, pilot: Pilot[None]) -> None:
    """Wait until Smart has ranked the prompt."""
    for _ in range(200):
        await settle(app, pilot)
        if app.wizard.query_one(Who).smart is not None:
            return
        await pilot.pause(0.01)
    raise AssertionError("nothing was ranked")


async def open_who(pilot: Pilot[None], app: WizardApp, prompt: str = "") -> None:
    """A job by hand called j with a prompt, in step 3."""
    await type_text(pilot, "j")
    await pilot.press("pagedown", "end", "pagedown", "pagedown")
    if prompt:
        await type_text(pilot, prompt)
        await ranked(app, pilot)
    await pilot.press("pageup")
    await settle(app, pilot)
    await settle(app, pilot)


@pytest.mark.parametrize(
    ("keys", "mode", "entity"),
    [
        (("tab", "down", "down"), PlanningMode.PREDEFINED_AGENT, "clerk"),
        (("right", "tab", "j"), PlanningMode.PREDEFINED_TEAM, "night-shift"),
        (("right", "right"), PlanningMode.PREDEFINED_WORKFLOW, "release"),
        (("right", "right", "tab", "down"), PlanningMode.PREDEFINED_WORKFLOW, None),
        (("end",), PlanningMode.ON_THE_FLY, None),
        (("right", "left"), PlanningMode.PREDEFINED_AGENT, "shell"),
    ],
)
async def test_keys_choose_who_does_it(
    home: Context, keys: tuple[str, ...], mode: PlanningMode, entity: str | None
) -> None:
    app = WizardApp(home)
    async with app.run_test(size=NARROW) as pilot:
        await open_who(pilot, app, "date")
        await pilot.press(*keys)
        await settle(app, pilot)
        await pilot.press("f2")
        job = await created(app, pilot, home)
    assert (job.definition.planning_mode, job.definition.entity_id) == (mode, entity)
    # What `jobs-tui create` and the API make of the same words.
    kind = None if entity is None else mode.value.removeprefix("predefined_")
    same = jobs.create(
        home,
        {
            "name": "j",
            "trigger_type": "manual",
            "planning_mode": mode.value,
            "entity_type": kind,
            "entity_id": entity,
            "prompt_template": "date",
        },
    ).job
    assert job.definition == same.definition


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_what_cannot_work_stays_in_sight_with_the_reason(
    home: Context, size: tuple[int, int]
) -> None:
    app = WizardApp(home)
    async with app.run_test(size=size) as pilot:
        await open_who(pilot, app)
        text = shown(app)
        assert "! not ready not found on PATH" in text
        assert "! no key" in text
        await pilot.press("tab", "j", "j", "j", "j")
        await settle(app, pilot)
        assert "JT_NO_SUCH_KEY is not set" in shown(app)
        await pilot.press("shift+tab", "right")
        await settle(app, pilot)
        assert "authors is not ready (not ready): The variable JT_NO_SUCH_KEY" in " ".join(
            shown(app).split()
        ).replace("| ", "")


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_smart_follows_the_prompt_and_m_explains(
    home: Context, size: tuple[int, int]
) -> None:
    app = WizardApp(home)
    async with app.run_test(size=size) as pilot:
        await open_who(pilot, app)
        await pilot.press("end")
        assert "Smart ranks the agents by the prompt" in shown(app)
        await pilot.press("pagedown")
        await type_text(pilot, "Database backup")
        await ranked(app, pilot)
        assert "Smart (now dba)" in shown(app)
        await pilot.press("pageup")
        assert "Smart would pick dba (" in shown(app)
        assert "words: database, backup" in shown(app)
        await pilot.press("m")
        assert isinstance(app.screen, MessageDialog)
        assert "dba fits best" in shown(app)
        await pilot.press("escape", "f3")
        await settle(app, pilot)
        assert isinstance(app.screen, MessageDialog)
        assert "Smart would pick dba (" in shown(app)
        await pilot.press("pagedown")
        assert "+ policy" in shown(app)
        assert "Nothing was run." in shown(app)


async def test_an_unclear_lead_is_said(home: Context) -> None:
    resources.create(
        home,
        ResourceKind.AGENT,
        {"id": "dba2", "kind": "shell", "capabilities": ["database backup"]},
    )
    app = WizardApp(home)
    async with app.run_test(size=NARROW) as pilot:
        await open_who(pilot, app, "Database backup")
        assert "but its lead over dba2" in shown(app)
        assert "is unclear" in shown(app)


async def test_a_queue_or_an_environment_is_named_and_its_state_said(home: Context) -> None:
    app = WizardApp(home)
    async with app.run_test(size=NARROW) as pilot:
        await open_who(pilot, app, "date")
        await pilot.press("tab", "tab", "right")
        assert "there are: night" in shown(app)
        await pilot.press("f2")
        assert "x Name the queue." in shown(app)
        await type_text(pilot, "moon")
        assert "! moon does not exist, so it runs on this machine" in shown(app)
        await pilot.press("ctrl+u")
        await type_text(pilot, "night")
        assert "! night: paused" in shown(app)
        await pilot.press("shift+tab", "right", "tab")
        await type_text(pilot, "prod")
        assert "! prod is not ready: jt-no-such-tool was not found" in shown(app)
        await pilot.press("f2")
        job = await created(app, pilot, home)
    definition = job.definition
    assert definition.executor_type is ExecutorType.ENVIRONMENT
    assert (definition.environment_name, definition.worker_queue_name) == ("prod", None)


@pytest.mark.parametrize("clone", [False, True])
async def test_an_edit_and_a_copy_keep_who_and_where(
    home: Context, make_job: MakeJob, clone: bool
) -> None:
    fields: dict[str, Any] = {
        "planning_mode": "predefined_team",
        "entity_id": "night-shift",
        "executor_type": "specific_queue",
        "worker_queue_name": "night",
    }
    job = make_job("db", **fields)
    app = WizardApp(home, job.id, clone=clone)
    async with app.run_test(size=NARROW) as pilot:
        await settle(app, pilot)
        await pilot.press("pagedown", "pagedown", "pagedown", "pageup", "pageup", "pageup", "end")
        await type_text(pilot, "2")
        await pilot.press("f2")
        await settle(app, pilot)
        await settle(app, pilot)
    made = next(one for one in jobs.listing(home) if one.name.endswith("2"))
    for name, value in fields.items():
        assert str(getattr(made.definition, name)) == value, name


async def test_whoever_was_deleted_is_refused_with_a_way_out(
    home: Context, make_job: MakeJob
) -> None:
    job = make_job("db", planning_mode="predefined_team", entity_id="night-shift")
    resources.delete(home, ResourceKind.TEAM, "night-shift", force=True)
    app = WizardApp(home, job.id)
    async with app.run_test(size=NARROW) as pilot:
        await settle(app, pilot)
        await pilot.press("f2")
        text = shown(app)
        assert "There is no team 'night-shift'. There are: authors." in text
        assert "! missing" in text
        assert "not saved: something is wrong in 3 Who" in text
        await pilot.press("home", "pageup", "pagedown", "tab", "g")
        await settle(app, pilot)
        await pilot.press("f2")
        await settle(app, pilot)
        await settle(app, pilot)
    assert jobs.get(home, job.id).definition.entity_id == "authors"


async def test_a_team_that_is_made_meanwhile_comes_into_the_list(ctx: Context) -> None:
    app = WizardApp(ctx)
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press(*TO_WHO, "right")
        assert "There is no team yet" in shown(app)
        resources.create(ctx, ResourceKind.TEAM, {"id": "new-team", "members": [{"agent": "ops"}]})
        app.wizard.on_store_changed()
        await settle(app, pilot)
        assert "new-team" in shown(app)


def test_a_draft_says_the_same_as_the_command_line() -> None:
    assert Draft(mode="on_the_fly", entity_id="").who() == {
        "planning_mode": "on_the_fly",
        "entity_id": None,
        "executor_type": "auto",
        "worker_queue_name": None,
        "environment_name": None,
    }


def press(*keys: str) -> Callable[[Pilot[None]], Any]:
    """Keys; ``T:...`` is pasted text."""

    async def run(pilot: Pilot[None]) -> None:
        app = pilot.app
        assert isinstance(app, WizardApp)
        for key in keys:
            if key.startswith("T:"):
                app.post_message(Paste(key[2:]))
                await pilot.pause()
            else:
                await pilot.press(key)
            await settle(app, pilot)
        if any(key.startswith("T:") for key in keys):
            await ranked(app, pilot)
        await settle(app, pilot)

    return run


PICTURES = {
    "agents": (*TO_WHO, "tab", "j", "j"),
    "team": (*TO_WHO, "right", "tab", "j"),
    "workflow": (*TO_WHO, "right", "right"),
    "smart": (*TO_WHO, "pagedown", "T:Run the database backup", "pageup", "end"),
    "dry_run": (*TO_WHO, "pagedown", "T:Run the database backup", "pageup", "end", "f3"),
}


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "120x40"])
@pytest.mark.parametrize("name", PICTURES)
def test_picture(snap_compare: Any, home: Context, name: str, size: tuple[int, int]) -> None:
    assert snap_compare(WizardApp(home), terminal_size=size, run_before=press(*PICTURES[name]))
