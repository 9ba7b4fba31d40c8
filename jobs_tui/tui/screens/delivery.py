"""One request that reached a webhook, whole: headers, body, what came of it (UX.md 5.7)."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from jobs_tui.models.errors import NotFound
from jobs_tui.service.context import Context
from jobs_tui.tui.actions import ACT, Action, bindings
from jobs_tui.tui.base import BaseScreen
from jobs_tui.tui.reader import Reader
from jobs_tui.tui.screens import hook_actions, hook_words
from jobs_tui.tui.screens.hook_words import Detail
from jobs_tui.tui.widgets.text_pane import TextPane

ACTIONS = (
    Action("delivery.run", ("enter", "l"), "run", "Open the run that it led to", ACT, 1),
    Action("delivery.replay", ("R",), "replay", "Run its body again, a new delivery", ACT, 2),
    Action("delivery.curl", ("c",), "copy curl", "Copy a command that calls this hook", ACT, 3),
    Action("delivery.copy", ("y",), "copy body", "Copy the body as it came", ACT, 4),
    Action("delivery.job", ("b",), "job", "Open the job of the hook", ACT, 5),
)


class DeliveryScreen(BaseScreen):
    """Everything that is kept of a delivery.

    Raises:
        NotFound: it is gone.
    """

    NAME = "delivery"
    MODE = "hooks"
    HELP_TITLE = "Delivery"
    ACTIONS = ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTIONS)
    DEFAULT_CSS = """
    DeliveryScreen #delivery { height: 1fr; padding: 0 2; scrollbar-size-vertical: 1; }
    DeliveryScreen #text { height: auto; }
    """
    AUTO_FOCUS = "#delivery"

    def __init__(self, ctx: Context, delivery_id: str, *, mode: str | None = None) -> None:
        super().__init__(ctx, mode=mode)
        found = hook_words.load(ctx, delivery_id)
        if found is None:
            raise NotFound("This delivery is not kept any more.")
        self._detail: Detail = found
        self._reader = Reader(self, lambda: hook_words.load(ctx, delivery_id), self._show)

    def compose_body(self) -> ComposeResult:
        """The widgets between header and status line."""
        with TextPane(id="delivery", can_focus=True):
            yield Static(hook_words.whole(self._detail, self.ctx.now()), id="text", markup=False)

    def on_store_changed(self) -> None:
        """Its run goes on."""
        self._reader.ask()

    def _show(self, found: Detail | None) -> None:
        if found is not None and found != self._detail:
            self._detail = found
            self.query_one("#text", Static).update(hook_words.whole(found, self.ctx.now()))
            self.refresh_frame()

    def status(self) -> tuple[Content | str, Content | str]:
        """What is not there."""
        return "values that prove something are kept as ***", f"{self._detail.delivery.id} "

    def available(self, action: Action) -> bool | None:
        """What needs a run, a job or a body."""
        found = self._detail.delivery
        if action.id == "delivery.run":
            return True if found.execution_id else None
        if action.id == "delivery.copy":
            return True if found.body else None
        return True if found.job_id else None

    def action_run(self) -> None:
        """The log of its run."""
        hook_actions.open_run(self, self._detail.delivery.execution_id)

    def action_replay(self) -> None:
        """Its body again."""
        hook_actions.replay(self, self._detail.delivery)

    def action_copy(self) -> None:
        """The body."""
        hook_actions.copy_body(self, self._detail.delivery)

    def action_curl(self) -> None:
        """A command that calls the hook."""
        job = hook_actions.job_of(self, self._detail.delivery.job_id)
        if job is not None:
            hook_actions.copy_curl(self, job)

    def action_job(self) -> None:
        """The job."""
        job = hook_actions.job_of(self, self._detail.delivery.job_id)
        if job is not None:
            self.open_job(job.id)
