from __future__ import annotations

from typing import Any

from textual.widgets import Static

from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.resource import ResourceKind
from jobs_tui.service import jobs, resources, runs
from jobs_tui.service.context import Context
from jobs_tui.tui.dialogs import Confirm, CopyMenu, MessageDialog, RunParameters
from tests.fakes import FakeClock
from tests.tui.screens import dashboard, names, opened, press, said, settled, text_of, words_of


async def test_an_empty_home_says_what_to_do_and_loads_examples(ctx: Context) -> None:
    async with opened(ctx) as (app, pilot):
        assert "No jobs yet." in text_of(app)
        await press(pilot, "D")
        assert names(app) == ["system-health", "disk-report", "webhook-echo"]
        assert "3 examples loaded" in said(app)
        await press(pilot, "D")
        assert len(jobs.listing(ctx)) == 3


async def test_a_line_answers_the_five_questions(
    ctx: Context, make_job: Any, make_run: Any
) -> None:
    job = make_job("db-replica-check", cron="*/15 * * * *")
    make_run(job, ExecutionStatus.COMPLETED, ago=3600)
    make_run(job, ExecutionStatus.FAILED, ago=370, error="lag 91 s")
    async with opened(ctx) as (app, _):
        line = next(line for line in text_of(app).splitlines() if "every 15 min" in line)
        for part in ("x FAIL", "db-replica-check", "in 12m", "x 6m ago", " 50"):
            assert part in line
        assert "1 failing" in text_of(app)
        assert "l shows why" in said(app)


async def test_another_process_commits_and_the_screen_follows(ctx: Context, make_job: Any) -> None:
    async with opened(ctx) as (app, pilot):
        make_job("made elsewhere")
        app._look()
        await settled(pilot)
        assert names(app) == ["made elsewhere"]


async def test_finding_narrows_the_list_and_escape_clears(ctx: Context, make_job: Any) -> None:
    for name in ("db-backup", "db-vacuum", "report"):
        make_job(name)
    async with opened(ctx) as (app, pilot):
        await press(pilot, "slash", "d", "b")
        assert set(names(app)) == {"db-backup", "db-vacuum"}
        assert "shown 2 of 3" in text_of(app)
        await press(pilot, "enter", "j")
        assert dashboard(app).jobs_list.cursor == 1
        await press(pilot, "escape")
        assert len(names(app)) == 3
        await press(pilot, "slash", "slash", "left_parenthesis", "slash")
        assert "not a regular expression" in said(app)


async def test_state_filter_and_orders(ctx: Context, make_job: Any, make_run: Any) -> None:
    make_run(make_job("b-good"), ExecutionStatus.COMPLETED)
    make_run(make_job("a-bad"), ExecutionStatus.FAILED)
    make_job("c-paused", enabled=False)
    async with opened(ctx) as (app, pilot):
        await press(pilot, "z")
        assert names(app) == ["a-bad"]
        await press(pilot, "z", "f", "f")
        assert names(app) == ["b-good"]
        await press(pilot, "escape", "s")
        assert names(app) == ["a-bad", "b-good", "c-paused"]
        await press(pilot, "o")
        assert names(app) == ["c-paused", "b-good", "a-bad"]


async def test_run_now_asks_only_for_what_has_no_default(ctx: Context, make_job: Any) -> None:
    parameters = [{"name": "where", "required": True}, {"name": "how", "default": "fast"}]
    job = make_job("p", prompt="echo {{ where }} {{ how }}", parameters=parameters)
    async with opened(ctx) as (app, pilot):
        await press(pilot, "r")
        assert isinstance(app.screen, RunParameters)
        assert [parameter.name for parameter in app.screen.asked] == ["where"]
        await press(pilot, "enter")
        assert isinstance(app.screen, RunParameters), "an empty required value does not start"
        await press(pilot, "x", "enter")
        [run] = runs.history(ctx, job.id).executions
        assert run.parameters == {"where": "x", "how": "fast"}
        assert "Run #1" in said(app)
        await press(pilot, "r")
        assert isinstance(app.screen, RunParameters)
        assert app.screen.query_one("#value-0").value == "x"  # type: ignore[attr-defined]
        await press(pilot, "escape")
        assert len(runs.history(ctx, job.id).executions) == 1


async def test_run_again_same_and_edited(ctx: Context, make_job: Any, make_run: Any) -> None:
    job = make_job("p", prompt="echo {{ where }}", parameters=[{"name": "where", "default": "eu"}])
    make_run(job, ExecutionStatus.FAILED, parameters={"where": "us"})
    async with opened(ctx) as (app, pilot):
        await press(pilot, "R")
        assert runs.history(ctx, job.id).executions[0].parameters == {"where": "us"}
        await press(pilot, "E")
        assert isinstance(app.screen, RunParameters)
        await press(pilot, "a", "f2")
        assert runs.history(ctx, job.id).executions[0].parameters == {"where": "a"}


