"""``/metrics``: true figures from the store, in a form that Prometheus reads."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import timedelta

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_open
from prometheus_client.parser import text_string_to_metric_families

from jobs_tui.models.enums import ExecutionStatus, Kind, TriggerType
from jobs_tui.models.ids import new_execution_id
from jobs_tui.server.metrics import written
from jobs_tui.service import jobs, metrics, starts
from jobs_tui.service.context import Context
from jobs_tui.service.engine_state import EngineState
from jobs_tui.store import executions
from tests.fakes import FakeClock
from tests.server.face import Face, accept_token
from tests.service.hooks import hook
from tests.service.made import claimed, cron_job, ended, made

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


async def scrape(face: Face, **headers: str) -> Samples:
    async with face.session.get(f"http://{face.address}/metrics", headers=headers) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/plain; version=")
        return read(await answer.text())


def read(text: str) -> Samples:
    return {
        (sample.name.removeprefix("jobs_tui_"), tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def of(samples: Samples, name: str, **labels: str) -> float | None:
    return samples.get((name, tuple(sorted(labels.items()))))


async def test_runs_by_job_and_status_with_durations(face: Face) -> None:
    ctx = face.ctx
    job = made(ctx, name="nightly", config={"overlap": "allow"})
    for seconds, status in ((0.2, "completed"), (0.3, "completed"), (7, "failed")):
        run = starts.start(ctx, job.id)
        ended(ctx, run.execution_id, ExecutionStatus(status), seconds=seconds, log_lines=10)
    waiting = starts.start(ctx, job.id)
    jobs.archive(ctx, job.id)  # what waits is cancelled without having run
    labels = {"job_id": job.id, "job": "nightly"}
    found = await scrape(face)
    assert of(found, "runs_total", **labels, status="completed") == 2
    assert of(found, "runs_total", **labels, status="failed") == 1
    assert of(found, "runs_total", **labels, status="cancelled") == 1
    assert of(found, "log_lines_total", **labels) == 30
    buckets = [
        of(found, "run_duration_seconds_bucket", **labels, le=edge)
        for edge in ("0.1", "0.5", "5.0", "15.0", "86400.0", "+Inf")
    ]
    assert buckets == [0, 2, 2, 3, 3, 3]
    assert of(found, "run_duration_seconds_count", **labels) == 3
    assert of(found, "run_duration_seconds_sum", **labels) == 7.5
    assert waiting.number == 4


async def test_no_total_shrinks_when_history_goes(face: Face) -> None:
    job = made(face.ctx)
    ended(face.ctx, starts.start(face.ctx, job.id).execution_id)
    before = await scrape(face)
    face.ctx.store.write(lambda c: c.execute("delete from executions").rowcount)
    assert await scrape(face) == before


async def test_the_queue_and_the_jobs_as_they_are_now(face: Face) -> None:
    ctx = face.ctx
    job = made(ctx, config={"overlap": "allow"})
    claimed(ctx, starts.start(ctx, job.id).execution_id)
    starts.start(ctx, job.id)
    starts.start(ctx, job.id)
    jobs.pause(ctx, made(ctx, name="b").id)
    jobs.archive(ctx, made(ctx, name="c").id)
    found = await scrape(face)
    assert of(found, "queue_depth", status="running") == 1
    assert of(found, "queue_depth", status="queued") == 2
    assert of(found, "queue_depth", status="blocked") == 0
    assert [of(found, "jobs", state=state) for state in ("enabled", "disabled", "archived")] == [
        1,
        1,
        1,
    ]


async def test_lag_from_due_to_start(face: Face) -> None:
    ctx = face.ctx
    job = cron_job(ctx)
    for late in (0.02, 0.3):
        due = executions.NewExecution(
            new_execution_id(),
            job.id,
            1,
            TriggerType.CRON,
            Kind.SCHEDULED,
            ctx.now(),
            nominal_at=ctx.now() - timedelta(seconds=late),
            parallel=9,
        )
        ctx.store.write(lambda c, due=due: executions.insert(c, due))
        claimed(ctx, due.id)
    found = await scrape(face)
    buckets = [
        of(found, "start_lag_seconds_bucket", kind="scheduled", le=edge)
        for edge in ("0.01", "0.05", "0.25", "0.5", "+Inf")
    ]
    assert buckets == [0, 1, 1, 2, 2]
    assert of(found, "start_lag_seconds_sum", kind="scheduled") == pytest.approx(0.32)


async def test_a_schedule_that_is_not_followed_shows(face: Face, clock: FakeClock) -> None:
    cron_job(face.ctx, "0 * * * *")
    assert of(await scrape(face), "schedule_behind_seconds") == 0
    clock.advance(3600)
    assert of(await scrape(face), "schedule_behind_seconds") == 131


async def test_deliveries_by_verdict(face: Face) -> None:
    called = hook(face.ctx)
    for path in (called.path, "nowhere"):
        async with face.session.post(
            f"http://{face.address}/webhooks/{path}", data=b"{}"
        ) as answer:
            assert answer.status in (401, 404)
    face.ctx.store.write(lambda c: None)  # behind the records, which are written behind
    found = await scrape(face)
    assert of(found, "deliveries_total", verdict="refused") == 2
    assert of(found, "deliveries_total", verdict="accepted") == 0


async def test_without_an_engine_and_with_one(face: Face) -> None:
    found = await scrape(face)
    assert of(found, "engine_up") == 0
    assert not [name for name, _ in found if name == "engine_info"]


def test_an_engine_says_who_it_is(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = EngineState(True, "serve", "ops1", 7, "1.2", ctx.now(), ctx.now(), None, None)
    monkeypatch.setattr(metrics, "engine_state", lambda ctx: engine)
    found = read(written(metrics.figures(ctx))[0].decode())
    assert of(found, "engine_up") == 1
    assert of(found, "engine_info", version="1.2", mode="serve", host="ops1") == 1
    assert of(found, "engine_start_time_seconds") == ctx.now().timestamp()


async def test_names_cannot_break_out_of_their_label(face: Face) -> None:
    name = 'a"} 1\njobs_tui_engine_up 5\n\\'
    job = made(face.ctx, name=name)
    ended(face.ctx, starts.start(face.ctx, job.id).execution_id)
    found = await scrape(face)
    assert of(found, "runs_total", job_id=job.id, job=name, status="completed") == 1
    assert of(found, "engine_up") == 0


async def test_labels_are_bounded(face: Face, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "MOST_JOBS", 2)
    for number in range(4):
        job = made(face.ctx, name=f"j{number}")
        ended(face.ctx, starts.start(face.ctx, job.id).execution_id)
    found = await scrape(face)
    named = {
        dict(labels)["job"]: value
        for (name, labels), value in found.items()
        if name == "runs_total"
    }
    assert named == {"j0": 1, "j1": 1, "other jobs": 2}


async def test_open_metrics_for_who_asks(face: Face) -> None:
    made(face.ctx)
    accept = {"Accept": "application/openmetrics-text; version=1.0.0"}
    async with face.session.get(f"http://{face.address}/metrics", headers=accept) as answer:
        assert answer.content_type == "application/openmetrics-text"
        text = await answer.text()
    assert text.endswith("# EOF\n")
    assert {family.name for family in read_open(text)} >= {"jobs_tui_runs", "jobs_tui_queue_depth"}


async def test_who_may_read_them(face: Face) -> None:
    accept_token(face.ctx, "jt_reads", "read", "prometheus")
    await scrape(face, Authorization="Bearer jt_reads")
    assert (await face.ask("GET", "/metrics", headers={"Authorization": ""}))[0] == 401
    assert (await face.ask("POST", "/metrics"))[0] == 405


def test_every_series_explains_itself(ctx: Context) -> None:
    made(ctx)
    text = written(metrics.figures(ctx))[0].decode()
    names = re.findall(r"^# TYPE (\S+) ", text, re.MULTILINE)
    helped = re.findall(r"^# HELP (\S+) \S", text, re.MULTILINE)
    assert names == helped
    assert all(name.startswith("jobs_tui_") for name in names)


def test_the_library_is_loaded_for_who_asks_only() -> None:
    code = "import sys, jobs_tui.server.app; sys.exit('prometheus_client' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
