"""Sends a made-up result to each target of a job, from this process."""

from __future__ import annotations

import asyncio

from jobs_tui.engine.sending.trial import Tried, try_target
from jobs_tui.models.job import Job
from jobs_tui.service.context import Context
from jobs_tui.service.outbox import target_words
from jobs_tui.store.settings import load_settings


def try_targets(ctx: Context, job: Job) -> list[Tried]:
    """What became of each."""
    targets = job.definition.deliver_to
    settings = load_settings(ctx.store.home)

    async def all_of_them() -> list[Tried]:
        return [
            await try_target(ctx.store, settings, job, target, to)
            for target, to in zip(targets, target_words(ctx, targets), strict=True)
        ]

    return asyncio.run(all_of_them())
