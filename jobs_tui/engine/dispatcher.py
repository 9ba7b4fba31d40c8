"""Claims queued executions and runs them here, within the limits (DESIGN 7 and 12)."""

from __future__ import annotations

import asyncio
import logging
import random
from datetime import timedelta
from functools import partial

from jobs_tui.agents.directory import directory
from jobs_tui.engine.attempts import Attempt, Ending
from jobs_tui.engine.launcher.client import Launcher
from jobs_tui.engine.parts import Parts
from jobs_tui.models.errors import StoreError
from jobs_tui.models.times import from_text
from jobs_tui.store import queue
from jobs_tui.store.database import Store
from jobs_tui.store.settings import Settings

log = logging.getLogger("jobs_tui.engine")

LEASE = timedelta(seconds=60)
"""How long a claim holds without being renewed."""
TRY_AGAIN = 1.0
"""Seconds until the next claim while the store refuses."""
NO_LIMITS = queue.Limits()


class LocalDispatcher:
    """Runs executions in this process's launcher.

    Args:
        token: the lease under which it claims.
        owner: the identity that goes with the lease.
        launcher: gives the launcher to start processes with (it may be replaced when it dies).
        only: claim this execution and no other.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        *,
        token: str,
        only: str | None = None,
        rng: random.Random | None = None,
    ) -> None:
        self._store = store
        self._settings = settings
        self.parts = Parts(store, settings, rng or random.Random())
        self.token = token
        self.owner = ""
        self.launcher: Launcher | None = None
        self._only = only
        self._attempts: dict[str, tuple[Attempt, asyncio.Task[None]]] = {}
        self._places = settings.max_running
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
        if waiting is None or self._places == 0 or self.launcher is None:
            return 0
        now = self._store.clock.now()
        claimed = await self._store.awrite(
            partial(
                queue.claim,
                owner=self.owner,
                token=self.token,
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
            attempt = Attempt(self.parts, execution, self.token, self.launcher, self._free_place)
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
            if self.launcher is not None:
                self.launcher.ack(execution_id)
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
