"""What the command palette finds: actions of the screen, screens, jobs (UX.md 3)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.types import IgnoreReturnCallbackType

from jobs_tui.guard.terminal_text import plain
from jobs_tui.service import jobs
from jobs_tui.tui.actions import APP_ACTIONS, Action
from jobs_tui.tui.base import BaseScreen

SHOWN = 200
"""Jobs that the palette looks through for each key press."""


class ActionsProvider(Provider):
    """Every action that is possible on the screen below, by label or by help text."""

    def _entries(self) -> Iterator[tuple[str, Action, IgnoreReturnCallbackType]]:
        screen = self.screen
        own = map(screen.shown, screen.ACTIONS) if isinstance(screen, BaseScreen) else ()
        for action in (*own, *APP_ACTIONS):
            usable = not isinstance(screen, BaseScreen) or screen.available(action)
            if action.palette and usable:
                node = "app" if action.id.startswith("app.") else "screen"
                run = partial(screen.run_action, f"{node}.{action.method}")
                yield f"{action.label}  ({action.key})", action, run

    async def discover(self) -> Hits:
        """Everything, before a letter is typed."""
        for title, action, run in self._entries():
            yield DiscoveryHit(Content(title), run, text=title, help=action.help)

    async def search(self, query: str) -> Hits:
        """What fits the letters."""
        matcher = self.matcher(query)
        for title, action, run in self._entries():
            score = max(matcher.match(title), matcher.match(action.help) * 0.8)
            if score > 0:
                yield Hit(score, Content(title), run, text=title, help=action.help)


class JobsProvider(Provider):
    """Every job by name; choosing one opens it."""

    async def search(self, query: str) -> Hits:
        """What fits the letters."""
        screen = self.screen
        if not isinstance(screen, BaseScreen):
            return
        matcher = self.matcher(query)
        found = 0
        for job in jobs.listing(screen.ctx):
            name = plain(job.name)
            score = matcher.match(name)
            if score > 0 and found < SHOWN:
                found += 1
                title = f"job {name}"
                yield Hit(score, Content(title), partial(screen.open_job, job.id), text=title)
