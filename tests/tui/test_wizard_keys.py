"""The wizard by keys alone, as a person at 80x24 uses it."""

from __future__ import annotations

import contextlib
import subprocess
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import ContentSwitcher

from jobs_tui.guard.signatures import sign
from jobs_tui.models.enums import TriggerType
from jobs_tui.models.job import Job
from jobs_tui.service import drafts, jobs
from jobs_tui.service.context import Context
from jobs_tui.tui.dialogs import Confirm, MessageDialog
from jobs_tui.tui.screens.wizard import screen
from jobs_tui.tui.screens.wizard.prompt import Prompt
from jobs_tui.tui.screens.wizard.secret import SecretDialog, sample
from jobs_tui.tui.widgets.fields.field import Hint
from jobs_tui.tui.widgets.fields.one_of import OneOf
from jobs_tui.tui.widgets.fields.variable_table import VariableRow
from tests.fakes import FakeClock
from tests.tui.conftest import MakeJob
from tests.tui.screens import worked
from tests.tui.wizard_fixtures import (
    NARROW,
    WIDE,
    Below,
    WizardApp,
    focused,
    shown,
    type_text,
    value,
)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting for a pause in the typing."""
    monkeypatch.setattr(screen, "KEEP_AFTER", 0.01)
    monkeypatch.setattr(screen, "CHECK_AFTER", 0.01)


async def settle(app: WizardApp, pilot: Pilot[None]) -> None:
    """Wait for the writes of the wizard and for what they lead to."""
    await worked(app.workers)
    await pilot.pause()


async def created(app: WizardApp, pilot: Pilot[None], ctx: Context) -> Job:
    """The one job there is, after the wizard has gone."""
    await settle(app, pilot)
    await settle(app, pilot)
    (job,) = jobs.listing(ctx)
    assert isinstance(app.screen, Below)
    return job


async def test_keys_alone_make_a_job_that_fires_every_minute(ctx: Context) -> None:
    app = WizardApp(ctx)
    async with app.run_test(size=NARROW) as pilot:
        assert focused(app) == "name"
        await type_text(pilot, "tick\n")
        assert focused(app) == "trigger"
        await pilot.press("tab", "tab")
        await type_text(pilot, "* * * * *")
        assert "every minute" in shown(app)
        assert "Fri 21 Aug 14:03 UTC   in 49s" in shown(app)
        await type_text(pilot, "\n")
        assert focused(app) == "mode"
        await type_text(pilot, "\n")
        assert focused(app) == "prompt"
        await type_text(pilot, "date")
        await pilot.press("tab", "enter")
        job = await created(app, pilot, ctx)
    definition = job.definition
    assert (job.name, definition.cron_schedule, definition.cron_timezone) == (
        "tick",
        "* * * * *",
        "UTC",
    )
    assert (definition.prompt_template, definition.entity_id) == ("date", "shell")
    assert definition.config == {}
    assert job.enabled
    assert job.next_due_at is not None
    assert drafts.load(ctx, drafts.NEW) is None
    assert any("tick created: next start today 14:03 UTC" in said for said in app.below.heard)


async def test_f2_says_what_is_wrong_and_goes_there_and_writes_nothing(ctx: Context) -> None:
    app = WizardApp(ctx)
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press("f2")
        assert "x Give the job a name" in shown(app)
        await type_text(pilot, "a")
        await pilot.press("f2")
        assert focused(app) == "cron"
        assert "x Choose a preset or write a cron expression" in shown(app)
        await type_text(pilot, "0 0 31 2 *")
        await pilot.press("f2")
        assert "never fires" in shown(app)
        assert focused(app) == "cron"
        await pilot.press("ctrl+u")
        await type_text(pilot, "@daily")
        await pilot.press("f2")
        assert focused(app) == "prompt"
        assert "x Write what the job is to do." in shown(app)
        await type_text(pilot, "echo {{ x }}")
        await pilot.press("f2")
        assert "{{ x }} needs a default below" in shown(app)
        row = app.wizard.query_one(VariableRow)
        assert row in list(app.screen.focused.ancestors)  # type: ignore[union-attr]
        assert jobs.listing(ctx) == []
        await type_text(pilot, "main")
        await pilot.press("f2")
        job = await created(app, pilot, ctx)
    assert [(p.name, p.default) for p in job.definition.parameters] == [("x", "main")]


async def test_a_choice_of_a_variable_says_which_keys_it_takes(ctx: Context) -> None:
    app = WizardApp(ctx)
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press("pagedown", "end", "pagedown", "pagedown")
        await type_text(pilot, "echo {{ x }}")
        await pilot.press("tab")
        assert "REQUIRED AT A START" in shown(app)
        await pilot.press("tab")
        assert "DEFAULT: shift+tab" in shown(app)
        assert "REQUIRED: left, right choose" in shown(app)
        await pilot.press("right", "shift+tab")
        assert "REQUIRED AT A START" in shown(app)
        assert app.wizard.query_one(VariableRow).now().needed == "no"
        await pilot.press("tab")
        await pilot.press("tab")
        assert "REQUIRED AT A START" in shown(app)


async def test_f2_creates_from_the_first_step_once_the_draft_is_valid(ctx: Context) -> None:
    app = WizardApp(ctx)
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press("pagedown", "end", "pagedown", "pagedown")
        await type_text(pilot, "true")
        await pilot.press("pageup", "pageup", "pageup")
        await type_text(pilot, "late name")
        assert "ready: F2 creates it from any step" in shown(app)
        await pilot.press("f2")
        job = await created(app, pilot, ctx)
    assert (job.name, job.definition.trigger_type) == ("late name", TriggerType.MANUAL)


async def test_page_keys_change_the_step_from_every_field(ctx: Context) -> None:
    app = WizardApp(ctx)
    async with app.run_test(size=NARROW) as pilot:
        switcher = app.wizard.query_one(ContentSwitcher)
        for step in range(4):
            app.wizard.go(step)
            await pilot.pause()
            fields = [
                one for one in app.screen.focus_chain if app.wizard.steps[step] in one.ancestors
            ]
            assert len(fields) >= (1, 4, 6, 1, 4)[step + (step > 0)]
            for field in fields:
                for key, other in (("pagedown", min(step + 1, 3)), ("pageup", max(step - 1, 0))):
                    app.wizard.go(step)
                    app.screen.set_focus(field)
                    await pilot.press(key)
                    assert switcher.current == f"step-{other}", (field, key)
                    if other != step:
                        assert app.screen.focused is app.wizard.steps[other].first


async def test_every_field_is_reached_by_tab(ctx: Context) -> None:
    app = WizardApp(ctx)
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press("pagedown")
        seen = [focused(app)]
        for _ in range(12):
            await pilot.press("tab")
            seen.append(focused(app))
        limits = ["start_at", "end_at", "max_runs", "watch"]
        bounds = ["after", "overlap", "timeout", "retries", "failures"]
        assert seen == ["trigger", "preset", "cron", "timezone", *limits, *bounds]
        await pilot.press("shift+tab")
        assert focused(app) == "retries"
        await pilot.press("shift+tab", "shift+tab", "right")
        await pilot.press("tab")
        assert focused(app) == "max_parallel"


async def test_a_preset_writes_the_expression_and_an_own_one_shows_as_own(ctx: Context) -> None:
    app = WizardApp(ctx)
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press("pagedown", "tab", "home", "right")
        assert value(app, "cron") == "0 9 * * *"
        assert "at 09:00 every day" in shown(app)
        await pilot.press("tab", "end", "backspace")
        await type_text(pilot, "2")
        assert app.wizard.query_one("#preset", OneOf).value == "own"
        assert "2 is read as Tue" in shown(app)


async def test_the_zone_is_found_by_a_part_of_its_name(ctx: Context) -> None:
    app = WizardApp(ctx)
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press("pagedown", "tab", "tab")
        await type_text(pilot, "30 2 * * *")
        await pilot.press("tab")
        await type_text(pilot, "new yo")
        assert "America/New_York               UTC-04:00" in shown(app)
        await pilot.press("enter")
        assert value(app, "timezone") == "America/New_York"
        assert focused(app) == "timezone"
        assert "06:30 UTC" in shown(app)
        assert "clocks go forward; fires at 03:00" in shown(app)
        await pilot.press("down", "down", "escape")
        assert "UTC-04:00" not in shown(app)
        assert value(app, "timezone") == "America/New_York"
        await pilot.press("home", "ctrl+k")
        await type_text(pilot, "atlantis")
        assert "x Unknown time zone 'atlantis'" in shown(app)


async def test_the_draft_is_kept_at_every_change_and_continued(ctx: Context) -> None:
    app = WizardApp(ctx)
    async with app.run_test(size=NARROW) as pilot:
        await type_text(pilot, "half")
        await pilot.pause(0.05)
        await settle(app, pilot)
        kept = drafts.load(ctx, drafts.NEW)
        assert kept is not None
        assert kept["draft"]["name"] == "half"
        assert "draft saved" in shown(app)
        await pilot.press("pagedown", "pagedown", "pagedown")
        await type_text(pilot, "echo {{ a }}")  # not waited for: leaving writes it
        await pilot.press("escape")
        assert app.screen is app.wizard
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen is app.below
    app = WizardApp(ctx)
    async with app.run_test(size=NARROW) as pilot:
        assert value(app, "name") == "half"
        assert value(app, "prompt") == "echo {{ a }}"
        assert "draft continued" in shown(app)
        assert [row.entry.name for row in app.wizard.query(VariableRow)] == ["a"]
        await pilot.press("f8")
        assert isinstance(app.screen, Confirm)
        await pilot.press("y")
        await settle(app, pilot)
        assert value(app, "name") == ""
        assert value(app, "prompt") == ""
        assert drafts.load(ctx, drafts.NEW) is None


async def test_looking_around_leaves_no_draft(ctx: Context) -> None:
    app = WizardApp(ctx)
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press("pagedown", "pagedown", "pagedown", "pageup", "escape", "escape")
        await pilot.pause()
        assert app.screen is app.below
    assert drafts.load(ctx, drafts.NEW) is None


async def test_an_edit_saves_at_once_and_only_what_changed(ctx: Context, make_job: MakeJob) -> None:
    job = make_job(
        "db", cron="0 9 * * *", prompt="echo {{ a }}", parameters=[{"name": "a", "default": 5}]
    )
    app = WizardApp(ctx, job.id)
    async with app.run_test(size=NARROW) as pilot:
        assert "Edit job" in shown(app)
        assert value(app, "name") == "db"
        await pilot.press("end")
        await type_text(pilot, "2")
        assert "F2 save" in shown(app)
        await pilot.press("f2")
        changed = await created(app, pilot, ctx)
    assert changed.id == job.id
    assert (changed.name, changed.revision) == ("db2", job.revision + 1)
    assert changed.definition.parameters == job.definition.parameters
    assert changed.definition.cron_schedule == "0 9 * * *"
    assert drafts.load(ctx, job.id) is None


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_an_edit_keeps_the_zone_of_the_job(
    ctx: Context, make_job: MakeJob, size: tuple[int, int]
) -> None:
    job = make_job("db", cron="0 9 * * *", cron_timezone="America/New_York")
    app = WizardApp(ctx, job.id)
    async with app.run_test(size=size) as pilot:
        await settle(app, pilot)
        await pilot.press("pagedown")
        await settle(app, pilot)
        assert value(app, "timezone") == "America/New_York"
        await pilot.press("pageup", "end", "X", "f2")
        found = await created(app, pilot, ctx)
    assert found.name == "dbX"
    assert found.definition.cron_timezone == "America/New_York"


async def test_an_edit_of_nothing_writes_nothing(ctx: Context, make_job: MakeJob) -> None:
    job = make_job("db", cron="0 9 * * *")
    app = WizardApp(ctx, job.id)
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press("f2")
        same = await created(app, pilot, ctx)
    assert same.revision == job.revision
    assert app.below.heard == ["db: nothing was changed."]


async def test_a_copy_is_a_new_job(ctx: Context, make_job: MakeJob) -> None:
    job = make_job("db", cron="0 9 * * *", tags=["x"])
    app = WizardApp(ctx, job.id, clone=True)
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press("f2")
        await settle(app, pilot)
        await settle(app, pilot)
    names = {one.name: one for one in jobs.listing(ctx)}
    assert set(names) == {"db", "db copy"}
    assert names["db copy"].definition.tags == ("x",)


async def test_a_job_that_is_gone_is_said_so(ctx: Context) -> None:
    app = WizardApp(ctx, "job_nope")
    async with app.run_test(size=NARROW) as pilot:
        await pilot.pause()
        assert isinstance(app.screen, MessageDialog)
        assert "There is no job" in shown(app)
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen is app.below


async def test_create_paused_and_create_and_run(ctx: Context) -> None:
    for keys, enabled, count in (("f7", False, 0), ("f6", True, 1)):
        app = WizardApp(ctx)
        async with app.run_test(size=NARROW) as pilot:
            await type_text(pilot, keys)
            await pilot.press("pagedown", "tab", "home", "right", "pagedown", "pagedown")
            await type_text(pilot, "true")
            await pilot.press(keys)
            await settle(app, pilot)
            await settle(app, pilot)
            await settle(app, pilot)
        (job,) = [one for one in jobs.listing(ctx) if one.name == keys]
        assert job.enabled is enabled
        started = ctx.store.rows("select id from executions where job_id = ?", (job.id,))
        assert len(started) == count


async def test_a_webhook_shows_its_secret_once_with_a_command_that_signs(ctx: Context) -> None:
    app = WizardApp(ctx)
    async with app.run_test(size=NARROW) as pilot:
        await type_text(pilot, "hook\n")
        await pilot.press("end", "left")
        assert "is shown once" in shown(app)
        assert "If missed" not in shown(app)
        await pilot.press("pagedown", "pagedown")
        await type_text(pilot, "echo {{ branch }}")
        await pilot.press("f2")
        for _ in range(20):
            await pilot.pause()
            if isinstance(app.screen, SecretDialog):
                break
        dialog = app.screen
        assert isinstance(dialog, SecretDialog)
        (job,) = jobs.listing(ctx)
        secret = ctx.store.rows("select webhook_secret from jobs")[0][0]
        text = shown(app)
        assert secret in text
        assert f"/webhooks/{job.webhook_path}" in text
        await pilot.press("s", "u", "c")
        assert app.copied[0] == secret
        assert app.copied[1].endswith(str(job.webhook_path))
        assert "openssl" in app.copied[2]
        await pilot.press("escape")
        assert app.screen is dialog
        await pilot.press("escape")
        await settle(app, pilot)
        assert app.screen is app.below


def test_the_sample_command_makes_a_signature_that_holds() -> None:
    secret, hostile = "s3cr$t'`id`", [("branch", 'it\'s $(id) "x"')]
    script = sample("http://127.0.0.1:1/webhooks/x", secret, hostile)
    assert 'SIG=$(printf %s "$BODY"' in script
    asked = script.split("curl ")[0] + 'printf "%s\\n%s" "$SIG" "$BODY"'
    done = subprocess.run(["bash", "-c", asked], capture_output=True, text=True, check=True)
    signature, _, body = done.stdout.partition("\n")
    assert signature == sign(secret, body.encode())
    assert "it's $(id)" in body


async def test_the_editor_of_the_user_writes_the_prompt(
    ctx: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "my editor"
    script.write_text('#!/bin/sh\nprintf "echo edited\\n" >> "$2"\n')
    script.chmod(0o755)
    monkeypatch.setenv("VISUAL", f"'{script}' --wait")
    app = WizardApp(ctx)
    async with app.run_test(size=NARROW) as pilot:
        monkeypatch.setattr(app, "suspend", contextlib.nullcontext)
        await pilot.press("f4")
        await pilot.pause()
        assert focused(app) == "prompt"
        assert value(app, "prompt") == "echo edited"
        assert app.wizard.form.draft.prompt == "echo edited"
        monkeypatch.setenv("VISUAL", str(tmp_path / "missing"))
        await pilot.press("f4")
        await pilot.pause()
        assert isinstance(app.screen, MessageDialog)
        assert "cannot be started" in shown(app)
        assert value(app, "prompt") == "echo edited"


async def test_letters_in_the_form_are_not_the_keys_of_other_screens(ctx: Context) -> None:
    app = WizardApp(ctx)
    calls: list[str] = []

    async def remember(action: Any, *args: Any, **more: Any) -> bool:
        calls.append(str(action))
        return True

    async with app.run_test(size=NARROW) as pilot:
        app.bind("q,1,2,S,T,question_mark,colon,minus", "quit")
        app.run_action = remember  # type: ignore[method-assign]
        for step in ("", "pagedown", "pagedown"):
            if step:
                app.wizard.action_next_step()
                await pilot.pause()
            await pilot.press("q", "1", "2", "S", "T", "question_mark", "colon", "minus")
        assert calls == []
        assert app.screen is app.wizard


async def test_previews_show_more_starts_and_the_rendered_prompt(ctx: Context) -> None:
    app = WizardApp(ctx)
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press("pagedown", "tab", "home", "f3")
        assert isinstance(app.screen, MessageDialog)
        assert shown(app).count("21 Aug") == 9
        await pilot.press("escape", "pagedown", "pagedown")
        await type_text(pilot, "echo {{ job_name }} {{ a }}")
        await pilot.press("f3")
        await settle(app, pilot)
        assert isinstance(app.screen, MessageDialog)
        assert "echo job <a>" in shown(app)
        assert "Nothing was run." in shown(app)


async def test_help_is_about_the_step(ctx: Context) -> None:
    app = WizardApp(ctx)
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press("pagedown", "f1")
        assert isinstance(app.screen, MessageDialog)
        assert "0 and 7 are Sunday" in shown(app)


async def test_the_name_of_another_job_is_allowed_and_said(ctx: Context, make_job: MakeJob) -> None:
    make_job("db")
    make_job("db")
    app = WizardApp(ctx)
    async with app.run_test(size=NARROW) as pilot:
        await type_text(pilot, "d")
        assert "+ free" in shown(app)
        await type_text(pilot, "b")
        assert "! also the name of 2 other jobs; that is allowed" in shown(app)


async def test_countdowns_go_on_with_the_clock(ctx: Context, clock: FakeClock) -> None:
    app = WizardApp(ctx)
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press("pagedown", "tab", "tab")
        await type_text(pilot, "* * * * *")
        assert "14:03 UTC   in 49s" in shown(app)
        clock.advance(60)
        app.wizard.on_clock()
        await pilot.pause()
        assert "14:03 UTC" not in shown(app)
        assert "14:04 UTC   in 49s" in shown(app)


@pytest.mark.parametrize(
    "text",
    ["[/foo]", "[link=http://x", "[red]x[/red] \\[", "a\x1b[31m\x1b]0;t\x07b", "\u202eabc\u200b"],
)
async def test_hostile_text_is_shown_and_never_obeyed(
    ctx: Context, make_job: MakeJob, text: str
) -> None:
    job = make_job(
        text,
        cron="0 9 * * *",
        prompt=f"echo '{text}' {{{{ a }}}}",
        description=text,
        tags=[text],
        parameters=[{"name": "a", "default": text}],
    )
    app = WizardApp(ctx, job.id)
    async with app.run_test(size=WIDE) as pilot:
        for _ in range(4):
            text_shown = shown(app)
            assert not any(bad in text_shown for bad in "\x1b\x07\u202e\u200b")
            await pilot.press("f3")
            text_shown = shown(app)
            assert not any(bad in text_shown for bad in "\x1b\x07\u202e\u200b")
            await pilot.press("escape", "pagedown")
        await pilot.press("f2")
        await settle(app, pilot)
        await settle(app, pilot)
    assert jobs.get(ctx, job.id).definition == job.definition


async def test_a_long_prompt_is_checked_after_a_pause_and_out_of_the_way(ctx: Context) -> None:
    app = WizardApp(ctx)
    async with app.run_test(size=NARROW) as pilot:
        await type_text(pilot, "a")
        await pilot.press("pagedown", "end", "pagedown", "pagedown")
        area = app.wizard.query_one("#prompt")
        area.load_text("echo line\n" * 2000 + "echo {{ far }}")  # type: ignore[attr-defined]
        await pilot.pause(0.05)
        await settle(app, pilot)
        assert app.wizard.query_one(Prompt).form.draft.used == ("far",)
        assert app.wizard.assessment.valid


async def test_a_full_disk_is_told_and_the_form_goes_on(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jobs_tui.models.errors import StoreError

    def full(*_: Any) -> None:
        raise StoreError("The disk is full.", "Make room.")

    monkeypatch.setattr(drafts, "save", full)
    app = WizardApp(ctx)
    async with app.run_test(size=NARROW) as pilot:
        await type_text(pilot, "a")
        await pilot.pause(0.05)
        await settle(app, pilot)
        assert "draft NOT saved" in shown(app)
        assert "The disk is full. Make room." in shown(app)
        assert app.wizard.query_one("#name-hint", Hint).shown.startswith("+ free")
