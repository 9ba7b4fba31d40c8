"""Colours and status signs. State = sign + word + colour, never colour alone (UX.md 1.6).

The colours come from a blue / orange / yellow / grey set, so that red-green confusion cannot hide
a failure. Styles name theme variables (``$state-bad``), so one table serves every theme.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from textual.app import App
from textual.theme import Theme

from jobs_tui.models.enums import ExecutionStatus, JobStatus
from jobs_tui.models.job import Job


@dataclass(frozen=True, slots=True)
class State:
    """How a status is shown."""

    sign: str
    """One ASCII character."""
    word: str
    """At most five characters."""
    style: str
    """A Textual content style."""
    meaning: str
    """For legends and help."""

    @property
    def label(self) -> str:
        """Sign and word, always 6 columns: ``x FAIL``."""
        return f"{self.sign} {self.word:<4}"


RUN = State(">", "RUN", "$state-run bold", "running")
OK = State("+", "ok", "$state-ok", "finished well")
FAIL = State("x", "FAIL", "$state-bad bold", "finished badly")
TIME = State("x", "TIME", "$state-bad bold", "timed out")
MISS = State("!", "MISS", "$state-warn bold", "did not start in time")
PAUSED = State("=", "paus", "$state-idle", "paused")
SKIP = State("~", "SKIP", "$state-warn", "decided not to start")
CANCELLED = State("-", "CANC", "$state-idle", "cancelled")
WAIT = State(".", "wait", "$state-wait", "queued or waiting")
LOST = State("?", "lost", "$state-bad bold", "engine died during the run")
NEW = State(" ", "new", "$state-idle", "has not run yet")
PENDING = State(".", "pend", "$state-wait", "waits for its time or for other jobs")
DONE = State("+", "done", "$state-ok", "has done its last run")
BLOCKED = State("!", "BLOC", "$state-warn bold", "cannot run until something is mended")

ASK = State("!", "ASK", "$state-warn bold", "waits for an approval")

LEGEND = (
    *(RUN, OK, FAIL, TIME, MISS, BLOCKED, ASK, PAUSED, SKIP, CANCELLED, WAIT, LOST),
    *(PENDING, DONE),
)
"""In the order of the help screen."""

_EXECUTION = {
    ExecutionStatus.QUEUED: WAIT,
    ExecutionStatus.BLOCKED: BLOCKED,
    ExecutionStatus.WAITING_FOR_INPUT: ASK,
    ExecutionStatus.RUNNING: RUN,
    ExecutionStatus.COMPLETED: OK,
    ExecutionStatus.FAILED: FAIL,
    ExecutionStatus.TIMED_OUT: TIME,
    ExecutionStatus.CANCELLED: CANCELLED,
    ExecutionStatus.LOST: LOST,
    ExecutionStatus.SKIPPED: SKIP,
}
_JOB = {
    JobStatus.PENDING: PENDING,
    JobStatus.ACTIVE: NEW,
    JobStatus.IN_PROGRESS: RUN,
    JobStatus.BLOCKED: BLOCKED,
    JobStatus.PAUSED: PAUSED,
    JobStatus.COMPLETED: DONE,
    JobStatus.FAILED: FAIL,
    JobStatus.CANCELLED: CANCELLED,
    JobStatus.ARCHIVED: CANCELLED,
}
MISSED_REASONS = ("too-late", "coalesced")
"""Reasons of a skipped row when nobody was there to start it in time (SCHEDULING.md 5)."""


def state_of(status: ExecutionStatus | JobStatus, reason: str | None = None) -> State:
    """Sign, word and style of a status.

    Args:
        reason: of a skipped execution: tells ``! MISS`` from ``~ SKIP``.
    """
    if isinstance(status, JobStatus):
        return _JOB[status]
    if status is ExecutionStatus.SKIPPED and reason in MISSED_REASONS:
        return MISS
    return _EXECUTION[status]


def state_of_job(job: Job, last: ExecutionStatus | None, running: bool) -> State:
    """What a job's line says: running, ended, paused, waiting, else how its newest run ended."""
    if running:
        return RUN
    if job.ended_as is not None:
        return _JOB[job.ended_as]
    if not job.enabled:
        return PAUSED
    if job.blocked_reason:
        return BLOCKED
    if job.status is JobStatus.PENDING:
        return PENDING
    return NEW if last is None else state_of(last)


