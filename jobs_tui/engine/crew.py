"""Gives work to agents: the one of a plain run, and those of teams and workflows step by step."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from jobs_tui.agents.crew import Delegate, PlannedStep
from jobs_tui.agents.directory import Directory
from jobs_tui.agents.doer import agent_not_ready
from jobs_tui.agents.job_tools import JobTools
from jobs_tui.agents.registry import get_runner
from jobs_tui.agents.runner import Output, ProcessSpawner, Result, Resume, Task, ToolCall
from jobs_tui.agents.surroundings import filled_servers, surroundings_of
from jobs_tui.agents.telling import TOLD_KINDS, reports, told
from jobs_tui.agents.tool_processes import LauncherProcesses
from jobs_tui.engine.gate import EngineGate, refused_to_begin
from jobs_tui.engine.memory import recall, remember
from jobs_tui.engine.output import LogOutput
from jobs_tui.engine.parts import Parts
from jobs_tui.engine.places import Place
from jobs_tui.engine.purse import Purse
from jobs_tui.engine.step_book import StepBook
from jobs_tui.engine.step_output import StepOutput
from jobs_tui.models.agent import AgentInput
from jobs_tui.models.approval import call_key
from jobs_tui.models.config import JobConfig
from jobs_tui.models.enums import Conversation, ExecutionStatus
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.models.execution import Execution
from jobs_tui.models.job import Definition
from jobs_tui.models.verdict import Verdict
from jobs_tui.tools.tool import ToolContext

SMART = "smart"
"""In place of an agent's id: whoever fits best."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Calls of tools for which a person has to be asked."""

    agent_id: str | None
    step: str
    calls: tuple[ToolCall, ...]
    reason: str


