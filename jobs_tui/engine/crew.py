"""Gives work to agents: the one of a plain run, and those of teams and workflows step by step."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from typing import Any

from jobs_tui.agents.budgets import Account, standings
from jobs_tui.agents.crew import Delegate, PlannedStep
from jobs_tui.agents.directory import Directory
from jobs_tui.agents.doer import agent_not_ready
from jobs_tui.agents.registry import get_runner
from jobs_tui.agents.runner import ProcessSpawner, Result, Resume, Task, ToolCall
from jobs_tui.agents.surroundings import filled_servers, surroundings_of
from jobs_tui.agents.tool_processes import LauncherProcesses
from jobs_tui.engine.gate import EngineGate, refused_to_begin
from jobs_tui.engine.output import LogOutput
from jobs_tui.engine.parts import Parts
from jobs_tui.engine.step_output import StepOutput
from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.agent import AgentInput
from jobs_tui.models.approval import call_key
from jobs_tui.models.config import JobConfig
from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.models.execution import Execution
from jobs_tui.models.job import Definition
from jobs_tui.models.verdict import Verdict
from jobs_tui.store import spending, steps
from jobs_tui.tools.tool import ToolContext

SMART = "smart"
"""In place of an agent's id: whoever fits best."""
STEP_TEXT = 1000
"""Characters of a step's result and error that are kept on its row."""


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
    choose: Any = None
    """``async (prompt) -> AgentInput`` for :data:`SMART`."""
    kept: dict[str, Any] = field(default_factory=dict)
    """Steps that were completed before the run began to wait."""
    states: dict[str, str] = field(default_factory=dict)
    """Where waiting steps go on."""
    asked: list[Asked] = field(default_factory=list)
    rows: dict[str, steps.StepRow] = field(default_factory=dict)
    """Its steps so far; empty for a run of one agent."""
    _spent: list[Mapping[str, Any]] = field(default_factory=list)

    def plan(self, planned: Sequence[PlannedStep]) -> None:
        """See Crew."""
        for one in planned:
            self._save(
                steps.StepRow(
                    one.name,
                    self._position(one.name),
                    ExecutionStatus.QUEUED,
                    parent=one.parent,
                    needs=one.needs,
                    agent_id=one.agent_id,
                    role=one.role,
                )
            )

    def skip(self, step: str, reason: str) -> None:
        """See Crew."""
        row = self._row(step)
        self._save(replace(row, status=ExecutionStatus.SKIPPED, error_message=reason[:STEP_TEXT]))
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
        now = self.parts.store.clock.now
        row = replace(self._row(step), status=ExecutionStatus.RUNNING, started_at=now())
        try:
            agent = await self._agent(agent_id, prompt, values)
        except JobsTuiError as error:
            result = Result("failed", error_message=error.sentence(), retry=False)
        else:
            row = replace(row, agent_id=agent.id)
            self._save(row)
            try:
                result = await self.do(
                    agent,
                    prompt,
                    step=step,
                    values=values,
                    system_prompt=system_prompt,
                    timeout=timeout,
                    delegates=delegates,
                )
            except asyncio.CancelledError:
                self._save(replace(row, status=ExecutionStatus.CANCELLED, completed_at=now()))
                raise
        waits = result.status == ExecutionStatus.WAITING_FOR_INPUT
        if result.status == ExecutionStatus.COMPLETED:
            self.kept[step] = _kept(result)
        self._save(
            replace(
                row,
                status=ExecutionStatus(result.status),
                completed_at=None if waits else now(),
                result=self._clean(result.result),
                error_message=self._clean(result.error_message),
                usage=dict(result.usage),
            )
        )
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
    ) -> Result:
        """Let an agent work; what it used is recorded whatever becomes of it.

        Raises:
            LauncherDied: unknown what became of it.
        """
        output = StepOutput(self.output, step) if step else self.output
        problem = agent_not_ready(agent)
        if problem:
            return Result("failed", error_message=problem, retry=False)
        try:
            task = await self._task(agent, prompt, step, values, system_prompt, delegates)
        except JobsTuiError as error:
            return Result("failed", error_message=error.sentence(), retry=False)
        refused = await refused_to_begin(self._gate(agent, step), task)
        if refused is not None:
            if refused.ask:
                self.asked.append(Asked(agent.id, step, refused.ask, refused.ask_reason))
            return refused
        limits = [limit for limit in (timeout, agent.limits.seconds) if limit is not None]
        deadline = asyncio.timeout(min(limits) if limits else None)
        used: Mapping[str, object] = {}
        try:
            async with deadline:
                result = await get_runner(agent.kind).run(task, output)
            used = result.usage
        except TimeoutError:
            if not deadline.expired():
                raise
            message = f"timed out after {min(limits):g} s"
            output.line("system", message)
            return Result("timed_out", error_message=message, usage=dict(task.spent))
        finally:
            # A run that goes on after an approval tells in its result what was booked before too.
            self._record(agent, task.spent or used)
        if result.status == ExecutionStatus.WAITING_FOR_INPUT:
            self.states[step] = result.state
            self.asked.append(Asked(agent.id, step, result.ask, result.ask_reason))
        return result

    def used(self) -> dict[str, object]:
        """What models have used so far, all steps together."""
        return total_usage(self._spent)

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
            system_prompt=_joined(self.definition.system_prompt, system_prompt),
            env=env,
            working_directory=around.working_directory,
            timeout=self.config.timeout,
            stop_timeout=self.config.stop_timeout,
            drain=self.config.drain,
            agent=self._within_budget(agent),
            step=step,
            api_key=key,
            mcp_servers=filled_servers(around.mcp_servers, env),
            gate=self._gate(agent, step),
            crew=self,
            delegates=delegates,
            resume=self._resume(step),
            state_directory=str(self.parts.store.home.job_state(self.execution.job_id)),
        )
        if agent.kind == "shell":  # most runs, and it knows of no tools
            return task
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

    def _resolved(
        self, agent: AgentInput, entries: Sequence[str]
    ) -> tuple[dict[str, str], str | None]:
        secrets = self.parts.secrets
        key = secrets.resolve(agent.api_key) if agent.api_key else None
        return secrets.resolve_entries(entries), key

    def _within_budget(self, agent: AgentInput) -> AgentInput:
        """The agent with what is left of its budgets as the limit of this run."""
        accounts = accounts_of(self.parts, self.execution, self.config, agent)
        if not accounts:
            return agent
        store = self.parts.store
        found = standings(store.jobs.reader(), accounts, store.clock.now())
        money = [one.left for one in found if one.money]
        tokens = [int(one.left) for one in found if not one.money]
        limits = agent.limits
        cost = min([*money, *([limits.cost] if limits.cost is not None else [])], default=None)
        most = min([*tokens, *([limits.tokens] if limits.tokens is not None else [])], default=None)
        return agent.model_copy(
            update={"limits": limits.model_copy(update={"cost": cost, "tokens": most})}
        )

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
        )

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

    def _record(self, agent: AgentInput, usage: Mapping[str, Any]) -> None:
        if not usage.get("input_tokens") and not usage.get("output_tokens"):
            return
        self._spent.append(usage)
        self.parts.store.submit(
            partial(
                spending.record,
                execution_id=self.execution.id,
                job_id=self.execution.job_id,
                agent_id=agent.id,
                at=self.parts.store.clock.now(),
                usage=dict(usage),
            )
        )

    def _row(self, step: str) -> steps.StepRow:
        found = self.rows.get(step)
        if found is None:
            found = steps.StepRow(step, self._position(step), ExecutionStatus.QUEUED)
        return found

    def _position(self, step: str) -> int:
        known = self.rows.get(step)
        return len(self.rows) if known is None else known.position

    def _save(self, row: steps.StepRow) -> None:
        self.rows[row.name] = row
        self.parts.store.submit(
            partial(
                steps.save,
                execution_id=self.execution.id,
                attempt=self.execution.attempt,
                row=row,
            )
        )

    def _clean(self, text: str | None) -> str | None:
        return None if text is None else self.output.mask(plain(text))[:STEP_TEXT] or None


