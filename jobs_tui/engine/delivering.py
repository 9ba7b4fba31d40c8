"""Sends results where their jobs want them: at least once, again after a failure, up to a day.

What is to be sent stands in the store since the end of the run (``store.result_deliveries.plan``),
so an engine that dies loses nothing: the next one sends it, under the same id.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from functools import partial

from jobs_tui.engine.aftermath import settle_all
from jobs_tui.engine.events import tell
from jobs_tui.engine.parts import Parts
from jobs_tui.engine.sending.failure import NotDelivered
from jobs_tui.engine.sending.message import Message
from jobs_tui.engine.sending.send import send, zone_of
from jobs_tui.models.delivery_target import MOST, words
from jobs_tui.models.errors import JobsTuiError, StoreError
from jobs_tui.models.result_delivery import OutboxStatus, ResultDelivery
from jobs_tui.store import result_deliveries as outbox
from jobs_tui.store.addresses import base_url

log = logging.getLogger("jobs_tui.engine")

LOOK_AT_OUTBOX = 1
"""Seconds between two looks."""
TOGETHER = 8
"""Deliveries under way at once: a slow target must not hold up the others."""
GRACE = 5.0
"""Seconds that a stopping engine waits for those under way; they are tried again otherwise."""


async def follow_up(parts: Parts, execution_id: str) -> None:
    """What follows from a run that this process has carried itself, without being the engine.

    What cannot be done now is left to the next engine.
    """
    try:
        await settle_all(parts.store)
    except StoreError as error:
        log.error("what follows from the run waits for an engine: %s", error.message)
        return
    delivering = Delivering(parts, only=execution_id)
    await delivering.look()
    await delivering.idle()


class Delivering:
    """The outbox of one engine, in its event loop.

    Args:
        only: deliver the result of this run and no other.
    """

    def __init__(self, parts: Parts, *, only: str | None = None) -> None:
        self._parts = parts
        self._only = only
        self._store = parts.store
        self._closing = False
        self._under_way: dict[str, asyncio.Task[None]] = {}

    async def look(self) -> None:
        """Begin to send what is due; returns at once."""
        if self._closing:
            return
        room = (MOST if self._only else TOGETHER) - len(self._under_way)
        if room <= 0:
            return
        try:
            due = outbox.due(
                self._store.jobs.reader(),
                self._store.clock.now(),
                room,
                self._under_way.keys(),
                self._only,
            )
        except StoreError as error:
            log.error("the outbox cannot be read: %s", error.message)
            return
        for delivery_id in due:
            task = asyncio.create_task(self._send(delivery_id), name=f"deliver {delivery_id}")
            self._under_way[delivery_id] = task
            task.add_done_callback(partial(self._ended, delivery_id))

    async def idle(self) -> None:
        """Return when nothing is under way."""
        while self._under_way:
            await asyncio.wait(list(self._under_way.values()))

    async def close(self) -> None:
        """Wait a moment for what is under way, then let it go: its next try is arranged."""
        self._closing = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GRACE):
                await self.idle()
        left = list(self._under_way.values())
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def _ended(self, delivery_id: str, task: asyncio.Task[None]) -> None:
        self._under_way.pop(delivery_id, None)
        if not task.cancelled() and task.exception() is not None:
            log.error("a delivery broke down", exc_info=task.exception())

    async def _send(self, delivery_id: str) -> None:
        store = self._store
        try:
            delivery = await store.awrite(
                partial(outbox.claim, delivery_id=delivery_id, now=store.clock.now())
            )
            if delivery is not None:
                await self._try(delivery)
        except StoreError as error:
            # Claimed or not, it waits in the store and comes up again.
            log.error("the delivery %s could not be noted: %s", delivery_id, error.message)

    async def _try(self, delivery: ResultDelivery) -> None:
        store = self._store
        try:
            where = await self._sent(delivery)
        except NotDelivered as error:
            failure = error
        except StoreError:
            raise
        except JobsTuiError as error:
            failure = NotDelivered(error.sentence())
        except Exception as error:
            log.exception("the delivery %s broke down", delivery.id)
            failure = NotDelivered(f"It broke down: {type(error).__name__}.")
        else:
            await store.awrite(
                partial(
                    outbox.delivered,
                    delivery_id=delivery.id,
                    where=where,
                    now=store.clock.now(),
                )
            )
            return
        found = await store.awrite(
            partial(
                outbox.not_delivered,
                delivery_id=delivery.id,
                error=failure.reason,
                now=store.clock.now(),
                for_good=failure.for_good,
            )
        )
        if found is not None and found.status is OutboxStatus.FAILED:
            to = words(delivery.target)
            tell(store, "delivery", f"{delivery.id} to {to} was given up: {failure.reason}")

    async def _sent(self, delivery: ResultDelivery) -> str:
        store = self._store
        run = outbox.whole(store.jobs.reader(), delivery.execution_id)
        if run is None:
            raise NotDelivered("The run is not stored any more.", for_good=True)
        message = Message(delivery.id, run, base_url(store, self._parts.settings))
        return await send(store, self._parts.secrets, delivery, message, zone_of(run["zone"]))
