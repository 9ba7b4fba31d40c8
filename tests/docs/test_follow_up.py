"""The follow-up chain of docs/dependencies.md, applied as it stands there, with a stepped clock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from jobs_tui.engine import occurrences
from jobs_tui.engine.aftermath import settle_all
from jobs_tui.models.enums import ExecutionStatus, JobStatus
from jobs_tui.models.times import to_text
from jobs_tui.service import jobs, manifest, runs, starts
from jobs_tui.service.context import Context
from jobs_tui.service.yaml_text import load_yaml
from jobs_tui.store import queue
from jobs_tui.store.database import Store
from jobs_tui.store.home import Home
from tests.fakes import FakeClock

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "dependencies.md"
DAY = 86_400


@pytest.fixture
def ctx(tmp_path: Path, clock: FakeClock) -> Iterator[Context]:
    store = Store(Home(tmp_path / "home", tmp_path / "home" / "config.toml"), clock)
    context = Context(store, "ada", "cli")
    text = DOCUMENT.read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    manifest.apply(context, load_yaml(example))
    yield context
    store.close()


async def settle(ctx: Context) -> None:
    await settle_all(ctx.store)
    await occurrences.decide_due(ctx.store, ctx.now())


async def work(ctx: Context, codes: dict[str, int]) -> dict[str, str]:
    """Run what may begin now, each with its exit code (0), until nothing more does.

    Returns:
        What was run, with what each prompt was.
    """
    did: dict[str, str] = {}
    while True:
        await settle(ctx)
        now = ctx.now()
        claimed = ctx.store.write(
            lambda c, now=now: queue.claim(
                c, owner="{}", token="t", now=now, expires=now + timedelta(60), places=1
            )
        )
        if not claimed:
            return did
        (run,) = claimed
        code = codes.get(run.job_name, 0)
        did[run.job_name] = run.prompt
        outcome = queue.Outcome(
            status=ExecutionStatus.FAILED if code else ExecutionStatus.COMPLETED,
            started_at=now,
            completed_at=now,
            exit_code=code,
            error_message=f"exit code {code}" if code else None,
            result="sent offer 4711" if run.job_name == "send" else "",
            usage={},
            log_lines=0,
            log_bytes=0,
            retry_at=None,
        )
        ctx.store.write(lambda c, run=run, outcome=outcome: queue.finish(c, run.id, "t", outcome))


def status(ctx: Context, name: str) -> JobStatus:
    return jobs.find(ctx, name).status


NO_REPLY = {"reply": 1, "late reply": 1}


async def test_without_a_reply_it_is_followed_up_and_escalated(
    ctx: Context, clock: FakeClock
) -> None:
    assert status(ctx, "escalate") is JobStatus.PENDING
    starts.start(ctx, jobs.find(ctx, "send").id)
    assert list(await work(ctx, NO_REPLY)) == ["send"]
    clock.advance(3 * DAY - 1)
    assert await work(ctx, NO_REPLY) == {}
    clock.advance(1)
    assert list(await work(ctx, NO_REPLY)) == ["reply", "follow up"]
    clock.advance(3 * DAY)
    did = await work(ctx, NO_REPLY)
    assert list(did) == ["late reply", "escalate"]
    assert "sent offer 4711" in did["escalate"]
    assert status(ctx, "escalate") is JobStatus.COMPLETED
    clock.advance(30 * DAY)
    assert await work(ctx, NO_REPLY) == {}


async def test_a_reply_ends_it(ctx: Context, clock: FakeClock) -> None:
    starts.start(ctx, jobs.find(ctx, "send").id)
    await work(ctx, {})
    clock.advance(3 * DAY)
    assert list(await work(ctx, {})) == ["reply"]
    follow_up = jobs.find(ctx, "follow up")
    (row,) = runs.history(ctx, follow_up.id).executions
    assert (row.status, row.reason) == (ExecutionStatus.SKIPPED, "reply completed")
    assert follow_up.reason == "reply is completed: waits for reply to fail, which it does no more"
    clock.advance(30 * DAY)
    assert await work(ctx, {}) == {}
    assert status(ctx, "escalate") is JobStatus.PENDING


async def test_a_reply_to_the_follow_up_ends_it_too(ctx: Context, clock: FakeClock) -> None:
    starts.start(ctx, jobs.find(ctx, "send").id)
    first = {"reply": 1}
    await work(ctx, first)
    clock.advance(3 * DAY)
    await work(ctx, first)
    clock.advance(3 * DAY)
    assert list(await work(ctx, first)) == ["late reply"]
    escalate = jobs.find(ctx, "escalate")
    assert [run.reason for run in runs.history(ctx, escalate.id).executions] == [
        "late reply completed"
    ]
    assert to_text(ctx.now()).startswith("2026-08-27")
