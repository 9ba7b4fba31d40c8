"""A message to persons, by one of the ways that Apprise knows."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from typing import TypeVar

from jobs_tui.engine.sending.failure import NotDelivered
from jobs_tui.guard.notification_urls import instantiated
from jobs_tui.guard.terminal_text import plain

T = TypeVar("T")

TIMEOUT = 25.0
"""Seconds for the whole message."""


async def notify(url: str, title: str, body: str) -> str:
    """Send it, once.

    Args:
        url: an Apprise URL.
        title, body: plain text.

    Returns:
        Which way it went.

    Raises:
        NotDelivered: it was not taken. The reason may hold parts of the address.
    """
    try:
        async with asyncio.timeout(TIMEOUT):
            return await _in_thread(lambda: _sent(url, title, body))
    except TimeoutError:
        raise NotDelivered(f"It was not taken within {TIMEOUT:g} s.") from None


def _sent(url: str, title: str, body: str) -> str:
    heard = _Heard()
    with heard:
        service = instantiated(url)
        if service is None:
            raise NotDelivered(heard.reason("The address is none that Apprise understands"))
        try:
            done = service.notify(title=title, body=body, body_format="text")
        except Exception as error:  # a plugin's own mistake is a reason like any other
            raise NotDelivered(f"{service.service_name} broke: {type(error).__name__}.") from None
    if not done:
        raise NotDelivered(heard.reason(f"{service.service_name} did not take it"))
    return str(service.service_name)


class _Heard(logging.Handler):
    """What Apprise says in this thread while it sends; it tells reasons in no other way."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._thread = threading.get_ident()
        self._said: list[str] = []

    def __enter__(self) -> None:
        logging.getLogger("apprise").addHandler(self)

    def __exit__(self, *_: object) -> None:
        logging.getLogger("apprise").removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Logging's method."""
        if record.thread == self._thread:
            self._said.append(plain(record.getMessage()))

    def reason(self, otherwise: str) -> str:
        """A sentence."""
        said = " ".join(dict.fromkeys(self._said))[:300] or otherwise
        return said if said.endswith((".", "!")) else f"{said}."


async def _in_thread(work: Callable[[], T]) -> T:
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

    threading.Thread(target=run, name="notify", daemon=True).start()
    return await done
