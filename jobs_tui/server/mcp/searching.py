"""Searching jobs: the one door of this face to it."""

from __future__ import annotations

from dataclasses import dataclass

from jobs_tui.models.job import Job
from jobs_tui.service import search
from jobs_tui.service.context import Context


@dataclass(frozen=True, slots=True)
class Hits:
    """What a search found, the best first."""

    jobs: list[Job]
    engine: str
    """What served it, in words."""
    notes: tuple[str, ...] = ()


def by_words(ctx: Context, query: str, most: int) -> Hits:
    """Jobs that hold words of the query. Raises InvalidInput."""
    return _hits(search.by_keywords(ctx, query, most))


def by_meaning(ctx: Context, query: str, most: int) -> Hits:
    """Jobs that mean what the query means. Raises InvalidInput."""
    return _hits(search.by_meaning(ctx, query, most))


def _hits(found: search.Found) -> Hits:
    notes = (found.note,) if found.note else ()
    return Hits([hit.job for hit in found.hits], found.engine, notes)
