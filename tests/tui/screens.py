"""Opening the application in a test, and reading what stands on its screen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from textual.pilot import Pilot
from textual.worker import WorkerCancelled
from textual.worker_manager import WorkerManager

from jobs_tui.service.context import Context
from jobs_tui.tui.app import JobsApp
from jobs_tui.tui.base import BaseScreen
from jobs_tui.tui.screens.dashboard import DashboardScreen


@asynccontextmanager
async def opened(
    ctx: Context, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[JobsApp, Pilot[None]]]:
    """The application on the store of a test, without an engine, settled."""
    app = JobsApp(ctx.store, ctx=ctx)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        yield app, pilot


async def settled(pilot: Pilot[None]) -> None:
    """Wait until no worker and no message is left."""
    quiet = 0
    while quiet < 2:
        await pilot.pause()
        quiet += 1
        if await worked(pilot.app.workers):
            quiet = 0


async def worked(workers: WorkerManager) -> bool:
    """Wait for the workers there are; one that was superseded has ended too."""
    going = list(workers)
    for worker in going:
        with suppress(WorkerCancelled):
            await worker.wait()
    return bool(going)


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys one by one and let each have its effect."""
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


def text_of(app: JobsApp) -> str:
    """All characters on the screen, row by row."""
    screen = app.screen
    strips = screen._compositor.render_strips()  # what a terminal would get
    return "\n".join(strip.text for strip in strips)


def words_of(app: JobsApp) -> str:
    """The same as one line, so that a wrapped sentence can be found."""
    return " ".join(text_of(app).replace("│", " ").split())


def dashboard(app: JobsApp) -> DashboardScreen:
    """The job list, wherever it is in the stack."""
    [found] = [screen for screen in app.screen_stack if isinstance(screen, DashboardScreen)]
    return found


def names(app: JobsApp) -> list[str]:
    """The names in the list, top to bottom."""
    jobs_list = dashboard(app).jobs_list
    return [str(jobs_list.row(index).cells[1]) for index in range(len(jobs_list))]


def said(app: JobsApp) -> str:
    """The status line of the screen that is seen."""
    for screen in reversed(app.screen_stack):
        if isinstance(screen, BaseScreen):
            return str(screen.status_line.content)
    return ""
