"""Fields that say when a job starts and ends: read, refused, or kept with a warning."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from jobs_tui.models.errors import InvalidInput
from jobs_tui.service import jobs, preview
from jobs_tui.service.answers import job_response
from jobs_tui.service.context import Context
from tests.fakes import FakeClock
from tests.service.made import job_fields, made

ONCE = {"trigger_type": "one_off", "run_at": "tomorrow 9am", "cron_timezone": "Europe/Berlin"}
EVERY = {"trigger_type": "recurring", "interval_seconds": "5m"}
UNTIL = {"trigger_type": "ongoing", "end_condition": {"exit_code": 0}}


def test_a_time_in_words_is_read_in_the_zone_of_the_job(ctx: Context) -> None:
    answer = job_response(ctx, made(ctx, **ONCE))
    assert answer["run_at"] == "2026-08-22T07:00:00.000Z"
    assert answer["next_execution_at"] == "2026-08-22T07:00:00.000Z"
    assert answer["schedule"] == "once, Sat 22 Aug 2026 09:00 CEST"
    assert (answer["status"], answer["runs_counted"], answer["state"]) == ("pending", 0, None)


def test_an_interval_may_be_a_text(ctx: Context) -> None:
    answer = job_response(ctx, made(ctx, **EVERY, end_at="in 2 days", max_runs=3))
    assert answer["interval_seconds"] == 300
    assert answer["end_at"] == "2026-08-23T14:02:11.000Z"
    assert answer["next_execution_at"] == "2026-08-21T14:07:11.000Z"
    assert answer["schedule"] == "every 5 minutes, to Sun 23 Aug 2026 14:02:11 UTC, at most 3 runs"


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({**ONCE, "run_at": None}, "run_at", "run_at is missing"),
        ({**ONCE, "run_at": ""}, "run_at", "no time is given"),
        ({**ONCE, "run_at": "today 9am"}, "run_at", "is past: Fri 21 Aug 2026 09:00 CEST"),
        ({**ONCE, "run_at": "2020-01-01T00:00:00Z"}, "run_at", "is past"),
        ({**ONCE, "run_at": "in 3 dayz"}, "run_at", "not a time that can be read"),
        ({**ONCE, "run_at": 1_800_000_000}, "run_at", "run_at"),
        ({**ONCE, "cron_timezone": "Mars/Olympus"}, "cron_timezone", "Unknown time zone"),
        ({**EVERY, "interval_seconds": None}, "interval_seconds", "interval_seconds is missing"),
        ({**EVERY, "interval_seconds": 0}, "interval_seconds", "not between 1 second and 366"),
        ({**EVERY, "interval_seconds": -1}, "interval_seconds", "not between"),
        ({**EVERY, "interval_seconds": 0.5}, "interval_seconds", "not between"),
        ({**EVERY, "interval_seconds": "1e400"}, "interval_seconds", "no length of time"),
        ({**EVERY, "interval_seconds": 10**400}, "interval_seconds", "out of range"),
        ({**EVERY, "interval_seconds": "367d"}, "interval_seconds", "not between"),
        ({**EVERY, "interval_seconds": "abc"}, "interval_seconds", "no length of time"),
        ({**EVERY, "interval_seconds": True}, "interval_seconds", "seconds are wanted, or a text"),
        ({**EVERY, "interval_seconds": [1]}, "interval_seconds", "seconds are wanted, or a text"),
        ({**EVERY, "interval_seconds": "1 month"}, "interval_seconds", "no fixed length"),
        ({**EVERY, "max_runs": 0}, "max_runs", "max_runs"),
        ({**EVERY, "max_runs": 1.5}, "max_runs", "max_runs"),
        ({**EVERY, "end_at": "yesterday"}, "end_at", "lies in the past"),
        ({**EVERY, "end_at": "2026-08-21T00:00Z"}, "end_at", "is past"),
        (
            {**EVERY, "start_at": "2026-09-02", "end_at": "2026-09-01"},
            "end_at",
            "end_at, Tue 1 Sep 2026 00:00 UTC, is before start_at",
        ),
        ({**EVERY, "interval_mode": "sometimes"}, "interval_mode", "interval_mode"),
        ({"trigger_type": "ongoing"}, "end_condition", "end_condition is missing"),
        ({**UNTIL, "end_condition": [1]}, "end_condition", "a text or an object is wanted"),
        ({**UNTIL, "interval_seconds": 0}, "interval_seconds", "not between"),
        ({"trigger_type": "sometimes"}, "trigger_type", "trigger_type"),
        ({**UNTIL, "conversation": "maybe"}, "conversation", "conversation"),
        # A field of another trigger is kept, so it has to be valid.
        ({"interval_seconds": "abc"}, "interval_seconds", "no length of time"),
        ({"run_at": "abc"}, "run_at", "not a time that can be read"),
    ],
)
def test_what_is_impossible_is_one_sentence_and_nothing_is_written(
    ctx: Context, fields: dict[str, Any], field: str, said: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        jobs.create(ctx, job_fields(**fields))
    assert said in caught.value.message
    assert (caught.value.field or "").partition(".")[0] == field
    assert "\n" not in caught.value.sentence()
    assert len(caught.value.sentence()) < 300
    assert jobs.listing(ctx) == []


def test_a_time_that_has_passed_starts_at_once_where_that_is_said(ctx: Context) -> None:
    job = made(ctx, **ONCE | {"run_at": "2020-01-01", "now_if_past": True})
    assert job.definition.run_at == "2026-08-21T14:02:11.001Z"
    assert made(ctx, name="b", **ONCE | {"run_at": "now"}).next_due_at is not None


def test_time_that_passes_while_a_job_is_made_does_not_pass_its_start(
    ctx: Context, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def later() -> datetime:
        clock.advance(1)
        return clock.wall

    monkeypatch.setattr(clock, "now", later)
    for number, run_at in enumerate(("2020-01-01", "now")):
        fields = ONCE | {"run_at": run_at, "now_if_past": True, "name": str(number)}
        assert made(ctx, **fields).next_due_at is not None
    edited = jobs.edit(ctx, made(ctx).id, ONCE | {"run_at": "now"}).job
    assert edited.next_due_at is not None
    assert made(ctx, **UNTIL).next_due_at is not None


def test_what_had_to_be_assumed_is_a_warning(ctx: Context) -> None:
    saved = jobs.create(ctx, job_fields(**ONCE | {"run_at": "friday"}))
    assert "run_at: No time of day is given: 09:00." in saved.warnings


def test_a_field_of_another_trigger_is_kept_with_a_warning(ctx: Context) -> None:
    saved = jobs.create(ctx, job_fields(interval_seconds=60, max_runs=3, run_at="2020-01-01"))
    assert saved.warnings[:3] == (
        "run_at is kept, but only a one_off job uses it.",
        "interval_seconds is kept, but only a recurring or ongoing job uses it.",
        "max_runs is kept, but only a cron, recurring or ongoing job uses it.",
    )
    assert saved.job.next_due_at is None
    with pytest.raises(InvalidInput, match=r"run_at: .* is past"):
        jobs.edit(ctx, saved.job.id, {"trigger_type": "one_off"})
    changed = jobs.edit(ctx, saved.job.id, {"trigger_type": "recurring"}).job
    assert changed.next_due_at is not None


def test_a_job_that_is_sent_back_as_it_is_may_have_times_that_have_passed(
    ctx: Context, clock: FakeClock
) -> None:
    job = made(ctx, **EVERY, end_at="in 2 hours")
    clock.advance(3 * 3_600)
    same = jobs.edit(ctx, job.id, {"end_at": job.definition.end_at, "description": "d"}).job
    assert same.definition.end_at == job.definition.end_at
    with pytest.raises(InvalidInput, match="is past"):
        jobs.edit(ctx, job.id, {"end_at": "2026-08-21T15:00:00.000Z"})


def test_a_preview_has_the_reading_of_every_time(ctx: Context) -> None:
    checked = preview.draft(ctx, job_fields(**EVERY, start_at="tomorrow", end_at="end of month"))
    assert preview.readings(ctx, checked.definition) == {
        "start_at": "Sat 22 Aug 2026 09:00 UTC (in 18 h 57 min)",
        "end_at": "Mon 31 Aug 2026 18:00 UTC (in 10 days 3 h)",
    }


@pytest.mark.parametrize(
    ("fields", "words", "first", "count"),
    [
        (ONCE, "once, Sat 22 Aug 2026 09:00 CEST", "2026-08-22T09:00:00+02:00", 1),
        (EVERY, "every 5 minutes", "2026-08-21T14:07:11+00:00", 5),
        (
            {**EVERY, "max_runs": 2},
            "every 5 minutes, at most 2 runs",
            "2026-08-21T14:07:11+00:00",
            2,
        ),
        (UNTIL, "again 1 minute after each run, until exit code 0", "2026-08-21T14:02:11+00:00", 1),
        (
            {"trigger_type": "cron", "cron_schedule": "0 * * * *", "start_at": "2026-09-01T09:00"},
            "every hour, on the hour, from Tue 1 Sep 2026 09:00 UTC",
            "2026-09-01T09:00:00+00:00",
            5,
        ),
    ],
)
def test_a_preview_of_any_trigger_has_words_and_next_runs(
    ctx: Context, fields: dict[str, Any], words: str, first: str, count: int
) -> None:
    seen = preview.of_definition(ctx, preview.draft(ctx, job_fields(**fields)).definition)
    assert seen is not None
    assert seen.words == words
    assert seen.next_runs[0].isoformat(timespec="seconds") == first
    assert len(seen.next_runs) == count
