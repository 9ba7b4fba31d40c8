"""The keys of the screen of agents, on which of its tabs they work, and what they do."""

from __future__ import annotations

from jobs_tui.models.approval import Approval
from jobs_tui.models.resource import ResourceKind
from jobs_tui.service.agent_overview import AgentLine
from jobs_tui.tui.actions import ACT, EVERYWHERE, LISTS, Action
from jobs_tui.tui.base import BaseScreen
from jobs_tui.tui.screens import agent_actions, approval_actions
from jobs_tui.tui.screens.agent_words import Checked

ACTIONS = (
    Action("agents.open", ("enter",), "open", "Show all about it, or the log of the run", ACT, 1),
    Action("agents.approve", ("a",), "approve", "Approve the call that waits; asks", ACT, 2),
    Action("agents.new", ("n",), "new", "Make an agent, a team or a workflow", ACT, 3),
    Action("agents.edit", ("e",), "edit", "Edit it as YAML in $VISUAL or $EDITOR", ACT, 4),
    Action("agents.check", ("c",), "check", "Try the agent out now", ACT, 5),
    Action("agents.check-all", ("C",), "check all", "Try out all agents in the list", ACT, 9),
    Action("agents.used-by", ("o",), "used by", "What uses it", ACT, 6),
    Action("agents.delete", ("d",), "delete", "Delete it, or deny the call; asks", ACT, 8),
    Action("agents.copy", ("y",), "copy id", "Copy the id", ACT, 10),
    Action("agents.find", ("slash",), "find", "Find in name, skills, description", LISTS, 11),
    Action("agents.filter", ("f",), "filter", "All, ready, not ready, busy, used", LISTS, 12),
    Action("agents.sort", ("s",), "sort", "By name, state, jobs or OK%", LISTS, 13),
    Action(
        "agents.next-tab", ("tab", "right_square_bracket"), "next tab", "Next tab", EVERYWHERE, 7
    ),
    Action("agents.previous-tab", ("left_square_bracket",), "tab before", "Tab before", EVERYWHERE),
)
OF_THINGS = frozenset(
    {"agents.new", "agents.edit", "agents.used-by", "agents.filter", "agents.sort"}
)
OF_AGENTS = frozenset({"agents.check", "agents.check-all"})
ON_ROW = frozenset(
    {
        "agents.open",
        "agents.edit",
        "agents.used-by",
        "agents.delete",
        "agents.copy",
        "agents.approve",
    }
)


class AgentKeys(BaseScreen):
    """What can be done with the line under the cursor."""

    @property
    def kind(self) -> ResourceKind | None:
        """What the open tab lists; None: approvals."""
        raise NotImplementedError

    @property
    def key(self) -> str | None:
        """The id of the line under the cursor."""
        raise NotImplementedError

    def saved(self, key: str) -> None:
        """Something was saved: show it, with the cursor on it."""
        raise NotImplementedError

    def agent(self) -> AgentLine | None:
        """The agent under the cursor."""
        raise NotImplementedError

    def approval(self) -> Approval | None:
        """The approval under the cursor."""
        raise NotImplementedError

    def agents_shown(self) -> list[str]:
        """Ids of the agents in the list."""
        raise NotImplementedError

    def checked(self, agent_id: str, found: Checked) -> None:
        """Keep what trying out has said, and show it."""
        raise NotImplementedError

    def action_new(self) -> None:
        """Make one."""
        agent_actions.new(self)

    def action_edit(self) -> None:
        """Change it as YAML."""
        agent_actions.edit(self)

    def action_check(self) -> None:
        """Try the agent out."""
        if (line := self.agent()) is not None:
            agent_actions.check(self, [line.agent.id])

    def action_check_all(self) -> None:
        """Try out all that are shown."""
        if self.kind is ResourceKind.AGENT:
            agent_actions.check(self, self.agents_shown())

    def action_used_by(self) -> None:
        """What uses it."""
        agent_actions.used_by(self)

    def action_approve(self) -> None:
        """Approve the call."""
        if (one := self.approval()) is not None:
            approval_actions.decide(self, one, "approve")

    def action_delete(self) -> None:
        """Delete it, or deny the call."""
        if (one := self.approval()) is not None:
            approval_actions.decide(self, one, "deny")
        else:
            agent_actions.delete(self)

    def action_copy(self) -> None:
        """Copy the id."""
        agent_actions.copy_id(self)
