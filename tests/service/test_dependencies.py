"""What ``depends_on`` may say, and who is joined to whom."""

from __future__ import annotations

from typing import Any

import pytest

from jobs_tui.models.enums import JobStatus
from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.job import Job
from jobs_tui.service import dependencies, jobs, lifecycle, manifest
from jobs_tui.service.answers import job_response
from jobs_tui.service.context import Context
from tests.service.made import count, cron_job, made


def after(ctx: Context, name: str, *entries: Any, **fields: Any) -> Job:
    return made(ctx, name=name, depends_on=list(entries), **fields)


class TestShape:
    def test_it_is_kept_normalised(self, ctx: Context) -> None:
        first, second = made(ctx, name="a"), made(ctx, name="b")
        job = after(
            ctx,
            "c",
            "a",
            {
                "job": second.id[:16],
                "on": "failed",
                "delay_seconds": "1h30m",
                "parameters": {"text": "result"},
            },
            prompt_template="echo {{ text }}",
        )
        assert job_response(ctx, job)["depends_on"] == [
            {
                "job": first.id,
                "on": "completed",
                "mode": "chain",
                "delay_seconds": 0.0,
                "parameters": {},
            },
            {
                "job": second.id,
                "on": "failed",
                "mode": "chain",
                "delay_seconds": 5400.0,
                "parameters": {"text": "result"},
            },
        ]

    @pytest.mark.parametrize(
        ("fields", "mode"),
        [
            ({}, "chain"),
            ({"trigger_type": "webhook"}, "chain"),
            ({"trigger_type": "one_off"}, "chain"),
            ({"trigger_type": "cron", "cron_schedule": "@daily"}, "gate"),
            ({"trigger_type": "recurring", "interval_seconds": 60}, "gate"),
            ({"trigger_type": "ongoing", "max_runs": 2}, "gate"),
        ],
    )
    def test_what_is_meant_follows_from_the_trigger(
        self, ctx: Context, fields: dict[str, Any], mode: str
    ) -> None:
        made(ctx, name="a")
        assert after(ctx, "b", "a", **fields).definition.depends_on[0]["mode"] == mode

    @pytest.mark.parametrize(
        ("entry", "field", "words"),
        [
            ("nobody", "depends_on.0.job", "there is no job 'nobody'"),
            ("job_1234", "depends_on.0.job", "there is no job"),
            ("gone", "depends_on.0.job", "is deleted"),
            ("twice", "depends_on.0.job", "2 jobs are called"),
            ({}, "depends_on.0.job", "job is missing"),
            ({"job": 5}, "depends_on.0.job", "job is missing"),
            ({"job": " "}, "depends_on.0.job", "job is missing"),
            ({"job": "a", "on": "started"}, "depends_on.0.on", "completed, finished, failed"),
            ({"job": "a", "mode": "each"}, "depends_on.0.mode", "chain, gate"),
            ({"job": "a", "on": []}, "depends_on.0.on", "is not possible"),
            ({"job": "a", "delay_seconds": -1}, "depends_on.0.delay_seconds", "-1"),
            ({"job": "a", "delay_seconds": "soon"}, "depends_on.0.delay_seconds", "soon"),
            ({"job": "a", "delay_seconds": True}, "depends_on.0.delay_seconds", "True"),
            ({"job": "a", "delay_seconds": "2 years"}, "depends_on.0.delay_seconds", "2 years"),
            ({"job": "a", "colour": 1}, "depends_on.0.colour", "colour"),
            ({"job": "a", "parameters": []}, "depends_on.0.parameters", "mapping"),
            ({"job": "a", "parameters": {"1x": "result"}}, "depends_on.0.parameters", "1x"),
            ({"job": "a", "parameters": {"x": "log"}}, "depends_on.0.parameters.x", "log"),
            ({"job": "a", "parameters": {"x": "$["}}, "depends_on.0.parameters.x", "$["),
            ({"job": "a", "parameters": {"x": "result"}}, "depends_on", "no variable"),
            (
                {"job": "a", "mode": "gate", "parameters": {"x": "result"}},
                "depends_on.0.parameters",
                "passes nothing on",
            ),
        ],
    )
    def test_bad_entries_are_named_and_nothing_is_written(
        self, ctx: Context, entry: Any, field: str, words: str
    ) -> None:
        made(ctx, name="a")
        jobs.archive(ctx, made(ctx, name="gone").id)
        made(ctx, name="twice"), made(ctx, name="twice")
        before = count(ctx, "jobs")
        with pytest.raises(InvalidInput) as caught:
            after(ctx, "b", entry)
        assert caught.value.field == field
        assert words in caught.value.sentence()
        assert (count(ctx, "jobs"), count(ctx, "dependencies")) == (before, 0)

    def test_a_rhythm_of_its_own_needs_a_gate(self, ctx: Context) -> None:
        made(ctx, name="a")
        chain = {"job": "a", "mode": "chain"}
        with pytest.raises(InvalidInput) as caught:
            cron_job(ctx, depends_on=[chain])
        assert (caught.value.field, "gate" in caught.value.hint) == ("depends_on.0.mode", True)
        job = after(ctx, "b", "a")
        with pytest.raises(InvalidInput):
            jobs.edit(ctx, job.id, {"trigger_type": "cron", "cron_schedule": "@daily"})

    def test_the_same_twice_and_too_many(self, ctx: Context) -> None:
        for number in range(51):
            made(ctx, name=f"a{number}")
        with pytest.raises(InvalidInput, match="there twice"):
            after(ctx, "b", "a1", {"job": "a1", "delay_seconds": 5})
        with pytest.raises(InvalidInput, match="there twice"):
            after(ctx, "b", "a1", {"job": "a1", "on": "failed"})
        with pytest.raises(InvalidInput, match="51 jobs"):
            after(ctx, "b", *(f"a{number}" for number in range(51)))
        assert len(after(ctx, "b", *(f"a{n}" for n in range(50))).definition.depends_on) == 50

    def test_a_timed_job_needs_no_default_for_what_is_passed_on(self, ctx: Context) -> None:
        made(ctx, name="a")
        entry = {"job": "a", "parameters": {"x": "result"}}
        job = after(ctx, "b", entry, trigger_type="one_off", prompt_template="echo {{ x }}")
        assert job.status is JobStatus.PENDING
        with pytest.raises(InvalidInput):
            after(ctx, "b", "a", trigger_type="one_off", prompt_template="echo {{ x }}")
        with pytest.raises(InvalidInput, match="run_at is missing"):
            made(ctx, trigger_type="one_off")


