"""Results on their way: every kind of target, tries, repeats, dead engines."""

from __future__ import annotations

import asyncio
import errno
import json
import os
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from jobs_tui.engine.aftermath import settle_all
from jobs_tui.engine.delivering import Delivering
from jobs_tui.engine.parts import Parts
from jobs_tui.engine.sending import file, notify, webhook
from jobs_tui.engine.sending.failure import NotDelivered
from jobs_tui.engine.sending.job import DEEPEST
from jobs_tui.guard import result_files
from jobs_tui.guard.signatures import verify
from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.job import Job
from jobs_tui.models.result_delivery import OutboxStatus, ResultDelivery
from jobs_tui.service import jobs, outbox, runs, secrets, starts
from jobs_tui.service.context import Context
from jobs_tui.store import result_deliveries
from jobs_tui.store.database import Store
from jobs_tui.store.settings import Settings
from tests.fakes import FakeClock
from tests.receiver import Receiver, receiver
from tests.service.made import ended

MakeJob = Callable[..., Job]
S = OutboxStatus


@pytest.fixture
def web() -> Iterator[Receiver]:
    """Someone who takes calls."""
    with receiver() as found:
        yield found


@pytest.fixture
def delivering(store: Store) -> Delivering:
    """The outbox of an engine."""
    return Delivering(Parts(store, Settings(public_url="https://jobs.example.org")))


Run = Callable[..., Awaitable[list[ResultDelivery]]]


@pytest.fixture
def ran(store: Store, ctx: Context, delivering: Delivering) -> Run:
    """Let a job run, end it so, and send what is due; what became of its deliveries."""

    async def run(
        job: Job, status: ExecutionStatus = ExecutionStatus.COMPLETED, **more: Any
    ) -> list[ResultDelivery]:
        started = starts.start(ctx, job.id, more.pop("parameters", None))
        answer, change = more.pop("answer", None), more.pop("change", None)
        ended(ctx, started.execution_id, status, **more)
        if answer is not None:
            store.write(
                lambda c: c.execute(
                    "insert into answers values (?, ?)", (started.execution_id, answer)
                )
            )
        await settle_all(store)
        if change is not None:
            store.write(
                lambda c: c.execute(
                    "update executions set change = ? where id = ?", (change, started.execution_id)
                )
            )
        await look(delivering)
        return found_of(store, started.execution_id)

    return run


async def look(delivering: Delivering) -> None:
    await delivering.look()
    await delivering.idle()


def found_of(store: Store, execution_id: str) -> list[ResultDelivery]:
    return result_deliveries.of_run(store.jobs.reader(), execution_id)


def with_secret(ctx: Context, name: str = "HOOK", value: str = "the-signing-secret") -> str:
    secrets.put(ctx, name, value=value)
    return name


async def test_a_webhook_is_called_signed_with_everything(
    ctx: Context, make_job: MakeJob, ran: Run, web: Receiver
) -> None:
    url = f"{web.address}/hooks/T0KEN-OF-THE-PATH"
    target = {"type": "webhook", "url": url, "secret": with_secret(ctx)}
    job = make_job(name="nightly", deliver_to=[target])
    (one,) = await ran(job, result="2 of 2", answer="all of it\n2 of 2", change="-a\n+b")
    assert (one.status, one.where, one.attempts) == (S.DELIVERED, "HTTP 200", 1)
    (call,) = web.requests
    assert call.path == "/hooks/T0KEN-OF-THE-PATH"
    assert call.headers["content-type"] == "application/json"
    assert call.headers["x-webhook-signature"].startswith("sha256=")
    assert verify("the-signing-secret", call.body, call.headers["x-webhook-signature"])
    assert call.headers["x-webhook-id"] == one.id
    assert call.headers["x-webhook-timestamp"] == str(int(ctx.now().timestamp()))
    sent = json.loads(call.body)
    assert sent["id"] == one.id
    assert sent["job"] == {"id": job.id, "name": "nightly"}
    assert (sent["execution"]["id"], sent["execution"]["number"]) == (one.execution_id, 1)
    assert (sent["status"], sent["result"], sent["answer"]) == (
        "completed",
        "2 of 2",
        "all of it\n2 of 2",
    )
    assert (sent["verdict"], sent["change"]) == (None, "-a\n+b")
    assert sent["links"]["execution"] == (
        f"https://jobs.example.org/api/v1/executions/{one.execution_id}"
    )


