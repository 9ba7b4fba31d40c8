"""The engine of a home: what holds the parts together, and nothing else (DESIGN 7)."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from datetime import datetime, timedelta
from functools import partial

from jobs_tui.engine import occurrences
from jobs_tui.engine.aftermath import WAITING, settle_all
from jobs_tui.engine.clockwork import Clockwork
from jobs_tui.engine.delivering import LOOK_AT_OUTBOX, Delivering
from jobs_tui.engine.dispatcher import LEASE, MakeDispatcher
from jobs_tui.engine.events import tell
from jobs_tui.engine.identity import identity
from jobs_tui.engine.launcher.client import Launcher
from jobs_tui.engine.launcher.sweep import sweep_marked
from jobs_tui.engine.lease import HomeLease
from jobs_tui.engine.parts import Parts
from jobs_tui.engine.recovery import sweep
from jobs_tui.engine.retention import retain
from jobs_tui.engine.waiting import LOOK_AT_WAITING, look_at_waiting
from jobs_tui.models.errors import JobsTuiError, StoreError
from jobs_tui.schedule.clock_steps import opens_new_epoch
from jobs_tui.store import queue
from jobs_tui.store.database import Store
from jobs_tui.store.settings import Settings

log = logging.getLogger("jobs_tui.engine")

POLL = 0.1
"""Seconds between looks for what other processes have committed (DESIGN 2.1)."""
HEARTBEAT = 15
SWEEP = 15
RETAIN = 3600
"""Seconds between chores."""
FORWARD = 2.0
"""Seconds by which the wall clock may run ahead of the monotonic one: beyond it jumped."""
RECOVERY_PATIENCE = 10.0
"""Seconds that a start waits for a dead engine's launcher to end its runs."""
ENGINE_DEATH_GRACE = 5.0
"""Seconds between TERM and KILL for every run when this process dies."""