class TestCycles:
    def test_itself(self, ctx: Context) -> None:
        job = made(ctx, name="a")
        with pytest.raises(InvalidInput, match="cannot wait for itself"):
            jobs.edit(ctx, job.id, {"depends_on": ["a"]})

    def test_the_whole_path_is_named(self, ctx: Context) -> None:
        first = made(ctx, name="a")
        after(ctx, "b", "a")
        after(ctx, "c", "b")
        after(ctx, "d", "c", "a")
        before = jobs.get(ctx, first.id)
        with pytest.raises(InvalidInput) as caught:
            jobs.edit(ctx, first.id, {"depends_on": ["d"]})
        assert caught.value.field == "depends_on"
        path = "'a' waits for 'd' waits for 'c' waits for 'b' waits for 'a'"
        short = "'a' waits for 'd' waits for 'a'"
        assert path in caught.value.message or short in caught.value.message
        assert jobs.get(ctx, first.id) == before
        with pytest.raises(InvalidInput, match="'z' waits for 'b' waits for 'z'"):
            jobs.edit(ctx, first.id, {"depends_on": ["b"], "name": "z"})

    def test_a_diamond_is_no_cycle(self, ctx: Context) -> None:
        made(ctx, name="a")
        after(ctx, "b", "a")
        after(ctx, "c", "a")
        assert after(ctx, "d", "b", "c").definition.depends_on


