"""Worker queues: pausing them."""

from __future__ import annotations

from jobs_tui.models.resource import Resource, ResourceKind
from jobs_tui.service import resources
from jobs_tui.service.context import Context


def set_paused(ctx: Context, queue_id: str, *, paused: bool) -> Resource:
    """Pause or resume a queue; one that nobody has made is made by it.

    Raises:
        InvalidInput: the id is none.
    """
    if queue_id in ctx.directory.queues:
        return resources.update(ctx, ResourceKind.QUEUE, queue_id, {"paused": paused})
    return resources.create(ctx, ResourceKind.QUEUE, {"id": queue_id, "paused": paused})
