"""The seam between the engine and whoever does the work (DESIGN 8).

A runner gets a task and an output and gives back a result; it knows nothing of the database.
Processes are started through a ``ProcessSpawner``, so that one small launcher process, and not the
event loop, pays for them (DESIGN 7).
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from jobs_tui.models.agent import AgentInput
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.models.job import DEFAULT_AGENT
from jobs_tui.models.verdict import ALLOWED, Verdict

if TYPE_CHECKING:
    from jobs_tui.agents.crew import Crew, Delegate
    from jobs_tui.agents.job_tools import JobTools
    from jobs_tui.tools.tool import ToolContext

SHELL = AgentInput(
    id=DEFAULT_AGENT,
    name="Shell",
    kind="shell",
    description="Runs the prompt as a bash script on this machine.",
)
"""The agent of jobs that name none."""

RESULT_LIMIT = 500
"""Characters of ``Result.result``."""
ANSWER_LIMIT = 100_000
"""Characters of ``Result.answer``."""
ANSWER_MARGIN = 16_384
"""Characters by which the answer of a process may be longer: its beginning is cut only after
masking, so that no half of a secret is left there."""

MARK = "JOBS_TUI_EXECUTION_ID"
"""The environment variable by which every process of a run is known (DESIGN 7)."""


class SpawnFailed(JobsTuiError):
    """The process could not be started: nothing of it ever ran."""

    title = "Could not start"


class LauncherDied(JobsTuiError):
    """The process that starts and watches all others is gone; what became of the run is unknown."""

    title = "Launcher lost"


@dataclass(frozen=True, slots=True)
class Exit:
    """How a main process ended."""

    code: int
    """Exit code 0-255, or minus the signal's number."""
    at: float
    """When, in Unix seconds, as seen by the one who reaped it."""
    user_seconds: float = 0.0
    system_seconds: float = 0.0
    max_rss_bytes: int = 0
    """Largest resident size; Linux counts the launcher's own size (about 11 MB) as the least."""


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What was found when the tree behind a main process was ended."""

    count: int = 0
    """Processes other than the main one that had to be ended."""
    untouchable: int = 0
    """Processes that belong to another user (``sudo``) and are therefore still there."""


class Process(Protocol):
    """A started process and everything that descends from it."""

    @property
    def pid(self) -> int:
        """Process id of the main process, which is also its process group."""
        ...

    @property
    def stdout(self) -> int:
        """Read end, non-blocking; owned by this object."""
        ...

    @property
    def stderr(self) -> int:
        """Read end, non-blocking; owned by this object."""
        ...

    async def exited(self) -> Exit:
        """Wait for the main process. Raises LauncherDied."""
        ...

    def stop(self, grace: float) -> None:
        """TERM the whole tree now, KILL what is left after ``grace`` seconds (0: KILL at once).

        May be called again: a shorter grace wins.
        """
        ...

    async def ended(self) -> Leftovers:
        """Wait until the whole tree is gone. Raises LauncherDied.

        Without a ``stop`` this waits for background processes to go by themselves.
        """
        ...

    def close(self) -> None:
        """Close both read ends; harmless when repeated."""
        ...


class ProcessSpawner(Protocol):
    """Starts processes in a process group of their own."""

    async def spawn(
        self,
        run_id: str,
        argv: Sequence[str],
        env: Mapping[str, str | None],
        cwd: str,
        stdin: bytes | None = None,
    ) -> Process:
        """Start ``argv`` (``argv[0]`` an absolute path) in the directory ``cwd``.

        Args:
            run_id: the execution's id; becomes the mark in the environment of the run.
            env: the difference to the engine's environment; None removes a variable.
            stdin: what the process reads, whole and up to its end; None: it reads /dev/null.

        Raises:
            SpawnFailed: with a sentence for the user; nothing ran.
            LauncherDied: the launcher went away meanwhile.
        """
        ...


class Output(Protocol):
    """Where a run's output goes."""

    def feed(self, stream: str, data: bytes, step: str = "") -> None:
        """Raw bytes as they were read; ``stream`` is ``stdout`` or ``stderr``."""
        ...

    def line(self, stream: str, text: str, step: str = "") -> None:
        """One complete line, for ``system``, ``agent``, ``tool_call`` and ``tool_result``."""
        ...

    async def ready(self) -> None:
        """Return when more may be fed: this is what slows a run that prints too fast."""
        ...


@dataclass(frozen=True, slots=True)
class ToolCall:
    """What an agent is about to do with a tool; shown word for word to whoever is asked."""

    id: str
    """The same when the run is resumed: the model's own id of the call, or a fixed text."""
    tool: str
    """``disk_usage``; tools of MCP servers are ``SERVER_TOOL``."""
    arguments: Mapping[str, Any]
    read_only: bool
    """Whether the tool says that it changes nothing."""


class Gate(Protocol):
    """Asked before each call of a tool (DESIGN 9, Policy)."""

    async def check(self, call: ToolCall) -> Verdict:
        """Allow, deny or ask. Never raises: whatever goes wrong denies, with the reason.

        A call that a person has decided meanwhile is allowed or denied, not asked again.
        """
        ...


class OpenGate:
    """Allows everything: a home without policies."""

    async def check(self, call: ToolCall) -> Verdict:
        """See Gate."""
        return ALLOWED


@dataclass(frozen=True, slots=True)
class Resume:
    """What is known when a run goes on after it was asked for."""

    state: str
    """What the runner gave as ``Result.state``."""
    decisions: Mapping[str, Verdict]
    """By the id of a call: allowed or denied by a person, with the reason."""


