"""The options that say when a job starts, starts again and ends, as JobCreate fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from jobs_tui.cli.dependency import AFTER_OPTIONS, after_fields
from jobs_tui.models.errors import InvalidInput

KINDS = {
    "cron": "cron",
    "webhook": "webhook",
    "manual": "manual",
    "at": "one_off",
    "every": "recurring",
    "until": "ongoing",
}
"""Options that name a trigger, and its ``trigger_type``."""
NO_KIND = (
    "Say when it starts: --cron EXPR, --at TIME, --every DURATION, --until CONDITION, --webhook"
    ", --after JOB or --manual"
)
NONE = "none"
"""What takes a limit away."""

WHEN_OPTIONS = (
    click.option("--cron", metavar="EXPR", help="Start on this schedule."),
    click.option(
        "--at",
        metavar="TIME",
        help='Start once: 2026-12-24T09:00, "tomorrow 9am", "in 3 days", "monday 8:30".',
    ),
    click.option(
        "--now-if-past", is_flag=True, help="Start at once when the time of --at has passed."
    ),
    click.option(
        "--every", metavar="DURATION", help="Start again and again: 90s, 5m, 2h30m, 1d, 10 minutes."
    ),
    click.option(
        "--after-end", is_flag=True, help="Count --every from the end of each run, not by a grid."
    ),
    click.option(
        "--until",
        multiple=True,
        metavar="CONDITION",
        help="Start again after each run until this holds: the goal in words, exit:0, text:WORDS,"
        " match:REGEX, json:$.path=VALUE, expr:EXPRESSION, changed, or JSON. Of several one is"
        " enough.",
    ),
    click.option(
        "--delay", metavar="DURATION", help="How long after a run, with --until; 60s by default."
    ),
    *AFTER_OPTIONS,
    click.option("--webhook", is_flag=True, help="Start when a signed HTTP request arrives."),
    click.option("--manual", is_flag=True, help="Start only by hand or by program."),
    click.option(
        "--tz",
        metavar="ZONE",
        help="IANA time zone of schedules, of times and of {{ run_date }}, UTC by default.",
    ),
    click.option(
        "--start-at", metavar="TIME", help="Nothing before this, as --at; none: no limit."
    ),
    click.option(
        "--end-at", metavar="TIME", help="Nothing after this, then it is completed; none: no limit."
    ),
    click.option(
        "--max-runs", metavar="N", help="So many starts, then it is completed; none: no limit."
    ),
    click.option(
        "--watch/--no-watch",
        default=None,
        help="Compare each answer with the last one and report what has changed.",
    ),
    click.option(
        "--continue-conversation/--new-conversation",
        default=None,
        help="An agent with a model goes on where the last run ended, or begins anew.",
    ),
)


def trigger_fields(options: Mapping[str, Any]) -> dict[str, Any]:
    """``trigger_type`` and what goes with it; empty when nothing was said of when it starts.

    Raises:
        UsageError: options that exclude or need each other.
        InvalidInput: a condition or a number that cannot be read.
    """
    given = [name for name in KINDS if options[name] not in (None, False, ())]
    if len(given) > 1:
        raise click.UsageError(f"--{given[0]} and --{given[1]} exclude each other: choose one")
    kind = given[0] if given else None
    found: dict[str, Any] = {"trigger_type": KINDS[kind]} if kind else {}
    if options["tz"] is not None:
        found["cron_timezone"] = options["tz"]
    found |= _of_kind(kind, options) | _limits(options)
    after = after_fields(options)
    if kind is not None and "trigger_type" in after:
        raise click.UsageError(f"--{kind} and --once exclude each other: choose one")
    found |= after
    if options["watch"] is not None:
        found["watch"] = {"what": "answer"} if options["watch"] else None
    if options["continue_conversation"] is not None:
        found["conversation"] = "continue" if options["continue_conversation"] else "new"
    return found


def _of_kind(kind: str | None, options: Mapping[str, Any]) -> dict[str, Any]:
    # Without a kind an edit changes the job as it is.
    for name, wanted in (("now_if_past", "at"), ("after_end", "every"), ("delay", "until")):
        if options[name] not in (None, False) and kind not in (wanted, None):
            option = name.replace("_", "-")
            raise click.UsageError(f"--{option} goes with --{wanted}, not with --{kind}")
    found: dict[str, Any] = {}
    if kind == "cron":
        found["cron_schedule"] = options["cron"]
    elif kind == "at":
        found["run_at"] = options["at"]
    elif kind == "every":
        found["interval_seconds"] = options["every"]
        found["interval_mode"] = "fixed_delay" if options["after_end"] else "fixed_rate"
    elif kind == "until":
        found["end_condition"] = _conditions(options["until"])
    if options["now_if_past"]:
        found["now_if_past"] = True
    if options["after_end"]:
        found["interval_mode"] = "fixed_delay"
    if options["delay"] is not None:
        found["interval_seconds"] = options["delay"]
    return found


def require_kind(options: Mapping[str, Any]) -> None:
    """For a new job. Raises UsageError when no trigger is named, or one that an option needs."""
    if not options["after"] and not any(options[name] not in (None, False, ()) for name in KINDS):
        for name, wanted in (("now_if_past", "at"), ("after_end", "every"), ("delay", "until")):
            if options[name] not in (None, False):
                raise click.UsageError(f"--{name.replace('_', '-')} goes with --{wanted}")
        raise click.UsageError(NO_KIND)


def _limits(options: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in ("start_at", "end_at", "max_runs"):
        text = options[name]
        if text is not None:
            found[name] = None if text.strip().lower() == NONE else text
    if isinstance(found.get("max_runs"), str):
        found["max_runs"] = _count(found["max_runs"])
    return found


def _count(text: str) -> int:
    if not (text.isascii() and text.strip().isdigit() and len(text) < 20):
        raise InvalidInput(
            f"max_runs: {text!r:.40} is not a whole number.",
            "Write 1 or more, or none.",
            field="max_runs",
        )
    return int(text)


def _conditions(given: Sequence[str]) -> Any:
    return given[0] if len(given) == 1 else {"any": list(given)}
