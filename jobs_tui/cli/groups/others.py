"""``jobs-tui team``, ``workflow``, ``environment``, ``queue``, ``integration``, ``policy``."""

from __future__ import annotations

import click

from jobs_tui.cli.groups.check import check_environment
from jobs_tui.cli.groups.group import group_of
from jobs_tui.cli.session import opened
from jobs_tui.models.resource import ResourceKind

team = group_of(ResourceKind.TEAM)
workflow = group_of(ResourceKind.WORKFLOW)
environment = group_of(ResourceKind.ENVIRONMENT)
queue = group_of(ResourceKind.QUEUE)
integration = group_of(ResourceKind.INTEGRATION)

environment.add_command(check_environment)


@queue.command()
@click.argument("ref", metavar="ID")
def pause(ref: str) -> None:
    """Take nothing from a queue until it is resumed; what runs goes on."""
    _set_paused(ref, paused=True)


@queue.command()
@click.argument("ref", metavar="ID")
def resume(ref: str) -> None:
    """Take from a queue again."""
    _set_paused(ref, paused=False)


def _set_paused(ref: str, *, paused: bool) -> None:
    from jobs_tui.service.queues import set_paused

    with opened() as ctx:
        set_paused(ctx, ref, paused=paused)
    click.echo(f"The queue {ref} {'is paused' if paused else 'goes on'}.")
