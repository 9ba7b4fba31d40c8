"""When a job starts and ends, from what a caller sent (SCHEDULING.md 5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from jobs_tui.models.enums import Conversation, DeliverWhen, IntervalMode, TriggerType
from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.times import from_text, to_text
from jobs_tui.schedule.timing import INSTANT
from jobs_tui.schedule.zones import zone
from jobs_tui.service.around import Around
from jobs_tui.service.dependency_checks import depends_on, refuse_chain
from jobs_tui.service.goal_checks import goal_fields

LONGEST = 366 * 86_400.0
"""Seconds of the longest interval."""


def when_fields(values: Mapping[str, Any], sent: frozenset[str], around: Around) -> dict[str, Any]:
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
    found = {
        name: _moment(name, values[name], timezone, around.now) if name in sent else values[name]
        for name in ("run_at", "start_at", "end_at")
    }
    _check_run_at(trigger, found, values, sent, around.now)
    interval = values["interval_seconds"]
    if interval is not None and "interval_seconds" in sent:
        interval = _interval(interval)
    if trigger is TriggerType.RECURRING and interval is None:
        raise InvalidInput(
            "interval_seconds is missing: a job with trigger_type recurring needs one.",
            "For example 300, or 5m.",
            field="interval_seconds",
        )
    start, end = found["start_at"], found["end_at"]
    if end is not None and "end_at" in sent and from_text(end) <= around.now:
        raise InvalidInput(f"end_at {end} is over.", "Give a time to come.", field="end_at")
    if start is not None and end is not None and end < start:
        raise InvalidInput(f"end_at {end} is before start_at {start}.", field="end_at")
    condition = values["end_condition"]
    ends = (condition, values["max_runs"], end)
    if trigger is TriggerType.ONGOING and all(one is None for one in ends):
        raise InvalidInput(
            "end_condition is missing: a job with trigger_type ongoing needs to know when its"
            " goal is met.",
            "Give end_condition, max_runs or end_at.",
            field="end_condition",
        )
    return {
        **found,
        "interval_seconds": interval,
        "interval_mode": IntervalMode(values["interval_mode"]),
        "max_runs": values["max_runs"],
        "end_condition": condition,
        "watch": values["watch"],
        "depends_on": _depends_on(values, sent, trigger, around),
        "deliver_to": tuple(values["deliver_to"]),
        "deliver_when": DeliverWhen(values["deliver_when"]),
        "conversation": Conversation(values["conversation"]),
    }


def _depends_on(
    values: Mapping[str, Any], sent: frozenset[str], trigger: TriggerType, around: Around
) -> tuple[dict[str, Any], ...]:
    """Looked up anew only when it was sent: a job that was removed since is no mistake of today."""
    if "depends_on" in sent:
        return depends_on(values["depends_on"], trigger, values["name"], around)
    refuse_chain(values["depends_on"], trigger)
    return tuple(values["depends_on"])


def _check_run_at(
    trigger: TriggerType,
    found: dict[str, Any],
    values: Mapping[str, Any],
    sent: frozenset[str],
    now: datetime,
) -> None:
    run_at = found["run_at"]
    if run_at is None:
        if trigger is TriggerType.ONE_OFF and not values["depends_on"]:
            raise InvalidInput(
                "run_at is missing: a job with trigger_type one_off needs one.",
                'For example 2026-12-24T09:00, or "tomorrow 9am".',
                field="run_at",
            )
        return
    if "run_at" not in sent or trigger is not TriggerType.ONE_OFF:
        return
    if from_text(run_at) <= now:
        if not values["now_if_past"]:
            raise InvalidInput(
                f"run_at {run_at} is in the past.",
                "Give a time to come, or say now_if_past to start at once.",
                field="run_at",
            )
        found["run_at"] = to_text(now + INSTANT)


def _moment(name: str, value: str | None, timezone: str, now: datetime) -> str | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        raise InvalidInput(
            f"{name}: {value!r:.60} is not a time.", "For example 2026-12-24T09:00.", field=name
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone(timezone))
    return to_text(moment.astimezone(UTC))


def _interval(value: float | str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        raise InvalidInput(
            f"interval_seconds: {value!r:.60} is not a duration.",
            "For example 300, 90s or 5m.",
            field="interval_seconds",
        ) from None
    if not 1 <= seconds <= LONGEST:
        raise InvalidInput(
            f"interval_seconds must be between 1 and {LONGEST:.0f} seconds, not {seconds:g}.",
            field="interval_seconds",
        )
    return seconds
