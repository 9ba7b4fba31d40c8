"""Work that may hang for ever, as on a disk that has gone: in a thread that nobody waits for."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def in_own_thread(work: Callable[[], T]) -> T:
    """As ``asyncio.to_thread``, but what hangs does not keep the process from ending."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def tell(outcome: Callable[[], None]) -> None:
        try:
            loop.call_soon_threadsafe(outcome)
        except RuntimeError:  # the loop has ended: nobody waits any more
            return

    def run() -> None:
        try:
            value = work()
        except BaseException as error:
            failure = error
            tell(lambda: None if done.done() else done.set_exception(failure))
        else:
            tell(lambda: None if done.done() else done.set_result(value))

    threading.Thread(target=run, name="deliver", daemon=True).start()
    return await done
