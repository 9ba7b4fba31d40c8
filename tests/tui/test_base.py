"""The frame of the screens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from textual.widgets import Static

from jobs_tui.service.context import Context
from tests.tui.conftest import MakeJob
from tests.tui.screens import dashboard, opened


class Late(Static):
    """Goes after the header, and does something then."""

    def __init__(self, act: Callable[[], None]) -> None:
        super().__init__()
        self.act = act

    async def on_unmount(self) -> None:
        while self.screen.query("#header"):  # noqa: ASYNC110
            await asyncio.sleep(0)
        assert self.screen.children
        self.act()


async def test_a_change_while_the_widgets_go_is_let_be(ctx: Context, make_job: MakeJob) -> None:
    """Textual takes them away one by one, and a timer may come between two."""
    make_job("late")
    async with opened(ctx) as (app, _pilot):
        screen, came = dashboard(app), []

        def change() -> None:
            screen.store_changed()
            screen.on_screen_resume()
            screen.refresh_frame()
            screen.on_virtual_list_highlighted()
            screen._load_preview()
            came.append(screen)

        await screen.mount(Late(change))
        assert screen.stands
    assert came == [screen]
