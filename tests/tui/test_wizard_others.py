"""The form and other things: jobs that come first, places where results go, failures that pause."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from jobs_tui.models.job import Job
from jobs_tui.service import drafts, jobs, secrets
from jobs_tui.service.context import Context
from jobs_tui.tui.screens.wizard import checks, looking, screen
from jobs_tui.tui.screens.wizard.delivery_look import look
from jobs_tui.tui.screens.wizard.draft import Draft, changes, from_json
from jobs_tui.tui.screens.wizard.opening import Opening, opening, to_keep
from tests.tui.conftest import MakeJob
from tests.tui.screens import worked
from tests.tui.wizard_fixtures import NARROW, WIDE, WizardApp, focused, shown, type_text, value

HOOK = "https://example.org/t0ken"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting for a pause in the typing."""
    monkeypatch.setattr(screen, "KEEP_AFTER", 0.01)
    monkeypatch.setattr(looking, "LOOK_AFTER", 0.01)


def good(**fields: Any) -> Draft:
    return Draft(name="x", prompt="true", **{"trigger": "manual", **fields})


async def settle(app: WizardApp, pilot: Pilot[None]) -> None:
    for _ in range(3):
        await pilot.pause(0.03)
        await worked(app.workers)
        await pilot.pause()


def newest(ctx: Context) -> Job:
    return jobs.listing(ctx)[0]


# Jobs that come first


async def test_keys_alone_make_a_job_that_waits_for_another(
    ctx: Context, make_job: MakeJob
) -> None:
    first = make_job("build")
    app = WizardApp(ctx)
    async with app.run_test(size=NARROW) as pilot:
        await type_text(pilot, "deploy\n")
        await pilot.press("end", "tab")
        assert focused(app) == "after"
        await type_text(pilot, "buil:failed + 3d")
        assert "x There is no job 'buil'." in shown(app)
        await pilot.press("home", *["right"] * 4, "d")
        assert "+ waits for 'build' to fail, then 3 days" in shown(app)
        await pilot.press("tab", "tab", "tab", "tab")
        assert focused(app) == "failures"
        await type_text(pilot, "3")
        await pilot.press("pagedown", "pagedown")
        await type_text(pilot, "true")
        assert "3 days after each failed run of 'build'" in shown(app)
        await pilot.press("f2")
        await settle(app, pilot)
    definition = newest(ctx).definition
    assert definition.name == "deploy"
    assert list(definition.depends_on) == [
        {
            "job": first.id,
            "on": "failed",
            "mode": "chain",
            "delay_seconds": 259200.0,
            "parameters": {},
        }
    ]
    assert definition.config == {"pause_on_failure": 3}


async def test_f2_goes_to_what_is_wrong_about_other_jobs(ctx: Context) -> None:
    draft = good(after="nobody")
    drafts.save(ctx, drafts.NEW, to_keep(ctx, draft, Draft()))
    app = WizardApp(ctx)
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press("f2")
        await settle(app, pilot)
        assert focused(app) == "after"
        assert "x There is no job 'nobody'." in shown(app)
    assert jobs.listing(ctx) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nobody", "There is no job 'nobody'."),
        ("a, a:failed", "The job 'a' is there twice."),
        ("a + 3x", "'3x' is no length of time."),
        ("twin", "2 jobs are called 'twin'"),
        ("gone", "The job 'gone' is deleted."),
        ("{", "'{' is not JSON."),
        ('{"job": "a", "when": "x"}', "'when' is not known."),
        ('{"job": 5}', "Job is missing."),
    ],
)
def test_what_is_wrong_about_other_jobs_is_one_sentence_in_the_second_step(
    ctx: Context, make_job: MakeJob, text: str, words: str
) -> None:
    for name in ("a", "twin", "twin", "gone"):
        last = make_job(name)
    jobs.archive(ctx, last.id)
    problem = checks.first_problem(ctx, good(after=text))
    assert problem is not None
    assert (problem.step, problem.field) == (checks.TRIGGER, "depends_on")
    assert problem.sentence.startswith(words)
    assert "depends_on" not in problem.sentence


def test_an_edited_job_cannot_wait_for_itself_or_in_a_circle(
    ctx: Context, make_job: MakeJob
) -> None:
    first = make_job("a")
    make_job("b", depends_on=["a"])
    draft = opening(ctx, first.id, clone=False).draft
    draft.after = "b"
    problem = checks.first_problem(ctx, draft, first.id)
    assert problem is not None
    assert "'a' waits for 'b' waits for 'a'" in problem.sentence
    draft.after = "a"
    problem = checks.first_problem(ctx, draft, first.id)
    assert problem is not None
    assert "cannot wait for itself" in problem.sentence


