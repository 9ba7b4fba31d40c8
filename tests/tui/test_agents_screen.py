"""Agents, teams, workflows and approvals: what is listed, checked, changed and decided."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from textual.widgets import Input

from jobs_tui.agents.runner import ToolCall
from jobs_tui.models.approval import ApprovalStatus
from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.errors import NotFound
from jobs_tui.models.resource import ResourceKind
from jobs_tui.service import agent_overview, approvals, resources
from jobs_tui.service.context import Context
from jobs_tui.store import approvals as approval_rows
from jobs_tui.tui.app import JobsApp
from jobs_tui.tui.dialogs import Choice, Confirm, MessageDialog
from jobs_tui.tui.screens import agent_actions
from jobs_tui.tui.screens.agent_form import NewAgent
from jobs_tui.tui.screens.agents import AgentsScreen
from jobs_tui.tui.screens.approval_actions import Decide
from jobs_tui.tui.screens.log import LogScreen
from tests.tui.screens import opened, press, said, settled, words_of

SIZES = [(80, 24), (120, 40)]
AGENT, TEAM, WORKFLOW = ResourceKind.AGENT, ResourceKind.TEAM, ResourceKind.WORKFLOW


@pytest.fixture
def scene(ctx: Context, make_job: Any, make_run: Any, monkeypatch: pytest.MonkeyPatch) -> Context:
    """Two agents, one without its secret, a team and a workflow of them, and a job."""
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    resources.create(
        ctx,
        AGENT,
        {
            "id": "backup-bot",
            "kind": "shell",
            "description": "Dumps [b]databases[/b].",
            "capabilities": ["postgres", "s3"],
            "max_running": 4,
        },
    )
    resources.create(
        ctx,
        AGENT,
        {
            "id": "auditor",
            "kind": "shell",
            "capabilities": ["billing"],
            "execution_environment": {"secrets": ["BILLING_KEY"]},
        },
    )
    members = [{"agent": "backup-bot", "role": "dumps"}, {"agent": "auditor"}]
    resources.create(ctx, TEAM, {"id": "ops-team", "members": members})
    steps = [
        {"name": "dump", "prompt": "echo 1", "agent": "backup-bot"},
        {"name": "check", "prompt": "echo 2", "agent": "shell", "needs": ["dump"]},
    ]
    resources.create(ctx, WORKFLOW, {"id": "nightly", "steps": steps})
    job = make_job("db-backup", entity_id="backup-bot")
    for age, status in ((300, ExecutionStatus.COMPLETED), (200, ExecutionStatus.FAILED)):
        run = make_run(job, status, ago=age, took=4)
        ctx.store.write(
            lambda connection, run=run: (
                connection.execute(
                    "update executions set agent_id = 'backup-bot' where id = ?", (run.id,)
                ).rowcount
            )
        )
    return ctx


@pytest.fixture
def waiting(ctx: Context, make_job: Any, make_run: Any) -> Callable[[], Any]:
    """Makes a run that waits for the approval of a call."""

    def make() -> Any:
        run = make_run(make_job("clean-up"), ExecutionStatus.WAITING_FOR_INPUT, ago=30)
        call = ToolCall("1", "delete_files", {"path": "/var/[tmp]/x", "age": "30d"}, False)

        def operation(connection: sqlite3.Connection) -> None:
            approval_rows.open_approvals(
                connection,
                run.id,
                [call],
                reason="policy careful wants this approved",
                now=ctx.now(),
                expires=ctx.now() + timedelta(hours=1),
                agent_id="ops",
            )

        ctx.store.write(operation)
        return run

    return make


def on(app: JobsApp) -> AgentsScreen:
    assert isinstance(app.screen, AgentsScreen)
    return app.screen


async def go_to(app: JobsApp, pilot: Any, key: str) -> None:
    assert on(app).list_view.go_to(key)
    await settled(pilot)


@pytest.mark.parametrize("size", SIZES)
async def test_every_agent_has_its_state_and_figures(scene: Context, size: Any) -> None:
    async with opened(scene, size) as (app, pilot):
        await press(pilot, "3")
        words = words_of(app)
        assert "backup-bot + ready postgres, s3 1 0 50 0m04s" in words
        assert "auditor ! no key billing 0 0 -- --" in words
        await go_to(app, pilot, "auditor")
        words = words_of(app)
        assert "BILLING_KEY !" in words
        assert "the team ops-team" in words
        assert "BILLING_KEY" in said(app)
        await go_to(app, pilot, "backup-bot")
        assert "Dumps [b]databases[/b]." in words_of(app)
        assert "the job 'db-backup'" in words_of(app)


async def test_find_filter_and_sort(scene: Context) -> None:
    async with opened(scene) as (app, pilot):
        await press(pilot, "3", "slash", *"bill", "enter")
        assert on(app).agents_shown() == ["auditor"]
        await press(pilot, "escape", "f")
        assert "auditor" not in on(app).agents_shown()
        await press(pilot, "f")
        assert "auditor" in on(app).agents_shown()
        await press(pilot, "escape", "s", "s")
        assert on(app).agents_shown()[0] == "backup-bot"


async def test_teams_and_workflows_say_what_they_lack(scene: Context) -> None:
    async with opened(scene, (120, 40)) as (app, pilot):
        await press(pilot, "3", "tab")
        words = words_of(app)
        assert "ops-team ! part" in words
        assert "backup-bot (dumps)" in words
        await press(pilot, "tab")
        words = words_of(app)
        assert "nightly + ready" in words
        assert "check by shell after dump" in words


async def test_a_check_says_what_trying_out_said(
    scene: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def try_out(ctx: Context, kind: ResourceKind, agent_id: str) -> dict[str, Any]:
        tried.append(agent_id)
        if agent_id == "ops":
            raise NotFound("gone")
        return {"id": agent_id, "ready": agent_id != "auditor", "message": f"[v] {agent_id}"}

    monkeypatch.setattr("jobs_tui.host.try_out", try_out)
    async with opened(scene) as (app, pilot):
        await press(pilot, "3", "slash", *"dumps", "enter", "c")
        assert tried == ["backup-bot"]
        assert "backup-bot can work: [v] backup-bot" in said(app)
        assert "14:02 + [v] backup-bot" in words_of(app)
        await press(pilot, "escape", "C")
        assert set(tried) >= {"auditor", "ops", "shell"}
        assert not on(app).checks["auditor"].ready
        assert "gone" in on(app).checks["ops"].message


async def test_a_form_makes_an_agent_and_says_what_is_wrong(scene: Context) -> None:
    async with opened(scene) as (app, pilot):
        await press(pilot, "3", "n")
        form = app.screen
        assert isinstance(form, NewAgent)
        await press(pilot, *"two", "space", *"words", "f2")
        assert app.screen is form
        assert "is not an id" in words_of(app)
        form.query_one("#agent-id", Input).value = "writer"
        form.query_one("#agent-capabilities", Input).value = "reports, mail"
        form.query_one("#agent-base_url", Input).value = "http://127.0.0.1:1/v1"
        form.query_one("#agent-model", Input).value = "small"
        await press(pilot, "f2")
        made = resources.get(scene, AGENT, "writer")
        assert made.spec["capabilities"] == ["reports", "mail"]
        assert "writer" in on(app).agents_shown()
        assert on(app).key == "writer"


async def test_the_editor_changes_an_agent_and_loses_nothing(
    scene: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts: list[str] = []
    answers = ["id: backup-bot\nmax_running: none\n", "id: backup-bot\nkind: shell\n"]

    def edited(text: str, suffix: str, **_: Any) -> str:
        texts.append(text)
        return answers.pop(0)

    monkeypatch.setattr(agent_actions.editor, "edited", edited)
    monkeypatch.setattr(JobsApp, "suspend", _nothing)
    async with opened(scene) as (app, pilot):
        await press(pilot, "3")
        await go_to(app, pilot, "backup-bot")
        await press(pilot, "e")
        assert "max_running: 4" in texts[0]
        assert isinstance(app.screen, Choice)
        assert "max_running" in words_of(app)
        assert resources.get(scene, AGENT, "backup-bot").spec["max_running"] == 4
        await press(pilot, "e")
        assert texts[1] == "id: backup-bot\nmax_running: none\n"
        assert "backup-bot saved" in said(app)
        assert resources.get(scene, AGENT, "backup-bot").spec == {
            "id": "backup-bot",
            "kind": "shell",
        }


def _nothing(self: object) -> Any:
    from contextlib import nullcontext

    return nullcontext()


async def test_deleting_names_what_uses_it(scene: Context) -> None:
    async with opened(scene) as (app, pilot):
        await press(pilot, "3")
        await go_to(app, pilot, "shell")
        await press(pilot, "d")
        assert "cannot be deleted" in said(app)
        await go_to(app, pilot, "backup-bot")
        await press(pilot, "d")
        assert isinstance(app.screen, Confirm)
        assert "the team ops-team" in words_of(app)
        await press(pilot, "y")
        assert "backup-bot" not in on(app).agents_shown()
        assert "backup-bot" not in scene.directory.agents


@pytest.mark.parametrize(("key", "status"), [("a", "approved"), ("d", "denied")])
async def test_an_approval_is_decided_with_the_whole_call_in_sight(
    ctx: Context, waiting: Any, key: str, status: str
) -> None:
    waiting()
    async with opened(ctx) as (app, pilot):
        assert "1 approval is waited for: A shows it" in said(app)
        assert "! ASK" in words_of(app)
        await press(pilot, "A")
        assert "[Approvals 1]" in words_of(app)
        assert '"/var/[tmp]/x"' in words_of(app)
        await press(pilot, key)
        assert isinstance(app.screen, Decide)
        assert '"path": "/var/[tmp]/x"' in words_of(app)
        await press(pilot, "escape")
        assert approvals.waiting_count(ctx) == 1
        await press(pilot, key, *"ok", "enter")
        [one] = approvals.listing(ctx, statuses=(ApprovalStatus(status),))
        assert (one.decided_by, one.decided_reason) == ("tester", "ok")
        assert "Nothing waits for an approval." in words_of(app)


async def test_enter_opens_the_log_of_the_run_that_waits(ctx: Context, waiting: Any) -> None:
    run = waiting()
    async with opened(ctx, (120, 40)) as (app, pilot):
        await press(pilot, "A", "enter")
        assert isinstance(app.screen, LogScreen)
        assert app.screen.run.id == run.id


async def test_enter_shows_all_about_an_agent(scene: Context) -> None:
    async with opened(scene) as (app, pilot):
        await press(pilot, "3")
        await go_to(app, pilot, "backup-bot")
        await press(pilot, "enter")
        assert isinstance(app.screen, MessageDialog)
        assert "4 at once" in words_of(app)


def test_jobs_of_an_agent_are_those_of_its_teams_and_workflows_too(
    scene: Context, make_job: Any
) -> None:
    make_job("all-of-them", planning_mode="predefined_team", entity_id="ops-team")
    make_job("by-night", planning_mode="predefined_workflow", entity_id="nightly")
    jobs = {line.agent.id: line.jobs for line in agent_overview.overview(scene).agents}
    assert (jobs["backup-bot"], jobs["auditor"], jobs["shell"], jobs["ops"]) == (3, 1, 1, 0)


def test_an_overview_knows_agents_that_are_gone(scene: Context) -> None:
    resources.delete(scene, AGENT, "auditor", force=True)
    [team] = agent_overview.overview(scene).teams
    assert list(team.not_ready) == ["auditor"]
    assert "There is no agent" in team.reason


@pytest.mark.parametrize(
    ("tabs", "deleting"), [(0, "Delete the agent"), (1, "Delete the team"), (3, "Deny the call")]
)
async def test_d_says_what_it_does_on_the_tab_at_hand(
    scene: Context, waiting: Any, tabs: int, deleting: str
) -> None:
    waiting()
    async with opened(scene, (120, 40)) as (app, pilot):
        await press(pilot, "3", *["tab"] * tabs)
        footer = str(on(app).footer_bar.content)
        assert ("d deny" in footer, "d delete" in footer) == (tabs == 3, tabs != 3)
        await press(pilot, "question_mark")
        assert deleting in words_of(app)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("tab", ["agents", "teams", "workflows", "approvals", "form"])
def test_picture(scene: Context, waiting: Any, snap_compare: Any, size: Any, tab: str) -> None:
    waiting()
    keys = {
        "agents": ["j"], "teams": ["tab"], "workflows": ["tab"] * 2, "approvals": ["tab"] * 3,
        "form": ["n"],
    }[tab]  # fmt: skip

    async def before(pilot: Any) -> None:
        await settled(pilot)
        await press(pilot, "3", *keys)

    assert snap_compare(JobsApp(scene.store, ctx=scene), terminal_size=size, run_before=before)
