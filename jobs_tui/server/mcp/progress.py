"""What a client hears while it waits for a run: its state and its last line, once a second."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.execution import Execution
from jobs_tui.service import runs
from jobs_tui.service.context import Context
from jobs_tui.service.waiting import Waiting

Tell = Callable[[float, float, str], Awaitable[None]]
"""Takes seconds that were waited, seconds that would be waited at most, and words."""
EVERY = 1.0
"""Seconds between two reports."""
LONGEST = 200
"""Characters of a report."""


class Progress:
    """Reports of one wait.

    Args:
        tell: where they go; None: nobody asked for any.
        total: seconds that are waited at most.
    """

    def __init__(self, ctx: Context, tell: Tell | None, total: float) -> None:
        self._ctx = ctx
        self._tell = tell
        self._total = total
        self._begun = ctx.store.clock.monotonic()
        self._next = self._begun

    async def report(self, run: Execution) -> None:
        """Tell how a run goes, unless that was told just now. Raises StoreError."""
        now = self._ctx.store.clock.monotonic()
        if self._tell is None or now < self._next:
            return
        self._next = now + EVERY
        # Reports of one second's distance: what counts them goes up, as the protocol wants it.
        await self._tell(now - self._begun, self._total, self._words(run))

    def _words(self, run: Execution) -> str:
        words = f"Run #{run.number} of {run.job_name!r:.80} is {run.status.upper()}"
        more = Waiting(self._ctx).reason(run) or self._last_line(run.id)
        return plain(f"{words}: {more}" if more else words)[:LONGEST]

    def _last_line(self, execution_id: str) -> str:
        reader = runs.log(self._ctx, execution_id)
        found = reader.lines(reader.last_line(), 1)
        return found[0].text.strip() if found else ""
