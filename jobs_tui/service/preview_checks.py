"""What a run would meet before it starts: the looks of the engine's preflight, without a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from jobs_tui.agents.budgets import accounts_of, standings
from jobs_tui.agents.doer import DoerKind
from jobs_tui.agents.missing import queue_of
from jobs_tui.agents.surroundings import Surroundings, environment_of, surroundings_of
from jobs_tui.guard.policy.engine import policy_engine
from jobs_tui.guard.policy.questions import job_question, tool_question
from jobs_tui.models.agent import AgentInput
from jobs_tui.models.config import job_config
from jobs_tui.models.enums import Decision, ExecutorType, Kind, TriggerType
from jobs_tui.models.job import Definition
from jobs_tui.models.verdict import ALLOWED, Verdict
from jobs_tui.service.agent_readiness import states_of
from jobs_tui.service.context import Context
from jobs_tui.service.environments import state_of
from jobs_tui.service.policy_gate import enabled_policies
from jobs_tui.service.preview_who import Command, Who, command_of
from jobs_tui.service.waiting import Waiting
from jobs_tui.store.settings import load_settings


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    """``definition``, ``agent``, ``parameters``, ``schedule``, ``environment``, ``secret``,
    ``policy``, ``budget``, ``queue``."""
    ok: bool
    """False: something stands in the way of a run, or would make it fail."""
    message: str
    """A sentence."""


def around_of(definition: Definition, ctx: Context, who: Who) -> dict[str, Surroundings]:
    """What each agent would get, by its id; with the key "" when nobody is known to work.

    Raises:
        NotFound: an integration that does not exist.
    """
    place = job_config(definition.config).working_directory
    agents: Sequence[AgentInput | None] = who.agents or (None,)
    return {
        "" if one is None else one.id: surroundings_of(definition, ctx.directory, one, place)
        for one in agents
    }


def commands_of(
    definition: Definition, who: Who, around: dict[str, Surroundings]
) -> tuple[Command, ...]:
    """The command lines of the agent programs among those that would work."""
    found = (
        command_of(one, around[one.id], definition.system_prompt)
        for one in who.agents
        if one.id in around
    )
    return tuple(one for one in found if one is not None)


def environment(ctx: Context, definition: Definition) -> list[Check]:
    """The named environment, when the job names one."""
    if definition.executor_type is not ExecutorType.ENVIRONMENT:
        return []
    named = definition.environment_name or ""
    found = environment_of(definition, ctx.directory)
    if found is None:
        words = f"There is no environment {named!r:.80} here: it runs on this machine."
        return [Check("environment", True, words)]
    state = state_of(ctx, found)
    if state.problem:
        words = f"The environment {found.id} is not ready: {state.problem}."
        return [Check("environment", False, words)]
    asked = bool((found.check or "").strip()) and state.checked_at is None
    words = f"The environment {found.id} is ready"
    words += "; its check script is run at the start." if asked else "."
    return [Check("environment", True, words)]


def secrets(ctx: Context, who: Who, around: dict[str, Surroundings]) -> list[Check]:
    """Each secret by name, and whether it can be had; no value is read."""
    entries = dict.fromkeys(entry for one in around.values() for entry in one.secrets)
    found = [(one.name, one.problem) for one in states_of(ctx, entries)]
    for agent in who.agents:
        if agent.api_key:
            (state,) = states_of(ctx, (), agent.api_key)
            found.append((f"the key of {agent.id}", state.problem))
    return [
        Check("secret", not problem, f"{name}: {problem or 'can be had.'}")
        for name, problem in found
    ]


def policy(
    ctx: Context, definition: Definition, who: Who, commands: Sequence[Command], job_id: str | None
) -> Verdict | None:
    """What the policies say of a start by hand now, the strictest answer; None: there are none.

    Asked as the engine asks: about the run, then about each of several agents, then about the
    start of each program. Calls of tools are asked about when they are made.

    Args:
        definition: with the rendered prompt.
    """
    policies = enabled_policies(ctx)
    if not policies:
        return None
    strictest = ALLOWED
    for question in _questions(ctx, definition, who, commands, job_id):
        verdict = policy_engine().decide(policies, question)
        if verdict.decision is Decision.DENY:
            return verdict
        if verdict.decision is Decision.ASK and strictest is ALLOWED:
            strictest = verdict
    return strictest


def _questions(
    ctx: Context, definition: Definition, who: Who, commands: Sequence[Command], job_id: str | None
) -> list[dict[str, Any]]:
    def about(agent: AgentInput | None, step: str = "") -> dict[str, Any]:
        question = job_question(
            "run", definition, now=ctx.now(), user=ctx.actor, job_id=job_id, agent=agent
        )
        question["trigger"] = {
            "type": str(TriggerType.MANUAL),
            "kind": str(Kind.MANUAL),
            "requested_by": ctx.actor,
        }
        return {**question, "step": step} if step else question

    several = who.kind is not DoerKind.AGENT
    found = [about(None if several else who.agent)]
    if several:
        found += [about(agent) for agent in ([who.agent] if who.agent is not None else [])]
        found += [
            about(part.agent, part.name or part.agent_id)
            for part in who.parts
            if part.agent is not None
        ]
    by_id = {one.id: one for one in who.agents}
    for command in commands:
        agent = by_id[command.agent_id]
        arguments = {"argv": list(command.argv), "working_directory": command.directory}
        found.append(tool_question(about(agent), command.program, arguments, read_only=False))
    return found


def policy_check(verdict: Verdict | None) -> Check:
    """The verdict as a line."""
    if verdict is None:
        return Check("policy", True, "No policy has a say.")
    if verdict.decision is Decision.DENY:
        return Check("policy", False, f"Denied: {verdict.reason}.")
    if verdict.decision is Decision.ASK:
        return Check("policy", False, f"A person would have to approve it: {verdict.reason}.")
    return Check("policy", True, "The policies allow it.")


def budgets(ctx: Context, definition: Definition, who: Who, job_id: str | None) -> list[Check]:
    """What is left of each budget that the run would be charged to."""
    settings, own = load_settings(ctx.store.home), job_config(definition.config).budget
    accounts = accounts_of(settings.budget(), own, job_id or "", who.agents)
    return [
        Check(
            "budget",
            not one.exhausted,
            one.sentence()
            if one.exhausted
            else f"The budget of {one.account.label}: {one.left_words()}"
            f"{', nearly used up' if one.near else ''}.",
        )
        for one in standings(ctx.store.jobs.reader(), accounts, ctx.now(), settings.budget_zone())
    ]


def queue(ctx: Context, definition: Definition, who: Who, job_id: str | None) -> Check:
    """The queue, and whether the run would wait in it."""
    name = queue_of(definition)
    agent_id = None if who.agent is None else who.agent.id
    parallel = job_config(definition.config).parallel
    held = Waiting(ctx).of_start(name, agent_id, job_id, parallel)
    if held:
        return Check("queue", False, f"It would wait in the queue {name}: {held}.")
    return Check("queue", True, f"It would start at once from the queue {name}.")


def with_prompt(definition: Definition, prompt: str) -> Definition:
    """The definition as policies are shown it: with the prompt of the run."""
    return replace(definition, prompt_template=prompt)
