"""Triggers by time, interval and goal over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from jobs_tui.server.api import models
from jobs_tui.server.api.preview_models import PreviewResponse
from tests.server.api_help import JOBS, call, new_job
from tests.server.face import Face

ONCE = {"trigger_type": "one_off", "run_at": "tomorrow 9am", "cron_timezone": "Europe/Berlin"}
EVERY = {"trigger_type": "recurring", "interval_seconds": "90s", "max_runs": 3}
UNTIL = {
    "trigger_type": "ongoing",
    "interval_seconds": 300,
    "end_condition": {"any": [{"exit_code": 0}, {"text": "green"}]},
    "end_at": "in 3 days",
    "watch": {"what": "answer"},
    "conversation": "continue",
}


@pytest.mark.parametrize("fields", [ONCE, EVERY, UNTIL])
async def test_a_job_comes_back_with_all_its_fields(face: Face, fields: dict[str, Any]) -> None:
    job = await new_job(face, **fields)
    models.JobResponse.model_validate(job)
    assert job["trigger_type"] == fields["trigger_type"]
    assert (await call(face, "GET", f"{JOBS}/{job['id']}")) == (200, job)
    kept = ("run_at", "interval_seconds", "max_runs", "end_condition", "end_at", "watch")
    status, same = await call(
        face, "PATCH", f"{JOBS}/{job['id']}", {name: job[name] for name in kept}
    )
    assert status == 200
    assert {name: same[name] for name in kept} == {name: job[name] for name in kept}


async def test_words_and_numbers_are_read(face: Face) -> None:
    once = await new_job(face, **ONCE)
    assert once["run_at"] == "2026-08-22T07:00:00.000Z"
    assert once["schedule"] == "once, Sat 22 Aug 2026 09:00 CEST"
    every = await new_job(face, **EVERY)
    assert (every["interval_seconds"], every["runs_counted"]) == (90, 0)
    until = await new_job(face, **UNTIL)
    assert [one["type"] for one in until["end_condition"]["any"]] == ["exit_code", "text"]
    assert until["end_at"] == "2026-08-24T14:02:11.000Z"


async def test_a_preview_has_words_readings_and_next_runs(face: Face) -> None:
    sent = {"name": "n", "entity_id": "shell", "prompt_template": "echo", **ONCE}
    status, seen = await call(face, "POST", f"{JOBS}/preview", sent)
    assert status == 200
    PreviewResponse.model_validate(seen)
    assert seen["schedule"] == "once, Sat 22 Aug 2026 09:00 CEST"
    assert seen["readings"] == {"run_at": "Sat 22 Aug 2026 09:00 CEST (in 16 h 57 min)"}
    assert seen["next_runs"] == ["2026-08-22T09:00:00+02:00"]
    job = await new_job(face, **EVERY)
    _, seen = await call(face, "POST", f"{JOBS}/{job['id']}/preview", {})
    assert seen["schedule"] == "every 90 seconds, at most 3 runs"
    assert len(seen["next_runs"]) == 3


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({**ONCE, "run_at": "2020-01-01T00:00:00Z"}, "run_at"),
        ({**ONCE, "run_at": "in 3 dayz"}, "run_at"),
        ({**ONCE, "run_at": 5}, "run_at"),
        ({"trigger_type": "one_off"}, "run_at"),
        ({**EVERY, "interval_seconds": 0}, "interval_seconds"),
        ({**EVERY, "interval_seconds": 0.5}, "interval_seconds"),
        ({**EVERY, "interval_seconds": "abc"}, "interval_seconds"),
        ({**EVERY, "interval_seconds": [1]}, "interval_seconds"),
        ({**EVERY, "max_runs": 0}, "max_runs"),
        ({**EVERY, "end_at": "yesterday"}, "end_at"),
        ({"trigger_type": "ongoing"}, "end_condition"),
        ({**UNTIL, "end_condition": {"what": 1}}, "end_condition"),
    ],
)
async def test_what_is_wrong_is_named_and_nothing_is_written(
    face: Face, fields: dict[str, Any], place: str
) -> None:
    sent = {"name": "n", "entity_id": "shell", "prompt_template": "echo", **fields}
    status, answer = await call(face, "POST", JOBS, sent)
    assert status == 422
    assert answer["detail"][0]["loc"][:2] == ["body", place]
    assert (await call(face, "GET", JOBS)) == (200, [])
