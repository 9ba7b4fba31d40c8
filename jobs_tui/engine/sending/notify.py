"""A message to persons, by one of the ways that Apprise knows."""

from __future__ import annotations

import asyncio
import logging
import re
import threading

from jobs_tui.engine.sending.failure import NotDelivered
from jobs_tui.engine.sending.threads import in_own_thread
from jobs_tui.guard.notification_urls import instantiated
from jobs_tui.guard.terminal_text import plain

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
            return await in_own_thread(lambda: _sent(url, title, body))
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
        said = re.sub(r"\.(?=,)", "", said)  # as Apprise joins its sentences
        return said if said.endswith((".", "!")) else f"{said}."
