"""Who depends on whom: reading it, and writing it when a job is made or changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from jobs_tui.models.dependency import Dependency, Mode
from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.job import Job
from jobs_tui.models.times import maybe_to_text, to_text
from jobs_tui.service.context import Context
from jobs_tui.service.due import first_due
from jobs_tui.service.paused import record_wait
from jobs_tui.store import dependencies as rows
from jobs_tui.store import jobs as job_rows


def wire(ctx: Context, connection: sqlite3.Connection, job_id: str, before: Job | None) -> None:
    """Write what a job depends on, after its definition was written, in the same transaction.

    A job that waits no more because ``depends_on`` was changed begins to count now.

    Args:
        before: the job as it was; None for a new one.
    """
    job = job_rows.get(connection, job_id)
    if job is None or not (job.definition.depends_on or (before and before.definition.depends_on)):
        return
    rows.save(connection, job_id, job.definition)
    rows.refresh(connection, job_id)
    again = job_rows.get(connection, job_id)
    if before is None or again is None or again.waiting_on or not before.waiting_on:
        return
    now = ctx.now()
    record_wait(connection, before, now, ctx.actor)
    due = first_due(job.definition, now, job.created_at)
    connection.execute(
        "update jobs set cursor_at = ?, due_at = ?, next_due_at = ? where id = ?",
        (
            to_text(now),
            maybe_to_text(due.due_at),
            maybe_to_text(due.next_due_at) if again.enabled else None,
            job_id,
        ),
    )


@dataclass(frozen=True, slots=True)
class Link:
    """One job seen from another that it is joined to."""

    job_id: str
    job: Job | None
    """None: it was removed for good."""
    wish: Dependency
    met: bool
    """Whether the wish is met and waits for nothing but others."""


@dataclass(frozen=True, slots=True)
class Joined:
    """What a job depends on, and what depends on it."""

    job: Job
    needs: tuple[Link, ...]
    dependants: tuple[Link, ...]


def joined(ctx: Context, job: Job) -> Joined:
    """Both directions, one step each."""
    connection = ctx.store.jobs.reader()
    needs = tuple(
        Link(row.wish.job, job_rows.get(connection, row.wish.job), row.wish, row.met_by is not None)
        for row in rows.of(connection, job)
    )
    after = tuple(
        Link(other.id, other, row.wish, row.met_by is not None)
        for other in rows.dependants(connection, job.id)
        for row in rows.of(connection, other)
        if row.wish.job == job.id
    )
    return Joined(job, needs, after)


@dataclass(frozen=True, slots=True)
class Branch:
    """One line of a tree of dependants."""

    job: Job
    wish: Dependency | None
    """How it is joined to the line above; None for a root."""
    depth: int
    last: tuple[bool, ...]
    """For each step from the root down: whether it is the last of its brothers."""
    again: bool = False
    """Its own branches were shown above."""


MOST_LINES = 2000
"""Lines of a tree that are worked out."""


def tree(ctx: Context, job: Job | None = None) -> list[Branch]:
    """Jobs as a tree, who starts whom, downwards.

    Args:
        job: only the whole of which it is a part, from its roots; None: all that is joined.
    """
    connection = ctx.store.jobs.reader()
    roots = _roots(connection, job)
    found: list[Branch] = []
    seen: set[str] = set()
    for root in roots:
        found += islice(_branches(connection, root, seen), MOST_LINES - len(found))
    return found


def _roots(connection: sqlite3.Connection, job: Job | None) -> list[Job]:
    """Jobs that wait for nobody that is there, and for which somebody waits."""
    edges = connection.execute(
        "select d.job_id, d.on_job_id from dependencies d"
        " join jobs a on a.id = d.job_id and a.archived_at is null"
        " join jobs b on b.id = d.on_job_id and b.archived_at is null"
    ).fetchall()
    above: dict[str, list[str]] = {}
    for edge in edges:
        above.setdefault(edge["job_id"], []).append(edge["on_job_id"])
    if job is None:
        ids = {edge["on_job_id"] for edge in edges} - above.keys()
    else:
        ids, left, seen = set[str](), [job.id], set[str]()
        while left:
            here = left.pop()
            if here in seen:
                continue
            seen.add(here)
            if here in above:
                left += above[here]
            else:
                ids.add(here)
    found = [one for one in (job_rows.get(connection, job_id) for job_id in ids) if one is not None]
    return sorted(found, key=lambda one: (one.created_at, one.id))


def _branches(connection: sqlite3.Connection, root: Job, seen: set[str]) -> Iterator[Branch]:
    """A root and all below it, without recursion: a chain may be as long as anybody likes."""
    left: list[Branch] = [Branch(root, None, 0, ())]
    while left:
        line = left.pop()
        again = line.job.id in seen
        below = rows.dependants(connection, line.job.id)
        yield replace(line, again=again and bool(below))
        if again:
            continue
        seen.add(line.job.id)
        for number, other in reversed(list(enumerate(below))):
            wishes = (row.wish for row in rows.of(connection, other))
            how = next(wish for wish in wishes if wish.job == line.job.id)
            last = (*line.last, number == len(below) - 1)
            left.append(Branch(other, how, line.depth + 1, last))


def lead(line: Branch) -> str:
    """The lines that join it to those above: ``|  `- ``."""
    if line.depth == 0:
        return ""
    bars = "".join("   " if last else "|  " for last in line.last[:-1])
    return f"{bars}{'`- ' if line.last[-1] else '|- '}"


