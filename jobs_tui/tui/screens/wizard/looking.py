"""What the form looks up in threads: who there is, whom Smart would pick, where results can go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.timer import Timer

from jobs_tui.agents.smart.ranking import Selection
from jobs_tui.service import smart
from jobs_tui.tui.dialogs import MessageDialog
from jobs_tui.tui.reader import Reader
from jobs_tui.tui.screens.wizard import checks, doers
from jobs_tui.tui.screens.wizard.delivery_look import Look, look
from jobs_tui.tui.screens.wizard.doers import Doers
from jobs_tui.tui.screens.wizard.draft import from_json
from jobs_tui.tui.screens.wizard.who import Who

if TYPE_CHECKING:
    from jobs_tui.tui.screens.wizard.screen import WizardScreen

RANK_AFTER = 0.3
"""Seconds without a key after which Smart ranks: an engine may be an endpoint far away."""
LOOK_AFTER = 0.3
"""Seconds without a key after which the targets of results are looked at."""
_RANKED_BY = ("prompt_template", "parameters", "planning_mode")


class Looking:
    """Fills step 3, and fills it anew when the home changes."""

    def __init__(self, screen: WizardScreen) -> None:
        self._screen = screen
        self._known = screen.ctx.directory
        self._doers: Reader[Doers] = Reader(
            screen, lambda: doers.in_full(screen.ctx), self._show_doers
        )
        self._smart: Reader[Selection | None] = Reader(screen, self._rank, self._show_smart)
        self._look: Reader[Look] = Reader(screen, self._look_at, self._show_look)
        self._timer: Timer | None = None
        self._look_timer: Timer | None = None
        self._ended = False

    def end(self) -> None:
        """The form goes: what is still looked up has nowhere to be shown."""
        self._ended = True

    def begin(self) -> None:
        """The form is on the screen."""
        self._doers.ask()
        self._smart.ask()
        if self._screen.form.draft.deliver_to:
            self._look.ask()

    def edited(self, field: str) -> None:
        """A field was changed."""
        if field.startswith(_RANKED_BY):
            if self._timer is not None:
                self._timer.stop()
            self._timer = self._screen.set_timer(RANK_AFTER, self._smart.ask)
        if field.startswith("deliver_to"):
            if self._look_timer is not None:
                self._look_timer.stop()
            self._look_timer = self._screen.set_timer(LOOK_AFTER, self._look.ask)

    def home_changed(self) -> bool:
        """The store was written to; says whether agents, teams... have changed."""
        known = self._screen.ctx.directory
        if known is self._known:
            return False
        self._known = known
        self.begin()
        return True

    def explain(self) -> MessageDialog:
        """Why Smart picks whom it picks: skills matched, load and record of each."""
        found = self._screen.query_one(Who).smart
        if found is None:
            return MessageDialog("Smart", "There is no prompt to rank the agents by: write step 4.")
        lines = [found.reason, ""]
        for one in found.ranked:
            lines.append(f"{one.score:.2f}  {'+' if one.ready else '!'} {one.id}")
            lines.append(f"      {one.reason}")
        hint = (
            f"Ranked by {found.engine}. Who fits best comes first; among equals the less busy, then"
            " the one with the better record."
        )
        return MessageDialog("Whom Smart would pick", "\n".join(lines), hint, wide=True)

    def _rank(self) -> Selection | None:
        screen = self._screen
        draft = from_json(screen.form.draft.to_json())  # the form goes on meanwhile
        if not draft.prompt.strip():
            return None
        return smart.selection(screen.ctx, checks.task_of(screen.ctx, draft))

    def _show_doers(self, found: Doers) -> None:
        if self._ended:
            return
        step = self._screen.query_one(Who)
        step.doers = found
        step.show_list()
        self._screen.tell()

    def _look_at(self) -> Look:
        form = self._screen.form
        return look(form.ctx, from_json(form.draft.to_json()), form.job_id)

    def _show_look(self, found: Look) -> None:
        if self._ended:
            return
        form = self._screen.form
        form.look = found
        if found.is_of(form.draft):
            self._screen.check_again()

    def _show_smart(self, found: Selection | None) -> None:
        if self._ended:
            return
        step = self._screen.query_one(Who)
        step.smart = found
        if self._screen.form.draft.smart:
            step.show_list()
        self._screen.tell()
