"""Old rows go, new and live ones stay."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from jobs_tui.engine.retention import retain
from jobs_tui.models.enums import Kind
from jobs_tui.models.job import Job
from jobs_tui.models.times import to_text
from jobs_tui.service import runs, starts
from jobs_tui.service.context import Context
from jobs_tui.store import answers
from jobs_tui.store.database import Store
from jobs_tui.store.logs import US, Chunk, append
from jobs_tui.store.settings import Settings
from tests.fakes import FakeClock

DAY = 86_400


def end(store: Store, execution_id: str) -> None:
    """The run ends now, with one line of log."""
    at = to_text(store.clock.now())
    store.write(
        lambda c: c.execute(
            "update executions set status = 'completed', completed_at = ?, log_lines = 1"
            " where id = ?",
            (at, execution_id),
        )
    )
    chunk = Chunk(execution_id, 1, 1, at, f"0{US}o{US}{US}hello")
    store.logs.writer.write(lambda c: append(c, chunk))


async def test_history_logs_and_hook_calls_go_when_they_are_old(
    store: Store, ctx: Context, clock: FakeClock, make_job: Callable[..., Job]
) -> None:
    job = make_job(config={"overlap": "allow"})
    old, middle, live = (starts.start(ctx, job.id).execution_id for _ in range(3))
    end(store, old)
    for one in (old, middle, live):
        store.write(partial(answers.save, execution_id=one, job_id=job.id, answer="hello"))
    hook = Context(store, "webhook", "webhook")
    store.write(lambda c: hook.audit(c, "job.start", job.id))
    clock.advance(60 * DAY)
    end(store, middle)
    clock.advance(35 * DAY)
    new = starts.start(ctx, job.id, kind=Kind.API).execution_id
    end(store, new)

    assert await retain(store, Settings(), clock.now()) == 1

    left = {row.id: row for row in runs.history(ctx, job.id).executions}
    assert left.keys() == {middle, live, new}
    assert runs.log(ctx, old).last_line() == 0
    assert runs.log(ctx, middle).last_line() == 0, "logs are kept for 30 days"
    assert left[middle].log_lines == 0
    assert [answers.get(store.jobs.reader(), one) for one in (old, middle, live)] == [
        None,
        None,
        "hello",
    ], "answers go with the logs"
    assert runs.log(ctx, new).last_line() == 1
    faces = {row["face"] for row in store.rows("select face from audit")}
    assert faces == {"cli"}
