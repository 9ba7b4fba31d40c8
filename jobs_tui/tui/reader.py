"""Reading for a screen in a thread, never twice at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

from textual.worker import WorkType

from jobs_tui.models.errors import JobsTuiError
from jobs_tui.tui.base import BaseScreen

T = TypeVar("T")


class Reader(Generic[T]):
    """Reads when asked, and once more when it was asked meanwhile.

    Starting afresh at each change would never end while changes come faster than one read takes.

    Args:
        read: called in a thread.
        show: gets the result in the event loop, while the screen is there.
    """

    def __init__(
        self, screen: BaseScreen, read: Callable[[], T], show: Callable[[T], None]
    ) -> None:
        self._screen, self._read, self._show = screen, read, show
        self._asked = self._going = self._failed = False

    def ask(self) -> None:
        """Read soon."""
        self._asked = True
        if not self._going:
            self._going = True
            work: WorkType[None] = self._work
            self._screen.run_worker(work, group="read")

    async def _work(self) -> None:
        try:
            while self._asked:
                self._asked = False
                try:
                    found = await asyncio.to_thread(self._read)
                except JobsTuiError as error:
                    if not self._failed:  # one dialog, not one for each change
                        self._screen.show_error(error)
                    self._failed = True
                else:
                    self._failed = False
                    if self._screen.stands:
                        self._show(found)
        finally:
            self._going = False