@dataclass(frozen=True, slots=True)
class Task:
    """Everything a runner may know about one attempt."""

    execution_id: str
    job_id: str
    job_name: str
    prompt: str
    """The template, not yet rendered."""
    values: Mapping[str, object]
    """Values for the template's variables, built-ins included."""
    spawner: ProcessSpawner
    system_prompt: str | None = None
    """The job's (and the step's) own; the agent's is in ``agent``."""
    env: Mapping[str, str] = field(default_factory=dict)
    """All differences to the engine's environment, secrets of the run included."""
    working_directory: str | None = None
    """None means the user's home directory, as cron does."""
    timeout: float = 3600.0
    """Seconds. For information: the engine enforces it by cancelling."""
    stop_timeout: float = 5.0
    """Seconds between TERM and KILL."""
    drain: float = 2.0
    """Seconds that output is still read after the main process is gone."""
    agent: AgentInput = SHELL
    """The agent as this home knows it."""
    step: str = ""
    """The step that this is; empty for a run of one agent. Lines are written without it: the
    output adds it."""
    api_key: str | None = None
    """``agent.api_key``, resolved; never part of ``env``."""
    mcp_servers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By name: ``command``, ``args``, ``env`` or ``url``, ``headers``; secrets filled in."""
    gate: Gate = field(default_factory=OpenGate)
    crew: Crew | None = None
    delegates: Sequence[Delegate] = ()
    tools: ToolContext | None = None
    """What tools need; None: tools that need more than the machine are not offered."""
    job_tools: JobTools | None = None
    """By which the agent may plan jobs; None: it may not."""
    resume: Resume | None = None
    spent: dict[str, object] = field(default_factory=dict)
    """As ``Result.usage``; a runner of models writes here what is used so far, so that it is known
    of a run that was cancelled as well; of a run that goes on, since it does."""
    state_directory: str | None = None
    """Where the job keeps what its agents want to find again at the next run (their own
    configuration and sessions): absolute, made when it is first needed, 0700. None: nothing is
    kept from run to run."""
    whole_answer: bool = False
    """Whether something follows from the whole answer: a shell then gives all of its output as
    ``Result.answer``, which costs memory that most runs need not spend."""
    reports: bool = False
    """Whether a model is offered the tool by which it says how far it is from the goal."""
    continues: bool = False
    """Whether a model goes on with the conversation of the run before: ``history`` is that one,
    and ``Result.history`` is kept for the next."""
    history: str | None = None
    """What the runner gave as ``Result.history``; None: the conversation begins."""

    def directory(self) -> str:
        """The absolute path of the working directory."""
        home = os.path.expanduser("~")
        return os.path.join(home, os.path.expanduser(self.working_directory or ""))


@dataclass(frozen=True, slots=True)
class Result:
    """How an attempt ended."""

    status: str
    """``completed``, ``failed``, ``timed_out`` or ``waiting_for_input`` (an ExecutionStatus)."""
    exit_code: int | None = None
    """0-255; after a signal 128 + its number, as shells say it; None when nothing exited."""
    error_message: str | None = None
    result: str | None = None
    """Last non-empty line or the answer, at most RESULT_LIMIT characters, not yet cleaned."""
    usage: Mapping[str, object] = field(default_factory=dict)
    """Processes: ``cpu_user_seconds``, ``cpu_system_seconds``, ``max_rss_bytes``. Models:
    ``model``, ``requests``, ``tool_calls``, ``input_tokens``, ``output_tokens``, and ``cost``, US
    dollars as a decimal text, None where it is not known."""
    finished_at: float | None = None
    """Unix seconds at which the main process ended; None: when ``run`` returned."""
    answer: str | None = None
    """The whole answer for steps that come after, at most ANSWER_LIMIT characters; None: it is
    ``result``."""
    retry: bool = True
    """False: trying again cannot help (a limit was reached, a key is refused)."""
    ask: tuple[ToolCall, ...] = ()
    """``waiting_for_input``: the calls that wait for a person."""
    ask_reason: str = ""
    """Why they wait: what the policy says."""
    state: str = ""
    """``waiting_for_input``: JSON from which the runner goes on."""
    history: str | None = None
    """``completed``, of a task that continues: JSON for the next run's task."""

    @property
    def text(self) -> str:
        """What steps that come after are told."""
        return self.answer or self.result or ""


class Runner(Protocol):
    """One kind of agent. Instances are shared by all runs and keep no state of any of them."""

    kind: ClassVar[str]
    name: ClassVar[str]
    description: ClassVar[str]

    def not_ready(self, agent: AgentInput) -> str:
        """Why this agent cannot work here, in one sentence; empty when it can.

        Quick: looks at files and PATH at most. Secrets are looked at by the caller.
        """
        ...

    def variables(self, prompt: str) -> tuple[str, ...]:
        """Names the template asks for, in order of appearance. Raises InvalidInput."""
        ...

    def check(self, prompt: str, names: Collection[str]) -> tuple[str, ...]:
        """Warnings about a template whose variables are ``names``. Raises InvalidInput."""
        ...

    def readable(self, prompt: str, values: Mapping[str, object]) -> str:
        """The template filled in for people to read, never to be run. Raises InvalidInput."""
        ...

    async def probe(self, task: Task) -> str:
        """Try out whether the agent can work, within seconds; run nothing of any job.

        Args:
            task: of no job; agent, environment, key and spawner are those of a run.

        Returns:
            What was found, in a few words (``version 2.3``).

        Raises:
            JobsTuiError: why it cannot work.
        """
        ...

    async def run(self, task: Task, output: Output) -> Result:
        """Do the work.

        When the asyncio task that runs this is cancelled (cancel, timeout, engine stop), the
        runner ends everything it started, goes on reading output meanwhile, and raises
        CancelledError only when nothing of it is left.

        Raises:
            LauncherDied: what became of the work is unknown.
        """
        ...
