"""Who will do a job: one agent, a team, a workflow, or whoever fits best (create_job_api.md)."""

from __future__ import annotations

from dataclasses import dataclass

from jobs_tui.agents.directory import Directory
from jobs_tui.agents.plain import TextPrompts
from jobs_tui.agents.registry import get_runner
from jobs_tui.agents.runner import SHELL, Runner
from jobs_tui.models.agent import AgentInput
from jobs_tui.models.enums import Described, PlanningMode
from jobs_tui.models.errors import JobsTuiError, NotFound
from jobs_tui.models.job import Definition
from jobs_tui.models.team import TeamInput, WorkflowInput


class DoerKind(Described):
    """What stands behind ``planning_mode`` and ``entity_id``."""

    AGENT = "agent", "one agent"
    TEAM = "team", "a team"
    WORKFLOW = "workflow", "a workflow"
    SMART = "smart", "the agent that fits best, chosen at run time"


@dataclass(frozen=True, slots=True)
class Doer:
    """Who does a job; exactly one of the last three is set, none for Smart."""

    kind: DoerKind
    id: str | None
    agent: AgentInput | None = None
    team: TeamInput | None = None
    workflow: WorkflowInput | None = None

    @property
    def label(self) -> str:
        """For people."""
        one = self.agent or self.team or self.workflow
        return "Smart" if one is None else one.label

    @property
    def prompts(self) -> Runner | TextPrompts:
        """The half of a runner that reads the job's prompt.

        Raises:
            NotFound, Refused: the agent's kind is not here.
        """
        return TextPrompts() if self.agent is None else get_runner(self.agent.kind)

    def agents(self, directory: Directory) -> list[AgentInput]:
        """The agents that are known to take part, each once; those that do not exist left out."""
        if self.agent is not None:
            return [self.agent]
        ids: list[str] = []
        if self.team is not None:
            ids = [member.agent for member in self.team.members]
        if self.workflow is not None:
            ids = [step.agent for step in self.workflow.steps]
        known = {one.id: one for one in directory.all_agents()}
        return [known[one] for one in dict.fromkeys(ids) if one in known]

    @property
    def disabled(self) -> str:
        """That somebody has switched it off, in words; empty when nobody has."""
        one = self.agent or self.team or self.workflow
        return "" if one is None or one.enabled else f"The {self.kind} {one.id} is disabled."

    def not_ready(self, directory: Directory) -> str:
        """Why it cannot work here; empty when it can. Secrets are not looked at."""
        if self.disabled:
            return self.disabled
        if self.agent is not None:
            return agent_not_ready(self.agent)
        if self.team is not None:
            return _first_problem(directory, [member.agent for member in self.team.members])
        if self.workflow is not None:
            named = [step.agent for step in self.workflow.steps if step.agent != "smart"]
            return _first_problem(directory, named)
        return ""


def agent_not_ready(agent: AgentInput) -> str:
    """Why an agent cannot work here; empty when it can. Secrets are not looked at."""
    if not agent.enabled:
        return f"The agent {agent.id} is disabled."
    try:
        return get_runner(agent.kind).not_ready(agent)
    except JobsTuiError as error:
        return error.sentence()


def _first_problem(directory: Directory, ids: list[str]) -> str:
    for agent_id in ids:
        try:
            problem = agent_not_ready(directory.agent(agent_id))
        except NotFound as error:
            problem = error.message
        if problem:
            return problem
    return ""


def one_step(definition: Definition) -> bool:
    """Whether the job is a workflow of nothing but its prompt (compatibility.md)."""
    return definition.planning_mode is PlanningMode.PREDEFINED_WORKFLOW and not definition.entity_id


def doer_of(definition: Definition, directory: Directory) -> Doer:
    """Who will do a job.

    A workflow that names no entity has one step, its prompt, done by the agent of jobs that name
    none.

    Raises:
        NotFound: no such agent, team or workflow.
    """
    if one_step(definition):
        return Doer(DoerKind.AGENT, SHELL.id, agent=SHELL)
    entity_id = definition.entity_id or ""
    mode = definition.planning_mode
    if mode is PlanningMode.ON_THE_FLY:
        return Doer(DoerKind.SMART, None)
    if mode is PlanningMode.PREDEFINED_AGENT:
        return Doer(DoerKind.AGENT, entity_id, agent=directory.agent(entity_id))
    if mode is PlanningMode.PREDEFINED_TEAM:
        if entity_id in directory.teams:
            return Doer(DoerKind.TEAM, entity_id, team=directory.teams[entity_id])
        raise _nowhere("team", entity_id, sorted(directory.teams))
    if entity_id in directory.workflows:
        return Doer(DoerKind.WORKFLOW, entity_id, workflow=directory.workflows[entity_id])
    raise _nowhere("workflow", entity_id, sorted(directory.workflows))


def _nowhere(what: str, entity_id: str, known: list[str]) -> NotFound:
    some = f"Known {what}s: {', '.join(known[:20])}." if known else f"There is no {what} yet."
    return NotFound(
        f"The job is to be run by the {what} {entity_id!r:.80}, which does not exist in this home.",
        some,
        field="entity_id",
    )


def agent_of(definition: Definition) -> str | None:
    """The id of the agent that does a job; None when it is not one agent, or not yet chosen."""
    if one_step(definition):
        return SHELL.id
    if definition.planning_mode is PlanningMode.PREDEFINED_AGENT:
        return definition.entity_id
    return None