class TestEdit:
    def test_a_new_gate_stops_the_schedule_and_removing_it_starts_anew(
        self, ctx: Context, clock: Any
    ) -> None:
        made(ctx, name="a")
        job = cron_job(ctx)
        gated = jobs.edit(ctx, job.id, {"depends_on": ["a"]}).job
        assert (gated.status, gated.next_due_at) == (JobStatus.PENDING, None)
        clock.advance(2 * 3600)
        freed = jobs.edit(ctx, job.id, {"depends_on": None}).job
        assert (freed.status, freed.waiting_on) == (JobStatus.ACTIVE, None)
        assert freed.next_due_at is not None
        assert freed.next_due_at > ctx.now()
        row = ctx.store.row("select reason, count from executions")
        assert row is not None
        assert tuple(row) == ("dependency", 2)

    def test_other_edits_leave_it_alone(self, ctx: Context) -> None:
        first = made(ctx, name="a")
        job = after(ctx, "b", "a")
        jobs.archive(ctx, first.id)
        changed = jobs.edit(ctx, job.id, {"description": "x"}).job
        assert changed.definition.depends_on == job.definition.depends_on
        assert changed.status is JobStatus.PENDING

    def test_a_copy_depends_on_the_same(self, ctx: Context) -> None:
        made(ctx, name="a")
        job = after(ctx, "b", "a")
        copied = lifecycle.copy(ctx, job.id).job
        assert copied.definition.depends_on == job.definition.depends_on
        assert count(ctx, "dependencies") == 2


class TestReading:
    def test_both_directions(self, ctx: Context) -> None:
        first = made(ctx, name="a")
        middle = after(ctx, "b", "a")
        last = after(ctx, "c", {"job": "b", "on": "failed", "delay_seconds": 60})
        found = dependencies.answer(dependencies.joined(ctx, middle))
        assert [(one["name"], one["on"], one["met"]) for one in found["depends_on"]] == [
            ("a", "completed", False)
        ]
        assert [
            (one["job_id"], one["on"], one["delay_seconds"]) for one in found["dependants"]
        ] == [(last.id, "failed", 60.0)]
        assert [job.id for job in dependencies.dependants_of(ctx, first.id)] == [middle.id]

    def test_a_tree(self, ctx: Context) -> None:
        made(ctx, name="alone")
        made(ctx, name="a")
        after(ctx, "b", "a")
        after(ctx, "c", "a")
        after(ctx, "d", "b", "c")
        tail = after(ctx, "e", "d")
        lines = [(one.job.name, one.depth, one.again) for one in dependencies.tree(ctx)]
        assert lines == [
            ("a", 0, False),
            ("b", 1, False),
            ("d", 2, False),
            ("e", 3, False),
            ("c", 1, False),
            ("d", 2, True),
        ]
        assert dependencies.tree(ctx, tail) == dependencies.tree(ctx)
        alone = jobs.find(ctx, "alone")
        assert [one.job.name for one in dependencies.tree(ctx, alone)] == ["alone"]


def test_a_chain_may_be_long(ctx: Context) -> None:
    first = made(ctx, name="0")
    before = first.id
    for number in range(1, 300):
        before = after(ctx, str(number), before).id
    lines = dependencies.tree(ctx)
    assert [line.depth for line in lines] == list(range(300))
    with pytest.raises(InvalidInput, match="wait for each other"):
        jobs.edit(ctx, first.id, {"depends_on": [before]})


class TestDocuments:
    """What is exported names jobs by name, and is applied whatever its order."""

    def test_there_and_back(self, ctx: Context) -> None:
        made(ctx, name="a")
        after(ctx, "b", {"job": "a", "on": "failed", "delay_seconds": 60})
        document = manifest.export(ctx)
        entry = next(one for one in document["jobs"] if one["name"] == "b")
        assert entry["depends_on"][0]["job"] == "a"
        assert [one.action for one in manifest.apply(ctx, document)] == ["unchanged"] * 2
        for job in jobs.listing(ctx):
            jobs.edit(ctx, job.id, {"name": f"old {job.name}"})
        document["jobs"].reverse()
        assert {one.action for one in manifest.apply(ctx, document, dry_run=True)} == {"created"}
        assert [one.id for one in manifest.apply(ctx, document)] == ["a", "b"]
        found = dependencies.joined(ctx, jobs.find(ctx, "b"))
        assert [link.job and link.job.name for link in found.needs] == ["a"]

    def test_a_circle_is_refused(self, ctx: Context) -> None:
        fields = {"trigger_type": "manual", "entity_id": "shell", "prompt_template": "true"}
        document = {
            "jobs": [
                {"name": "a", "depends_on": ["b"], **fields},
                {"name": "b", "depends_on": [{"job": "a"}], **fields},
            ]
        }
        with pytest.raises(InvalidInput, match="'a', 'b' wait for each other"):
            manifest.apply(ctx, document)
        assert count(ctx, "jobs") == 0