def test_gate_or_chain_follows_from_the_trigger(ctx: Context, make_job: MakeJob) -> None:
    make_job("a")
    job = jobs.create(ctx, good(after="a").job_fields()).job
    begun = opening(ctx, job.id, clone=False)
    assert begun.draft.after == "a"
    begun.draft.trigger, begun.draft.cron = "cron", "0 9 * * *"
    assert checks.first_problem(ctx, begun.draft, job.id) is None
    changed = jobs.edit(ctx, job.id, changes(begun.draft, begun.base)).job
    assert changed.definition.depends_on[0]["mode"] == "gate"


async def test_once_needs_no_time_after_another_job(ctx: Context, make_job: MakeJob) -> None:
    make_job("a")
    draft = good(trigger="one_off", after="a")
    assert checks.first_problem(ctx, draft) is None
    app = WizardApp(ctx)
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press("pagedown", "right", "tab", "tab", "tab")
        assert focused(app) == "after"
        await type_text(pilot, "a")
        assert "+ as soon as what it waits for has come" in shown(app)
        assert "would have ended" not in shown(app)
    draft.after = ""
    problem = checks.first_problem(ctx, draft)
    assert problem is not None
    assert problem.field == "run_at"


ENTRIES: list[dict[str, Any]] = [
    {"job": "a"},
    {"job": "a", "on": "failed", "delay_seconds": 5400},
    {"job": "a", "mode": "gate"},
    {"job": "a", "parameters": {"text": "answer"}},
    {"job": "b, c:failed + 3d"},
    {"job": "{"},
    {"job": "twin"},
]


@pytest.mark.parametrize("entry", ENTRIES, ids=json.dumps)
def test_an_edit_keeps_what_a_job_waits_for(
    ctx: Context, make_job: MakeJob, entry: dict[str, Any]
) -> None:
    other = make_job(entry["job"])
    if entry["job"] == "twin":
        make_job("twin")
    sent = [{**entry, "job": other.id}]
    prompt = "echo {{ text }}" if "parameters" in entry else "true"
    job = make_job("x", prompt=prompt, depends_on=sent, trigger_type="one_off")
    begun = opening(ctx, job.id, clone=False)
    assert changes(begun.draft, begun.base) == {}
    assert checks.first_problem(ctx, begun.draft, job.id) is None
    begun.draft.description = "new"
    jobs.edit(ctx, job.id, changes(begun.draft, begun.base))
    # The same fields, sent again, make the same job.
    again = jobs.edit(ctx, job.id, begun.draft.job_fields()).job
    assert again.definition.depends_on == job.definition.depends_on
    copied = opening(ctx, job.id, clone=True).draft
    made = jobs.create(ctx, copied.job_fields()).job
    assert made.definition.depends_on == job.definition.depends_on


async def test_a_job_whose_first_job_is_deleted_can_still_be_edited(
    ctx: Context, make_job: MakeJob
) -> None:
    first = make_job("a")
    job = make_job("x", trigger_type="one_off", depends_on=["a"])
    jobs.archive(ctx, first.id)
    app = WizardApp(ctx, job.id)
    async with app.run_test(size=NARROW) as pilot:
        await type_text(pilot, "y")
        await pilot.press("pagedown")
        assert "! The job 'a' is deleted." in shown(app)
        await pilot.press("f2")
        await settle(app, pilot)
    saved = jobs.get(ctx, job.id)
    assert saved.name == "xy"
    assert saved.definition.depends_on == job.definition.depends_on


# Where results go


async def test_keys_alone_make_a_job_that_delivers(ctx: Context, tmp_path: Path) -> None:
    secrets.put(ctx, "HOOK", value="hush-hush")
    app = WizardApp(ctx)
    async with app.run_test(size=WIDE) as pilot:
        await type_text(pilot, "report")
        await pilot.press("tab", "tab", "tab", "tab")
        assert focused(app) == "deliver_to"
        await type_text(pilot, f"file:{tmp_path}/x.md")
        assert "+ file" in shown(app)
        assert "Signed with" not in shown(app)
        await type_text(pilot, f", {HOOK}")
        await pilot.press("tab")
        assert focused(app) == "deliver_secret"
        await pilot.press("f2")
        assert "x A call to a webhook is signed: write the name of a secret" in shown(app)
        await type_text(pilot, "NONE")
        await settle(app, pilot)
        assert "x There is no such secret." in shown(app)
        await pilot.press("home", "shift+end")
        await type_text(pilot, "HOOK")
        await pilot.press("tab", "right", "right")
        await settle(app, pilot)
        assert "webhook https://example.org/***" in shown(app)
        await pilot.press("pagedown", "end", "pagedown", "pagedown")
        await type_text(pilot, "true")
        await pilot.press("f2")
        await settle(app, pilot)
    definition = newest(ctx).definition
    one, two = definition.deliver_to
    assert one == {"type": "file", "path": f"{tmp_path}/x.md", "append": True}
    assert (two["type"], two["secret"], two["shown"]) == (
        "webhook",
        "store:HOOK",
        "https://example.org/***",
    )
    assert two["url"].startswith("store:delivery_")
    assert definition.deliver_when.value == "failure"


