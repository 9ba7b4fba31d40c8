"""What a tool is: typed arguments in, a readable report and its facts out (DESIGN 8)."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from pydantic import BaseModel

from jobs_tui.models.errors import JobsTuiError
from jobs_tui.store.database import Store
from jobs_tui.tools.words import one_line


class ToolFailed(JobsTuiError):
    """A tool could not do what was asked; the message says why, for people and for models."""

    title = "Tool failed"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(one_line(message), hint)


@dataclass(frozen=True, slots=True)
class Finished:
    """How a program that a tool called has ended."""

    exit_code: int
    """0-255; minus the signal's number when it was killed."""
    stdout: str
    stderr: str
    cut: bool = False
    """Whether there was more output than was kept."""


class Processes(Protocol):
    """Calls programs for tools, as part of the run: its mark, its end, nothing is left of them."""

    async def run(
        self,
        argv: Sequence[str],
        *,
        cwd: str | None = None,
        env: Mapping[str, str] | None = None,
        timeout: float = 60.0,
        limit: int = 1_000_000,
    ) -> Finished:
        """Run a program to its end.

        Args:
            argv: ``argv[0]`` is looked for on PATH.
            env: added to the environment of the run.
            timeout: seconds; then its tree is ended.
            limit: bytes kept of each stream.

        Raises:
            ToolFailed: it does not exist, could not be started, or took too long.
        """
        ...


@dataclass(frozen=True, slots=True)
class ToolContext:
    """What a tool may use of the run that calls it."""

    store: Store
    """To read the history of jobs, and for its clock; tools write nothing there."""
    execution_id: str
    job_id: str
    working_directory: str
    """Absolute; relative paths of arguments start here."""
    env: Mapping[str, str]
    """The run's variables and secrets: differences to the engine's environment."""
    processes: Processes
    say: Callable[[str], None]
    """Tell progress of something long, one line."""

    def path(self, text: str) -> str:
        """The absolute path that an argument means: ``~`` and relative ones filled in."""
        return os.path.abspath(os.path.join(self.working_directory, os.path.expanduser(text)))


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool found or did."""

    text: str
    """The report: aligned lines of plain text."""
    summary: str
    """The report in one line of at most 200 characters."""
    data: Mapping[str, Any] = field(default_factory=dict)
    """The facts, JSON-able; sizes in bytes, times in seconds, shares in per cent."""
    alarms: tuple[str, ...] = ()
    """Thresholds that were crossed and things that are wrong, a sentence each: an ``ops`` run with
    alarms has failed."""

    def __post_init__(self) -> None:
        """Names of files are any bytes: what is no text would fail where it is stored or sent."""
        text = self.text.encode("utf-8", "backslashreplace").decode()
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "summary", one_line(self.summary))
        object.__setattr__(self, "alarms", tuple(one_line(alarm) for alarm in self.alarms))


Arguments = TypeVar("Arguments", bound=BaseModel)


@dataclass(frozen=True)
class Tool(Generic[Arguments]):
    """One thing that agents can do on this machine."""

    name: str
    """``system_health``: letters, digits and ``_``."""
    title: str
    """For people: ``System health``."""
    description: str
    """What it does, for people and models; the first sentence stands alone in lists."""
    arguments: type[Arguments]
    """Its fields have descriptions, defaults and limits; extra fields are forbidden."""
    run: Callable[[Arguments, ToolContext], Awaitable[ToolResult]]
    """Raises ToolFailed."""
    read_only: bool
    """Whether it changes nothing, whatever its arguments are."""
    phrases: tuple[str, ...] = ()
    """What people say who want it, in plain words: ``check system health``. For ``ops``."""
    for_models: bool = False
    """Only for models: not offered to ``ops`` (shell command, files, HTTP request)."""
    needs: tuple[str, ...] = ()
    """Programs that must be on PATH."""