async def test_a_paused_job_can_be_run_by_hand(ctx: Context, make_job: Any) -> None:
    job = make_job("sleeping", enabled=False)
    async with opened(ctx, (120, 40)) as (app, pilot):
        await press(pilot, "r")
        assert len(runs.history(ctx, job.id).executions) == 1
        assert "although the job is paused" in said(app)
        assert "S starts the engine" in said(app)


async def test_pause_works_on_all_marked(ctx: Context, make_job: Any) -> None:
    made = [make_job(name) for name in ("a", "b", "c")]
    async with opened(ctx) as (app, pilot):
        await press(pilot, "space", "space", "p")
        enabled = {job.name: jobs.get(ctx, job.id).enabled for job in made}
        assert enabled == {"a": False, "b": False, "c": True}
        assert "2 jobs paused" in said(app)
        await press(pilot, "asterisk", "p")
        assert not any(jobs.get(ctx, job.id).enabled for job in made)
        await press(pilot, "p")
        assert all(jobs.get(ctx, job.id).enabled for job in made)


async def test_delete_asks_with_the_focus_on_no_and_can_be_undone(
    ctx: Context, make_job: Any, make_run: Any, clock: FakeClock
) -> None:
    job = make_job("db-vacuum")
    make_run(job)
    async with opened(ctx) as (app, pilot):
        await press(pilot, "d")
        assert isinstance(app.screen, Confirm)
        assert "db-vacuum and the history of 1 run?" in text_of(app)
        await press(pilot, "enter")
        assert names(app) == ["db-vacuum"], "enter alone answers no"
        await press(pilot, "d", "y")
        assert names(app) == []
        assert "u (10s)" in said(app)
        await press(pilot, "u")
        assert names(app) == ["db-vacuum"]
        await press(pilot, "d", "y")
        clock.advance(11)
        await press(pilot, "u")
        assert names(app) == []
        assert "Nothing to undo" in said(app)


async def test_delete_says_that_a_run_goes_on(ctx: Context, make_job: Any, make_run: Any) -> None:
    make_run(make_job("slow"), ExecutionStatus.RUNNING)
    async with opened(ctx) as (app, pilot):
        await press(pilot, "d")
        assert "1 has not ended: what runs goes on to its end" in text_of(app)


async def test_deleting_several_asks_to_type_their_number(ctx: Context, make_job: Any) -> None:
    for name in ("a", "b", "c"):
        make_job(name)
    async with opened(ctx) as (app, pilot):
        await press(pilot, "asterisk", "d", "y")
        assert isinstance(app.screen, Confirm)
        await press(pilot, "2", "enter")
        assert len(jobs.listing(ctx)) == 3
        await press(pilot, "backspace", "3", "enter")
        assert jobs.listing(ctx) == []


async def test_cancel_asks_and_an_old_run_asks_for_its_number(
    ctx: Context, make_job: Any, make_run: Any
) -> None:
    run = make_run(make_job("slow"), ExecutionStatus.RUNNING, ago=700)
    async with opened(ctx) as (app, pilot):
        await press(pilot, "x")
        assert isinstance(app.screen, Confirm)
        assert "has run for 11m40s" in text_of(app)
        await press(pilot, "1", "enter")
        assert runs.get(ctx, run.id).cancel_requested_at is not None


async def test_cancel_without_a_run_says_so(ctx: Context, make_job: Any) -> None:
    make_job("idle")
    async with opened(ctx) as (app, pilot):
        await press(pilot, "x")
        assert "Nothing of it is running" in said(app)


async def test_dry_run_shows_the_prompt_and_runs_nothing(ctx: Context, make_job: Any) -> None:
    job = make_job("p", prompt="echo {{ who }} [/b]")
    async with opened(ctx) as (app, pilot):
        await press(pilot, "v")
        assert isinstance(app.screen, MessageDialog)
        assert "<who>" in text_of(app)
        assert "[/b]" in text_of(app)
        assert "Nothing was run." in text_of(app)
        await press(pilot, "escape")
        assert runs.history(ctx, job.id).total_count == 0


async def test_copy_menu(ctx: Context, make_job: Any) -> None:
    job = make_job("hooked", trigger_type="webhook", prompt="echo [b]{{ x }}")
    async with opened(ctx) as (app, pilot):
        for key, expected in (("n", "hooked"), ("i", job.id), ("p", "echo [b]{{ x }}")):
            await press(pilot, "y", key)
            assert app.clipboard == expected
        await press(pilot, "y", "u")
        assert app.clipboard.endswith(f"/webhooks/{job.webhook_path}")
        await press(pilot, "y", "c")
        assert "X-Webhook-Signature" in app.clipboard
        await press(pilot, "y")
        assert isinstance(app.screen, CopyMenu)
        await press(pilot, "escape")
        assert "clipboard" in said(app)


async def test_times_as_countdown_or_clock(ctx: Context, make_job: Any) -> None:
    make_job("hourly", cron="0 * * * *")
    async with opened(ctx) as (app, pilot):
        assert "in 57m" in text_of(app)
        await press(pilot, "t")
        line = next(line for line in text_of(app).splitlines() if "hourly  " in line)
        assert "15:00" in line


