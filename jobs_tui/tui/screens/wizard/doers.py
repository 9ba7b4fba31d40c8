"""Who and what there is to choose from in step 3, at once and, after a look, in full."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from jobs_tui.agents.directory import BUILT_IN
from jobs_tui.agents.doer import agent_not_ready
from jobs_tui.agents.smart.ranking import Selection
from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.enums import PlanningMode
from jobs_tui.models.resource import ResourceKind
from jobs_tui.models.team import TeamInput
from jobs_tui.service import agent_overview
from jobs_tui.service.agent_overview import AgentLine, AgentOverview, GroupLine
from jobs_tui.service.context import Context
from jobs_tui.service.environments import state_of
from jobs_tui.tui.screens.agent_rows import TEAMS as TEAM_COLUMNS
from jobs_tui.tui.screens.agent_rows import WORKFLOWS as WORKFLOW_COLUMNS
from jobs_tui.tui.screens.agent_rows import Styled, agent_state, group_row, group_state
from jobs_tui.tui.spans import took
from jobs_tui.tui.widgets.virtual_list import Column, Row

AGENT, TEAM, WORKFLOW, SMART = (
    PlanningMode.PREDEFINED_AGENT.value,
    PlanningMode.PREDEFINED_TEAM.value,
    PlanningMode.PREDEFINED_WORKFLOW.value,
    PlanningMode.ON_THE_FLY.value,
)
_AGENTS = (
    Column("NAME", 17),
    Column("STATE", 11),
    Column("SKILLS", 12, flex=True),
    Column("OK%", 3, "right"),
    Column("AVG", 6, "right"),
)
_RANKING = (
    Column("SCORE", 5),
    Column("NAME", 17),
    Column("STATE", 11),
    Column("WHY", 12, flex=True),
)
COLUMNS = {AGENT: _AGENTS, TEAM: TEAM_COLUMNS, WORKFLOW: WORKFLOW_COLUMNS, SMART: _RANKING}
"""Of the list, by what is chosen among."""

_MISSING: Styled = ("! missing", "$state-bad")
_READY: Styled = ("+ ready", "$state-ok")


@dataclass(frozen=True, slots=True)
class Doers:
    """What there is."""

    overview: AgentOverview
    environments: Mapping[str, str] = field(default_factory=dict)
    """Environment -> why it is not ready; empty when it is, as far as can be seen."""

    def agent(self, agent_id: str) -> AgentLine | None:
        """An agent by its id."""
        return next((one for one in self.overview.agents if one.agent.id == agent_id), None)

    def groups(self, mode: str) -> list[GroupLine]:
        """The teams, or the workflows."""
        return self.overview.teams if mode == TEAM else self.overview.workflows

    def group(self, mode: str, group_id: str) -> GroupLine | None:
        """A team or a workflow by its id."""
        return next((one for one in self.groups(mode) if one.id == group_id), None)


def at_once(ctx: Context) -> Doers:
    """Names and programs alone: quick enough for the first picture."""
    known = ctx.directory
    lines = [
        AgentLine(one, one.id in known.agents and one.id not in BUILT_IN, agent_not_ready(one),
                  False, 0, 0, 0, 0, None)
        for one in known.all_agents()
    ]  # fmt: skip
    teams = [GroupLine(ResourceKind.TEAM, known.teams[one], {}, 0) for one in sorted(known.teams)]
    workflows = [
        GroupLine(ResourceKind.WORKFLOW, known.workflows[one], {}, 0)
        for one in sorted(known.workflows)
    ]
    return Doers(AgentOverview(lines, teams, workflows, []))


def in_full(ctx: Context) -> Doers:
    """With secrets, figures and environments: not for an event loop."""
    environments = {
        name: state_of(ctx, one).problem for name, one in ctx.directory.environments.items()
    }
    return Doers(agent_overview.overview(ctx), environments)


def rows_of(doers: Doers, mode: str, chosen: str, smart: Selection | None) -> list[Row]:
    """The rows of the list; one that is chosen but does not exist has its row as well."""
    if mode == SMART:
        return [] if smart is None else _ranking(smart)
    if mode == AGENT:
        rows = [_agent(line) for line in doers.overview.agents]
    else:
        rows = [group_row(line) for line in doers.groups(mode)]
    if mode == WORKFLOW:
        rows.append(Row("", ("(none)", _READY, ("one step: the prompt, a script", "$quiet"), "")))
    if chosen not in [row.key for row in rows] and chosen:
        rows.append(Row(chosen, (plain(chosen), _MISSING, ("it does not exist", "$quiet"), "")))
    return rows


def _agent(line: AgentLine) -> Row:
    agent, percent = line.agent, line.ok_percent
    about: Styled = (", ".join(agent.capabilities) or agent.description or agent.kind, "")
    if not agent.capabilities:
        about = (about[0], "$quiet")
    if line.reason:
        about = (short_reason(line.reason), "$state-warn")
    return Row(
        agent.id,
        (
            plain(agent.id),
            agent_state(line),
            (plain(about[0]), about[1]),
            "--" if percent is None else str(percent),
            took(line.average_ms),
        ),
    )


def _ranking(smart: Selection) -> list[Row]:
    return [
        Row(
            one.id,
            (
                f"{one.score:.2f}",
                plain(one.id),
                _READY if one.ready else ("! not ready", "$state-warn"),
                (plain(one.reason), "$quiet"),
            ),
        )
        for one in smart.ranked
    ]


def short_reason(reason: str) -> str:
    """The first sentence, for a narrow column: ``not found on PATH``."""
    first = reason.split(". ")[0].removesuffix(".")
    return re.sub(r"\AThe program \S+ was ", "", first)


def group_words(line: GroupLine) -> str:
    """Members or steps in a line; why it is not ready instead when it is not."""
    state, _ = group_state(line)
    if line.reason:
        return f"{line.id} is not ready ({state.removeprefix('! ')}): {line.reason}"
    if isinstance(line.spec, TeamInput):
        members = [
            f"{one.agent} ({one.role})" if one.role else one.agent for one in line.spec.members
        ]
        return f"{line.spec.strategy.sentence}: {', '.join(members)}"
    steps = [
        one.name + (" after " + " and ".join(one.needs) if one.needs else "")
        for one in line.spec.steps
    ]
    return f"steps: {', '.join(steps)}"
