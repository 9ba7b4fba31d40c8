"""What has changed of the resources that somebody has subscribed to.

A change is seen by its trace: a few columns of the rows behind a resource, read when anybody has
committed anything. So nothing has to be told by those who write, in whatever process they are.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from jobs_tui.models.errors import JobsTuiError, StoreError
from jobs_tui.server.mcp.reading import place_of
from jobs_tui.server.mcp.views import JOBS
from jobs_tui.service import runs
from jobs_tui.service.context import Context

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from jobs_tui.store.database import Watch

POLL = 0.1
"""Seconds between two looks."""
LOG_EVERY = 10
"""A growing log, which lies in another file, is looked at every so many times."""
_log = logging.getLogger(__name__)

Changed = Callable[[str], Awaitable[None]]
"""Told the address of a resource."""

_JOB = (
    "select updated_at, enabled, ended_as, status_reason, blocked_reason, waiting_on, archived_at,"
    " next_due_at, last_execution_id from jobs where id = ?"
)
_RUNS = "select id, status, attempt from executions where job_id = ? order by seq desc limit 20"
_RUN = "select status, attempt, reason, cancel_requested_at from executions where id = ?"
_ALL = (
    "select count(*), max(updated_at), sum(enabled), count(ended_as), count(archived_at),"
    " max(last_execution_at) from jobs"
)
_LIST = "select count(*), count(archived_at) from jobs"


class Changes:
    """Watches for as long as somebody is interested. Its methods belong to one event loop.

    Args:
        updated: a resource has changed.
        listed: there are other jobs than before.
    """

    def __init__(
        self, ctx: Context, updated: Changed, listed: Callable[[], Awaitable[None]]
    ) -> None:
        self._ctx = ctx
        self._updated = updated
        self._listed = listed
        self._wanted: Counter[str] = Counter()
        self._lists = 0
        self._traces: dict[str, Any] = {}
        self._task: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def watching(self, uris: Iterable[str], *, lists: bool) -> AsyncIterator[None]:
        """Watch these for as long as the context lasts."""
        named = list(uris)
        for uri in named:
            await self.add(uri)
        self._lists += lists
        self._start()
        try:
            yield
        finally:
            for uri in named:
                self.remove(uri)
            self._lists -= lists

    async def add(self, uri: str) -> None:
        """Watch a resource; what is no address of ours never changes."""
        self._wanted[uri] += 1
        if uri not in self._traces:
            self._traces[uri] = await asyncio.to_thread(self._trace, uri)
        self._start()

    def remove(self, uri: str) -> None:
        """Somebody has lost interest."""
        self._wanted[uri] -= 1
        if self._wanted[uri] <= 0:
            del self._wanted[uri]
            self._traces.pop(uri, None)

    async def close(self) -> None:
        """End."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def _start(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._watch(), name="mcp changes")

    async def _watch(self) -> None:
        """Until nobody is interested any more."""
        watch: Watch = self._ctx.store.watch()
        seen, round_, jobs = -1, 0, self._jobs()
        try:
            while self._wanted or self._lists:
                await asyncio.sleep(POLL)
                round_ += 1
                try:
                    version = watch.version()
                    if version != seen or round_ % LOG_EVERY == 0:
                        await self._look(logs_only=version == seen)
                    if version != seen and self._jobs() != jobs:
                        jobs = self._jobs()
                        await self._listed()
                    seen = version
                except StoreError as error:
                    _log.warning("changes cannot be watched: %s", error.message)
        finally:
            watch.close()

    async def _look(self, *, logs_only: bool) -> None:
        for uri in list(self._wanted):
            if logs_only and not uri.endswith("/log"):
                continue
            trace = await asyncio.to_thread(self._trace, uri)
            if uri in self._traces and self._traces[uri] != trace:
                self._traces[uri] = trace
                await self._updated(uri)

    def _jobs(self) -> tuple[Any, ...]:
        return tuple(self._ctx.store.rows(_LIST)[0])

    def _trace(self, uri: str) -> Any:
        if uri == JOBS:
            return tuple(self._ctx.store.rows(_ALL)[0])
        try:
            place = place_of(uri)
        except JobsTuiError:
            return None
        if place.execution_id is not None:
            trace = self._rows(_RUN, place.execution_id)
            if place.below:
                return trace, runs.log(self._ctx, place.execution_id).last_line()
            return trace
        assert place.job_id is not None
        found = self._rows(_RUNS, place.job_id)
        return found if place.below else (self._rows(_JOB, place.job_id), found)

    def _rows(self, sql: str, key: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self._ctx.store.rows(sql, (key,))]
