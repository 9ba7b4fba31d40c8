"""The frame of every full screen: header, body, status line, footer (UX.md 5).

A screen gives ``NAME``, ``MODE``, ``HELP_TITLE``, ``ACTIONS``, ``BINDINGS = bindings(ACTIONS)`` and
``compose_body``; it may override ``on_store_changed`` (the store changed, at most four times a
second), ``on_clock`` (once a second) and ``status`` (left and right text of the status line).
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.getters import query_one
from textual.screen import Screen
from textual.widgets import Static
from textual.worker import WorkType

from jobs_tui.models.clock import Clock
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.service.context import Context
from jobs_tui.service.engine_state import EngineState, engine_state
from jobs_tui.tui.actions import APP_ACTIONS, Action
from jobs_tui.tui.theme import ThemedApp
from jobs_tui.tui.widgets.frame import FooterBar, HeaderBar, StatusLine

T = TypeVar("T")
SAID_FOR = 6.0
"""Seconds that a message stays in the status line."""
WIDE = 100
"""Columns from which a screen has a side pane (UX.md 5)."""


class BaseScreen(Screen[None]):
    """A full screen with the common rows.

    Below 60x16 it shows one line that asks for more room. Classes for styles: ``-narrow`` and
    ``-wide`` (100 columns and more), ``-short`` (under 20 rows) and ``-tall``.
    """

    NAME: ClassVar[str] = ""
    """Key of :data:`jobs_tui.tui.actions.SCREENS`."""
    MODE: ClassVar[str] = ""
    """The main screen it belongs to: ``jobs``, ``runs``, ``agents``, ``hooks`` or ``settings``."""
    HELP_TITLE: ClassVar[str] = ""
    """What the help page calls it: ``Jobs``."""
    ACTIONS: ClassVar[tuple[Action, ...]] = ()
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny-x"), (60, "-narrow"), (WIDE, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-tiny-y"), (16, "-short"), (20, "-tall")]
    DEFAULT_CSS = """
    BaseScreen { layout: vertical; background: $background; }
    BaseScreen > #body { height: 1fr; layout: vertical; }
    BaseScreen > StatusLine { border-top: solid $rule; height: 2; }
    BaseScreen > #too-small { display: none; width: 1fr; height: 1fr; }
    BaseScreen.-tiny-x > *, BaseScreen.-tiny-y > * { display: none; }
    BaseScreen.-tiny-x > #too-small, BaseScreen.-tiny-y > #too-small { display: block; }
    """

    header_bar = query_one("#header", HeaderBar)
    status_line = query_one("#status", StatusLine)
    footer_bar = query_one("#footer", FooterBar)

    def __init__(self, ctx: Context, *, mode: str | None = None) -> None:
        super().__init__()
        self.ctx = ctx
        self.mode = mode or self.MODE
        self.engine: EngineState | None = None
        self._said: tuple[Content | str, float] | None = None

    @property
    def clock(self) -> Clock:
        """The store's clock."""
        return self.ctx.store.clock

    @property
    def wide(self) -> bool:
        """Whether there is room for a side pane."""
        return self.app.size.width >= WIDE

    # What a screen overrides

    def compose_body(self) -> ComposeResult:
        """The widgets between header and status line."""
        yield from ()

    def on_store_changed(self) -> None:
        """Some process has committed: read again what is shown. Also on coming back to it."""

    def on_clock(self) -> None:
        """A second has passed: redraw what depends on the time, if its text changed."""

    def status(self) -> tuple[Content | str, Content | str]:
        """Left and right of the status line while nothing was said."""
        return "", ""

    def available(self, action: Action) -> bool | None:
        """Whether an action is possible now: None greys it in the footer, False hides it."""
        return True

    def shown(self, action: Action) -> Action:
        """The action with what it is called now, where that depends on the tab at hand."""
        return action

    # The frame

    def compose(self) -> ComposeResult:
        """Textual's method."""
        yield HeaderBar(id="header")
        with Container(id="body"):
            yield from self.compose_body()
        yield StatusLine(id="status")
        yield FooterBar(id="footer")
        yield Static("This window is too small: 60x16 at least.", id="too-small", markup=False)

    def on_mount(self) -> None:
        """Textual's message; a subclass's own ``on_mount`` runs as well."""
        self.set_interval(1.0, self._second)

    @property
    def stands(self) -> bool:
        """Whether its widgets are there: not yet while it is made, not any more while it goes."""
        # Textual takes the widgets away one by one, once the screen has stopped running.
        return self.is_mounted and self.is_running and self.is_attached and bool(self.children)

    def on_screen_resume(self) -> None:
        """Textual's message: the screen is on top again."""
        self.store_changed()

    def on_resize(self) -> None:
        """Textual's message."""
        self.call_after_refresh(self.refresh_frame)

    def store_changed(self) -> None:
        """The application's call after a commit (coalesced)."""
        if self.stands:
            self.on_store_changed()
            self.refresh_frame()

    def _second(self) -> None:
        if self.stands and (self.is_current or self.is_active):
            self.on_clock()
            self.refresh_frame()

    def refresh_frame(self) -> None:
        """Draw header, status line and footer again."""
        if not self.stands:
            return
        self.engine = engine_state(self.ctx)
        row = self.ctx.store.row("select count(*) from executions where status = 'queued'")
        queued = row[0] if row is not None else 0
        # Where S means something else, the palette starts the engine.
        taken = any("S" in action.keys for action in self.ACTIONS)
        self.header_bar.show(
            self.mode,
            self.engine,
            queued,
            self.ctx.now(),
            os.getpid(),
            start_key=":" if taken else "S",
            starts=isinstance(self.app, ThemedApp) and self.app.engine_starts,
        )
        self.refresh_status()
        actions = [*self.ACTIONS, *APP_ACTIONS]
        self.footer_bar.show(
            [self.shown(action) for action in actions],
            [self.available(action) for action in actions],
        )

    def refresh_status(self) -> None:
        """Draw the status line again."""
        if self._said is not None and self._said[1] > self.clock.monotonic():
            self.status_line.show(self._said[0], self.status()[1])
        else:
            self._said = None
            self.status_line.show(*self.status())

    def say(self, text: Content | str) -> None:
        """A message in the status line for some seconds (a toast costs 20 KB: UX.md 6.3)."""
        self._said = (text, self.clock.monotonic() + SAID_FOR)
        self.refresh_status()

    def show_error(self, error: Exception) -> None:
        """Title, message and hint in a dialog; of a fault of our own, what is known of it."""
        from jobs_tui.tui.dialogs import MessageDialog

        self.app.push_screen(MessageDialog.of(error))

    def attempt(self, operation: Callable[[], T], then: Callable[[T], None] | None = None) -> None:
        """Run a use-case in a thread, then ``then(result)`` here; an error is shown in a dialog.

        Anything that writes goes through here: the event loop never waits for a disk.
        """

        async def work() -> None:
            try:
                result = await asyncio.to_thread(operation)
            except Exception as error:  # one failed use-case is no reason to lose the screen
                self.show_error(error)
            else:
                if then is not None and self.stands:
                    then(result)

        worker: WorkType[None] = work
        self.run_worker(worker, group="use-case")

    # Getting around

    def open_log(self, execution_id: str) -> None:
        """Show the log of a run."""
        from jobs_tui.tui.screens.log import LogScreen

        self._open(lambda: LogScreen(self.ctx, execution_id, mode=self.mode))

    def open_job(self, job_id: str) -> None:
        """Show the detail of a job."""
        from jobs_tui.tui.screens.job import JobScreen

        self._open(lambda: JobScreen(self.ctx, job_id, mode=self.mode))

    def open_delivery(self, delivery_id: str) -> None:
        """Show a request that reached a webhook."""
        from jobs_tui.tui.screens.delivery import DeliveryScreen

        self._open(lambda: DeliveryScreen(self.ctx, delivery_id, mode=self.mode))

    def open_wizard(
        self,
        job_id: str | None = None,
        *,
        clone: bool = False,
        fault: JobsTuiError | None = None,
    ) -> None:
        """Make a job, edit one, or make one like another.

        Args:
            fault: what to say at the field that it names.
        """
        from jobs_tui.tui.screens.wizard import WizardScreen

        self._open(lambda: WizardScreen(self.ctx, job_id, clone=clone, mode=self.mode, fault=fault))

    def _open(self, make: Callable[[], BaseScreen]) -> None:
        try:
            screen = make()
        except JobsTuiError as error:  # purged meanwhile, say
            self.show_error(error)
        else:
            self.app.push_screen(screen)

    def action_back(self) -> None:
        """One level up; never quits."""
        if len(self.app.screen_stack) > 1:
            self.dismiss()