async def test_a_failed_call_is_tried_again_under_the_same_id(
    ctx: Context, make_job: MakeJob, ran: Run, web: Receiver, delivering: Delivering,
    clock: FakeClock, store: Store,
) -> None:  # fmt: skip
    url = f"{web.address}/T0KEN-OF-THE-PATH"
    job = make_job(deliver_to=[{"type": "webhook", "url": url, "secret": with_secret(ctx)}])
    web.status, web.body = 503, b"busy \x1b[31mwith /T0KEN-OF-THE-PATH"
    (one,) = await ran(job, result="x")
    assert (one.status, one.attempts) == (S.WAITING, 1)
    assert one.error == "It answered 503 Service Unavailable: busy with ***"
    await look(delivering)
    assert len(web.requests) == 1  # not before its time
    web.status = 200
    clock.advance(30)
    await look(delivering)
    (one,) = found_of(store, one.execution_id)
    assert (one.status, one.attempts, one.error) == (S.DELIVERED, 2, None)
    first, second = web.requests
    assert first.headers["x-webhook-id"] == second.headers["x-webhook-id"]
    assert first.body == second.body


async def test_after_six_tries_it_is_failed_and_can_be_tried_again_by_hand(
    ctx: Context, make_job: MakeJob, ran: Run, web: Receiver, delivering: Delivering,
    clock: FakeClock, store: Store,
) -> None:  # fmt: skip
    url = f"{web.address}/x"
    job = make_job(deliver_to=[{"type": "webhook", "url": url, "secret": with_secret(ctx)}])
    web.status = 500
    (one,) = await ran(job, result="x")
    while one.status is S.WAITING:
        assert one.next_at is not None
        clock.wall = one.next_at
        await look(delivering)
        (one,) = found_of(store, one.execution_id)
    assert (one.status, one.attempts, len(web.requests)) == (S.FAILED, 6, 6)
    store.write(lambda c: None)  # what is written behind stands now
    row = store.row("select message from events where kind = 'delivery'")
    assert row is not None
    assert f"to webhook {web.address}/*** was given up" in row["message"]
    web.status = 200
    outbox.retry(ctx, one.id)
    await look(delivering)
    assert found_of(store, one.execution_id)[0].status is S.DELIVERED


async def test_a_call_that_is_gone_for_good_is_not_tried_again(
    ctx: Context, make_job: MakeJob, ran: Run, web: Receiver
) -> None:
    url = f"{web.address}/x"
    web.status = 410
    job = make_job(deliver_to=[{"type": "webhook", "url": url, "secret": with_secret(ctx)}])
    (one,) = await ran(job, result="x")
    assert (one.status, one.attempts) == (S.FAILED, 1)


@pytest.mark.parametrize(
    ("status", "location", "says"),
    [
        (302, "/other", "It answered 302 and leads to"),
        (307, "ftp://127.0.0.1/x", "It leads to ftp://***, another host"),
        (308, "https://127.0.0.1/x", "It leads to https://127.0.0.1/***, another host"),
        (307, "http://example.org/x", "It leads to http://example.org/***, another host"),
        (307, "/again", "It leads on and on, more than 3 times"),
    ],
)
async def test_redirects_lead_to_no_other_place(
    web: Receiver, status: int, location: str, says: str
) -> None:
    web.status, web.headers = status, {"Location": location}
    with pytest.raises(NotDelivered) as caught:
        await webhook.post(f"{web.address}/x", "s", b"{}", "out_1", 1)
    assert says in caught.value.reason