async def test_a_target_that_the_service_refuses_is_told(ctx: Context) -> None:
    app = WizardApp(ctx)
    async with app.run_test(size=NARROW) as pilot:
        await type_text(pilot, "report")
        await pilot.press("tab", "tab", "tab", "tab")
        await type_text(pilot, "nothing://here")
        await settle(app, pilot)
        assert "x Apprise does not understand this address." in shown(app)
        assert "still to do: 1 Basics" in shown(app)
        await pilot.press("pagedown", "f2")
        assert focused(app) == "deliver_to"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("somewhere", "'somewhere' says no way of delivery."),
        ("file:../x", ""),
        ("job:nobody", "There is no job 'nobody'."),
        ("file:/a.md, file:/a.md", "A target is there twice."),
        ("notify:NOBODY", "The address names no secret of this home."),
        ('{"type": "file", "path": "/x", "b": 1}', "A target of type file has no such field."),
        ('{"type": "pigeon"}', "The type 'pigeon' is no way of delivery."),
        (HOOK, "A call to a webhook is signed"),
    ],
)
def test_what_is_wrong_about_a_target_is_one_sentence_in_the_first_step(
    ctx: Context, text: str, words: str
) -> None:
    draft = good(deliver_to=text)
    problem = checks.first_problem(ctx, draft) or look(ctx, draft, None).problem
    assert problem is not None
    assert problem.step == checks.BASICS
    assert problem.sentence.startswith(words)
    assert "deliver_to" not in problem.sentence


def delivering(ctx: Context, make_job: MakeJob) -> Job:
    for name in ("HOOK", "OTHER"):
        secrets.put(ctx, name, value="hush-hush")
    secrets.put(ctx, "CHAT", value="slack://T1JJ3T3L2/A1BRTD4JD/t0kenTIiajkdnlazkcOXrIdevi7FQ")
    other = make_job("other", prompt="echo {{ text }}")
    targets = [
        {"type": "webhook", "url": HOOK, "secret": "HOOK"},
        {"type": "webhook", "url": f"{HOOK}2", "secret": "HOOK"},
        {"type": "webhook", "url": "https://b.example.org/t0ken", "secret": "OTHER"},
        {"type": "notify", "url": "json://127.0.0.1/t0ken"},
        {"type": "notify", "url": "CHAT"},
        {"type": "file", "path": "/tmp/a, b.md", "append": False},
        {"type": "file", "path": "/tmp/c.md"},
        {"type": "job", "job": other.id, "parameters": {"text": "answer"}},
    ]
    return make_job("x", deliver_to=targets, deliver_when="failure")


def test_an_edit_keeps_the_targets_and_shows_no_address(ctx: Context, make_job: MakeJob) -> None:
    job = delivering(ctx, make_job)
    begun = opening(ctx, job.id, clone=False)
    assert "t0ken" not in begun.draft.deliver_to
    assert "json://127.0.0.1/***" in begun.draft.deliver_to
    assert "notify:CHAT" in begun.draft.deliver_to
    assert begun.draft.deliver_secret == "HOOK"
    assert changes(begun.draft, begun.base) == {}
    assert not begun.restored
    assert checks.first_problem(ctx, begun.draft, job.id) is None
    begun.draft.deliver_to += ", file:/tmp/d.md"
    assert look(ctx, begun.draft, job.id).problem is None
    saved = jobs.edit(ctx, job.id, changes(begun.draft, begun.base)).job.definition
    assert saved.deliver_to[:-1] == job.definition.deliver_to
    copied = opening(ctx, job.id, clone=True).draft
    made = jobs.create(ctx, copied.job_fields()).job.definition
    assert made.deliver_to == saved.deliver_to
    assert made.deliver_when == saved.deliver_when


