"""When a job starts, starts again and ends, as every face prints it."""

from __future__ import annotations

from typing import Any

from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.job import Definition, Job
from jobs_tui.schedule.timing_words import timing_words


def when_answer(job: Job) -> dict[str, Any]:
    """The part of a JobResponse about its trigger, its goal and what its runs leave behind."""
    definition = job.definition
    return {
        "schedule": schedule_words(definition),
        "run_at": definition.run_at,
        "interval_seconds": whole(definition.interval_seconds),
        "interval_mode": str(definition.interval_mode),
        "start_at": definition.start_at,
        "end_at": definition.end_at,
        "max_runs": definition.max_runs,
        "end_condition": definition.end_condition,
        "watch": definition.watch,
        "depends_on": list(definition.depends_on),
        "conversation": str(definition.conversation),
        "runs_counted": job.counted_runs,
        "state": job.state,
    }


def schedule_words(definition: Definition) -> str:
    """When it starts and ends, one sentence; without details when they can no longer be read."""
    try:
        return timing_words(definition)
    except InvalidInput:  # a zone that the time zone data has lost: the job says it is blocked
        return definition.trigger_type.sentence


def whole(number: float | None) -> float | None:
    """300 and not 300.0."""
    return int(number) if number is not None and number.is_integer() else number
