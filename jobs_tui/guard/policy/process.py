"""The worker process that evaluates Rego, as its owner sees it."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
from pathlib import Path
from typing import Any

from jobs_tui.guard.policy.answer import NoAnswer

START = 30.0
"""Seconds in which a new worker must be ready; a busy machine needs two of them."""
LONGEST_ANSWER = 1_000_000
"""Bytes."""
_ROOT = Path(__file__).parents[3]
_BOOT = (
    f"import sys; sys.path.insert(0, {str(_ROOT)!r});"
    " from jobs_tui.guard.policy.worker import main; main()"
)
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR", "TZ", "SYSTEMROOT")
"""What a worker is told of our environment: a policy can read it, and secrets may stand in it."""


class WorkerProcess:
    """One worker; used by one thread at a time.

    Raises:
        NoAnswer: it cannot be started.
    """

    def __init__(self) -> None:
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", _BOOT],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment | {"LC_ALL": "C.UTF-8"},
                cwd="/",
                start_new_session=True,  # Ctrl-C in the terminal is for us, not for it
            )
        except OSError as error:
            raise NoAnswer(f"the policy engine cannot be started ({error.strerror})") from None
        try:
            ready = self._receive(START)
        except NoAnswer:
            self.dispose()
            raise
        if ready != {"ready": True}:
            self.dispose()
            raise NoAnswer("the policy engine cannot be started (is regopy installed?)")

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def ask(self, request: bytes, timeout: float) -> dict[str, Any] | None:
        """Its answer to a line of JSON; None when it has died.

        Raises:
            NoAnswer: nothing came within ``timeout`` seconds; then it was killed.
        """
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(request)
            self._process.stdin.flush()
        except OSError:
            self.kill()
            return None
        return self._receive(timeout)

    def kill(self) -> None:
        """End it at once, from any thread; harmless when repeated."""
        self._process.kill()
        self._process.wait()

    def dispose(self) -> None:
        """End it and close its pipes; by the thread that uses it, or when none does."""
        self.kill()
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            with contextlib.suppress(OSError):
                stream.close()

    def _receive(self, timeout: float) -> dict[str, Any] | None:
        stream = self._process.stdout
        assert stream is not None
        poll = select.poll()
        poll.register(stream, select.POLLIN)
        # An answer is written at once, so that its first byte is as good as all of it.
        if not poll.poll(max(1, round(timeout * 1000))):
            self.kill()
            raise NoAnswer(f"it gave no answer within {timeout:g} s")
        line = stream.readline(LONGEST_ANSWER)
        if not line.endswith(b"\n"):
            self.kill()
            return None
        answer: dict[str, Any] = json.loads(line)
        return answer
