"""Agents, teams, workflows and approvals as rows of lists (UX.md 5.6)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.approval import Approval
from jobs_tui.models.resource import ResourceKind
from jobs_tui.models.team import TeamInput
from jobs_tui.service.agent_overview import AgentLine, GroupLine
from jobs_tui.tui.spans import ago, took, until
from jobs_tui.tui.widgets.virtual_list import Column, Row

AGENTS = (
    Column("NAME", 17),
    Column("STATE", 11),
    Column("SKILLS", 12, flex=True),
    Column("JOBS", 4, "right"),
    Column("NOW", 3, "right"),
    Column("OK%", 3, "right"),
    Column("AVG", 6, "right"),
)
TEAMS = (
    Column("NAME", 18),
    Column("STATE", 11),
    Column("HOW", 10),
    Column("MEMBERS", 16, flex=True),
    Column("JOBS", 4, "right"),
)
WORKFLOWS = (
    Column("NAME", 18),
    Column("STATE", 11),
    Column("STEPS", 20, flex=True),
    Column("JOBS", 4, "right"),
)
APPROVALS = (
    Column("JOB", 18),
    Column("RUN", 5),
    Column("TOOL", 14),
    Column("SINCE", 9),
    Column("EXPIRES", 9),
    Column("WHY", 12, flex=True),
)
FILTERS = ("all", "ready", "not ready", "busy", "used")
"""What ``f`` goes through."""
SORTS = ("name", "state", "jobs", "ok%")
"""What ``s`` goes through; ``name`` keeps built-in ones first."""
Styled = tuple[str, str]


def after(names: tuple[str, ...], name: str) -> str:
    """The one after, around the end."""
    return names[(names.index(name) + 1) % len(names)]


def agent_state(line: AgentLine) -> Styled:
    """``+ ready``, ``! no key``... and its style."""
    if line.ready:
        return "+ ready", "$state-ok"
    if not line.agent.enabled:
        return "= off", "$state-idle"
    return "! no key" if line.missing_secret else "! not ready", "$state-warn"


def group_state(line: GroupLine) -> Styled:
    """The same of a team or a workflow; ``! part`` when some of its agents can work."""
    if not line.reason:
        return "+ ready", "$state-ok"
    if not line.spec.enabled:
        return "= off", "$state-idle"
    part = len(line.not_ready) < len(set(line.agents))
    return "! part" if part else "! not ready", "$state-warn"


def agent_row(line: AgentLine) -> Row:
    """One agent."""
    agent = line.agent
    percent = line.ok_percent
    skills = ", ".join(agent.capabilities) or agent.description or agent.kind
    return Row(
        agent.id,
        (
            plain(agent.id),
            agent_state(line),
            (plain(skills), "" if agent.capabilities else "$quiet"),
            str(line.jobs) if line.jobs else ("0", "$quiet"),
            (str(line.running), "$state-run bold") if line.running else ("0", "$quiet"),
            "--" if percent is None else str(percent),
            took(line.average_ms),
        ),
    )


def group_row(line: GroupLine) -> Row:
    """One team or workflow."""
    jobs = str(line.jobs) if line.jobs else ("0", "$quiet")
    if isinstance(line.spec, TeamInput):
        members = ", ".join(
            f"{one.agent} ({one.role})" if one.role else one.agent for one in line.spec.members
        )
        how = (line.spec.strategy.value, "$quiet")
        return Row(line.id, (plain(line.id), group_state(line), how, plain(members), jobs))
    steps = ", ".join(step.name for step in line.spec.steps)
    return Row(line.id, (plain(line.id), group_state(line), plain(steps), jobs))


def approval_row(one: Approval, now: datetime) -> Row:
    """One question to a person."""
    return Row(
        one.id,
        (
            plain(one.job_name),
            f"#{one.number}",
            ("the run" if one.whole_run else plain(one.tool), "bold"),
            (ago(one.requested_at, now), "$quiet"),
            (until(one.expires_at, now), "$state-warn"),
            plain(one.reason),
        ),
    )


def columns_of(kind: ResourceKind | None) -> tuple[Column, ...]:
    """The columns of a tab; None: approvals."""
    if kind is None:
        return APPROVALS
    return {ResourceKind.AGENT: AGENTS, ResourceKind.TEAM: TEAMS}.get(kind, WORKFLOWS)


def chosen_agents(lines: Iterable[AgentLine], text: str, state: str, sort: str) -> list[AgentLine]:
    """The agents that fit text and filter, in order."""
    low = text.casefold().split()
    tests: dict[str, Callable[[AgentLine], bool]] = {
        "ready": lambda line: line.ready,
        "not ready": lambda line: not line.ready,
        "busy": lambda line: line.running > 0,
        "used": lambda line: line.jobs > 0,
    }
    test = tests.get(state)
    found = [line for line in lines if (test is None or test(line)) and _fits(low, _words_of(line))]
    if sort == "state":
        found.sort(key=lambda line: line.ready)
    elif sort == "jobs":
        found.sort(key=lambda line: -line.jobs)
    elif sort == "ok%":
        found.sort(key=lambda line: 101 if line.ok_percent is None else line.ok_percent)
    return found


def chosen_groups(lines: Iterable[GroupLine], text: str, state: str, sort: str) -> list[GroupLine]:
    """The teams or workflows that fit text and filter, in order."""
    low = text.casefold().split()
    tests: dict[str, Callable[[GroupLine], bool]] = {
        "ready": lambda line: not line.reason,
        "not ready": lambda line: bool(line.reason),
        "used": lambda line: line.jobs > 0,
    }
    test = tests.get(state)
    found = [
        line
        for line in lines
        if (test is None or test(line))
        and _fits(low, " ".join([line.id, line.spec.name, line.spec.description, *line.agents]))
    ]
    if sort == "state":
        found.sort(key=lambda line: not line.reason)
    elif sort == "jobs":
        found.sort(key=lambda line: -line.jobs)
    return found


def chosen_approvals(found: Iterable[Approval], text: str) -> list[Approval]:
    """The approvals that fit the text, the most urgent first."""
    low = text.casefold().split()
    return [one for one in found if _fits(low, f"{one.job_name} {one.tool} {one.reason} {one.id}")]


def _words_of(line: AgentLine) -> str:
    one = line.agent
    return " ".join(
        [one.id, one.name, one.kind, one.description, one.model or "", *one.capabilities]
    )


def _fits(words: list[str], text: str) -> bool:
    folded = text.casefold()
    return all(word in folded for word in words)
