"""The actions of the screen of agents, and on which of its tabs they are possible."""

from __future__ import annotations

from jobs_tui.tui.actions import ACT, EVERYWHERE, LISTS, Action

ACTIONS = (
    Action("agents.open", ("enter",), "open", "Show all about it, or the log of the run", ACT, 1),
    Action("agents.approve", ("a",), "approve", "Approve the call that waits; asks", ACT, 2),
    Action("agents.new", ("n",), "new", "Make an agent, a team or a workflow", ACT, 3),
    Action("agents.edit", ("e",), "edit", "Edit it as YAML in $VISUAL or $EDITOR", ACT, 4),
    Action("agents.check", ("c",), "check", "Try the agent out now", ACT, 5),
    Action("agents.check-all", ("C",), "check all", "Try out all agents in the list", ACT, 9),
    Action("agents.used-by", ("o",), "used by", "What uses it", ACT, 6),
    Action("agents.delete", ("d",), "delete, deny", "Delete it, or deny the call; asks", ACT, 8),
    Action("agents.copy", ("y",), "copy id", "Copy the id", ACT, 10),
    Action("agents.find", ("slash",), "find", "Find in name, skills, description", LISTS, 11),
    Action("agents.filter", ("f",), "filter", "All, ready, not ready, busy, used", LISTS, 12),
    Action("agents.sort", ("s",), "sort", "By name, state, jobs or OK%", LISTS, 13),
    Action("agents.next-tab", ("tab", "right_square_bracket"), "tab", "Next tab", EVERYWHERE, 7),
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
