"""Who would do a job if it started now, with what command line: for previews and dry runs."""

from __future__ import annotations

import os
from dataclasses import dataclass

from jobs_tui.agents.directory import Directory
from jobs_tui.agents.doer import Doer, DoerKind, agent_not_ready, doer_of
from jobs_tui.agents.smart.ranking import Selection
from jobs_tui.agents.surroundings import Surroundings
from jobs_tui.models.agent import AgentInput
from jobs_tui.models.enums import PlanningMode
from jobs_tui.models.errors import JobsTuiError, NotFound
from jobs_tui.models.job import Definition
from jobs_tui.models.team import Strategy
from jobs_tui.service import smart
from jobs_tui.service.context import Context
from jobs_tui.store.settings import load_settings

SMART = "smart"
"""The agent of a workflow's step that is chosen when the step begins."""

_KINDS = {
    PlanningMode.PREDEFINED_AGENT: DoerKind.AGENT,
    PlanningMode.PREDEFINED_TEAM: DoerKind.TEAM,
    PlanningMode.PREDEFINED_WORKFLOW: DoerKind.WORKFLOW,
    PlanningMode.ON_THE_FLY: DoerKind.SMART,
}


@dataclass(frozen=True, slots=True)
class Part:
    """A member of a team or a step of a workflow."""

    name: str
    """The step; for a member its role, which may be empty."""
    agent_id: str
    needs: tuple[str, ...]
    problem: str
    """Why its agent cannot work now; empty when it can."""
    agent: AgentInput | None = None
    """None: it does not exist, or Smart chooses it."""


@dataclass(frozen=True, slots=True)
class Who:
    """Who would do it."""

    kind: DoerKind
    id: str | None
    """Of the agent, team or workflow; None for Smart."""
    name: str
    """For people."""
    problem: str
    """Why nothing can do it now; empty when something can. Secrets are not looked at."""
    agent: AgentInput | None = None
    """The one agent, Smart's pick included."""
    parts: tuple[Part, ...] = ()
    strategy: Strategy | None = None
    """Of a team."""
    smart: Selection | None = None
    note: str = ""
    """Smart: who else has a say when the run starts."""

    @property
    def agents(self) -> tuple[AgentInput, ...]:
        """Every agent that would work, each once."""
        found = [self.agent, *(part.agent for part in self.parts)]
        return tuple({one.id: one for one in found if one is not None}.values())


def who_of(ctx: Context, definition: Definition, task: str) -> Who:
    """Find it out. Smart ranks the agents: not for an event loop.

    Args:
        task: the prompt, rendered.
    """
    known = ctx.directory
    try:
        doer = doer_of(definition, known)
    except JobsTuiError as error:
        entity_id = definition.entity_id
        kind = _KINDS[definition.planning_mode]
        return Who(kind, entity_id, entity_id or "", error.sentence())
    if doer.kind is DoerKind.SMART:
        return _smart(ctx, task)
    return Who(
        kind=doer.kind,
        id=doer.id,
        name=doer.label,
        problem=doer.not_ready(known),
        agent=doer.agent,
        parts=parts_of(doer, known),
        strategy=None if doer.team is None else doer.team.strategy,
    )


def parts_of(doer: Doer, known: Directory) -> tuple[Part, ...]:
    """The members of a team or the steps of a workflow, in order."""
    if doer.team is not None:
        return tuple(_part(known, one.role, one.agent, ()) for one in doer.team.members)
    if doer.workflow is not None:
        return tuple(
            _part(known, one.name, one.agent, tuple(one.needs)) for one in doer.workflow.steps
        )
    return ()


def _part(known: Directory, name: str, agent_id: str, needs: tuple[str, ...]) -> Part:
    if agent_id == SMART:
        return Part(name, agent_id, needs, "")
    try:
        agent = known.agent(agent_id)
    except NotFound as error:
        return Part(name, agent_id, needs, error.message)
    return Part(name, agent_id, needs, agent_not_ready(agent), agent)


def _smart(ctx: Context, task: str) -> Who:
    found = smart.selection(ctx, task)
    agent = None if found.chosen is None else ctx.directory.agent(found.chosen)
    problem = "" if agent is not None else found.reason
    note = smart_note(ctx, found)
    return Who(DoerKind.SMART, None, "Smart", problem, agent, smart=found, note=note)


def smart_note(ctx: Context, found: Selection) -> str:
    """Which model has a say at the start of a run beside the ranking; empty when none has."""
    settings = load_settings(ctx.store.home)
    if settings.planner_agent:
        return f"At the start {settings.planner_agent} proposes steps; without them Smart chooses."
    if found.unclear and settings.chooser_agent and found.chosen is not None:
        return f"At the start {settings.chooser_agent} is asked to choose among the best."
    return ""


@dataclass(frozen=True, slots=True)
class Command:
    """The command line that an agent program would be started with."""

    agent_id: str
    program: str
    """Its name."""
    argv: tuple[str, ...]
    """Prompt and private files are placeholders in braces; no secret is in it."""
    directory: str
    """Where it would work."""


def command_of(
    agent: AgentInput, around: Surroundings, system_prompt: str | None
) -> Command | None:
    """The command line of an agent program; None for other kinds, and when its template is gone.

    A program that is not installed is named as its template names it.

    Args:
        system_prompt: the job's own.
    """
    if agent.kind != "command":
        return None
    from jobs_tui.agents.command.invocation import command_line
    from jobs_tui.agents.command.programs import find_program, template_of

    try:
        template = template_of(agent)
    except JobsTuiError:
        return None  # the agent is not ready, and that says so
    home = os.path.expanduser("~")
    directory = os.path.join(home, os.path.expanduser(around.working_directory or ""))
    told = any(one and one.strip() for one in (agent.system_prompt, system_prompt))
    program = find_program(template.program, around.env_vars.get("PATH")) or template.program
    servers = any(not one.get("disabled") for one in around.mcp_servers.values())
    argv = command_line(agent, template, program, directory, told=told, servers=servers)
    return Command(agent.id, os.path.basename(template.program), tuple(argv), directory)
