"""The action registry: one table behind bindings, footer, help, palette and the docs (CODE.md 4.3).

A screen module declares ``ACTIONS`` (a tuple of :class:`Action`) and its screen class takes them::

    class LogScreen(BaseScreen):
        NAME = "log"
        ACTIONS = ACTIONS
        BINDINGS = bindings(ACTIONS)

Plain letters first; a modifier is never the only way (UX.md 1.3, 2). Whether an action is possible
right now is the screen's ``check_action(name, parameters)``: False hides it, None greys it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module

from textual.binding import Binding, BindingType

MOVE, ACT, LISTS, EVERYWHERE = "Move", "Act", "Lists", "Everywhere"
GROUPS = (MOVE, ACT, LISTS, EVERYWHERE)
"""Columns of the help page, left to right."""


@dataclass(frozen=True, slots=True)
class Action:
    """Something a person can do on a screen."""

    id: str
    """Stable for ever: ``jobs.run``. The part before the dot is the screen, ``app`` is all."""
    keys: tuple[str, ...]
    """As Textual names them; the first is the one that is shown."""
    label: str
    """One or two words for the footer and the palette."""
    help: str
    """One sentence for the help page and the palette."""
    group: str = ACT
    """One of :data:`GROUPS`."""
    footer: int = 0
    """Place in the footer, smallest first; 0 keeps it out. Labels that do not fit are left out."""
    handler: str = ""
    """The ``action_...`` method without its prefix; default: the id after the dot."""
    palette: bool = True
    """False for movements that nobody would search for."""
    priority: bool = False
    """Wins over the focused widget (for F keys in forms)."""

    @property
    def method(self) -> str:
        """Name of the ``action_...`` method, without the prefix."""
        return self.handler or self.id.split(".", 1)[1].replace("-", "_")

    @property
    def key(self) -> str:
        """The shown key, as a person writes it."""
        return display(self.keys[0])

    @property
    def all_keys(self) -> str:
        """Every key, as a person writes them: ``j down``."""
        return " ".join(display(key) for key in self.keys)


_DISPLAY = {
    "slash": "/",
    "question_mark": "?",
    "colon": ":",
    "minus": "-",
    "asterisk": "*",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "ampersand": "&",
    "apostrophe": "'",
    "exclamation_mark": "!",
    "full_stop": ".",
    "escape": "esc",
    "pagedown": "pgdn",
    "pageup": "pgup",
}


def display(key: str) -> str:
    """A Textual key name as a person writes it: ``slash`` is ``/``, ``f1`` is ``F1``."""
    if key in _DISPLAY:
        return _DISPLAY[key]
    if len(key) > 1 and key[0] == "f" and key[1:].isdigit():
        return key.upper()
    if key.startswith("shift+") and len(key) == 7:
        return key[-1].upper()
    return key


def bindings(actions: Iterable[Action]) -> list[BindingType]:
    """Textual bindings of these actions, each with its id so that keys can be remapped."""
    return [
        Binding(
            ",".join(action.keys),
            action.method,
            action.label,
            show=False,
            id=action.id,
            tooltip=action.help,
            priority=action.priority,
        )
        for action in actions
    ]


APP_ACTIONS = (
    Action("app.jobs", ("1",), "Jobs", "Go to the jobs", EVERYWHERE),
    Action("app.runs", ("2",), "Runs", "Go to the runs of all jobs", EVERYWHERE),
    Action("app.agents", ("3",), "Agents", "Go to agents, teams, workflows", EVERYWHERE),
    Action("app.approvals", ("A",), "approvals", "Go to what waits for an approval", EVERYWHERE),
    Action("app.hooks", ("4",), "Hooks", "Go to the webhooks and what they received", EVERYWHERE),
    Action("app.settings", ("5",), "Settings", "Go to tokens, engine and settings", EVERYWHERE),
    Action(
        "app.palette",
        ("colon", "ctrl+p"),
        "palette",
        "Command palette: any action, job or screen",
        EVERYWHERE,
        handler="command_palette",
        palette=False,
    ),
    Action("app.help", ("question_mark", "f1"), "help", "Help for this screen", EVERYWHERE, 99),
    Action("app.last-screen", ("minus",), "last screen", "Back to the last screen", EVERYWHERE),
    Action(
        "app.start-engine",
        ("S",),
        "start engine",
        "Start an engine here when none is running",
        EVERYWHERE,
    ),
    Action("app.theme", ("T",), "theme", "Next theme: dark, light, mono", EVERYWHERE),
    Action("app.redraw", ("ctrl+r",), "redraw", "Redraw and read everything again", EVERYWHERE),
    Action(
        "app.suspend",
        ("ctrl+z",),
        "suspend",
        "Suspend to the shell",
        EVERYWHERE,
        handler="suspend_process",
    ),
    Action("app.back", ("escape",), "back", "Back, or clear", EVERYWHERE, palette=False),
    Action("app.leave", ("q",), "back or quit", "Back, or quit from a main screen", EVERYWHERE),
    Action("app.quit", ("ctrl+q",), "quit", "Quit jobs-tui", EVERYWHERE),
)
"""The same on every screen."""

LIST_MOVES = (
    Action("list.down", ("j", "down"), "down", "One line down", MOVE, palette=False),
    Action("list.up", ("k", "up"), "up", "One line up", MOVE, palette=False),
    Action("list.top", ("g", "home"), "first", "First line", MOVE, palette=False),
    Action("list.bottom", ("G", "end"), "last", "Last line", MOVE, palette=False),
    Action(
        "list.half-down", ("ctrl+d",), "half page down", "Half a page down", MOVE, palette=False
    ),
    Action("list.half-up", ("ctrl+u",), "half page up", "Half a page up", MOVE, palette=False),
    Action("list.page-down", ("pagedown",), "page down", "One page down", MOVE, palette=False),
    Action("list.page-up", ("pageup",), "page up", "One page up", MOVE, palette=False),
)
"""Every list moves alike."""

SCREENS = {
    "jobs": "jobs_tui.tui.screens.dashboard",
    "job": "jobs_tui.tui.screens.job",
    "runs": "jobs_tui.tui.screens.runs",
    "log": "jobs_tui.tui.screens.log",
    "agents": "jobs_tui.tui.screens.agents",
    "hooks": "jobs_tui.tui.screens.hooks",
    "delivery": "jobs_tui.tui.screens.delivery",
    "settings": "jobs_tui.tui.screens.settings",
    "wizard": "jobs_tui.tui.screens.wizard",
}
"""Screen name -> module with its ``ACTIONS``."""


def actions_of(screen: str) -> tuple[Action, ...]:
    """The actions of one screen, without those of every screen."""
    found: tuple[Action, ...] = import_module(SCREENS[screen]).ACTIONS
    return found


def all_actions() -> Iterator[tuple[str, Action]]:
    """(screen, action) for everything there is; ``app`` and ``list`` first."""
    for action in APP_ACTIONS:
        yield "app", action
    for action in LIST_MOVES:
        yield "list", action
    for screen in SCREENS:
        for action in actions_of(screen):
            yield screen, action


def key_table() -> str:
    """The table of the docs, Markdown: screen, keys, what they do."""
    lines = ["| Screen | Keys | What it does |", "|---|---|---|"]
    for screen, action in all_actions():
        keys = " ".join(f"`{display(key)}`" for key in action.keys)
        lines.append(f"| {screen} | {keys} | {action.help} |".replace("`|`", "`\\|`"))
    return "\n".join(lines)
