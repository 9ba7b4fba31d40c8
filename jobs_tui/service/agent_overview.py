"""Agents, teams and workflows as the screen of them shows all at once (UX.md 5.6).

Looks at programs and secrets: not for an event loop.
"""

from __future__ import annotations

from dataclasses import dataclass

from jobs_tui.agents.directory import BUILT_IN, Directory
from jobs_tui.agents.doer import agent_not_ready
from jobs_tui.agents.needs import SecretState
from jobs_tui.models.agent import AgentInput
from jobs_tui.models.approval import Approval
from jobs_tui.models.errors import NotFound
from jobs_tui.models.resource import ResourceKind
from jobs_tui.models.team import TeamInput, WorkflowInput
from jobs_tui.service import approvals
from jobs_tui.service.agent_readiness import missing_secret, secrets_of_agent
from jobs_tui.service.context import Context
from jobs_tui.service.resource_uses import groups_of_agent, jobs_by_doer, used_by
from jobs_tui.store import agent_stats


@dataclass(frozen=True, slots=True)
class AgentLine:
    """One agent with its figures."""

    agent: AgentInput
    made_here: bool
    """Somebody made it in this home: it can be changed and deleted."""
    reason: str
    """Why it cannot work now; empty when it can."""
    missing_secret: bool
    """The reason is a secret that cannot be had."""
    jobs: int
    """Of its own, and of the teams and workflows it is in."""
    running: int
    completed: int
    """Of its last runs."""
    failed: int
    average_ms: float | None
    """Of its last runs that completed."""

    @property
    def ready(self) -> bool:
        """Whether it can work now."""
        return not self.reason

    @property
    def ok_percent(self) -> int | None:
        """How many of its last runs completed; None when none has ended."""
        ended = self.completed + self.failed
        return None if not ended else 100 * self.completed // ended


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A team or a workflow."""

    kind: ResourceKind
    spec: TeamInput | WorkflowInput
    not_ready: dict[str, str]
    """Agent -> why it cannot work, for those of its agents that cannot."""
    jobs: int

    @property
    def id(self) -> str:
        """Its id."""
        return self.spec.id

    @property
    def agents(self) -> list[str]:
        """Its agents in order, each as often as it is named."""
        if isinstance(self.spec, TeamInput):
            return [member.agent for member in self.spec.members]
        return [step.agent for step in self.spec.steps]

    @property
    def reason(self) -> str:
        """Why it cannot work now; empty when it can."""
        if not self.spec.enabled:
            return f"The {self.kind} {self.id} is disabled."
        return next(iter(self.not_ready.values()), "")


@dataclass(frozen=True, slots=True)
class AgentOverview:
    """Everything of the screen but what belongs to the line under the cursor."""

    agents: list[AgentLine]
    """Built-in ones first, then those made here, then programs and packages."""
    teams: list[GroupLine]
    workflows: list[GroupLine]
    approvals: list[Approval]
    """Those that wait, the most urgent first."""


def overview(ctx: Context) -> AgentOverview:
    """Read all of it; five queries however much there is."""
    known, connection = ctx.directory, ctx.store.jobs.reader()
    every = list(known.all_agents())
    ids = [agent.id for agent in every]
    stats = agent_stats.by_agent(connection, ids)
    averages = agent_stats.average_ms(connection, ids)
    jobs = jobs_by_doer(connection)
    lines = []
    for agent in every:
        figures = stats.get(agent.id, agent_stats.NOTHING)
        problem = agent_not_ready(agent)
        secret = "" if problem else missing_secret(ctx, agent)
        lines.append(
            AgentLine(
                agent,
                agent.id in known.agents and agent.id not in BUILT_IN,
                problem or secret,
                bool(secret),
                _jobs_of(known, jobs, agent.id),
                figures.running,
                figures.completed,
                figures.failed,
                averages.get(agent.id),
            )
        )
    reasons = {line.agent.id: line.reason for line in lines}
    return AgentOverview(
        lines,
        [
            _group(known, reasons, ResourceKind.TEAM, known.teams[one], jobs)
            for one in sorted(known.teams)
        ],
        [
            _group(known, reasons, ResourceKind.WORKFLOW, known.workflows[one], jobs)
            for one in sorted(known.workflows)
        ],
        approvals.listing(ctx),
    )


def _jobs_of(known: Directory, jobs: dict[tuple[ResourceKind, str], int], agent_id: str) -> int:
    groups = groups_of_agent(known, agent_id)
    return sum(jobs.get(doer, 0) for doer in ((ResourceKind.AGENT, agent_id), *groups))


def _group(
    known: Directory,
    reasons: dict[str, str],
    kind: ResourceKind,
    spec: TeamInput | WorkflowInput,
    jobs: dict[tuple[ResourceKind, str], int],
) -> GroupLine:
    line = GroupLine(kind, spec, {}, jobs.get((kind, spec.id), 0))
    for agent_id in dict.fromkeys(line.agents):
        if agent_id == "smart":
            continue
        reason = reasons.get(agent_id)
        if reason is None:
            try:
                reason = agent_not_ready(known.agent(agent_id))
            except NotFound as error:
                reason = error.message
        if reason:
            line.not_ready[agent_id] = reason
    return line


@dataclass(frozen=True, slots=True)
class AgentDetail:
    """What else is told of the agent under the cursor."""

    secrets: tuple[SecretState, ...]
    users: tuple[str, ...]
    """``the job 'db-backup'``, ``the team ops``..."""


def detail(ctx: Context, agent: AgentInput) -> AgentDetail:
    """Read it."""
    users = used_by(ctx.store.jobs.reader(), ctx.directory, ResourceKind.AGENT, agent.id)
    return AgentDetail(secrets_of_agent(ctx, agent), tuple(users))


def group_users(ctx: Context, line: GroupLine) -> tuple[str, ...]:
    """The jobs of a team or a workflow."""
    return tuple(used_by(ctx.store.jobs.reader(), ctx.directory, line.kind, line.id))