@dataclass(slots=True)
class EngineCrew:
    """See :class:`jobs_tui.agents.crew.Crew`; one per attempt."""

    parts: Parts
    execution: Execution
    definition: Definition
    config: JobConfig
    directory: Directory
    output: LogOutput
    spawner: ProcessSpawner
    values: Mapping[str, object]
    """Of the job's prompt."""
    env: Mapping[str, str]
    """What every process of the run gets: where the home is, which run it is."""
    decisions: Mapping[str, Verdict]
    """What persons have decided about calls of this run, by the id of the call."""
    book: StepBook
    purse: Purse
    choose: Any = None
    """``async (prompt) -> AgentInput`` for :data:`SMART`."""
    kept: dict[str, Any] = field(default_factory=dict)
    """Steps that have ended, also before the run began to wait; they are not done twice."""
    states: dict[str, str] = field(default_factory=dict)
    """Where waiting steps go on."""
    asked: list[Asked] = field(default_factory=list)
    whole_answer: bool = False
    """Whether something follows from all that the run answers."""

    def plan(self, planned: Sequence[PlannedStep]) -> None:
        """See Crew."""
        self.book.plan(planned, self.kept)

    def skip(self, step: str, reason: str) -> None:
        """See Crew."""
        self.book.skip(step, reason)
        StepOutput(self.output, step).line("system", f"skipped: {reason}")

    async def run(
        self,
        agent_id: str,
        prompt: str,
        *,
        step: str,
        values: Mapping[str, object] | None = None,
        system_prompt: str | None = None,
        timeout: float | None = None,
        delegates: Sequence[Delegate] = (),
    ) -> Result:
        """See Crew."""
        if step in self.kept:
            return Result(**self.kept[step])
        try:
            agent = await self._agent(agent_id, prompt, values)
        except JobsTuiError as error:
            result = Result("failed", error_message=error.sentence(), retry=False)
        else:
            try:
                result = await self.do(
                    agent,
                    prompt,
                    step=step,
                    values=values,
                    system_prompt=system_prompt,
                    timeout=timeout,
                    delegates=delegates,
                    began=partial(self.book.begin, step, agent.id),
                )
            except asyncio.CancelledError:
                self.book.cancelled(step)
                raise
        if result.status != ExecutionStatus.WAITING_FOR_INPUT:
            self.kept[step] = _kept(result)
        self.book.end(step, result)
        return result

    async def do(
        self,
        agent: AgentInput,
        prompt: str,
        *,
        step: str = "",
        values: Mapping[str, object] | None = None,
        system_prompt: str | None = None,
        timeout: float | None = None,
        delegates: Sequence[Delegate] = (),
        began: Callable[[], None] = lambda: None,
    ) -> Result:
        """Let an agent work, when it has a place; what it used is recorded whatever becomes of it.

        Args:
            began: called when it has its place.

        Raises:
            LauncherDied: unknown what became of it.
        """
        output = StepOutput(self.output, step) if step else self.output
        problem = agent_not_ready(agent) or self.purse.exhausted(agent)
        if problem:
            return Result("failed", error_message=problem, retry=False)
        async with self.parts.places.hold(agent, partial(output.line, "system")) as place:
            began()
            try:
                led = [_lending(one, place) for one in delegates]
                task = await self._task(agent, prompt, step, values, system_prompt, led)
            except JobsTuiError as error:
                return Result("failed", error_message=error.sentence(), retry=False)
            refused = await refused_to_begin(self._gate(agent, step), task)
            result = refused or await self._timed(task, output, timeout)
        if result.history is not None:
            job_id = self.execution.job_id
            await remember(self.parts, self.output, job_id, agent.id, step, result.history)
        if result.status == ExecutionStatus.WAITING_FOR_INPUT:
            if refused is None:
                self.states[step] = result.state
                self.purse.booked[step] = dict(result.usage)
            self.asked.append(Asked(agent.id, step, result.ask, result.ask_reason))
        return result

    async def _timed(self, task: Task, output: Output, timeout: float | None) -> Result:
        """Within the time limits of step and agent; the job's own is the attempt's business."""
        agent = task.agent
        limits = []
        if timeout is not None:
            limits.append((timeout, f"the timeout of the step {task.step}"))
        if agent.limits.seconds is not None:
            limits.append((agent.limits.seconds, f"limits.seconds of the agent {agent.id}"))
        seconds, whose = min(limits, default=(None, ""))
        deadline = asyncio.timeout(seconds)
        used: Mapping[str, object] = {}
        try:
            async with deadline:
                result = await get_runner(agent.kind).run(task, output)
            used = result.usage
            return result
        except TimeoutError:
            if not deadline.expired():
                raise
            message = f"timed out after {seconds:g} s: {whose}"
            output.line("system", message)
            return Result("timed_out", error_message=message, usage=dict(task.spent))
        finally:
            # A run that goes on after an approval tells in its result what was booked before too.
            self.purse.record(agent, task.spent or used)

    def used(self) -> dict[str, object]:
        """What models have used so far, all steps together."""
        return self.purse.used()

    def so_far(self) -> dict[str, Any]:
        """What is kept of the run while it waits."""
        return {"steps": self.kept, "states": self.states, "booked": self.purse.booked}

    def asked_reason(self) -> str:
        """Why the run waits for a person."""
        reasons = dict.fromkeys(one.reason for one in self.asked if one.reason)
        return "; ".join(reasons) or "a policy asks for approval"

    async def _agent(
        self, agent_id: str, prompt: str, values: Mapping[str, object] | None
    ) -> AgentInput:
        if agent_id != SMART:
            return self.directory.agent(agent_id)
        from jobs_tui.agents.plain import TextPrompts

        text = TextPrompts().readable(prompt, {**self.values, **(values or {})})
        chosen: AgentInput = await self.choose(text)
        return chosen

    async def _task(
        self,
        agent: AgentInput,
        prompt: str,
        step: str,
        values: Mapping[str, object] | None,
        system_prompt: str | None,
        delegates: Sequence[Delegate],
    ) -> Task:
        around = surroundings_of(
            self.definition, self.directory, agent, self.config.working_directory
        )
        secrets, key = dict[str, str](), None
        if around.secrets or agent.api_key:
            secrets, key = await asyncio.to_thread(self._resolved, agent, around.secrets)
            self.output.protect([*secrets.values(), *([key] if key else [])])
        env = {**self.env, **around.env_vars, **secrets}
        task = Task(
            execution_id=self.execution.id,
            job_id=self.execution.job_id,
            job_name=self.definition.name,
            prompt=prompt,
            values={**self.values, **(values or {})},
            spawner=self.spawner,
            system_prompt=_joined(
                self.definition.system_prompt, system_prompt, self._told(agent, step)
            ),
            env=env,
            working_directory=around.working_directory,
            timeout=self.config.timeout,
            stop_timeout=self.config.stop_timeout,
            drain=self.config.drain,
            agent=self.purse.allowed(agent, step),
            step=step,
            api_key=key,
            mcp_servers=filled_servers(around.mcp_servers, env),
            gate=self._gate(agent, step),
            crew=self,
            delegates=delegates,
            job_tools=self._job_tools(agent),
            resume=self._resume(step),
            state_directory=str(self.parts.store.home.job_state(self.execution.job_id)),
            whole_answer=self.whole_answer and not step,
        )
        if agent.kind == "shell":  # most runs, and it knows of no tools
            return task
        if agent.kind == "llm":
            task = self._with_memory(replace(task, reports=self._reports(agent, step)))
        tools = ToolContext(
            store=self.parts.store,
            execution_id=task.execution_id,
            job_id=task.job_id,
            working_directory=task.directory(),
            env=env,
            processes=LauncherProcesses(task),
            say=partial(self.output.line, "system", step=step),
        )
        return replace(task, tools=tools)

    def _told(self, agent: AgentInput, step: str) -> str | None:
        if agent.kind not in TOLD_KINDS:
            return None
        state = self.values.get("state")
        return told(
            self.definition,
            state if isinstance(state, dict) else {},
            by_tool=self._reports(agent, step),
        )

    def _reports(self, agent: AgentInput, step: str) -> bool:
        """By a tool; within teams and workflows the answer itself is what is passed on."""
        return agent.kind == "llm" and not step and reports(self.definition)

    def _with_memory(self, task: Task) -> Task:
        if self.definition.conversation is not Conversation.CONTINUE:
            return task
        known = recall(self.parts, self.output, task.job_id, task.agent.id, task.step)
        return replace(task, continues=True, history=known)

    def _resolved(
        self, agent: AgentInput, entries: Sequence[str]
    ) -> tuple[dict[str, str], str | None]:
        secrets = self.parts.secrets
        key = secrets.resolve(agent.api_key) if agent.api_key else None
        return secrets.resolve_entries(entries), key

    def _gate(self, agent: AgentInput, step: str) -> EngineGate:
        return EngineGate(
            policies=self.parts.policies,
            directory=self.directory,
            definition=self.definition,
            agent=agent,
            execution=self.execution,
            step=step,
            decisions=self.decisions,
            clock=self.parts.store.clock,
            resolve=self.parts.secrets.resolve,
        )

    def _job_tools(self, agent: AgentInput) -> JobTools | None:
        make = self.parts.job_tools if agent.job_tools else None
        return None if make is None else make(self.parts.store, self.execution, agent)

    def _resume(self, step: str) -> Resume | None:
        if step not in self.states:
            return None
        prefix = call_key(step, "")
        decided = {
            call_id.removeprefix(prefix): verdict
            for call_id, verdict in self.decisions.items()
            if call_id.startswith(prefix)
        }
        return Resume(self.states[step], decided)


def _joined(*texts: str | None) -> str | None:
    return "\n\n".join(text for text in texts if text and text.strip()) or None


def _kept(result: Result) -> dict[str, Any]:
    return {
        "status": result.status,
        "exit_code": result.exit_code,
        "result": result.result,
        "answer": result.answer,
        "usage": dict(result.usage),
        "error_message": result.error_message,
        "retry": result.retry,
    }


def _lending(delegate: Delegate, place: Place) -> Delegate:
    """Its leader gives its place away while it waits for the answer."""

    async def call(told: str) -> Result:
        async with place.lent():
            return await delegate.call(told)

    return replace(delegate, call=call)
