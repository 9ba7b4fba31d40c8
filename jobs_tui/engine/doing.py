"""From who does a job to the work itself: one agent, a team, a workflow, or whoever fits best."""

from __future__ import annotations

import asyncio
from functools import partial

from jobs_tui.agents.doer import Doer
from jobs_tui.agents.plain import TextPrompts
from jobs_tui.agents.runner import Result, Task
from jobs_tui.agents.smart.candidates import candidates
from jobs_tui.agents.smart.ranking import rank_by
from jobs_tui.agents.smart.wishes import wish_of
from jobs_tui.engine.choosing import choose
from jobs_tui.engine.crew import EngineCrew
from jobs_tui.models.agent import AgentInput
from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.models.team import WorkflowInput, plan_of
from jobs_tui.store import executions

PLAN = "plan"
"""The step in which a planner model proposes the others."""
QUESTION = "plan/question"
"""Among the states that are kept of a run that waits: what its planner was asked."""
PLAN_SECONDS = 300.0
"""Seconds that a planner may take."""


async def do_job(crew: EngineCrew, doer: Doer) -> Result:
    """Do the job of a crew.

    Raises:
        JobsTuiError: nobody can do it.
        LauncherDied: unknown what became of it.
    """
    crew.choose = partial(choose, crew)
    try:
        if doer.agent is not None:
            return await crew.do(doer.agent, crew.definition.prompt_template)
        if doer.team is not None:
            from jobs_tui.agents.teams.team import TeamRunner

            return await TeamRunner(doer.team, crew.directory).run(_task(crew), crew.output)
        if doer.workflow is not None:
            return await _workflow(crew, doer.workflow)
        return await _on_the_fly(crew)
    finally:
        await _protect_prompt(crew)


async def _on_the_fly(crew: EngineCrew) -> Result:
    """By the steps that a planner proposes, else by the agent that fits best (DESIGN 8)."""
    prompt = crew.definition.prompt_template
    if crew.execution.plan is not None:  # planned before it began to wait
        return await _workflow(crew, plan_of(crew.execution.plan))
    if crew.parts.settings.planner_agent:
        plan = await _planned(crew)
        if isinstance(plan, Result):
            return plan
        if plan is not None:
            return await _workflow(crew, plan)
    else:
        crew.output.line("system", "no planner_agent is set: smart chooses one agent")
    kept = crew.execution.agent_id if crew.execution.resumes else None
    agent = crew.directory.agent(kept) if kept else await choose(crew, _rendered(crew))
    return await crew.do(agent, prompt)


async def _planned(crew: EngineCrew) -> WorkflowInput | Result | None:
    """The steps that the planner proposes, kept on the run; None when it proposes none.

    A result when it has to wait for a person first.
    """
    from jobs_tui.agents.teams.planner import planner_prompt, read_plan

    planner = crew.parts.settings.planner_agent
    ready = await asyncio.to_thread(_ready, crew)
    # An approval holds for the question that was shown, whoever is ready or busy by now.
    question = crew.states.setdefault(QUESTION, planner_prompt(_rendered(crew), ready))
    result = await crew.run(
        planner,
        "{{ question }}",
        step=PLAN,
        values={"question": question},
        timeout=PLAN_SECONDS,
    )
    if result.status == ExecutionStatus.WAITING_FOR_INPUT:
        return result
    why = result.error_message or "it gave no answer"
    if result.status == "completed":
        try:
            plan = read_plan(result.text, ready)
        except JobsTuiError as error:
            why = error.sentence()
        else:
            await crew.parts.store.awrite(
                partial(
                    executions.note_choice,
                    execution_id=crew.execution.id,
                    plan=plan.model_dump(mode="json"),
                )
            )
            names = ", ".join(f"{one.name} ({one.agent})" for one in plan.steps)
            crew.output.line("system", f"{planner} planned: {names}")
            return plan
    crew.output.line("system", f"{planner} planned nothing that can be done ({why}): smart chooses")
    return None


def _ready(crew: EngineCrew) -> list[AgentInput]:
    """Agents that may be given steps of a plan, the best for the whole task first."""
    task = _rendered(crew)
    found = candidates(crew.parts.store.jobs.reader(), crew.directory, crew.parts.secrets, task)
    wish = wish_of(crew.parts.settings, crew.parts.secrets, None)
    ranked = rank_by(task, [one for one in found if one.ready], wish).ranked
    return [crew.directory.agent(one.id) for one in ranked]


async def _workflow(crew: EngineCrew, workflow: WorkflowInput) -> Result:
    from jobs_tui.agents.teams.workflow import WorkflowRunner

    return await WorkflowRunner(workflow, crew.directory).run(_task(crew), crew.output)


def _task(crew: EngineCrew) -> Task:
    """What a team or a workflow is told: it gives work on and does none itself."""
    return Task(
        execution_id=crew.execution.id,
        job_id=crew.execution.job_id,
        job_name=crew.definition.name,
        prompt=crew.definition.prompt_template,
        values=crew.values,
        spawner=crew.spawner,
        system_prompt=crew.definition.system_prompt,
        timeout=crew.config.timeout,
        stop_timeout=crew.config.stop_timeout,
        crew=crew,
    )


def _rendered(crew: EngineCrew) -> str:
    return TextPrompts().readable(crew.definition.prompt_template, crew.values)


async def _protect_prompt(crew: EngineCrew) -> None:
    """A secret that came in as a parameter does not stay in the prompt that the history shows."""
    masked = crew.output.mask(crew.execution.prompt)
    if masked != crew.execution.prompt:
        await crew.parts.store.awrite(
            partial(executions.note_choice, execution_id=crew.execution.id, prompt=masked)
        )
