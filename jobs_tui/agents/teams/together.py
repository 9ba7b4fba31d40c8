"""Steps that run at once, and none left behind."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Any


async def stop(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Cancel tasks and return when each has ended, however often we are cancelled meanwhile.

    Raises:
        CancelledError: we were, and now all have ended.
    """
    for task in tasks:
        task.cancel()
    cancelled = False
    while any(not task.done() for task in tasks):
        try:
            await asyncio.wait(tasks)
        except asyncio.CancelledError:
            cancelled = True
    for task in tasks:
        if not task.cancelled():
            task.exception()  # taken: the one that is raised says what went wrong
    if cancelled:
        raise asyncio.CancelledError