class Engine:
    """Decides, claims and runs, in the event loop that calls :meth:`run`.

    Args:
        lease: held already (the host takes it before it starts a loop).
        dispatcher: makes what runs the queued executions.
    """

    def __init__(
        self, store: Store, settings: Settings, lease: HomeLease, dispatcher: MakeDispatcher
    ) -> None:
        self.store = store
        self.settings = settings
        self.lease = lease
        self.parts = Parts(store, settings)
        self.dispatcher = dispatcher(self.parts, lease.token)
        self._delivering = Delivering(self.parts)
        self._clockwork = Clockwork(self.tick)
        self._launcher: Launcher | None = None
        self._stop = asyncio.Event()
        self._tick_lock = asyncio.Lock()
        self._ready = False
        self._wall, self._mono = store.clock.now(), store.clock.monotonic()

    def ready(self) -> dict[str, bool]:
        """Which parts can do their work."""
        try:
            self.store.row("select 1")
            sound = True
        except StoreError:
            sound = False
        return {"scheduler": self._ready and self._clockwork.running, "store": sound}

    def wake(self) -> None:
        """Something was committed in this process: look at once. From the loop's thread."""
        self.dispatcher.wake()

    def request_stop(self) -> None:
        """Stop gracefully; :meth:`run` returns when it is done. From the loop's thread."""
        self._stop.set()

    async def start(self) -> None:
        """Start the launcher, so that :meth:`run` can begin to claim.

        Raises:
            LauncherDied: no process can be started on this machine.
        """
        await self._start_launcher()

    async def run(self) -> None:
        """Be the engine until a stop is requested, then finish what runs."""
        watch = asyncio.create_task(self._watch(), name="watch")
        self._clockwork.start()
        try:
            await self._recover()
            claims = asyncio.create_task(self.dispatcher.run(), name="claims")
            for sentence in await occurrences.recompute(self.store, self.store.clock.now()):
                tell(self.store, "schedule", sentence)
            self._ready = True
            self._clockwork.chore("heartbeat", self._heartbeat, HEARTBEAT)
            self._clockwork.chore("sweep", self._sweep, SWEEP)
            self._clockwork.chore("retention", self._retain, RETAIN)
            self._clockwork.chore("waiting", self._look_at_waiting, LOOK_AT_WAITING)
            self._clockwork.chore("outbox", self._delivering.look, LOOK_AT_OUTBOX)
            await self.tick()
            await self._stop.wait()
            self._ready = False
            await self._stop_runs()
            await claims
            await self._delivering.close()
        finally:
            watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watch
            self._clockwork.stop()
            self.parts.close()
            if self._launcher is not None:
                await self._launcher.close()

    async def tick(self) -> None:
        """Settle what has ended, decide what is due, and arrange the next tick."""
        async with self._tick_lock:
            if self._stop.is_set() or not self._ready:
                return
            try:
                await self._look_at_clock()
                if await settle_all(self.store):
                    self.dispatcher.wake()
                more = True
                while more:
                    decided = await occurrences.decide_due(self.store, self.store.clock.now())
                    more = decided.more
                    if decided.starts:
                        self.dispatcher.wake()
                due = occurrences.next_due(self.store)
            except JobsTuiError as error:
                log.error("the tick failed: %s", error.sentence())
                due = self.store.clock.now() + timedelta(seconds=1)
            if self._clockwork.running:
                self._clockwork.tick_at(due, self.store.clock.now())

    async def hand_over(self) -> None:
        """Decide and claim nothing more, and give the home free; runs of ours go on."""
        self._ready = False
        self._clockwork.stop()
        self.dispatcher.stop_claiming()
        await asyncio.to_thread(self.lease.release, self.store.clock.now())

    async def _recover(self) -> None:
        """What a dead engine left is decided before anything new (SCHEDULING.md 5, S23)."""
        until = self.store.clock.monotonic() + RECOVERY_PATIENCE
        while True:
            swept = await self._sweep_once()
            if not swept or self.store.clock.monotonic() > until:
                return
            await asyncio.sleep(POLL)

    async def _sweep_once(self) -> int:
        try:
            swept = await sweep(self.store, self.lease.token, self.store.clock.now())
        except StoreError as error:
            log.error("the sweep failed: %s", error.message)
            return 0
        if swept.lost:
            tell(self.store, "lost", f"{swept.lost} runs were lost with their engine")
        if swept.lost or swept.requeued:
            self.dispatcher.wake()
        return swept.waiting

    async def _sweep(self) -> None:
        await self._sweep_once()

    async def _retain(self) -> None:
        await retain(self.store, self.settings, self.store.clock.now())

    async def _look_at_waiting(self) -> None:
        if await look_at_waiting(self.parts):
            self.dispatcher.wake()

    async def _heartbeat(self) -> None:
        now = self.store.clock.now()
        try:
            await self.store.awrite(partial(self.lease.heartbeat, now=now))
            await self.store.awrite(
                partial(queue.renew, token=self.lease.token, expires=now + LEASE)
            )
        except StoreError as error:
            log.error("the heartbeat failed: %s", error.message)

    async def _stop_runs(self) -> None:
        self.dispatcher.stop_claiming()
        try:
            async with asyncio.timeout(self.settings.stop_grace):
                await self.dispatcher.wait_idle()
        except TimeoutError:
            self.dispatcher.cancel_all("stopped with the engine")
            await self.dispatcher.wait_idle()

    async def _start_launcher(self) -> None:
        journal = self.store.home.journal(self.lease.token)
        launcher = await Launcher.start(journal, ENGINE_DEATH_GRACE)
        launcher.on_death = partial(self._launcher_died, launcher)
        self._launcher = launcher
        self.parts.owner = identity(self.lease.token, launcher.pid, launcher.start_time).text()
        self.parts.launcher = launcher
        self.dispatcher.wake()

    def _launcher_died(self, launcher: Launcher, reason: str) -> None:
        self.parts.launcher = None
        tell(self.store, "launcher", f"the launcher process ended ({reason}); starting another")
        self._restart = asyncio.get_running_loop().create_task(
            self._restart_launcher(launcher.left)
        )

    async def _restart_launcher(self, left: frozenset[str]) -> None:
        # Not asked of the store: there the runs may be lost already, their processes are not.
        await asyncio.to_thread(sweep_marked, left)
        while self.parts.launcher is None and not self._stop.is_set():
            try:
                await self._start_launcher()
            except JobsTuiError as error:
                log.error("%s", error.sentence())
                await asyncio.sleep(1)

    async def _watch(self) -> None:
        """See what other processes have committed, and jumps of the clock."""
        watch = self.store.watch()
        seen = -1
        try:
            while True:
                try:
                    version = watch.version()
                    if version != seen:
                        seen = version
                        await self._changed()
                    if abs(self._drift()) > FORWARD:
                        await self.tick()
                except StoreError as error:
                    log.error("the store cannot be read: %s", error.message)
                except Exception:
                    log.exception("the watch stumbled")  # it must never end before the engine
                await asyncio.sleep(POLL)
        finally:
            watch.close()

    async def _changed(self) -> None:
        if self.lease.held and self.lease.stop_requested():
            self._stop.set()
        for execution_id, who in queue.cancel_requests(self.store.jobs.reader()):
            self.dispatcher.cancel(execution_id, f"cancelled by {who}")
        self.dispatcher.wake()
        if self._ready and self.store.row(WAITING) is not None:
            await self.tick()
        due = occurrences.next_due(self.store)
        now = self.store.clock.now()
        if self._ready and due is not None and self._clockwork.running:
            if due <= now:
                await self.tick()
            else:
                self._clockwork.tick_at(due, now)

    def _drift(self) -> float:
        """Seconds by which the wall clock has moved more than the monotonic one."""
        clock = self.store.clock
        wall = (clock.now() - self._wall).total_seconds()
        return wall - (clock.monotonic() - self._mono)

    async def _look_at_clock(self) -> None:
        drift = self._drift()
        now = self.store.clock.now()
        self._wall, self._mono = now, self.store.clock.monotonic()
        if drift > FORWARD:
            tell(self.store, "clock", f"the clock went forward by {drift:.0f} s")
        elif drift < -FORWARD:
            tell(self.store, "clock", f"the clock went back by {-drift:.0f} s")
            if opens_new_epoch(-drift):
                await self._new_epoch(now, timedelta(seconds=-drift))

    async def _new_epoch(self, now: datetime, step: timedelta) -> None:
        await occurrences.clock_went_back(self.store, now, step)
