"""What the second step says under its fields: how a text was read, what starts next, what ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from textual.content import Content

from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.end_condition import words as goal_words
from jobs_tui.schedule.durations import span_words
from jobs_tui.schedule.moment_words import moment_words
from jobs_tui.schedule.timing import INSTANT, delay_of
from jobs_tui.schedule.timing_words import timing_words
from jobs_tui.tui.screens.wizard import goal, sentences
from jobs_tui.tui.screens.wizard.ahead import Ahead, moments
from jobs_tui.tui.screens.wizard.draft import Draft
from jobs_tui.tui.spans import day_time
from jobs_tui.tui.widgets.fields.field import warned

EMPTY = {
    "cron": "a preset, or five fields: minute hour day month weekday",
    "one_off": "tomorrow 9am, in 3 days, friday 17:00, 2026-12-24 09:00",
    "recurring": "90s, 5m, 2h, 1d or 10 minutes",
    "ongoing": "90s, 5m, 2h: the pause after each run",
}
"""What may be typed, per kind of start."""
GOALS = {
    goal.VERDICT: "the goal in words; empty: whatever the prompt asks for",
    goal.EXIT_CODE: "the number that a run ends with",
    goal.TEXT: "what the answer of a run has to hold",
    goal.JSON_PATH: "a path into the JSON of the answer, and the value it has to lead to",
    goal.EXPRESSION: "of results (newest first) and runs: results[0].exit_code == 0",
    goal.CHANGED: "how often the answer has to differ from the one before",
    goal.SEVERAL: "any of these ends it; F1 lists them",
    goal.LIMITS: "end or runs below have to be set",
}
"""What may be typed, per kind of end condition."""
_AFTER_OTHERS = "as soon as what it waits for has come"


def start(seen: Ahead, draft: Draft, now: datetime) -> Content:
    """The reading of what was typed, warnings below."""
    at, begin, _ = moments(seen)
    if at is not None:
        words = sentences.run_lines([at], now)[0]
        if at <= now:
            words = f"{moment_words(at, seen.place)}, which has passed"
    elif draft.trigger == "one_off":
        words = _AFTER_OTHERS
    elif draft.trigger == "ongoing":
        first = "at once" if begin is None else "at its beginning"
        words = f"{first}, then again {_pause(seen)} after each run"
    else:
        # Limits and other jobs are told at their own fields.
        unlimited = replace(
            seen.definition, start_at=None, end_at=None, max_runs=None, depends_on=()
        )
        words = timing_words(unlimited, zoned=False)
    good = Content.assemble(("+ ", "$state-ok bold"), (plain(words), "$foreground bold"))
    lines = [good, *(warned(text) for text in seen.warnings)]
    if draft.trigger == "cron" and (note := sentences.note_on_weekdays(draft.cron)):
        lines.append(Content.styled(f"  {note}", "$quiet"))
    return Content("\n").join(lines)


def _pause(seen: Ahead) -> str:
    return span_words(delay_of(seen.definition).total_seconds())


def goal_of(seen: Ahead) -> str:
    """When it is done, as it was read."""
    condition = seen.definition.end_condition
    return (
        "until the end or the number of runs below" if condition is None else goal_words(condition)
    )


def span(seen: Ahead, now: datetime) -> str:
    """Begin and end as they were read; empty without."""
    _, begin, end = moments(seen)
    parts = []
    for name, at in (("from", begin), ("to", end)):
        if at is not None:
            over = "" if at > now else " (over)"
            parts.append(f"{name} {day_time(at, now, seen.place)} {at:%Z}{over}")
    return ", ".join(parts)


def runs(seen: Ahead | None, draft: Draft, now: datetime) -> Content:
    """The next starts with what clock changes do to them."""
    if seen is None:
        return Content.styled("none yet", "$quiet")
    if draft.trigger == "one_off" and seen.definition.run_at is None:
        return Content(_AFTER_OTHERS)
    if not seen.next_runs:
        return warned("none: it would have ended")
    lines = [Content(line) for line in sentences.run_lines(seen.next_runs, now)]
    if draft.counts_from_end:
        if seen.next_runs[0] <= now + INSTANT:
            lines = [Content("at once")]
        lines.append(Content.styled(f"then {_pause(seen)} after the end of each run", "$quiet"))
    lines += [warned(note) for note in notes(seen)]
    calm = seen.clock_changes[: 0 if notes(seen) else 1]
    return Content("\n").join([*lines, *(Content.styled(note, "$quiet") for note in calm)])


def notes(seen: Ahead) -> list[str]:
    """What changes of the clock do to the starts, where they do anything."""
    return [note for note in seen.clock_changes if "not affected" not in note]


def missed(draft: Draft, hours: float) -> str:
    """What becomes of a start while no engine is there."""
    if draft.trigger == "one_off":
        return "run as soon as an engine is back, however late"
    return f"run once when back, if it was due within the last {hours:g} hours"


def hook(url: str | None) -> Content:
    """Where deliveries go and how they are signed."""
    lines = [
        (f"POST {plain(url)}" if url else "POST /webhooks/... is made when the job is created", ""),
        ("", ""),
        ("signed  X-Webhook-Signature: HMAC-SHA256 of the body, as hex", "$quiet"),
        ('body    {"parameters": {"name": "value"}}', "$quiet"),
        (
            "secret  was shown when the webhook was made"
            if url
            else "secret  is shown once, with a test command that works",
            "$quiet",
        ),
    ]
    return Content("\n").join(Content.styled(text, style) for text, style in lines)
