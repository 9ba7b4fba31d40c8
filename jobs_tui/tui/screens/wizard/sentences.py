"""The words of the wizard: a whole job in one sentence, instants with both clocks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from jobs_tui.agents.smart.ranking import Selection
from jobs_tui.models.enums import ExecutorType
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.schedule.cron import parse_cron
from jobs_tui.schedule.timing_words import timing_words
from jobs_tui.schedule.words import weekday_note
from jobs_tui.service.context import Context
from jobs_tui.service.job_references import names
from jobs_tui.tui.screens.wizard.checks import when_definition
from jobs_tui.tui.screens.wizard.draft import Draft
from jobs_tui.tui.spans import long_span

PRESETS = (
    ("0 * * * *", "every hour"),
    ("0 9 * * *", "daily 09:00"),
    ("0 17 * * 1-5", "weekdays 17:00"),
    ("0 9 * * 1", "weekly"),
)
"""Cron expressions that most jobs need."""
OWN = "own"


def preset_of(cron: str) -> str:
    """The preset that the text is, else :data:`OWN`."""
    text = " ".join(cron.split())
    return text if text in dict(PRESETS) else OWN


def trigger_words(ctx: Context, draft: Draft, job_id: str | None = None) -> str:
    """When it starts and ends; empty while that is not known.

    Args:
        job_id: the job that is edited.
    """
    if draft.trigger == "webhook" and not draft.after:
        return "when a signed HTTP request arrives"
    if draft.trigger == "manual" and not draft.after:
        return "by hand only"
    try:
        found = when_definition(ctx, draft, job_id)
        first = names(ctx, [one["job"] for one in found.depends_on])
        return timing_words(found, names=first)
    except JobsTuiError:
        return ""


def note_on_weekdays(cron: str) -> str:
    """How numbers of weekdays are read, where there are any."""
    try:
        return weekday_note(parse_cron(cron)) or ""
    except JobsTuiError:
        return ""


def who_words(draft: Draft, smart: Selection | None = None) -> str:
    """Who does it; empty while that is not known.

    Args:
        smart: whom Smart would pick.
    """
    where = {
        ExecutorType.SPECIFIC_QUEUE.value: f" in the queue {draft.queue.strip()}",
        ExecutorType.ENVIRONMENT.value: f" in the environment {draft.environment.strip()}",
    }.get(draft.executor, "")
    if draft.smart:
        if smart is None or smart.chosen is None:
            return f"Smart{where}"
        return f"Smart (now {smart.chosen}{', unclear' if smart.unclear else ''}){where}"
    if not draft.entity_id:
        return f"its prompt as a script{where}" if draft.script else ""
    return f"{draft.mode.removeprefix('predefined_')} {draft.entity_id}{where}"


def whole_job(
    ctx: Context, draft: Draft, smart: Selection | None = None, job_id: str | None = None
) -> str:
    """The job in one sentence, as the last thing before it is made."""
    retries = draft.retries.strip()
    overlap = "skip" if draft.overlap == "skip" else f"up to {draft.max_parallel} at once"
    parts = [
        trigger_words(ctx, draft, job_id) or "no trigger yet",
        who_words(draft, smart) or "nobody to run it yet",
        "missed: run once" if draft.repeats and not draft.counts_from_end else "",
        "" if draft.trigger in ("one_off", "ongoing") else f"running: {overlap}",
        "tells changes only" if draft.repeats and draft.watch == "answer" else "",
        f"timeout {draft.timeout.strip()}",
        f"{retries} {'retry' if retries == '1' else 'retries'}" if retries not in ("", "0") else "",
        "delivers its results" if draft.deliver_to.strip() else "",
        "" if draft.enabled else "paused",
    ]
    return ", ".join(part for part in parts if part)


def run_lines(moments: Sequence[datetime], now: datetime) -> list[str]:
    """Each start on both clocks with its countdown: ``Mon 24 Aug 09:00 EDT   13:00 UTC   in 2d``.

    Args:
        moments: aware, in the job's zone.
    """
    rows: list[tuple[str, str, str]] = []
    clock_of = "%H:%M:%S" if any(moment.second for moment in moments) else "%H:%M"
    for moment in moments:
        utc = moment.astimezone(UTC)
        year = f" {moment:%Y}" if moment.year != now.year else ""
        local = f"{moment:%a} {moment.day:>2} {moment:%b}{year} {moment:{clock_of} %Z}"
        clock = (
            f"{utc:{clock_of}} UTC"
            if utc.date() == moment.date()
            else f"{utc:%a} {utc:{clock_of}} UTC"
        )
        left = long_span((moment - now).total_seconds())
        rows.append((local, "" if moment.tzname() == "UTC" else clock, f"in {left}"))
    widths = [max((len(row[column]) for row in rows), default=0) for column in (0, 1)]
    gap = "   " if widths[1] else ""
    return [
        f"{local:<{widths[0]}}   {clock:>{widths[1]}}{gap}{left}" for local, clock, left in rows
    ]
