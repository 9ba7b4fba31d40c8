"""A whole engine in the loop of a test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from jobs_tui.engine.dispatcher import MakeDispatcher
from jobs_tui.engine.engine import Engine
from jobs_tui.engine.lease import HomeLease
from jobs_tui.engine.local_dispatcher import LocalDispatcher
from jobs_tui.store.database import Store
from jobs_tui.store.settings import Settings
from tests.engine.scripted import until


@asynccontextmanager
async def running_engine(
    store: Store, dispatcher: MakeDispatcher = LocalDispatcher, **settings: object
) -> AsyncIterator[Engine]:
    """An engine at work, stopped with the block."""
    lease = HomeLease(store, "token", "serve")
    lease.acquire(store.clock.now())
    made = Settings(**settings)  # type: ignore[arg-type]
    engine = Engine(store, made, lease, dispatcher)
    await engine.start()
    task = asyncio.create_task(engine.run())
    await until(lambda: engine.ready()["scheduler"])
    try:
        yield engine
    finally:
        engine.request_stop()
        await asyncio.wait_for(task, 20)
        lease.release(store.clock.now())
