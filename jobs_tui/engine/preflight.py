"""What is looked at between the claim of a run and its work: may it start now, and with whom?

In this order: who does it, the named environment, budgets, policies (DESIGN 8 and 9).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jobs_tui.agents.budgets import accounts_of
from jobs_tui.agents.directory import Directory
from jobs_tui.agents.doer import Doer, doer_of
from jobs_tui.agents.runner import ProcessSpawner, ToolCall
from jobs_tui.agents.surroundings import environment_of
from jobs_tui.engine.environments import environment_problem
from jobs_tui.engine.parts import Parts
from jobs_tui.engine.purse import standings_of
from jobs_tui.guard.policy.questions import job_question
from jobs_tui.models.approval import RUN
from jobs_tui.models.config import JobConfig
from jobs_tui.models.enums import Decision, ExecutionStatus
from jobs_tui.models.execution import Execution
from jobs_tui.models.job import Definition
from jobs_tui.models.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Go:
    """The run may start."""

    doer: Doer
    notes: tuple[str, ...] = ()
    """What its log is to say first."""


@dataclass(frozen=True, slots=True)
class NoGo:
    """The run does not start now."""

    status: ExecutionStatus
    """``blocked``, ``waiting_for_input``, ``skipped`` or ``failed``."""
    reason: str
    ask: ToolCall | None = None
    """``waiting_for_input``: what a person is asked."""


async def preflight(
    parts: Parts,
    execution: Execution,
    definition: Definition,
    config: JobConfig,
    directory: Directory,
    decisions: Mapping[str, Verdict],
    spawner: ProcessSpawner,
) -> Go | NoGo:
    """Look at everything that has to be so before a run starts.

    Args:
        decisions: what persons have decided of this run, by the id of the call.

    Raises:
        NotFound: its agent, team or workflow does not exist.
    """
    doer = doer_of(definition, directory)
    if doer.disabled:
        return NoGo(ExecutionStatus.FAILED, doer.disabled)
    notes: list[str] = []
    environment = environment_of(definition, directory)
    if environment is not None:
        problem = await environment_problem(parts, environment, directory, spawner)
        if problem:
            reason = f"The environment {environment.id} is not ready: {problem}."
            return NoGo(ExecutionStatus.BLOCKED, reason)
    agents = () if doer.agent is None else (doer.agent,)
    accounts = accounts_of(parts.settings.budget(), config.budget, execution.job_id, agents)
    if accounts:
        for one in standings_of(parts, accounts):
            # A run that has begun is not skipped: its agents end it with the same sentence.
            if one.exhausted and not execution.resumes:
                return NoGo(ExecutionStatus.SKIPPED, f"budget: {one.sentence()}")
            if one.near:
                notes.append(one.sentence())
    refused = await _policies(parts, execution, definition, directory, doer, decisions)
    return refused or Go(doer, tuple(notes))


async def _policies(
    parts: Parts,
    execution: Execution,
    definition: Definition,
    directory: Directory,
    doer: Doer,
    decisions: Mapping[str, Verdict],
) -> NoGo | None:
    policies = [one for one in directory.policies.values() if one.enabled]
    if not policies:
        return None
    question = job_question(
        "run",
        definition,
        agent=doer.agent,
        execution=execution,
        job_id=execution.job_id,
        user=execution.requested_by or "engine",
        face="engine",
        now=parts.store.clock.now(),
    )
    verdict = await parts.policies.adecide(policies, question, parts.secrets.resolve)
    if verdict.decision is Decision.DENY:
        return NoGo(ExecutionStatus.FAILED, f"denied by policy: {verdict.reason}")
    if verdict.decision is Decision.ALLOW:
        return None
    decided = decisions.get(RUN)
    if decided is None:
        call = ToolCall(RUN, RUN, {"prompt": execution.prompt}, read_only=False)
        return NoGo(ExecutionStatus.WAITING_FOR_INPUT, verdict.reason, call)
    if decided.decision is Decision.ALLOW:
        return None
    return NoGo(ExecutionStatus.FAILED, decided.reason)