def test_another_secret_signs_the_calls_that_shared_the_old_one(
    ctx: Context, make_job: MakeJob
) -> None:
    job = delivering(ctx, make_job)
    secrets.put(ctx, "NEW", value="hush-hush")
    begun = opening(ctx, job.id, clone=False)
    begun.draft.deliver_secret = "NEW"
    saved = jobs.edit(ctx, job.id, changes(begun.draft, begun.base)).job.definition
    signed = [one["secret"] for one in saved.deliver_to if one["type"] == "webhook"]
    assert signed == ["store:NEW", "store:NEW", "store:OTHER"]


# Drafts


def kept(ctx: Context, begun: Opening, draft_id: str = drafts.NEW) -> str:
    drafts.save(ctx, draft_id, to_keep(ctx, begun.draft, begun.base))
    return json.dumps(drafts.load(ctx, draft_id))


def test_a_draft_keeps_no_address_and_no_secret(ctx: Context) -> None:
    begun = opening(ctx, None, clone=False)
    begun.draft.deliver_to = f"{HOOK}, slack://T0/B0/t0ken, file:/srv/x.md, example.org/t0ken"
    begun.draft.deliver_secret = "t0ken"
    assert "t0ken" not in kept(ctx, begun)
    again = opening(ctx, None, clone=False).draft
    assert again.deliver_to == "https://example.org/***, slack://***, file:/srv/x.md, ***"
    problem = checks.first_problem(ctx, good(deliver_to=again.deliver_to))
    assert problem is not None
    assert "Write it again." in problem.sentence


async def test_an_address_that_a_draft_did_not_keep_is_asked_for_at_once(ctx: Context) -> None:
    begun = opening(ctx, None, clone=False)
    begun.draft.deliver_to = "slack://T0/B0/t0ken"
    kept(ctx, begun)
    app = WizardApp(ctx)
    async with app.run_test(size=NARROW):
        assert value(app, "deliver_to") == "slack://***"
        assert "x Of 'slack://***' only this is known" in shown(app)


def test_a_draft_keeps_what_holds_no_secret(ctx: Context, make_job: MakeJob) -> None:
    secrets.put(ctx, "HOOK", value="hush-hush")
    begun = opening(ctx, None, clone=False)
    draft = begun.draft
    draft.deliver_to, draft.deliver_secret = "file:/srv/x.md , job:a", "HOOK"
    draft.deliver_when, draft.after, draft.failures = "failure", "a, ", "5"
    kept(ctx, begun)
    assert opening(ctx, None, clone=False).draft == draft
    assert from_json(json.loads(json.dumps(draft.to_json()))) == draft


def test_a_kept_edit_of_targets_goes_on_with_those_of_the_job(
    ctx: Context, make_job: MakeJob
) -> None:
    job = delivering(ctx, make_job)
    begun = opening(ctx, job.id, clone=False)
    begun.draft.deliver_to += ", file:/tmp/d.md"
    assert "t0ken" not in kept(ctx, begun, job.id)
    again = opening(ctx, job.id, clone=False)
    saved = jobs.edit(ctx, job.id, changes(again.draft, again.base)).job.definition
    assert saved.deliver_to[:-1] == job.definition.deliver_to
    assert saved.deliver_to[-1]["path"] == "/tmp/d.md"


# Failures that pause


def test_failures_in_a_row_pause_the_job(ctx: Context, make_job: MakeJob) -> None:
    assert good(failures="3").job_config() == {"pause_on_failure": 3}
    assert good(failures=" ").job_config() == good(failures="0").job_config() == {}
    job = make_job("x", config={"pause_on_failure": 4})
    begun = opening(ctx, job.id, clone=False)
    assert begun.draft.failures == "4"
    assert changes(begun.draft, begun.base) == {}
    begun.draft.failures = ""
    assert changes(begun.draft, begun.base) == {"config": {"pause_on_failure": 0}}
    for bad in ("-1", "x", "1001"):
        problem = checks.first_problem(ctx, good(failures=bad))
        assert problem is not None
        assert (problem.step, problem.field) == (checks.TRIGGER, "config.pause_on_failure")


@pytest.mark.parametrize("text", ["[/foo]", "[red]x", "a\x1b[31m\x07b", "\u202eabc\u200b"])
async def test_hostile_names_are_shown_and_never_obeyed(
    ctx: Context, make_job: MakeJob, text: str
) -> None:
    other = make_job(text)
    job = make_job("x", depends_on=[text], deliver_to=[{"type": "job", "job": other.id}])
    app = WizardApp(ctx, job.id)
    async with app.run_test(size=WIDE) as pilot:
        for _ in range(4):
            assert not any(bad in shown(app) for bad in "\x1b\x07\u202e\u200b")
            await pilot.press("pagedown")
