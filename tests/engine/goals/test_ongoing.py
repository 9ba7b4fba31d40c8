"""Ongoing and watching jobs end to end: a real engine, real shells, a clock that is stepped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from jobs_tui.models.enums import JobStatus
from jobs_tui.models.job import Job
from jobs_tui.server.api.models import ExecutionResponse
from jobs_tui.service import jobs, runs, starts
from jobs_tui.service.context import Context
from jobs_tui.service.run_answers import run_response
from jobs_tui.service.run_detail import run_detail
from jobs_tui.store.database import Store
from tests.engine.goals.goal_scene import Scene
from tests.fakes import FakeClock

MakeJob = Callable[..., Job]
DELAY = 60


COUNTING = "n=$(cat {0} 2>/dev/null || echo 0); n=$((n+1)); echo $n > {0}; "
"""A script that knows how often it has run."""

ENDS: list[tuple[str, Any, str]] = [
    ("exit $((n < 3))", {"exit_code": 0}, "run #3: Exit code 0."),
    ("echo build $n; [ $n -ge 3 ] && echo all green; true", {"text": "green"},
     "run #3: The answer contains 'green'."),
    ("echo attempt $n of 9; echo bye", {"matches": "(?m)^attempt 3"},
     "run #3: The answer matches (?m)^attempt 3: 'attempt 3'."),
    ("printf '{\"build\":\\n {\"n\": %d}}' $n", {"json_path": "$.build.n", "equals": 3},
     "run #3: $.build.n is 3."),
    ("echo $((n / 2))",
     {"expression": "runs >= 2 and results[0].answer == results[1].answer"},
     "run #3: This is true: runs >= 2 and results[0].answer == results[1].answer."),
    ("echo $((n / 3))", {"changed": True}, "run #3: The answer has changed."),
    ("echo looked; [ $n -ge 3 ] && v=done || v=not_done;"
     " printf '{\"verdict\": \"%s\", \"reason\": \"%d of 3\"}\\n' $v $n",
     "all are paid", "run #3: The agent says done: 3 of 3."),
    ("true", {"max_runs": 3}, "it has had its 3 runs"),
]  # fmt: skip


@pytest.mark.parametrize(("script", "condition", "reason"), ENDS)
async def test_each_kind_of_condition_ends_the_job(
    scene: Scene,
    ctx: Context,
    clock: FakeClock,
    tmp_path: Path,
    script: str,
    condition: Any,
    reason: str,
) -> None:
    job = scene.ongoing(COUNTING.format(tmp_path / "n") + script, end_condition=condition)
    await scene.step(job)
    for _ in range(2):
        assert scene.now(job).status is JobStatus.ACTIVE
        clock.advance(3 * DELAY)  # failed runs wait longer
        await scene.step(job)
    ended = scene.now(job)
    assert ended.status is JobStatus.COMPLETED
    assert ended.status_reason == reason
    clock.advance(10 * DELAY)
    await scene.engine.tick()
    assert runs.history(ctx, job.id).total_count == 3


async def test_what_cannot_be_told_is_shown_and_the_job_goes_on(scene: Scene, ctx: Context) -> None:
    job = scene.ongoing("echo hello", end_condition={"expression": "results[0].json.n > 1"})
    run = await scene.step(job)
    assert "could not be worked out" in (run.problem or "")
    assert scene.now(job).problem == run.problem
    assert scene.now(job).status is JobStatus.ACTIVE
    jobs.edit(ctx, job.id, {"prompt_template": "echo '{\"n\": 2}'"})
    run = await scene.step(job)
    assert run.problem is None
    assert scene.now(job).problem is None
    assert scene.now(job).status is JobStatus.COMPLETED


async def test_a_blocked_agent_blocks_its_job_until_it_is_not(
    scene: Scene, ctx: Context, tmp_path: Path
) -> None:
    key = tmp_path / "key"
    script = (
        f"[ -e {key} ] && v=not_done || v=blocked;"
        ' printf \'{"verdict": "%s", "reason": "no key"}\' $v'
    )
    job = scene.ongoing(script, end_condition="it is paid")
    run = await scene.step(job)
    assert (run.verdict, run.worth_reporting) == ("blocked", True)
    assert scene.now(job).status is JobStatus.BLOCKED
    assert scene.now(job).blocked_reason == "the agent is blocked: no key"
    assert (await scene.step(job)).worth_reporting is False
    key.touch()
    await scene.step(job)
    assert scene.now(job).status is JobStatus.ACTIVE


async def test_a_state_is_kept_from_run_to_run(scene: Scene, ctx: Context) -> None:
    script = (
        "n={{ state.count | default(0) }}; last='{{ last_answer }}';"
        ' echo "before: $last"; printf \'{"state": {"count": %d}}\\n\' $((n + 1))'
    )
    job = scene.ongoing(script, end_condition={"expression": "state.count == 3"})
    await scene.step(job)
    assert scene.now(job).state == {"count": 1}
    run = await scene.step(job)
    assert run_detail(ctx, run.id).answer == (
        'before: before: \n{"state": {"count": 1}}\n{"state": {"count": 2}}\n'
    )
    await scene.step(job)
    assert scene.now(job).state == {"count": 3}
    assert scene.now(job).status is JobStatus.COMPLETED


async def test_a_plain_job_keeps_no_answer(scene: Scene, ctx: Context, make_job: MakeJob) -> None:
    job = make_job("echo a; echo b")
    starts.start(ctx, job.id)
    scene.engine.wake()
    run = await scene.settled(job)
    assert run.result == "b"
    assert run_detail(ctx, run.id).answer is None


async def test_a_long_answer_is_cut_at_its_beginning_and_masked(
    scene: Scene, ctx: Context, make_job: MakeJob
) -> None:
    secret = "hunter2-hunter2"
    script = "seq 1 60000; printf '\\033[31m%s\\033[0m\\n' $API_TOKEN; echo end"
    job = make_job(
        script,
        watch={"what": "answer"},
        execution_environment={"env_vars": {"API_TOKEN": secret}},
    )
    starts.start(ctx, job.id)
    scene.engine.wake()
    answer = run_detail(ctx, (await scene.settled(job)).id).answer
    assert answer is not None
    assert len(answer) == 100_000
    assert secret not in answer
    assert "\x1b" not in answer
    assert answer.endswith("\n60000\n***\nend\n")


class Page:
    """A page on this machine whose text a test changes."""

    def __init__(self) -> None:
        self.text = "price: 5\n"
        self.status = 200
        page = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = page.text.encode()
                self.send_response(page.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"


@pytest.fixture
def page() -> Iterator[Page]:
    """A served page."""
    served = Page()
    thread = Thread(target=served.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield served
    served.server.shutdown()
    served.server.server_close()
    thread.join()


async def test_a_watch_on_a_page_that_changes_twice_reports_twice(
    scene: Scene, ctx: Context, make_job: MakeJob, page: Page
) -> None:
    job = make_job(
        f"curl -sf --noproxy '*' {page.url}",
        trigger_type="recurring",
        interval_seconds=DELAY,
        watch={"what": "answer", "ignore": ["^served at"]},
    )
    seen: list[tuple[bool | None, str | None]] = []

    async def look(text: str, status: int = 200) -> None:
        page.text, page.status = text, status
        run = await scene.step(job)
        seen.append((run.worth_reporting, run.change))

    await look("price: 5\nserved at 10:00\n")
    await look("price: 5\nserved at 10:01\n")
    await look("price: 4\nserved at 10:02\n")
    await look("Bad gateway", 502)
    await look("price: 4\nserved at 10:04\n")
    await look("price: 3\nserved at 10:05\n")
    await look("price: 3\nserved at 10:06\n")
    assert seen == [
        (False, None),
        (False, None),
        (True, "@@ -1 +1 @@\n-price: 5\n+price: 4"),
        (None, None),
        (False, None),
        (True, "@@ -1 +1 @@\n-price: 4\n+price: 3"),
        (False, None),
    ]


async def test_another_page_is_a_first_look(scene: Scene, ctx: Context, make_job: MakeJob) -> None:
    job = make_job(
        "echo one", trigger_type="recurring", interval_seconds=DELAY, watch={"what": "answer"}
    )
    await scene.step(job)
    jobs.edit(ctx, job.id, {"prompt_template": "echo two"})
    assert (await scene.step(job)).change is None
    jobs.edit(ctx, job.id, {"description": "two"})
    jobs.edit(ctx, job.id, {"watch": None})
    assert (await scene.step(job)).worth_reporting is None


async def test_a_run_shows_its_answer_and_change(
    scene: Scene, ctx: Context, make_job: MakeJob, page: Page
) -> None:
    job = make_job(
        f"curl -sf --noproxy '*' {page.url}; echo end",
        trigger_type="recurring",
        interval_seconds=DELAY,
        watch={"what": "answer"},
    )
    await scene.step(job)
    page.text = "price: 4\n"
    shown = run_response(run_detail(ctx, (await scene.step(job)).id))
    assert shown["answer"] == "price: 4\nend\n"
    assert shown["change"] == "@@ -1,2 +1,2 @@\n-price: 5\n+price: 4\n end"
    assert shown["worth_reporting"] is True
    ExecutionResponse.model_validate(shown)


async def test_old_answers_of_a_job_that_runs_often_go(
    store: Store, ctx: Context, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jobs_tui.store import answers
    from tests.service.made import ended

    monkeypatch.setattr(answers, "KEPT", 2)
    job = make_job(watch={"what": "answer"}, config={"overlap": "allow"})
    ids = [starts.start(ctx, job.id).execution_id for _ in range(4)]
    for number, one in enumerate(ids):
        ended(ctx, one, answer=str(number))
    kept = [answers.get(store.jobs.reader(), one) for one in ids]
    assert kept == [None, None, "2", "3"]