async def test_nobody_listens_and_no_answer_in_time(
    web: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotDelivered, match="It cannot be reached: Connection refused"):
        await webhook.post("http://127.0.0.1:9/x", "s", b"{}", "out_1", 1)
    with pytest.raises(NotDelivered, match="not one of http or https"):
        await webhook.post("file:///etc/passwd", "s", b"{}", "out_1", 1)
    server = await asyncio.start_server(lambda r, w: asyncio.sleep(60), "127.0.0.1", 0)
    monkeypatch.setattr(webhook, "TIMEOUT", 0.05)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(NotDelivered, match="No answer within"):
        await webhook.post(f"http://127.0.0.1:{port}/x", "s", b"{}", "out_1", 1)
    server.close()


async def test_a_notification_is_plain_text_by_apprise(
    ctx: Context, make_job: MakeJob, ran: Run, web: Receiver
) -> None:
    url = f"json://ann:T0kenPassw0rd@127.0.0.1:{web.port}/pathtoken"
    job = make_job(name="price\x1b]0;x\x07 watch", deliver_to=[{"type": "notify", "url": url}])
    (one,) = await ran(job, answer="\x1b[1mprice\x1b[0m is 7\nnow", change="-8\n+7")
    assert (one.status, one.where) == (S.DELIVERED, "JSON")
    sent = json.loads(web.requests[0].body)
    assert sent["title"] == "price watch #1: completed"
    assert sent["message"].startswith("price is 7\nnow\n\nChanged since last time:\n-8\n+7\n\n")
    assert f"/executions/{one.execution_id}" in sent["message"]


async def test_why_a_notification_did_not_go_is_kept_without_its_address(
    ctx: Context, make_job: MakeJob, ran: Run, web: Receiver
) -> None:
    web.status = 403
    url = f"json://ann:T0kenPassw0rd@127.0.0.1:{web.port}/pathtoken"
    job = make_job(deliver_to=[{"type": "notify", "url": url}])
    (one,) = await ran(job, result="x")
    assert one.status is S.WAITING
    assert one.error is not None
    assert "403" in one.error
    assert "T0ken" not in one.error
    assert "pathtoken" not in one.error


async def test_a_notification_that_hangs_is_given_up_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loop = asyncio.get_running_loop()
    go = asyncio.Event()
    monkeypatch.setattr(notify, "TIMEOUT", 0.05)
    monkeypatch.setattr(
        notify,
        "_sent",
        lambda *_: asyncio.run_coroutine_threadsafe(go.wait(), loop).result() and "",
    )
    with pytest.raises(NotDelivered, match="not taken within"):
        await notify.notify("json://x", "t", "b")
    go.set()


async def test_addresses_that_no_secret_holds_are_a_reason(
    ctx: Context, make_job: MakeJob, ran: Run
) -> None:
    job = make_job(
        deliver_to=[
            {"type": "notify", "url": "env:NOT_SET_ANYWHERE"},
            {"type": "notify", "url": with_secret(ctx, "BAD", "rubbish")},
        ]
    )
    first, second = await ran(job, result="x")
    assert first.error is not None
    assert "NOT_SET_ANYWHERE is not set" in first.error
    assert second.error is not None
    assert "rubbish" not in second.error
    assert (first.status, second.status) == (S.WAITING, S.WAITING)


