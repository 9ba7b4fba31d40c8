"""The systemd user unit that keeps an engine running (DESIGN 7, ``jobs-tui service``)."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from jobs_tui.models.errors import InvalidInput

NAME = "jobs-tui.service"
_SAFE = re.compile(r"[A-Za-z0-9_@+=:,./-]+\Z")

_TEMPLATE = """\
# Written by `jobs-tui service install`; `jobs-tui service uninstall` removes it.
[Unit]
Description=jobs-tui: background jobs

[Service]
Type=exec
{environment}ExecStart={command}
# TERM goes to the engine alone: it lets its runs finish and ends what is left of them.
KillMode=mixed
TimeoutStopSec={stop_seconds}
Restart=on-failure
RestartSec=5

[Install]
WantedBy=default.target
"""


def unit_path(environment: Mapping[str, str]) -> Path:
    """Where the unit lies: ``$XDG_CONFIG_HOME/systemd/user``, else below ``~/.config``."""
    base = environment.get("XDG_CONFIG_HOME")
    config = Path(base) if base and os.path.isabs(base) else Path.home() / ".config"
    return config / "systemd" / "user" / NAME


def unit_text(
    command: Sequence[str], environment: Mapping[str, str], stop_seconds: float = 30.0
) -> str:
    """The text of the unit.

    Args:
        command: program and arguments, the program with its full path.
        environment: variables that the engine needs (the home, PATH).
        stop_seconds: how long a stop may take before systemd kills what is left.

    Raises:
        InvalidInput: a value holds a line break or a NUL, which a unit cannot express.
    """
    lines = "".join(
        f"Environment={_quoted(f'{name}={value}')}\n" for name, value in environment.items()
    )
    words = " ".join(_quoted(word, command=True) for word in command)
    return _TEMPLATE.format(environment=lines, command=words, stop_seconds=round(stop_seconds))


def _quoted(word: str, *, command: bool = False) -> str:
    """A word as systemd reads it back: ``%`` and, in a command, ``$`` mean something there."""
    if any(char in word for char in "\n\r\0"):
        raise InvalidInput(f"{word!r:.100} cannot stand in a systemd unit.", "Choose another path.")
    doubled = word.replace("%", "%%")
    if command:
        doubled = doubled.replace("$", "$$")
    if _SAFE.match(doubled):
        return doubled
    escaped = doubled.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
