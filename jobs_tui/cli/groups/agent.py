"""``jobs-tui agent``."""

from __future__ import annotations

import click

from jobs_tui.cli.agent_rank import rank
from jobs_tui.cli.groups.check import check_agent
from jobs_tui.cli.groups.group import group_of
from jobs_tui.models.resource import ResourceKind

agent: click.Group = group_of(ResourceKind.AGENT)
agent.add_command(check_agent)
agent.add_command(rank)
