"""When a job starts and ends, from what a caller sent (SCHEDULING.md 5)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jobs_tui.models.delivery_target import delivery_targets
from jobs_tui.models.enums import Conversation, DeliverWhen, IntervalMode, TriggerType
from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.job import Definition
from jobs_tui.models.times import from_text, to_text
from jobs_tui.schedule.durations import read_duration
from jobs_tui.schedule.moment_words import moment_words
from jobs_tui.schedule.spoken import read_moment, refuse_past
from jobs_tui.schedule.timing import INSTANT
from jobs_tui.schedule.timing_words import REPEATING
from jobs_tui.schedule.zones import zone
from jobs_tui.service.around import Around
from jobs_tui.service.dependency_checks import depends_on, refuse_chain
from jobs_tui.service.goal_checks import goal_fields
from jobs_tui.store import jobs

_REPEATING = "a cron, recurring or ongoing job"
_USED_BY = {
    "run_at": ({TriggerType.ONE_OFF}, "a one_off job"),
    "interval_seconds": (
        {TriggerType.RECURRING, TriggerType.ONGOING},
        "a recurring or ongoing job",
    ),
    "start_at": (REPEATING, _REPEATING),
    "end_at": (REPEATING, _REPEATING),
    "max_runs": (REPEATING, _REPEATING),
    "end_condition": ({TriggerType.ONGOING}, "an ongoing job"),
    "watch": (REPEATING, _REPEATING),
}
"""Which triggers use a field; with others it is kept, as ``cron_schedule`` is."""
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,15}Z")
"""How the store writes a time: what a client sends back unchanged."""


@dataclass(frozen=True, slots=True)
class When:
    """What was read of when a job starts and ends."""

    fields: dict[str, Any]
    warnings: tuple[str, ...]
    """What had to be assumed, and what the trigger does not use."""


def when_fields(values: Mapping[str, Any], sent: frozenset[str], around: Around) -> When:
    """The fields of a definition that say when it starts, starts again and ends.

    A field is kept with any trigger and used with those that know it, as ``cron_schedule`` is.

    Args:
        values: the merged fields.
        sent: those that the caller sent; others are as they were kept.

    Raises:
        InvalidInput: with ``field``.
    """
    values, sent = goal_fields(values, sent)
    trigger = TriggerType(values["trigger_type"])
    timezone = values["cron_timezone"] or "UTC"
    kept = _kept(around)
    found: dict[str, Any] = {}
    notes: list[str] = []
    for name in ("run_at", "start_at", "end_at"):
        found[name] = values[name]
        if values[name] is not None and name in sent:
            found[name] = _moment(name, values, timezone, around.now, kept, notes)
    waits = bool(values["depends_on"])
    if trigger is TriggerType.ONE_OFF and found["run_at"] is None and not waits:
        raise InvalidInput(
            "run_at is missing: a job with trigger_type one_off needs one.",
            'For example 2026-12-24T09:00, or "tomorrow 9am".',
            field="run_at",
        )
    becomes = "run_at" not in sent and "trigger_type" in sent
    if trigger is TriggerType.ONE_OFF and becomes and found["run_at"] is not None:
        _refuse_passed(found["run_at"], timezone, around.now, kept)
    interval = values["interval_seconds"]
    if interval is not None and "interval_seconds" in sent:
        interval = read_duration(interval)
    if trigger is TriggerType.RECURRING and interval is None:
        raise InvalidInput(
            "interval_seconds is missing: a job with trigger_type recurring needs one.",
            "For example 300, or 5m.",
            field="interval_seconds",
        )
    start, end = found["start_at"], found["end_at"]
    if start is not None and end is not None and end < start:
        place = zone(timezone)
        raise InvalidInput(
            f"end_at, {moment_words(from_text(end), place)}, is before start_at,"
            f" {moment_words(from_text(start), place)}.",
            "Nothing would start between them.",
            field="end_at",
        )
    condition = values["end_condition"]
    ends = (condition, values["max_runs"], end)
    if trigger is TriggerType.ONGOING and all(one is None for one in ends):
        raise InvalidInput(
            "end_condition is missing: a job with trigger_type ongoing needs to know when its"
            " goal is met.",
            "Give end_condition, max_runs or end_at.",
            field="end_condition",
        )
    notes += [
        f"{name} is kept, but only {users} uses it."
        for name, (triggers, users) in _USED_BY.items()
        if name in sent
        and values[name] is not None
        and trigger not in triggers
        and not (waits and name in ("max_runs", "end_at"))
    ]
    fields = {
        **found,
        "interval_seconds": interval,
        "interval_mode": IntervalMode(values["interval_mode"]),
        "max_runs": values["max_runs"],
        "end_condition": condition,
        "watch": values["watch"],
        "depends_on": _depends_on(values, sent, trigger, around),
        "deliver_to": delivery_targets(values["deliver_to"]),
        "deliver_when": DeliverWhen(values["deliver_when"]),
        "conversation": Conversation(values["conversation"]),
    }
    return When(fields, tuple(notes))


def _depends_on(
    values: Mapping[str, Any], sent: frozenset[str], trigger: TriggerType, around: Around
) -> tuple[dict[str, Any], ...]:
    """Looked up anew only when it was sent: a job that was removed since is no mistake of today."""
    if "depends_on" in sent:
        return depends_on(values["depends_on"], trigger, values["name"], around)
    refuse_chain(values["depends_on"], trigger)
    return tuple(values["depends_on"])


def _kept(around: Around) -> Definition | None:
    """The definition that the job has now."""
    if around.connection is None or around.job_id is None:
        return None
    job = jobs.get(around.connection, around.job_id)
    return None if job is None else job.definition


def _refuse_passed(run_at: str, timezone: str, now: datetime, kept: Definition | None) -> None:
    """Raises InvalidInput for a job that becomes a one-off at a time that it had kept."""
    if kept is not None and kept.trigger_type is not TriggerType.ONE_OFF:
        moment = read_moment(run_at, zone(timezone), now, "run_at")
        refuse_past(moment, run_at, "run_at", "Give a time to come.")


def _moment(
    name: str,
    values: Mapping[str, Any],
    timezone: str,
    now: datetime,
    kept: Definition | None,
    notes: list[str],
) -> str:
    """A time as it is kept; it may not have passed, unless the job has it already."""
    text = values[name]
    if kept is not None and text == getattr(kept, name) and _ISO.fullmatch(text):
        return str(text)
    moment = read_moment(text, zone(timezone), now, name)
    notes += [f"{name}: {note}." for note in moment.notes]
    # A run is decided after its job is kept, so it is due just after now.
    passed = moment.instant <= now
    if name == "run_at" and TriggerType(values["trigger_type"]) is TriggerType.ONE_OFF and passed:
        if not (values["now_if_past"] or moment.instant == now):
            refuse_past(moment, text, name, "Give a time to come, or now_if_past to start at once.")
        return to_text(now + INSTANT)
    if name == "end_at" and passed:
        refuse_past(moment, text, name, "Give a time to come.")
    return to_text(moment.instant)