async def test_files_are_written_by_their_names(
    ctx: Context, make_job: MakeJob, ran: Run, tmp_path: Path, store: Store
) -> None:
    job = make_job(
        name="daily / report",
        deliver_to=[
            {"type": "file", "path": f"{tmp_path}/{{job}}-{{date}}.md"},
            {"type": "file", "path": f"{tmp_path}/all.txt"},
            {"type": "file", "path": "lines.jsonl"},
            {"type": "file", "path": f"{tmp_path}/last-{{run}}.json", "append": False},
        ],
    )
    for answer in ("first\x1b[2J", "second ```"):
        found = await ran(job, answer=answer)
        assert [one.status for one in found] == [S.DELIVERED] * 4
    markdown = (tmp_path / "daily_report-2026-08-21.md").read_text()
    assert markdown.count("## daily / report \\#") == 2
    assert "```text\nfirst\n```" in markdown
    assert "````text\nsecond ```\n````" in markdown
    text = (tmp_path / "all.txt").read_text()
    assert "daily / report #2: completed" in text
    assert "\x1b" not in text + markdown
    lines = (store.home.data / "results" / "lines.jsonl").read_text().splitlines()
    assert [json.loads(line)["answer"] for line in lines] == ["first\x1b[2J", "second ```"]
    assert json.loads((tmp_path / "last-2.json").read_text())["execution"]["number"] == 2
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in tmp_path.glob("*.*"))


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (errno.ENOSPC, "There is no space left"),
        (errno.EACCES, "cannot be written: Permission denied"),
    ],
)
async def test_a_file_that_cannot_be_written_is_tried_again(
    ctx: Context, make_job: MakeJob, ran: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    number: int, says: str, clock: FakeClock, delivering: Delivering, store: Store,
) -> None:  # fmt: skip
    def broken(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    job = make_job(deliver_to=[{"type": "file", "path": f"{tmp_path}/x.txt"}])
    with monkeypatch.context() as patch:
        patch.setattr(result_files, "append", broken)
        (one,) = await ran(job, result="x")
    assert one.status is S.WAITING
    assert one.error is not None
    assert says in one.error
    clock.advance(30)
    await look(delivering)
    assert found_of(store, one.execution_id)[0].status is S.DELIVERED


async def test_a_link_laid_in_the_way_is_refused_for_good(
    ctx: Context, make_job: MakeJob, ran: Run, tmp_path: Path
) -> None:
    job = make_job(deliver_to=[{"type": "file", "path": f"{tmp_path}/x.txt"}])
    (tmp_path / "victim").write_text("precious")
    (tmp_path / "x.txt").symlink_to(tmp_path / "victim")
    (one,) = await ran(job, result="x")
    assert one.status is S.FAILED
    assert "is a symbolic link" in (one.error or "")
    assert (tmp_path / "victim").read_text() == "precious"


async def test_another_job_is_started_with_the_result(
    ctx: Context, make_job: MakeJob, ran: Run, store: Store
) -> None:
    next_job = make_job("echo {{ result }}", name="next")
    mapped = make_job("echo {{ total }} {{ who }}", name="mapped")
    job = make_job(
        name="first",
        deliver_to=[
            {"type": "job", "job": "next"},
            {"type": "job", "job": mapped.id, "parameters": {"total": "$.sum[1]", "who": "status"}},
        ],
    )
    first, second = await ran(job, result="{...}", answer='{"sum": [1, 42]}')
    (run,) = runs.history(ctx, next_job.id).executions
    assert (first.status, first.where) == (S.DELIVERED, run.id)
    assert (str(run.kind), run.requested_by) == ("api", "job first")
    assert run.parameters == {"result": '{"sum": [1, 42]}'}
    assert run.trigger_metadata["from_execution_id"] == first.execution_id
    (run,) = runs.history(ctx, mapped.id).executions
    assert run.parameters == {"total": 42, "who": "completed"}
    depth = store.row("select depth from executions where id = ?", (second.where,))
    assert depth is not None
    assert depth[0] == 1


async def test_jobs_that_start_each_other_end_somewhere(
    ctx: Context, make_job: MakeJob, store: Store, delivering: Delivering
) -> None:
    job = make_job(name="loop")
    jobs.edit(ctx, job.id, {"deliver_to": [{"type": "job", "job": job.id}]})
    starts.start(ctx, job.id)
    while queued := store.rows("select id from executions where status = 'queued'"):
        ended(ctx, queued[0]["id"])
        await settle_all(store)
        await look(delivering)
    assert len(runs.history(ctx, job.id).executions) == DEEPEST + 1
    total, (last, *_) = outbox.listing(ctx, job_id=job.id)
    assert total == DEEPEST + 1
    assert last.delivery.status is S.FAILED
    assert "started each other in a row" in last.outcome


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda ctx, job: jobs.pause(ctx, job.id), "is paused"),
        (lambda ctx, job: jobs.archive(ctx, job.id), "is deleted"),
        (
            lambda ctx, job: jobs.edit(ctx, job.id, {"prompt_template": "echo {{ other }}"}),
            "cannot be started: {{ other }} has no value",
        ),
    ],
)
async def test_a_job_that_refuses_says_why(
    ctx: Context, make_job: MakeJob, ran: Run, change: Callable[[Context, Job], Any], says: str
) -> None:
    target = make_job(name="target")
    job = make_job(deliver_to=[{"type": "job", "job": "target"}])
    change(ctx, target)
    (one,) = await ran(job, result="x")
    assert one.status is S.FAILED
    assert says in (one.error or "")
    assert runs.history(ctx, target.id).executions == []


