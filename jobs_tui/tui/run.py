"""From the command line into the screen, and what comes after it (DESIGN 7)."""

from __future__ import annotations

import logging
import os
import signal
import sys
from types import FrameType
from typing import TYPE_CHECKING

from jobs_tui.models.errors import JobsTuiError
from jobs_tui.service.context import Context, user_name
from jobs_tui.store.database import Store
from jobs_tui.store.home import Home, find_home
from jobs_tui.tui.terminal import Terminal, detach, detached

if TYPE_CHECKING:
    from jobs_tui.host import EngineHost
    from jobs_tui.tui.app import Outcome


def run_tui(home: Home | None = None) -> int:
    """Show the screens of a home until they are left, then do what was chosen.

    Returns:
        The exit status. Errors are one sentence on standard error.
    """
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    try:
        store = Store(home or find_home())
    except JobsTuiError as error:
        print(error.sentence(), file=sys.stderr)  # noqa: T201 - the command line's own output
        return error.exit_code
    log_to_file(store.home)
    code = 0
    try:
        code = _run(store)
    except JobsTuiError as error:
        print(error.sentence(), file=sys.stderr)  # noqa: T201
        code = error.exit_code
    finally:
        store.close()
        if detached():
            # Textual's threads may be left waiting for a terminal that is not there any more,
            # and the interpreter would wait for them: all that is ours is closed.
            os._exit(code)
    return code


def log_to_file(home: Home) -> None:
    """What the engine in this process has to say goes beside the home: the screen is taken."""
    try:
        os.close(os.open(home.engine_log, os.O_CREAT | os.O_WRONLY, 0o600))
        handler: logging.Handler = logging.FileHandler(home.engine_log, delay=True)
    except OSError:
        handler = logging.NullHandler()  # the screen works without; the events table has it too
    logging.basicConfig(
        level=logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        handlers=[handler],
    )


def _run(store: Store) -> int:
    from jobs_tui.tui.app import JobsApp

    app = JobsApp(store, engine=lambda: _engine(store), ctx=Context(store, user_name(), "tui"))
    terminal = Terminal(lambda: app.end("hangup"))
    before = signal.signal(signal.SIGTERM, lambda number, frame: app.end("terminated"))
    try:
        with terminal.watched():
            app.run()
    finally:
        signal.signal(signal.SIGTERM, before)
    if terminal.gone:
        app.outcome = "hangup"
        detach()
    if app.host is not None and app.host.alive:
        _after(app.host, app.outcome)
    if app.failure is not None:
        raise app.failure
    return app.return_code or 0


def _engine(store: Store) -> EngineHost:
    from jobs_tui.host import EngineHost  # with its listener half a second to import

    return EngineHost(store, "tui")


def _after(host: EngineHost, outcome: Outcome) -> None:
    """What becomes of the engine in this process once the screen is gone."""
    if outcome == "hangup":
        _headless(host)
    elif outcome == "background":
        _background(host)
    else:
        running, _ = host.busy()
        if running:
            _say(f"Stopping the engine: {_runs(running)} may finish first; ctrl+c does not wait.")
        host.stop()


def _headless(host: EngineHost) -> None:
    """The same engine without a screen, until `jobs-tui stop` or TERM."""

    def stop(number: int, frame: FrameType | None) -> None:
        host.request_stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    host.wait()


def _background(host: EngineHost) -> None:
    """A detached engine takes the home; what runs here ends here (DESIGN 7)."""
    try:
        pid = host.hand_over()
        _say(f"The engine goes on in the background (pid {pid}); `jobs-tui stop` ends it.")
    finally:
        running, _ = host.busy()
        if running:
            _say(f"{_runs(running)} of this window to finish; ctrl+c does not wait.")
        try:
            host.wait_runs()
        except KeyboardInterrupt:
            host.stop()


def _runs(count: int) -> str:
    return f"{count} run{'' if count == 1 else 's'}"


def _say(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201 - the command line's own output