def accounts_of(
    parts: Parts, execution: Execution, config: JobConfig, agent: AgentInput | None
) -> list[Account]:
    """The budgets that a run is charged to: the home's, the job's, the agent's."""
    found = []
    home = parts.settings.budget()
    if home is not None:
        found.append(Account("this home", home))
    if config.budget is not None:
        found.append(Account("the job", config.budget, job_id=execution.job_id))
    if agent is not None and agent.budget is not None:
        found.append(Account(f"the agent {agent.id}", agent.budget, agent_id=agent.id))
    return found


def total_usage(parts: Sequence[Mapping[str, Any]]) -> dict[str, object]:
    """Usage of several agents together; a cost that is not known makes the sum not known."""
    if not parts:
        return {}
    found: dict[str, object] = {
        name: sum(int(one.get(name) or 0) for one in parts)
        for name in ("requests", "tool_calls", "input_tokens", "output_tokens")
    }
    costs = [one.get("cost") for one in parts]
    total = None if None in costs else sum(Decimal(str(cost)) for cost in costs)
    found["cost"] = None if total is None else format(total, "f")
    models = dict.fromkeys(str(one["model"]) for one in parts if one.get("model"))
    if models:
        found["model"] = ", ".join(models)
    return found


def _joined(*texts: str | None) -> str | None:
    return "\n\n".join(text for text in texts if text and text.strip()) or None


def _kept(result: Result) -> dict[str, Any]:
    return {
        "status": result.status,
        "exit_code": result.exit_code,
        "result": result.result,
        "answer": result.answer,
        "usage": dict(result.usage),
    }