async def test_what_an_engine_had_begun_is_sent_by_the_next_one(
    ctx: Context, make_job: MakeJob, store: Store, tmp_path: Path, clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    job = make_job(deliver_to=[{"type": "file", "path": f"{tmp_path}/x.txt"}])
    started = starts.start(ctx, job.id)
    ended(ctx, started.execution_id, result="x")
    await settle_all(store)
    (one,) = found_of(store, started.execution_id)
    # It died in the middle: claimed, written, and never noted.
    store.write(lambda c: result_deliveries.claim(c, one.id, ctx.now()))
    run = result_deliveries.whole(store.jobs.reader(), started.execution_id)
    assert run is not None
    message = file.Message(one.id, run, "http://x")
    file.write(one.target, message, store.home.data, ZoneInfo("UTC"))
    clock.advance(31)
    following = Delivering(Parts(store, Settings()))
    await look(following)
    (one,) = found_of(store, started.execution_id)
    assert (one.status, one.attempts) == (S.DELIVERED, 2)
    assert (tmp_path / "x.txt").read_text().count(one.id) == 1


async def test_a_slow_target_does_not_hold_up_the_others(
    ctx: Context, make_job: MakeJob, store: Store, delivering: Delivering, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    go = asyncio.Event()

    async def slow(*_: object) -> str:
        await go.wait()
        return "HTTP 200"

    monkeypatch.setattr(webhook, "post", slow)
    hook = {"type": "webhook", "url": "http://127.0.0.1:9", "secret": with_secret(ctx)}
    job = make_job(deliver_to=[hook, {"type": "file", "path": f"{tmp_path}/x.txt"}])
    started = starts.start(ctx, job.id)
    ended(ctx, started.execution_id, result="x")
    await settle_all(store)
    await delivering.look()
    async with asyncio.timeout(10):
        while found_of(store, started.execution_id)[1].status is not S.DELIVERED:  # noqa: ASYNC110
            await asyncio.sleep(0.002)
    await delivering.look()  # what is under way is not begun again
    assert [one.status for one in found_of(store, started.execution_id)] == [S.WAITING, S.DELIVERED]
    go.set()
    await delivering.close()
    assert found_of(store, started.execution_id)[0].attempts == 1


async def test_a_watch_delivers_what_has_changed_alone(
    ctx: Context, make_job: MakeJob, ran: Run, tmp_path: Path
) -> None:
    job = make_job(
        watch={"what": "answer"},
        deliver_to=[{"type": "file", "path": f"{tmp_path}/x.txt"}],
        deliver_when="worth_reporting",
    )
    for answer, delivered in (("price 8", 0), ("price 8", 0), ("price 7", 1), ("price 7", 0)):
        found = await ran(job, answer=answer)
        assert len(found) == delivered
    text = (tmp_path / "x.txt").read_text()
    assert "Changed since last time:" in text
    assert "-price 8\n+price 7" in text
    newest = runs.history(ctx, job.id).executions[0]
    assert (outbox.why_none(ctx, newest.id) or "").startswith("Not delivered: ")


async def test_a_failed_run_is_always_worth_reporting(
    ctx: Context, make_job: MakeJob, ran: Run, tmp_path: Path
) -> None:
    job = make_job(
        deliver_to=[{"type": "file", "path": f"{tmp_path}/x.md"}], deliver_when="worth_reporting"
    )
    assert await ran(job, result="fine") == []
    (one,) = await ran(job, ExecutionStatus.FAILED, error_message="exit 1: no *disk*")
    assert one.status is S.DELIVERED
    assert "**Error:** exit 1: no \\*disk\\*" in (tmp_path / "x.md").read_text()
