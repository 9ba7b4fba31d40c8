"""The rows that every screen has: header, status line, footer (UX.md 5).

Each is one line of fixed height, so its updates never lay the screen out again (UX.md 6.3).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from jobs_tui.guard.terminal_text import plain
from jobs_tui.service.engine_state import EngineState
from jobs_tui.tui.actions import Action

TABS = (
    ("jobs", "1", "Jobs"),
    ("runs", "2", "Runs"),
    ("agents", "3", "Agents"),
    ("hooks", "4", "Hooks"),
    ("settings", "5", "Settings"),
)
"""(mode, key, title) of the main screens."""


def engine_words(
    state: EngineState | None,
    own_pid: int,
    *,
    room: int = 80,
    start_key: str = "S",
    starts: bool = False,
) -> Content:
    """The engine in a few words: up, attached, down, or up without its listener.

    Args:
        room: columns; what matters most comes first, and the rest goes when it does not fit.
        start_key: what starts an engine on this screen.
        starts: one is on its way in this process.
    """
    if state is None or not state.running:
        if starts:
            return Content.styled("starting", "$state-wait").truncate(max(1, room), ellipsis=True)
        words = Content.assemble(
            ("DOWN", "$state-bad bold"), (f"  {start_key} start engine", "$key")
        )
        return words.truncate(max(1, room), ellipsis=True)
    words = Content.styled("UP", "$state-ok bold")
    parts: list[tuple[tuple[str, ...], str]] = []
    for what, found in (("hooks", state.hooks_problem), ("mcp", state.mcp_problem)):
        if found:
            problem = plain(found).removesuffix(".")
            taken = re.match(r"port (\d+) .*taken", problem)
            problem = f"port {taken[1]} taken" if taken else problem
            off = f"  {what} off"
            parts.append(((f"{off}: {problem}", f"  {problem}", off), "$state-warn"))
    if state.pid != own_pid:
        parts.append(((f"  attached pid {state.pid}", "  attached"), "$quiet"))
    for texts, style in parts:
        left = room - words.cell_length
        fitting = next((text for text in texts if len(text) <= left), None)
        if fitting is not None:
            words = Content.assemble(words, (fitting, style))
    return words


def spread(left: Content, right: Content, width: int) -> Content:
    """Two texts at the ends of one line; the left one gives way."""
    room = width - right.cell_length - 1
    if room < 8:
        return left.truncate(width, ellipsis=True)
    return Content.assemble(left.truncate(room, ellipsis=True, pad=True), " ", right)


def link(text: str, style: str, action: str) -> Content:
    """Text that does an action when it is clicked; never used for untrusted text."""
    return Content.styled(text, style).stylize(Style.from_meta({"@click": action}))


class Bar(Static):
    """Content of a fixed size, mostly one line, whose links look like the rest of it."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__("", id=id, markup=False)
        self.auto_links = False
        self._drawn = Content("")

    def draw(self, content: Content) -> None:
        """Show the content; what has not changed costs nothing (UX.md 8.4)."""
        if not content.is_same(self._drawn):
            self._drawn = content
            self.update(content, layout=False)


class HeaderBar(Bar):
    """The product, the main screens and the engine's state."""

    DEFAULT_CSS = """
    HeaderBar { height: 1; background: $panel; color: $foreground; }
    """

    def show(
        self,
        mode: str,
        engine: EngineState | None,
        queued: int,
        now: datetime,
        own_pid: int,
        *,
        start_key: str = "S",
        starts: bool = False,
    ) -> None:
        """Draw it for this moment; arguments as of :func:`engine_words`."""
        wide = self.size.width >= 100
        # The engine's state, and whose it is, matter more than our name.
        problem = engine is not None and (engine.hooks_problem or engine.mcp_problem)
        usual = engine is not None and engine.running and not problem
        own = engine is not None and engine.pid == own_pid
        name_fits = wide or (self.size.width >= 76 and usual and own)
        left: list[Content | str | tuple[str, str]] = [
            (" jobs-tui " if name_fits else "", "bold"),
            " " if name_fits else "",
        ]
        # Five names and a taken port do not fit side by side: the others keep their keys.
        short = not wide and bool(problem)
        for name, key, title in TABS:
            other = f" {key} " if short else f" {key} {title} "
            tab = f"[{key} {title}]" if name == mode else other
            left.append(link(tab, "bold" if name == mode else "$quiet", f"app.{name}"))
        tabs = Content.assemble(*left)
        time = f"   {now:%H:%M:%S} UTC " if wide else f" {now:%H:%M} UTC "
        queue = f"   queue {queued}" if wide else ""
        label = "engine " if wide else ""
        room = self.size.width - tabs.cell_length - len(label) - len(time) - len(queue) - 1
        right = Content.assemble(
            (label, "$quiet"),
            engine_words(engine, own_pid, room=room, start_key=start_key, starts=starts),
            (queue, "$state-wait" if queued else "$quiet"),
            time,
        )
        self.draw(spread(tabs, right, self.size.width))


class StatusLine(Bar):
    """One line above the footer: what just happened, or what the screen has to say."""

    DEFAULT_CSS = """
    StatusLine { height: 1; color: $title; }
    """

    def show(self, left: Content | str, right: Content | str = "") -> None:
        """Left and right text; strings are taken as plain text."""
        text = spread(_content(left), _content(right), max(1, self.size.width - 1))
        self.draw(text)


class FooterBar(Bar):
    """The keys of a screen, as many as fit; each can be clicked."""

    DEFAULT_CSS = """
    FooterBar { height: 1; background: $panel; }
    """

    def show(self, actions: Sequence[Action], shown: Sequence[bool | None]) -> None:
        """Draw the labels.

        Args:
            shown: per action: True as usual, None grey, False not at all.
        """
        wanted = sorted(
            (
                (action, state)
                for action, state in zip(actions, shown, strict=True)
                if action.footer and state is not False
            ),
            key=lambda pair: pair[0].footer,
        )
        width = self.size.width - 1
        # Help is always there, whatever else has to go: it names all the keys.
        *others, last = [_label(action, state) for action, state in wanted] or [Content("")]
        text, used = Content(" "), 1
        for label in others:
            if used + label.cell_length + 2 + last.cell_length <= width:
                text = Content.assemble(text, label, "  ")
                used += label.cell_length + 2
        self.draw(Content.assemble(text, last))


def _label(action: Action, state: bool | None) -> Content:
    prefix = "app" if action.id.startswith("app.") else "screen"
    text = Content.assemble(
        (action.key, "$key bold" if state else "$quiet"),
        (f" {action.label}", "$foreground" if state else "$quiet"),
    )
    return text.stylize(Style.from_meta({"@click": f"{prefix}.{action.method}"}))


def _content(text: Content | str) -> Content:
    return text if isinstance(text, Content) else Content(plain(f" {text}" if text else ""))
