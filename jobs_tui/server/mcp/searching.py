"""Searching jobs: the one door of this face to it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from jobs_tui.models.job import Job
from jobs_tui.service import jobs
from jobs_tui.service.context import Context


@dataclass(frozen=True, slots=True)
class Hits:
    """What a search found, the best first."""

    jobs: list[Job]
    engine: str
    """What served it, in words."""
    notes: tuple[str, ...] = ()


def by_words(ctx: Context, query: str, most: int) -> Hits:
    """Jobs that hold words of the query."""
    words = re.findall(r"\w+", query.casefold())
    found = jobs.listing(ctx)
    scored = [(sum(word in jobs.searchable(job) for word in words), job) for job in found]
    best = sorted((one for one in scored if one[0]), key=lambda one: -one[0])
    return Hits([job for _, job in best[:most]], "words")


def by_meaning(ctx: Context, query: str, most: int) -> Hits:
    """Jobs that mean what the query means."""
    return by_words(ctx, query, most)
