"""The form as data: fields of JobCreate, kept drafts, edits on top of changed jobs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jobs_tui.models.errors import InvalidInput
from jobs_tui.service import drafts, jobs
from jobs_tui.service.context import Context
from jobs_tui.tui.screens.wizard import checks
from jobs_tui.tui.screens.wizard.draft import (
    Draft,
    Variable,
    carried_over,
    changes,
    from_json,
    of_job,
)
from jobs_tui.tui.screens.wizard.durations import in_words, seconds
from jobs_tui.tui.screens.wizard.limits import PARALLEL, RETRIES, TIMEOUT
from jobs_tui.tui.screens.wizard.opening import opening, to_keep


def good(**fields: Any) -> Draft:
    return Draft(name="db", cron="0 9 * * *", prompt="echo hi", **fields)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("90", 90), ("90s", 90), ("1.5h", 5400), ("30m", 1800), ("2 h", 7200), ("1d", 86400)],
)
def test_durations_are_read(text: str, expected: float) -> None:
    assert seconds(text, "timeout", TIMEOUT) == expected


@pytest.mark.parametrize("text", ["", "0", "-5", "1w", "abc", "1h30", "9" * 20, "nan", "\u0661"])
def test_what_is_no_duration_is_refused_at_its_field(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        seconds(text, "timeout", TIMEOUT)
    assert caught.value.field == TIMEOUT
    assert "timeout" in caught.value.message


@pytest.mark.parametrize("value", [1, 90, 1800, 3600, 7200, 86400, 90.25, 0.5, 0.00001])
def test_a_duration_in_words_reads_back(value: float) -> None:
    assert seconds(in_words(value), "timeout", TIMEOUT) == value


def test_defaults_are_not_written_down_and_what_the_form_does_not_show_is_kept() -> None:
    assert good().job_config() == {}
    kept = {"working_directory": "/srv", "retry": {"delay": 9}, "timeout": 3600}
    draft = good(config=kept, timeout="30m", retries="2", overlap="allow", max_parallel="3")
    assert draft.job_config() == {
        "working_directory": "/srv",
        "retry": {"delay": 9, "max_attempts": 3},
        "timeout": 1800,
        "overlap": "allow",
        "max_parallel": 3,
    }
    assert kept == {"working_directory": "/srv", "retry": {"delay": 9}, "timeout": 3600}


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"timeout": "soon"}, TIMEOUT),
        ({"retries": "-1"}, RETRIES),
        ({"retries": "1.5"}, RETRIES),
        ({"overlap": "allow", "max_parallel": "0"}, PARALLEL),
    ],
)
def test_numbers_that_cannot_be_read_name_their_field(
    ctx: Context, fields: dict[str, Any], place: str
) -> None:
    problem = checks.first_problem(ctx, good(**fields))
    assert problem is not None
    assert (problem.step, problem.field) == (checks.TRIGGER, place)


def test_a_number_of_another_policy_is_not_looked_at(ctx: Context) -> None:
    assert checks.first_problem(ctx, good(overlap="skip", max_parallel="x")) is None


def test_each_step_is_judged_by_itself(ctx: Context) -> None:
    found = checks.problems(ctx, Draft())
    assert [one.field if one else None for one in found] == [
        "name",
        "cron_schedule",
        None,
        "prompt_template",
    ]
    assert all(one is None for one in checks.problems(ctx, good()))
    bad_cron = Draft(name="db", cron="61 * * * *", prompt="echo hi")
    assert [one is None for one in checks.problems(ctx, bad_cron)] == [True, False, True, True]


@pytest.mark.parametrize(
    ("fields", "step", "words"),
    [
        ({"name": "x" * 256}, checks.BASICS, "too long"),
        ({"name": "  "}, checks.BASICS, "Give the job a name"),
        ({"tags": "a," + "b" * 65}, checks.BASICS, "A tag may have"),
        ({"timezone": "Mars/Base"}, checks.TRIGGER, "Mars/Base"),
        ({"cron": "0 0 31 2 *"}, checks.TRIGGER, "never fires"),
        ({"prompt": "echo {{ }}"}, checks.PROMPT, "placeholder"),
        ({"prompt": "\ud800"}, checks.PROMPT, "Unicode"),
    ],
)
def test_faults_are_found_in_their_step_and_said_in_the_words_of_the_form(
    ctx: Context, fields: dict[str, Any], step: int, words: str
) -> None:
    draft = good()
    for name, value in fields.items():
        setattr(draft, name, value)
    problem = checks.first_problem(ctx, draft)
    assert problem is not None
    assert problem.step == step
    assert words in problem.sentence


def test_a_schedule_needs_a_default_and_a_webhook_does_not(ctx: Context) -> None:
    draft = good()
    draft.prompt = "echo {{ branch }}"
    draft.use(checks.variables_of(ctx, draft))
    problem = checks.first_problem(ctx, draft)
    assert problem is not None
    assert problem.field == "parameters.branch"
    assert "default" in problem.sentence
    draft.trigger = "webhook"
    assert checks.first_problem(ctx, draft) is None
    draft.trigger = "cron"
    draft.own("branch").typed("main")
    assert checks.first_problem(ctx, draft) is None
    assert draft.parameters() == [
        {"name": "branch", "default": "main", "required": False, "description": ""}
    ]


def test_built_in_variables_are_not_asked_for(ctx: Context) -> None:
    draft = good()
    draft.prompt = "echo {{ run_date }} {{ a }} {{ job_name }} {{ b }} {{ a }}"
    assert checks.variables_of(ctx, draft) == ("a", "b")


def test_a_typed_default_keeps_its_type_until_it_is_changed() -> None:
    one = Variable(default=[1, 2])
    assert one.shown == "[1, 2]"
    one.typed("[1, 2]")
    assert one.default == [1, 2]
    one.typed("[1]")
    assert one.default == "[1]"
    one.typed("")
    assert one.default is None


def test_variables_that_were_never_filled_in_are_forgotten() -> None:
    draft = good()
    draft.use(("d", "da"))
    draft.own("da").typed("x")
    draft.own("d")
    draft.use(("database",))
    assert set(draft.variables) == {"da"}
    assert draft.names() == ("database",)


def test_a_kept_draft_comes_back_as_it_was() -> None:
    draft = good(tags="a, b", enabled=False, config={"x": 1})
    draft.use(("a",))
    draft.own("a").typed("1")
    assert from_json(json.loads(json.dumps(draft.to_json()))) == draft


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"name": 5, "enabled": "yes", "variables": [1], "used": None, "config": "x"},
        {"variables": {"a": 3, "b": {"required": "x"}}, "unknown": 1},
    ],
)
def test_a_draft_of_another_program_is_read_with_care(data: dict[str, Any]) -> None:
    draft = from_json(data)
    assert draft.name == ""
    assert draft.enabled is True
    assert draft.config == {}


def test_an_edit_sends_only_what_was_changed(ctx: Context) -> None:
    job = jobs.create(
        ctx,
        {
            "name": "db",
            "trigger_type": "cron",
            "cron_schedule": "0 9 * * *",
            "entity_id": "shell",
            "prompt_template": "echo {{ a }}",
            "parameters": [{"name": "a", "default": 5}],
            "config": {"timeout": 60.0, "own_key": True},
        },
    ).job
    base = of_job(job)
    draft = of_job(job)
    assert changes(draft, base) == {}
    draft.cron, draft.tags = "0 10 * * *", "db"
    assert changes(draft, base) == {"cron_schedule": "0 10 * * *", "tags": ["db"]}
    jobs.edit(ctx, job.id, changes(draft, base))
    assert jobs.get(ctx, job.id).definition.config == {"timeout": 60.0, "own_key": True}


def test_undeclared_variables_do_not_make_an_unchanged_job_look_edited(ctx: Context) -> None:
    job = jobs.create(
        ctx,
        {
            "name": "db",
            "trigger_type": "manual",
            "entity_id": "shell",
            "prompt_template": "echo {{ a }}",
        },
    ).job
    begun = opening(ctx, job.id, clone=False)
    assert begun.draft.names() == ("a",)
    assert changes(begun.draft, begun.base) == {}
    assert not begun.restored


def test_a_kept_edit_goes_on_top_of_a_job_that_was_changed_meanwhile(ctx: Context) -> None:
    job = jobs.create(
        ctx,
        {
            "name": "db",
            "trigger_type": "manual",
            "entity_id": "shell",
            "prompt_template": "echo 1",
            "description": "old",
        },
    ).job
    begun = opening(ctx, job.id, clone=False)
    begun.draft.prompt = "echo 2"
    drafts.save(ctx, begun.draft_id, to_keep(ctx, begun.draft, begun.base))
    jobs.edit(ctx, job.id, {"description": "new"})
    again = opening(ctx, job.id, clone=False)
    assert again.restored
    assert (again.draft.prompt, again.draft.description) == ("echo 2", "new")
    assert changes(again.draft, again.base) == {"prompt_template": "echo 2"}


def test_carried_over_takes_only_the_differences() -> None:
    base, left, now = good(), good(), good()
    left.name, now.tags = "mine", "theirs"
    merged = carried_over(left, base, now)
    assert (merged.name, merged.tags) == ("mine", "theirs")


def test_a_copy_has_its_own_draft_and_never_the_id_of_the_job(ctx: Context) -> None:
    job = jobs.create(
        ctx,
        {
            "name": "x" * 255,
            "trigger_type": "manual",
            "entity_id": "shell",
            "prompt_template": "true",
        },
    ).job
    copy = opening(ctx, job.id, clone=True)
    assert copy.draft_id != job.id
    assert copy.draft.name.endswith(" copy")
    assert checks.first_problem(ctx, copy.draft) is None
