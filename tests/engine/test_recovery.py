"""What a new engine makes of the runs of a dead one (SCHEDULING.md S23 to S25)."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from jobs_tui.engine import recovery
from jobs_tui.engine.identity import Identity, identity
from jobs_tui.engine.launcher.journal import add_to_journal
from jobs_tui.engine.launcher.sweep import boot_id
from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.job import Job
from jobs_tui.service import jobs, runs, starts
from jobs_tui.service.context import Context
from jobs_tui.store import queue
from jobs_tui.store.database import Store
from tests.fakes import FakeClock

MakeJob = Callable[..., Job]
DEAD = 2**22 + 17
"""A pid above the largest that Linux gives out."""


def dead(token: str = "old", **changes: object) -> Identity:
    """An engine of this machine that is gone, its launcher too."""
    values: dict[str, object] = {
        "token": token,
        "host": socket.gethostname(),
        "boot": boot_id(),
        "pid": DEAD,
        "start": 1,
        "launcher_pid": DEAD + 1,
        "launcher_start": 1,
    }
    return Identity(**(values | changes))  # type: ignore[arg-type]


def claim(store: Store, owner: Identity, places: int = 10) -> None:
    """Let an engine claim what is queued."""
    now = store.clock.now()
    store.write(
        partial(
            queue.claim,
            owner=owner.text(),
            token=owner.token,
            now=now,
            expires=now + timedelta(seconds=60),
            places=places,
        )
    )


async def sweep(store: Store) -> recovery.Swept:
    return await recovery.sweep(store, "new", store.clock.now())


async def test_a_started_run_of_a_dead_engine_is_lost(
    store: Store, ctx: Context, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "read_journal", lambda path, pid: frozenset({execution_id}))
    job = make_job()
    execution_id = starts.start(ctx, job.id).execution_id
    claim(store, dead())
    assert await sweep(store) == recovery.Swept(lost=1, requeued=0, waiting=0)
    run = runs.get(ctx, execution_id)
    assert (run.status, run.error_message) == (
        ExecutionStatus.LOST,
        "the engine died during the run",
    )
    found = jobs.get(ctx, job.id)
    assert (found.failed_executions, found.live) == (1, 0)
    assert await sweep(store) == recovery.Swept(0, 0, 0)


async def test_a_claimed_run_that_never_started_is_queued_again(
    store: Store, ctx: Context, make_job: MakeJob
) -> None:
    execution_id = starts.start(ctx, make_job().id).execution_id
    claim(store, dead())
    journal = store.home.journal("old")
    add_to_journal(str(journal), ["exec_other"])
    text = journal.read_text()
    own = next(line for line in text.splitlines() if line.startswith("#"))
    journal.write_text(text.replace(own, f"#{DEAD + 1} 1"))
    assert await sweep(store) == recovery.Swept(lost=0, requeued=1, waiting=0)
    run = runs.get(ctx, execution_id)
    assert (run.status, run.attempt, run.started_at) == (ExecutionStatus.QUEUED, 0, None)
    assert not journal.exists()


async def test_without_a_journal_nothing_is_run_twice(
    store: Store, ctx: Context, make_job: MakeJob
) -> None:
    execution_id = starts.start(ctx, make_job().id).execution_id
    claim(store, dead())
    await sweep(store)
    assert runs.get(ctx, execution_id).status is ExecutionStatus.LOST


async def test_the_sweep_waits_for_the_dead_engines_launcher(
    store: Store, ctx: Context, make_job: MakeJob
) -> None:
    me = identity("x", 0, None)
    execution_id = starts.start(ctx, make_job().id).execution_id
    claim(store, dead(launcher_pid=me.pid, launcher_start=me.start))
    assert await sweep(store) == recovery.Swept(lost=0, requeued=0, waiting=1)
    assert runs.get(ctx, execution_id).status is ExecutionStatus.RUNNING


async def test_a_living_owner_keeps_its_runs(
    store: Store, ctx: Context, clock: FakeClock, make_job: MakeJob
) -> None:
    execution_id = starts.start(ctx, make_job().id).execution_id
    claim(store, identity("alone", DEAD, 1))
    clock.advance(3600)
    assert await sweep(store) == recovery.Swept(0, 0, 0)
    assert runs.get(ctx, execution_id).status is ExecutionStatus.RUNNING


async def test_a_restart_of_the_machine_loses_what_ran(
    store: Store, ctx: Context, make_job: MakeJob
) -> None:
    execution_id = starts.start(ctx, make_job().id).execution_id
    me = identity("x", 0, None)
    claim(store, dead(boot="another boot", pid=me.pid, start=me.start))
    assert (await sweep(store)).lost == 1
    assert runs.get(ctx, execution_id).status is ExecutionStatus.LOST


async def test_a_strangers_lease_must_expire_first(
    store: Store, ctx: Context, clock: FakeClock, make_job: MakeJob
) -> None:
    starts.start(ctx, make_job().id)
    claim(store, dead(host="elsewhere"))
    assert (await sweep(store)).lost == 0
    clock.advance(61)
    assert (await sweep(store)).lost == 1


async def test_on_lost_retry_queues_it_once_more(
    store: Store, ctx: Context, make_job: MakeJob
) -> None:
    execution_id = starts.start(ctx, make_job(config={"on_lost": "retry"}).id).execution_id
    claim(store, dead())
    await sweep(store)
    assert runs.get(ctx, execution_id).status is ExecutionStatus.QUEUED
    claim(store, dead())
    await sweep(store)
    assert runs.get(ctx, execution_id).status is ExecutionStatus.LOST
    assert [str(a.status) for a in runs.attempts(ctx, execution_id)] == ["lost", "lost"]


async def test_a_cancelled_run_whose_engine_died_is_cancelled(
    store: Store, ctx: Context, make_job: MakeJob
) -> None:
    execution_id = starts.start(ctx, make_job(config={"on_lost": "retry"}).id).execution_id
    claim(store, dead())
    runs.cancel(ctx, execution_id)
    await sweep(store)
    run = runs.get(ctx, execution_id)
    assert (run.status, run.error_message) == (
        ExecutionStatus.CANCELLED,
        "cancelled by tester",
    )
