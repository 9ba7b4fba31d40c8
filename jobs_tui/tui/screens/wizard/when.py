"""When a job starts and when it ends, as the fields of the form: part of the draft (issue 5)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from jobs_tui.models.dependency import dependencies, usual_mode
from jobs_tui.models.enums import Conversation, IntervalMode, TriggerType
from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.job import Definition
from jobs_tui.models.short_dependencies import entries_of, text_of
from jobs_tui.models.times import from_text, to_text
from jobs_tui.schedule.durations import as_typed
from jobs_tui.tui.screens.wizard import goal
from jobs_tui.tui.screens.wizard.goal import GoalDraft

REPEATING = frozenset({"cron", "recurring", "ongoing"})
"""Triggers that start a job more than once by themselves: they may have limits."""
_MOST_RUNS = 1_000_000_000


@dataclass(slots=True)
class WhenDraft(GoalDraft):
    """The fields of the second step, as they were typed; none is lost by another trigger."""

    trigger: str = "cron"
    cron: str = ""
    timezone: str = "UTC"
    run_at: str = ""
    every: str = "5m"
    """Of a recurring job."""
    counted: str = IntervalMode.FIXED_RATE.value
    pause: str = "1m"
    """After each run of an ongoing job."""
    start_at: str = ""
    end_at: str = ""
    max_runs: str = ""
    watch: str = "no"
    """``answer``: only changes of the answer are told."""
    ignore: str = ""
    """A regular expression of lines that make no change; several as a JSON list."""
    conversation: str = Conversation.NEW.value
    kept_run_at: str = ""
    kept_end_at: str = ""
    """As the edited job has them: a time that was kept may have passed, a new one may not."""
    after: str = ""
    """The jobs that come first, between commas."""
    kept_needs: list[dict[str, Any]] = field(default_factory=list)
    """What the edited job depends on; as long as it stays nobody looks at it again."""

    @property
    def repeats(self) -> bool:
        """Whether it starts more than once by itself."""
        return self.trigger in REPEATING

    @property
    def counts_from_end(self) -> bool:
        """Whether the next start follows from the end of the run before."""
        return self.trigger == "ongoing" or (
            self.trigger == "recurring" and self.counted == IntervalMode.FIXED_DELAY.value
        )

    def timing(self) -> dict[str, Any]:
        """The fields of JobCreate that say when it starts and ends.

        Raises:
            InvalidInput: ``field`` names the one that cannot be read.
        """
        mode = self.counted if self.trigger == "recurring" else IntervalMode.FIXED_RATE.value
        return {
            "trigger_type": self.trigger,
            "cron_schedule": self.cron if self.trigger == "cron" else None,
            "cron_timezone": self.timezone,
            "run_at": (self.run_at.strip() or None) if self.trigger == "one_off" else None,
            "interval_seconds": self._interval(),
            "interval_mode": mode,
            "start_at": (self.start_at.strip() or None) if self.repeats else None,
            "end_at": (self.end_at.strip() or None) if self.repeats else None,
            "max_runs": self._most_runs() if self.repeats else None,
            "end_condition": self.end_condition() if self.trigger == "ongoing" else None,
            "watch": self._watched() if self.repeats else None,
            "conversation": self.conversation if self.repeats else Conversation.NEW.value,
        }

    def needs(self) -> list[dict[str, Any]]:
        """The field ``depends_on``: where no mode is written, it follows from the trigger.

        Raises:
            InvalidInput: field ``depends_on``.
        """
        usual = str(usual_mode(TriggerType(self.trigger)))
        return [{"mode": usual, **entry} for entry in entries_of(self.after)]

    def brought(self) -> tuple[str, ...]:
        """The variables that other jobs hand on; none while what was typed cannot be read."""
        try:
            given = [entry.get("parameters") for entry in self.needs()]
        except InvalidInput:
            return ()
        return tuple(name for one in given if isinstance(one, dict) for name in one)

    def as_kept(self) -> dict[str, Any]:
        """The times that are still as the edited job has them, UTC text by field."""
        kept = {"run_at": self.kept_run_at, "end_at": self.kept_end_at}
        timed = self.timing()
        return {
            name: to_text(from_text(text))
            for name, text in kept.items()
            if text and timed[name] == text
        }

    def forget_kept(self) -> None:
        """For a copy: its times and what it waits for are new ones."""
        self.kept_run_at = self.kept_end_at = ""
        self.kept_needs = []

    def _interval(self) -> str | None:
        if self.trigger == "recurring":
            return self.every.strip() or None
        return (self.pause.strip() or None) if self.trigger == "ongoing" else None

    def _most_runs(self) -> int | None:
        text = self.max_runs.strip()
        if not text:
            return None
        if text.isascii() and text.isdigit() and len(text) <= 10 and 1 <= int(text) <= _MOST_RUNS:
            return int(text)
        raise InvalidInput(
            "The number of runs is not a whole number from 1 on.",
            "Leave it empty for no limit.",
            field="max_runs",
        )

    def _watched(self) -> dict[str, Any] | None:
        if self.watch == "no":
            return None
        found: dict[str, Any] = {"what": "answer"}
        return found | {"ignore": _patterns(self.ignore)} if self.ignore.strip() else found


def fields_of(definition: Definition, called: Callable[[str], str]) -> dict[str, Any]:
    """The fields of :class:`WhenDraft` that make the timing of a job again.

    Args:
        called: how the job of an id is named.
    """
    kind, watch = definition.trigger_type, definition.watch
    after = _after(definition, called)
    fields: dict[str, Any] = {
        "trigger": kind.value,
        "cron": definition.cron_schedule or "",
        "timezone": definition.cron_timezone or "UTC",
        "run_at": _typed(definition.run_at),
        "counted": definition.interval_mode.value,
        "start_at": _typed(definition.start_at),
        "end_at": _typed(definition.end_at),
        "max_runs": "" if definition.max_runs is None else str(definition.max_runs),
        "watch": "no" if watch is None else "answer",
        "ignore": _shown((watch or {}).get("ignore") or []),
        "conversation": definition.conversation.value,
        "kept_run_at": _typed(definition.run_at),
        "kept_end_at": _typed(definition.end_at),
        "after": after,
        "kept_needs": WhenDraft(trigger=kind.value, after=after).needs(),
    }
    if definition.interval_seconds is not None:
        name = "pause" if kind is TriggerType.ONGOING else "every"
        fields[name] = as_typed(definition.interval_seconds)
    if kind is TriggerType.ONGOING:
        fields |= goal.fields_of(definition.end_condition)
    return fields


def _after(definition: Definition, called: Callable[[str], str]) -> str:
    usual = usual_mode(definition.trigger_type)
    return ", ".join(
        text_of(
            {
                "job": called(one.job),
                "on": str(one.on),
                "mode": None if one.mode is usual else str(one.mode),
                "parameters": one.parameters,
            },
            as_typed(one.delay_seconds) if one.delay_seconds else "",
        )
        for one in dependencies(definition.depends_on)
    )


def _patterns(text: str) -> list[str]:
    """One regular expression, or several as a JSON list."""
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if isinstance(found, list) and found and all(isinstance(one, str) for one in found):
        return found
    return [text]


def _shown(patterns: list[str]) -> str:
    """The text that :func:`_patterns` reads back."""
    if len(patterns) == 1 and _patterns(patterns[0]) == patterns:
        return patterns[0]
    return json.dumps(patterns, ensure_ascii=False) if patterns else ""


def _typed(kept: str | None) -> str:
    """A kept instant as it would be typed: UTC, said so, so that it stays when the zone changes."""
    if kept is None:
        return ""
    moment = from_text(kept)
    short = moment.isoformat(sep=" ", timespec="minutes" if not moment.second else "seconds")
    if moment.microsecond:
        short = moment.isoformat(sep=" ", timespec="milliseconds")
    return short.replace("+00:00", "Z")
