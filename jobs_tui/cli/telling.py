"""What is said beside the log of a run that is followed: why it waits, and how its steps went."""

from __future__ import annotations

from jobs_tui.cli.run_shown import call_words, step_table
from jobs_tui.cli.session import warn
from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.service import runs
from jobs_tui.service.context import Context
from jobs_tui.service.run_detail import detail_of, run_detail
from jobs_tui.service.waiting import Waiting

PAUSE = 0.5
"""Seconds between looks; what is over before the next one is not told."""


class Telling:
    """Tells each reason once, on standard error."""

    def __init__(self, ctx: Context, execution_id: str) -> None:
        self._ctx = ctx
        self._id = execution_id
        self._looked_at = ctx.store.clock.monotonic()
        self._seen: str | None = None
        self._told: str | None = None

    def look(self, *, carried: bool) -> None:
        """Say why the run waits when it has waited for a moment.

        Args:
            carried: this process runs it, whether there is an engine or not.
        """
        now = self._ctx.store.clock.monotonic()
        if now - self._looked_at < PAUSE:
            return
        self._looked_at = now
        execution = runs.get(self._ctx, self._id)
        reason = Waiting(self._ctx, carried=carried).reason(execution)
        if reason is not None and reason == self._seen and reason != self._told:
            self._told = reason
            warn(f"The run waits: {reason}.".replace("..", "."))
            if execution.status is ExecutionStatus.WAITING_FOR_INPUT:
                self._ask()
        self._seen = reason
        if reason is None:
            self._told = None

    def _ask(self) -> None:
        for approval in run_detail(self._ctx, self._id).asked:
            warn(
                f"It asks for {call_words(approval)}",
                f"`jobs-tui approval approve {approval.id}` lets it go on, `deny` forbids it.",
            )


def tell_end(ctx: Context, execution_id: str) -> list[str]:
    """Lines about an ended run besides its status: its steps and what it has used."""
    detail = detail_of(ctx, runs.get(ctx, execution_id))
    used = detail.usage.words()
    lines = step_table(detail, ctx.now()).splitlines()
    return [*map(plain, lines), *([f"Used: {used}."] if used else [])]
