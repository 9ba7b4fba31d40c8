"""Opening the screen: the only place of the command line that knows it."""

from __future__ import annotations

import sys

from jobs_tui.models.errors import Refused


def open_tui() -> int:
    """Run the screen until it is left.

    Returns:
        Its exit status.

    Raises:
        Refused: there is no terminal to open it in.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Refused(
            "The screen needs a terminal.",
            "Give a command instead, such as `jobs-tui list`; `jobs-tui --help` shows all.",
        )
    from jobs_tui.tui.run import run_tui

    return run_tui()
