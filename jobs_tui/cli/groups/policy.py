"""``jobs-tui policy``."""

from __future__ import annotations

import click

from jobs_tui.cli.groups.group import group_of
from jobs_tui.models.resource import ResourceKind

policy: click.Group = group_of(ResourceKind.POLICY)