def branch_answer(line: Branch) -> dict[str, Any]:
    """One line of a tree as programs read it."""
    return {
        "job_id": line.job.id,
        "name": line.job.name,
        "status": str(line.job.status),
        "status_reason": line.job.reason,
        "depth": line.depth,
        "on": None if line.wish is None else str(line.wish.on),
        "mode": None if line.wish is None else str(line.wish.mode),
        "delay_seconds": None if line.wish is None else line.wish.delay_seconds,
        "again": line.again,
    }


def last_ends(ctx: Context, lines: Sequence[Branch]) -> dict[str, ExecutionStatus]:
    """The status of the newest run of each job, by its id; jobs without a run are left out."""
    ids = sorted({line.job.last_execution_id or "" for line in lines})
    found: dict[str, ExecutionStatus] = {}
    for at in range(0, len(ids), 500):
        some = ids[at : at + 500]
        for row in ctx.store.rows(
            f"select job_id, status from executions where id in ({', '.join('?' * len(some))})",
            some,
        ):
            found[row["job_id"]] = ExecutionStatus(row["status"])
    return found


def words(wish: Dependency) -> str:
    """How a dependency is said in a line: ``completed``, ``failed, 3 days later``, ``gate``."""
    from jobs_tui.schedule.durations import span_words

    said = [str(wish.on)]
    if wish.mode is Mode.GATE:
        said.append("gate")
    if wish.delay_seconds:
        said.append(f"{span_words(wish.delay_seconds)} later")
    if wish.parameters:
        said.append("with " + ", ".join(wish.parameters))
    return ", ".join(said)


def dependants_of(ctx: Context, job_id: str) -> list[Job]:
    """The jobs that wait for this one and are not deleted."""
    return rows.dependants(ctx.store.jobs.reader(), job_id)


def answer(found: Joined) -> dict[str, Any]:
    """Both directions as every face prints them."""
    return {
        "job_id": found.job.id,
        "waiting_on": found.job.waiting_on,
        "depends_on": [_link(link) for link in found.needs],
        "dependants": [_link(link) for link in found.dependants],
    }


def _link(link: Link) -> dict[str, Any]:
    there = link.job
    return {
        "job_id": link.job_id,
        "name": None if there is None else there.name,
        "status": None if there is None else str(there.status),
        "on": str(link.wish.on),
        "mode": str(link.wish.mode),
        "delay_seconds": link.wish.delay_seconds,
        "parameters": link.wish.parameters,
        "met": link.met,
    }
