"""A real terminal: tmux on a socket of its own, keys in, the screen's text out."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import uuid

import pytest

from tests.e2e.home import LiveHome, wait_for

needs_tmux = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")


class Terminal:
    """The app in a terminal of a given size."""

    def __init__(self, home: LiveHome, width: int, height: int) -> None:
        self._socket = f"jobs-tui-{uuid.uuid4().hex[:8]}"
        self._env = home.env | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        command = f"{shlex.join(home.argv())}; echo left with $?; exec cat"
        self._tmux(
            *("-f", "/dev/null", "new-session", "-d", "-s", "app", "-x", str(width)),
            *("-y", str(height), "sh", "-c", command),
        )

    def _tmux(self, *words: str) -> str:
        done = subprocess.run(
            ["tmux", "-L", self._socket, *words],
            env=self._env,
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        return done.stdout

    def screen(self) -> str:
        """What the terminal shows."""
        return self._tmux("capture-pane", "-p", "-t", "app")

    def keys(self, *keys: str) -> None:
        """Press keys by tmux's names (``Enter``, ``PageDown``, ``n``)."""
        for key in keys:
            self._tmux("send-keys", "-t", "app", key)

    def type(self, text: str) -> None:
        """Type text as it is."""
        self._tmux("send-keys", "-t", "app", "-l", text)

    def shows(self, *texts: str) -> str:
        """Wait until the screen shows all of these; returns it."""

        def shown() -> str | None:
            screen = self.screen()
            return screen if all(text in screen for text in texts) else None

        try:
            return str(wait_for(f"{texts} on the screen", shown))
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.screen()}") from None

    def close(self) -> None:
        """The terminal goes away, as when an SSH connection dies."""
        self._tmux("kill-server")
