"""The seam between deciding what runs and running it (DESIGN 12).

The engine writes ``queued`` rows and knows no more of who runs them than this. Whoever runs them
claims them by a lease in the store, and writes log and result there; nothing comes back by call.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

from jobs_tui.engine.parts import Parts

LEASE = timedelta(seconds=60)
"""How long a claim holds without being renewed; the engine renews those under its token."""


class Dispatcher(Protocol):
    """Takes queued executions, within all limits, to where they run. Belongs to one event loop."""

    @property
    def running(self) -> int:
        """Executions that it has under way, results not yet written included."""
        ...

    async def run(self) -> None:
        """Claim and start until :meth:`stop_claiming`; runs under way may outlast it."""
        ...

    def wake(self) -> None:
        """Something may be waiting in the queue, or can be started again. Never blocks."""
        ...

    def stop_claiming(self) -> None:
        """Take nothing new; what is under way goes on."""
        ...

    def cancel(self, execution_id: str, reason: str) -> bool:
        """End a run, which is then ``cancelled`` with this reason; False when it has it not."""
        ...

    def cancel_all(self, reason: str) -> None:
        """End every run because the engine stops: those of jobs that say so are queued again."""
        ...

    async def wait_idle(self) -> None:
        """Return when nothing is under way and every result is written."""
        ...


MakeDispatcher = Callable[[Parts, str], Dispatcher]
"""Makes one for an engine: from what its runs share, and the lease token under which to claim."""