async def test_wide_columns(ctx: Context, make_job: Any) -> None:
    make_job("tagged", tags=["blue", "green"])
    async with opened(ctx, (120, 40)) as (app, pilot):
        assert "blue, green" not in text_of(app)
        await press(pilot, "w")
        assert "blue, green" in text_of(app)
        await press(pilot, "w")
        assert "WHAT" in text_of(app)


async def test_countdowns_change_by_the_minute_until_the_last_one(
    ctx: Context, make_job: Any, clock: FakeClock
) -> None:
    make_job("soon", cron="5 14 * * *")
    async with opened(ctx) as (app, _):
        assert "in 2m" in text_of(app)
        clock.advance(2 * 60 + 30)
        dashboard(app).on_clock()
        assert "in 19s" in text_of(app)


async def test_the_preview_follows_the_cursor(ctx: Context, make_job: Any, make_run: Any) -> None:
    make_job("first", prompt="echo one")
    job = make_job("second", prompt="echo two")
    make_run(job, ExecutionStatus.FAILED, error="disk full", log=["reading", "ERROR: disk full"])
    async with opened(ctx, (120, 40)) as (app, pilot):
        screen = dashboard(app)
        screen.jobs_list.go_to(job.id)
        await settled(pilot)
        screen._load_preview()
        await settled(pilot)
        shown = str(screen.query_one("#preview", Static).content)
        assert "echo two" in shown
        assert "ERROR: disk full" in shown
        assert "x FAIL" in shown


async def test_too_small_a_window_asks_for_room(ctx: Context, make_job: Any) -> None:
    make_job("a")
    for size in ((59, 24), (80, 15)):
        async with opened(ctx, size) as (app, _):
            assert "too small" in text_of(app)
            assert "STATE" not in text_of(app)
    async with opened(ctx, (60, 16)) as (app, _):
        assert "too small" not in text_of(app)


async def test_a_storm_of_sizes(ctx: Context, make_job: Any) -> None:
    for number in range(30):
        make_job(f"job {number}", cron="0 * * * *")
    async with opened(ctx) as (app, pilot):
        for width, height in [(40, 10), (120, 40), (60, 16), (200, 60), (99, 19), (80, 24)]:
            await pilot.resize_terminal(width, height)
            await pilot.press("j")
        await settled(pilot)
        assert "STATE" in text_of(app)


async def test_the_preview_tells_a_team_from_an_agent_and_names_smart(
    ctx: Context, make_job: Any
) -> None:
    members = [{"agent": "ops"}]
    resources.create(ctx, ResourceKind.TEAM, {"id": "crew", "members": members})
    make_job("a", planning_mode="predefined_team", entity_id="crew")
    make_job("b", planning_mode="on_the_fly", entity_id=None)
    async with opened(ctx) as (app, pilot):
        assert "team crew" in words_of(app)
        await press(pilot, "j")
        assert "who Smart" in words_of(app)


async def test_finding_by_words_looks_into_the_index_too(
    ctx: Context, make_job: Any, make_run: Any
) -> None:
    make_run(make_job("watcher"), ExecutionStatus.COMPLETED, result="a unicorn came by")
    make_job("backups of redis")
    make_job("other")
    async with opened(ctx) as (app, pilot):
        await press(pilot, "slash", *"unicorns")
        assert names(app) == ["watcher"], "a form of a word of its latest result"
        await press(pilot, "escape", "slash", *"redis", "space", *"backup", "space", *"by:hand")
        assert names(app) == ["backups of redis"], "words in another order"
        await press(pilot, "escape")
        assert len(names(app)) == 3


async def test_finding_by_meaning_is_asked_with_a_tilde_and_enter(
    ctx: Context, make_job: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr("jobs_tui.agents.smart.engines.semantic.installed", lambda: False)
    make_job("Certificate watcher", prompt="Warn before any TLS certificate expires")
    make_job("Invoices", prompt="Remind the accountant about unpaid invoices")
    async with opened(ctx, (120, 40)) as (app, pilot):
        await press(pilot, "tilde", *"https", "space", *"renewal")
        assert len(names(app)) == 2
        assert "enter finds jobs by what this means" in said(app)
        await press(pilot, "enter")
        assert names(app) == ["Certificate watcher"]
        assert "by meaning (lexical), the best first" in said(app)
        assert "model for fit by meaning is not installed" in said(app)
        make_job("TLS certificate renewal")
        app._look()
        await settled(pilot)
        await press(pilot, "slash", "enter")
        assert names(app)[0] == "TLS certificate renewal"
        await press(pilot, "escape")
        assert len(names(app)) == 3


async def test_a_question_of_signs_finds_nothing_and_breaks_nothing(
    ctx: Context, make_job: Any
) -> None:
    make_job("a")
    async with opened(ctx) as (app, pilot):
        await press(pilot, "tilde", "quotation_mark", "asterisk", "enter")
        assert names(app) == []
        assert "no words" in said(app)