DARK = Theme(
    name="jobs-dark",
    dark=True,
    primary="#7aa7d9",
    secondary="#8b98a9",
    accent="#7aa7d9",
    warning="#e0b84c",
    error="#f0883e",
    success="#7aa7d9",
    foreground="#d5dae1",
    background="#14181d",
    surface="#191e24",
    panel="#20262e",
    variables={
        "state-run": "#6cb6ff",
        "state-ok": "#9fb8d3",
        "state-bad": "#ff9246",
        "state-warn": "#e6c04f",
        "state-idle": "#7d8794",
        "state-wait": "#b9c1cc",
        "quiet": "#8a94a1",
        "rule": "#333c47",
        "title": "#a9b4c2",
        "cursor": "#2a3a4e",
        "cursor-blurred": "#232a33",
        "mark": "#e6c04f",
        "key": "#7fb5ee",
        "block-cursor-background": "#2a3a4e",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-text-style": "bold",
        "button-focus-text-style": "bold",
        "input-selection-background": "#3a5a80",
        "border": "#4a6c92",
        "border-blurred": "#333c47",
        "scrollbar": "#3a4552",
        "scrollbar-background": "#191e24",
        "scrollbar-corner-color": "#191e24",
    },
)
LIGHT = Theme(
    name="jobs-light",
    dark=False,
    primary="#1f5f9e",
    secondary="#5b6673",
    accent="#1f5f9e",
    warning="#8a6200",
    error="#b34700",
    success="#1f5f9e",
    foreground="#20262e",
    background="#f7f8fa",
    surface="#f0f2f5",
    panel="#e4e8ed",
    variables={
        "state-run": "#0b5fae",
        "state-ok": "#3c5f86",
        "state-bad": "#b34700",
        "state-warn": "#806000",
        "state-idle": "#6c7682",
        "state-wait": "#4a5460",
        "quiet": "#5f6b78",
        "rule": "#c3cad3",
        "title": "#414c59",
        "cursor": "#cfdff0",
        "cursor-blurred": "#e1e7ee",
        "mark": "#806000",
        "key": "#0b5fae",
        "block-cursor-background": "#cfdff0",
        "block-cursor-foreground": "#10151b",
        "block-cursor-text-style": "bold",
        "button-focus-text-style": "bold",
        "input-selection-background": "#b5d0ec",
        "border": "#5a86b4",
        "border-blurred": "#c3cad3",
        "scrollbar": "#b3bcc7",
        "scrollbar-background": "#f0f2f5",
        "scrollbar-corner-color": "#f0f2f5",
    },
)
_INK, _PAPER = "#e6e6e6", "#000000"
MONO = Theme(
    name="jobs-mono",
    dark=True,
    primary=_INK,
    secondary=_INK,
    accent=_INK,
    warning=_INK,
    error=_INK,
    success=_INK,
    foreground=_INK,
    background=_PAPER,
    surface=_PAPER,
    panel=_PAPER,
    boost=_PAPER,
    luminosity_spread=0.0,
    text_alpha=1.0,
    variables={
        **dict.fromkeys(
            (
                "state-run",
                "state-ok",
                "state-bad",
                "state-warn",
                "state-idle",
                "state-wait",
                "quiet",
                "rule",
                "title",
                "mark",
                "key",
                "border",
                "border-blurred",
                "scrollbar",
            ),
            _INK,
        ),
        "cursor": _PAPER,
        "cursor-blurred": _PAPER,
        "block-cursor-background": _INK,
        "block-cursor-foreground": _PAPER,
        "block-cursor-text-style": "bold",
        "button-focus-text-style": "bold",
        "input-selection-background": "#808080",
        "scrollbar-background": _PAPER,
        "scrollbar-corner-color": _PAPER,
    },
)
"""Two shades, no more: state is in signs, words and weight."""

THEMES = (DARK, LIGHT, MONO)


class ThemedApp(App[None]):
    """An application that knows these themes and nothing else; tests show screens in it."""

    engine_starts = False
    """Whether an engine is on its way in this process."""

    def __init__(self) -> None:
        super().__init__()
        for theme in THEMES:
            self.register_theme(theme)
        # The convention of no-color.org: Textual itself only turns colours into greys.
        self.theme = MONO.name if os.environ.get("NO_COLOR") else DARK.name
        self.animation_level = "none"

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Textual's hook: values of our variables under themes that do not set them."""
        return DARK.variables
