"""Keeps the draft in the store while the form is filled in (UX.md 5.2)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from jobs_tui.models.errors import JobsTuiError
from jobs_tui.service import drafts
from jobs_tui.service.context import Context


class Keeper:
    """Writes what it is given, the newest last, one write at a time and in a thread.

    Args:
        draft_id: which draft of the store.
        told: called in the event loop after each write with None, or with what went wrong.
    """

    def __init__(
        self, ctx: Context, draft_id: str, told: Callable[[JobsTuiError | None], None]
    ) -> None:
        self._ctx, self._id, self._told = ctx, draft_id, told
        self._waiting: dict[str, Any] | None = None
        self._lock = asyncio.Lock()
        self._closed = False

    def take(self, data: dict[str, Any]) -> None:
        """This is the draft now; :meth:`write` brings it to the store."""
        if not self._closed:
            self._waiting = data

    async def write(self) -> None:
        """Write what was taken last, if it was not written yet."""
        async with self._lock:
            data, self._waiting = self._waiting, None
            if data is None or self._closed:
                return
            try:
                await asyncio.to_thread(drafts.save, self._ctx, self._id, data)
            except JobsTuiError as error:
                self._told(error)
            else:
                self._told(None)

    def flush(self) -> None:
        """Write at once: the screen goes away. A store that cannot be written was reported."""
        data, self._waiting = self._waiting, None
        if data is not None and not self._closed:
            try:
                drafts.save(self._ctx, self._id, data)
            except JobsTuiError as error:
                self._told(error)

    async def forget(self) -> None:
        """Throw the draft away; a later :meth:`take` begins a new one."""
        self._waiting = None
        async with self._lock:
            await asyncio.to_thread(drafts.drop, self._ctx, self._id)

    async def close(self) -> None:
        """The job is made: the draft goes, and nothing is written any more."""
        self._closed = True
        await self.forget()
