"""The application: modes, theme, engine and ways out. Screens do the rest (CODE.md 5.1)."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Literal

from textual.binding import BindingType
from textual.worker import WorkType

from jobs_tui.models.errors import EngineBusy, JobsTuiError, StoreError
from jobs_tui.service.context import Context
from jobs_tui.store.database import Store
from jobs_tui.tui import clipboard
from jobs_tui.tui.actions import APP_ACTIONS, bindings
from jobs_tui.tui.base import BaseScreen
from jobs_tui.tui.dialogs import MessageDialog, QuitDialog
from jobs_tui.tui.palette import ActionsProvider, JobsProvider
from jobs_tui.tui.screens.dashboard import DashboardScreen
from jobs_tui.tui.theme import THEMES, ThemedApp
from jobs_tui.tui.watch import StoreWatch

if TYPE_CHECKING:
    from jobs_tui.host import EngineHost

Outcome = Literal["quit", "background", "stop", "hangup", "terminated"]
POLL = 0.25
"""Seconds between looks at the store: at most four redraws a second."""


class JobsApp(ThemedApp):
    """The screens of one home.

    Args:
        store: open; shared with the engine in this process.
        engine: makes the engine of this process; None leaves it to others (tests).
        ctx: who asks.
    """

    TITLE = "jobs-tui"
    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "ctrl+p"
    COMMANDS = {ActionsProvider, JobsProvider}
    BINDINGS: ClassVar[list[BindingType]] = bindings(APP_ACTIONS)

    def __init__(
        self, store: Store, *, engine: Callable[[], EngineHost] | None = None, ctx: Context
    ) -> None:
        super().__init__()
        self.store, self.ctx = store, ctx
        self.outcome: Outcome = "quit"
        """Why it ended; what happens to the engine afterwards (DESIGN 7)."""
        self.host: EngineHost | None = None
        """The engine in this process, while it is ours."""
        self.failure: JobsTuiError | None = None
        """What made it end, when the store could not be read any more."""
        self._make_engine = engine
        self.engine_starts = engine is not None
        self._loop_of_screen: asyncio.AbstractEventLoop | None = None
        self._ended = False
        self._watch = StoreWatch(store)
        self._previous_mode: str | None = None
        self.add_mode("jobs", lambda: DashboardScreen(ctx))
        self.add_mode("runs", self._runs_screen)
        self.add_mode("agents", self._agents_screen)
        self.add_mode("hooks", self._hooks_screen)
        self.add_mode("settings", self._settings_screen)

    def _runs_screen(self) -> BaseScreen:
        from jobs_tui.tui.screens.runs import RunsScreen

        screen: BaseScreen = RunsScreen(self.ctx)
        return screen

    def _agents_screen(self) -> BaseScreen:
        from jobs_tui.tui.screens.agents import AgentsScreen

        screen: BaseScreen = AgentsScreen(self.ctx)
        return screen

    def _hooks_screen(self) -> BaseScreen:
        from jobs_tui.tui.screens.hooks import HooksScreen

        screen: BaseScreen = HooksScreen(self.ctx)
        return screen

    def _settings_screen(self) -> BaseScreen:
        from jobs_tui.tui.screens.settings import SettingsScreen

        screen: BaseScreen = SettingsScreen(self.ctx)
        return screen

    async def on_mount(self) -> None:
        """Textual's message."""
        self._loop_of_screen = asyncio.get_running_loop()
        await self.switch_mode("jobs")
        if self._ended:
            self.exit()
        self.set_interval(POLL, self._look)
        if self._make_engine is not None:
            self.call_after_refresh(self.action_start_engine)

    def on_unmount(self) -> None:
        """Textual's message."""
        self._watch.close()

    def _look(self) -> None:
        try:
            changed = self._watch.changed()
        except StoreError as error:
            self.failure = error
            self.leave("stop")
            return
        if changed:
            self.frame_changed()

    def frame_changed(self) -> None:
        """Tell the screen that is seen, a dialog above it or not."""
        for screen in reversed(self.screen_stack):
            if isinstance(screen, BaseScreen):
                screen.store_changed()
                return

    # Engine

    def action_start_engine(self) -> None:
        """Start an engine in this process when nobody holds the home, else attach."""
        if self._make_engine is None or (self.host is not None and self.host.alive):
            return
        self.engine_starts = True
        start: WorkType[None] = self._start_engine
        self.run_worker(start, group="engine", exclusive=True)

    async def _start_engine(self) -> None:
        assert self._make_engine is not None
        make = self._make_engine

        def start() -> None:
            host = make()
            host.start()
            self.host = host  # here, so that it is known even when the screen has ended meanwhile

        try:
            await asyncio.to_thread(start)
        except EngineBusy:
            pass  # somebody else is the engine: this window is attached, as the header says
        except Exception as error:  # whatever keeps the engine down, the screens still work
            self.push_screen(MessageDialog.of(error))
        finally:
            self.engine_starts = False
        self.frame_changed()

    def hosting(self) -> bool:
        """Whether the engine lives in this process."""
        return self.host is not None and self.host.alive

    # Ways out

    def action_leave(self) -> None:
        """Back; on a main screen: quit."""
        screen = self.screen
        if isinstance(screen, BaseScreen) and len(self.screen_stack) > 1:
            screen.action_back()
        else:
            leave: WorkType[None] = self.action_quit
            self.run_worker(leave)

    async def action_quit(self) -> None:
        """Quit; asks when the engine lives here and has something to do."""
        if isinstance(self.screen, QuitDialog):
            return
        if self.host is None or not self.host.alive:
            self.exit()
            return
        running, scheduled = await asyncio.to_thread(self.host.busy)
        if not running and not scheduled:
            self.leave("stop")
            return

        def answer(choice: str | None) -> None:
            if choice == "background":
                self.leave("background")
            elif choice == "stop":
                self.leave("stop")

        self.push_screen(QuitDialog(running, scheduled), answer)

    def leave(self, outcome: Outcome) -> None:
        """End the screen."""
        self.outcome = outcome
        self.exit()

    def end(self, outcome: Outcome) -> None:
        """End the screen from another thread or a signal handler."""
        self.outcome, self._ended = outcome, True
        if self._loop_of_screen is not None:
            with contextlib.suppress(RuntimeError):  # it has ended already
                self._loop_of_screen.call_soon_threadsafe(self.exit)

    # The same everywhere

    def action_jobs(self) -> None:
        """To the jobs."""
        self._go("jobs")

    def action_runs(self) -> None:
        """To the runs of all jobs."""
        self._go("runs")

    def action_agents(self) -> None:
        """To agents, teams and workflows."""
        self._go("agents")

    def action_approvals(self) -> None:
        """To what waits for an approval."""
        if not isinstance(self.screen, BaseScreen):
            return  # a dialog is open
        from jobs_tui.tui.screens.agents import AgentsScreen

        self._go("agents")

        def show() -> None:
            for screen in self.screen_stack:
                if isinstance(screen, AgentsScreen):
                    screen.show_approvals()

        self.call_later(show)

    def action_hooks(self) -> None:
        """To the webhooks."""
        self._go("hooks")

    def action_settings(self) -> None:
        """To tokens, engine and settings."""
        self._go("settings")

    def action_last_screen(self) -> None:
        """To the main screen before this one."""
        if self._previous_mode is not None:
            self._go(self._previous_mode)

    def _go(self, mode: str) -> None:
        if isinstance(self.screen, BaseScreen) and mode != self.current_mode:
            self._previous_mode = self.current_mode
            self.switch_mode(mode)

    async def action_back(self) -> None:
        """One level up; never quits. Dialogs have their own."""
        if isinstance(self.screen, BaseScreen):
            self.screen.action_back()

    def action_help(self) -> None:
        """Help for the screen that is seen."""
        from jobs_tui.tui.screens.help import HelpScreen

        if isinstance(self.screen, BaseScreen):
            self.push_screen(HelpScreen(self.screen))

    def action_theme(self) -> None:
        """Next theme."""
        names = [theme.name for theme in THEMES]
        self.theme = names[(names.index(self.theme) + 1) % len(names)]

    def action_redraw(self) -> None:
        """Draw everything again."""
        self.frame_changed()
        self.refresh(layout=True, repaint=True)

    def action_suspend_process(self) -> None:
        """To the shell; not with the engine inside, which would be stopped with the screen."""
        if self.hosting():
            self.push_screen(
                MessageDialog(
                    "Not suspended",
                    "The engine lives in this window: suspending would stop the jobs as well.",
                    "q and then b leaves the screen and keeps the jobs running.",
                )
            )
            return
        super().action_suspend_process()

    def copy_to_clipboard(self, text: str) -> None:
        """Copy by OSC 52, through tmux where there is one."""
        super().copy_to_clipboard("")  # the bare sequence is eaten by tmux
        self._clipboard = text
        if self._driver is not None:
            self._driver.write(clipboard.osc52(text, os.environ))
