"""The wizard in a small application, driven by keys."""

from __future__ import annotations

from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Input, TextArea

import jobs_tui.tui
from jobs_tui.service.context import Context
from jobs_tui.tui.base import BaseScreen
from jobs_tui.tui.screens.wizard import Result, WizardScreen
from jobs_tui.tui.theme import ThemedApp

NARROW, WIDE = (80, 24), (120, 40)
_NAMES = {" ": "space", "\n": "enter"}


class Below(BaseScreen):
    """Stands for the screen from which the wizard was opened."""

    NAME = "jobs"
    MODE = "jobs"

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        self.heard: list[str] = []

    def say(self, text: object) -> None:
        """Remember what was said."""
        self.heard.append(str(text))
        super().say(str(text))


class WizardApp(ThemedApp):
    """Opens a wizard over a plain screen."""

    CSS_PATH = str(Path(jobs_tui.tui.__file__).with_name("app.tcss"))

    def __init__(self, ctx: Context, job_id: str | None = None, *, clone: bool = False) -> None:
        super().__init__()
        self.below = Below(ctx)
        self.wizard = WizardScreen(ctx, job_id, clone=clone)
        self.copied: list[str] = []
        self.results: list[Result] = []

    async def on_mount(self) -> None:
        """Textual's message."""
        await self.push_screen(self.below)
        await self.push_screen(self.wizard)

    def copy_to_clipboard(self, text: str) -> None:
        """Keep it: a test has no terminal."""
        self.copied.append(text)


async def type_text(pilot: Pilot[None], text: str) -> None:
    """Press the keys of a text."""
    await pilot.press(*(_NAMES.get(char, char) for char in text))


def shown(app: ThemedApp) -> str:
    """The rows that are on the screen, as text."""
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


def focused(app: ThemedApp) -> str | None:
    """Id of the field that has the focus."""
    widget = app.screen.focused
    return None if widget is None else widget.id


def value(app: WizardApp, name: str) -> str:
    """What stands in a field."""
    widget = app.wizard.query_one(f"#{name}")
    assert isinstance(widget, Input | TextArea)
    return widget.value if isinstance(widget, Input) else widget.text
