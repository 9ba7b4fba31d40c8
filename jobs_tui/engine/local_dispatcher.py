"""Claims queued executions and runs them on this machine, within the limits (DESIGN 7, 12)."""

from __future__ import annotations

import asyncio
import logging
from functools import partial

from jobs_tui.agents.directory import directory
from jobs_tui.engine.attempts import Attempt, Ending
from jobs_tui.engine.dispatcher import LEASE
from jobs_tui.engine.parts import Parts
from jobs_tui.models.errors import StoreError
from jobs_tui.models.times import from_text
from jobs_tui.store import queue

log = logging.getLogger("jobs_tui.engine")

TRY_AGAIN = 1.0
"""Seconds until the next claim while the store refuses."""
NO_LIMITS = queue.Limits()


class LocalDispatcher:
    """Runs executions by the launcher of its parts; claims nothing while there is none.

    Args:
        token: the lease under which it claims.
        only: claim this execution and no other.
    """

    def __init__(self, parts: Parts, token: str, *, only: str | None = None) -> None:
        self._parts = parts
        self._store = parts.store
        self._token = token
        self._only = only
        self._attempts: dict[str, tuple[Attempt, asyncio.Task[None]]] = {}
        self._places = parts.settings.max_running
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._claiming = True

    @property
    def running(self) -> int:
        """Executions under way here, results not yet written included."""
        return len(self._attempts)

    def wake(self) -> None:
        """Something may be waiting in the queue."""
        self._wake.set()

    def stop_claiming(self) -> None:
        """Take nothing new."""
        self._claiming = False
        self._wake.set()

    async def wait_idle(self) -> None:
        """Return when nothing is under way."""
        await self._idle.wait()

    def cancel(self, execution_id: str, reason: str) -> bool:
        """End a run of ours; False when it is not ours."""
        return self._end(execution_id, Ending(reason))

    def cancel_all(self, reason: str) -> None:
        """End every run because the engine stops."""
        for execution_id in list(self._attempts):
            self._end(execution_id, Ending(reason, by_engine=True))

    def _end(self, execution_id: str, ending: Ending) -> bool:
        found = self._attempts.get(execution_id)
        if found is None:
            return False
        attempt, task = found
        if not attempt.ending.reason:
            attempt.ending = ending
            if attempt.working:
                task.cancel()
        return True

    async def run(self) -> None:
        """Claim and start until :meth:`stop_claiming`."""
        while self._claiming:
            self._wake.clear()
            try:
                claimed = await self._claim()
            except StoreError as error:
                log.error("the queue cannot be read: %s", error.message)
                claimed = -1
            if claimed < 0:
                await self._sleep(TRY_AGAIN)
            elif claimed == 0 or self._places == 0:
                await self._sleep(self._until_retry())

    async def _claim(self) -> int:
        waiting = self._store.row("select 1 from executions where status = 'queued' limit 1")
        launcher = self._parts.launcher
        if waiting is None or self._places == 0 or launcher is None:
            return 0
        now = self._store.clock.now()
        claimed = await self._store.awrite(
            partial(
                queue.claim,
                owner=self._parts.owner,
                token=self._token,
                now=now,
                expires=now + LEASE,
                places=self._places,
                only=self._only,
                limits=self._limits(),
            )
        )
        for execution in claimed:
            self._places -= 1
            self._idle.clear()
            attempt = Attempt(self._parts, execution, self._token, launcher, self._free_place)
            task = asyncio.create_task(self._run(attempt), name=f"run {execution.id}")
            self._attempts[execution.id] = (attempt, task)
        return len(claimed)

    def _limits(self) -> queue.Limits:
        """What queues and agents take at once, as they are now."""
        known = directory(self._store)
        if not known.queues and not known.agents:
            return NO_LIMITS
        return queue.Limits(
            closed=frozenset(one.id for one in known.queues.values() if one.paused or one.remote),
            queues={one.id: one.concurrency for one in known.queues.values() if one.concurrency},
            agents={one.id: one.max_running for one in known.agents.values() if one.max_running},
        )

    async def _run(self, attempt: Attempt) -> None:
        execution_id = attempt.execution.id
        try:
            await attempt.run()
            if self._parts.launcher is not None:
                self._parts.launcher.ack(execution_id)
        except Exception as error:
            log.exception("run %s broke", execution_id)
            await attempt.broke(error)
        finally:
            self._attempts.pop(execution_id, None)
            if not self._attempts:
                self._idle.set()
            self._wake.set()

    def _free_place(self) -> None:
        self._places += 1
        self._wake.set()

    def _until_retry(self) -> float | None:
        """Seconds until a retry is due, None when none waits."""
        found = queue.next_retry(self._store.jobs.reader())
        if found is None:
            return None
        wait = (from_text(found) - self._store.clock.now()).total_seconds()
        return max(0.01, wait)

    async def _sleep(self, seconds: float | None) -> None:
        if not self._claiming:
            return
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return
