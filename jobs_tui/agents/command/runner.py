"""Agents that are installed programs: claude, codex, gemini and others (AGENTS.md 3)."""

from __future__ import annotations

import asyncio
import os
import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from jobs_tui.agents.command.programs import program_of, template_of
from jobs_tui.agents.plain import TextPrompts
from jobs_tui.agents.runner import Result, SpawnFailed, ToolCall
from jobs_tui.models.enums import Decision
from jobs_tui.models.errors import InvalidInput, JobsTuiError, Refused, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobs_tui.agents.command.events.reading import Events
    from jobs_tui.agents.command.heard import EventsHeard, TextHeard
    from jobs_tui.agents.command.invocation import Invocation
    from jobs_tui.agents.processes import Ended
    from jobs_tui.agents.runner import Output, Task
    from jobs_tui.models.agent import AgentInput, CommandTemplate, Limits

CALL_ID = "command"
"""The id of the one call that policies are asked about: the start of the program."""

PROBE_SECONDS = 15.0
"""Some of these programs need four seconds on a busy machine to say their version."""

_LONG_TO_RENDER = 4096
"""Characters above which rendering leaves the event loop's thread."""

_VERSION = re.compile(r"\d+(?:\.\d+)+[\w+-]*")


class _Nowhere:
    """An output that keeps nothing."""

    def feed(self, stream: str, data: bytes, step: str = "") -> None:
        """See Output."""

    def line(self, stream: str, text: str, step: str = "") -> None:
        """See Output."""

    async def ready(self) -> None:
        """See Output."""


_NOWHERE = _Nowhere()


class CommandRunner(TextPrompts):
    """Starts a program by its template, gives it the prompt, and reads what it does.

    The program calls its tools by itself: policies are asked once, before it starts.
    """

    kind: ClassVar[str] = "command"
    name: ClassVar[str] = "Command"
    description: ClassVar[str] = "Gives the prompt to an installed agent program."

    def not_ready(self, agent: AgentInput) -> str:
        """See Runner."""
        try:
            program_of(agent, agent.execution_environment.env_vars.get("PATH"))
        except JobsTuiError as problem:
            return problem.sentence()
        return ""

    async def probe(self, task: Task) -> str:
        """See Runner."""
        from jobs_tui.agents.command.heard import TextHeard
        from jobs_tui.agents.command.outcome import of_text
        from jobs_tui.agents.processes import run_process

        template = template_of(task.agent)
        program = program_of(task.agent, task.env.get("PATH"))
        argv = [program, *template.version]
        heard = TextHeard(_NOWHERE, ())
        quick = replace(task, stop_timeout=0.5, drain=0.5)
        shown = " ".join([template.program, *template.version])
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                ended = await run_process(quick, heard, argv, task.env)
        except TimeoutError:
            raise Refused(
                f"'{shown}' did not answer within {PROBE_SECONDS:g} s.", "Try it in a terminal."
            ) from None
        if ended.exit.code:
            why = of_text(template, heard, ended).error_message
            raise Refused(f"'{shown}' failed: {why}.", "Try it in a terminal.")
        version = _VERSION.search(heard.tail.decode("utf-8", "replace"))
        return f"version {version[0]}" if version else f"{program}, which tells no version"

    async def run(self, task: Task, output: Output) -> Result:
        """See Runner."""
        from jobs_tui.agents.command.invocation import invocation
        from jobs_tui.agents.command.room import Room

        if task.working_directory is None:
            task = replace(task, working_directory=task.agent.working_directory)
        try:
            template = template_of(task.agent)
            program = program_of(task.agent, task.env.get("PATH"))
            prompt = await self._prompt(task)
            if (refused := await _asked(task, template, program)) is not None:
                return refused
            with Room(task.state_directory) as room:
                start = invocation(task, template, program, prompt, room)
                for note in start.notes:
                    output.line("system", f"warning: {note}")
                return await _run(task, output, template, start)
        except (SpawnFailed, StoreError) as error:
            return Result("failed", error_message=error.sentence())
        except (InvalidInput, Refused) as error:
            return Result("failed", error_message=error.sentence(), retry=False)

    async def _prompt(self, task: Task) -> str:
        if len(task.prompt) < _LONG_TO_RENDER:
            prompt = self.readable(task.prompt, task.values)
        else:
            prompt = await asyncio.to_thread(self.readable, task.prompt, task.values)
        if not prompt.strip():
            raise InvalidInput("The prompt is empty.", field="prompt_template")
        return prompt


async def _asked(task: Task, template: CommandTemplate, program: str) -> Result | None:
    """Ask the policies whether the program may start; None: it may."""
    from jobs_tui.agents.command.invocation import shown_argv

    name = os.path.basename(template.program)
    arguments = {
        "argv": shown_argv(task, template, program),
        "working_directory": task.directory(),
    }
    call = ToolCall(CALL_ID, name, arguments, read_only=False)
    verdict = await task.gate.check(call)
    if verdict.decision is Decision.ALLOW:
        return None
    if verdict.decision is Decision.ASK:
        return Result(
            "waiting_for_input", ask=(call,), ask_reason=verdict.reason, state="{}", retry=False
        )
    why = verdict.reason or "a policy denies it"
    return Result("failed", error_message=f"{name} was not started: {why}", retry=False)


async def _run(task: Task, output: Output, template: CommandTemplate, start: Invocation) -> Result:
    from jobs_tui.agents.command import outcome
    from jobs_tui.agents.command.events import READERS
    from jobs_tui.agents.command.heard import EventsHeard, TextHeard
    from jobs_tui.agents.processes import run_process

    limits = task.agent.limits
    over = ""
    events: Events | None = None
    heard: TextHeard | EventsHeard
    result_of: Callable[[Ended], Result]

    def look() -> None:
        nonlocal over
        # Once the program is done, or is being ended, there is nothing more to stop.
        if events is not None and not over and not events.finished and not deadline.expired():
            over = over_limit(events, limits)
            if over:
                deadline.reschedule(0.0)

    if template.output == "text":
        heard = text = TextHeard(output, template.failed_lines)
        result_of = partial(outcome.of_text, template, text)
    else:
        events = READERS[template.output]()
        heard = told = EventsHeard(output, events, look)
        result_of = partial(outcome.of_events, template, events, told)
    try:
        async with asyncio.timeout(limits.seconds) as deadline:
            ended = await run_process(task, heard, start.argv, start.env, start.stdin)
    except TimeoutError:
        what = over or f"it ran for longer than the {limits.seconds:g} s"
        return Result(
            "failed" if over else "timed_out",
            error_message=f"{what} that the limits of the agent {task.agent.id} allow",
            usage={} if events is None else events.usage(),
            retry=False,
        )
    finally:
        heard.end()
    return result_of(ended)


def over_limit(events: Events, limits: Limits) -> str:
    """Which limit the run went over, as the beginning of a sentence; empty: none."""
    if (events.requests or 0) > limits.requests:
        return f"it asked its model more often than the {limits.requests:,} times"
    if limits.tool_calls is not None and events.tool_calls > limits.tool_calls:
        return f"it called more tools than the {limits.tool_calls:,}"
    tokens = (events.input_tokens or 0) + (events.output_tokens or 0)
    if limits.tokens is not None and tokens > limits.tokens:
        return f"it used more tokens than the {limits.tokens:,}"
    if limits.cost is not None and events.cost is not None and events.cost > limits.cost:
        return f"it cost more than the {limits.cost:f} US dollars"
    return ""
