"""Following a run by server-sent events: every line once, also after a cut."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import ClientResponse

from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.server.api import stream
from jobs_tui.store.steps import StepRow
from tests.server.api_help import JOBS, RUNS, call, new_job, new_run, printed
from tests.server.face import Face
from tests.service.made import claimed, ended, with_steps

Event = tuple[str, Any, str | None]


class Follower:
    """A client of one stream."""

    def __init__(self, face: Face, run: str) -> None:
        self._face = face
        self._url = f"http://{face.address}{RUNS}/{run}/stream"
        self._answer: ClientResponse | None = None
        self.last: str | None = None

    async def open(self) -> None:
        """As a browser does: with the last id that was seen."""
        headers = {} if self.last is None else {"Last-Event-ID": self.last}
        self._answer = await self._face.session.get(self._url, headers=headers)
        assert self._answer.status == 200
        assert self._answer.content_type == "text/event-stream"

    def cut(self) -> None:
        """Lose the connection."""
        assert self._answer is not None
        self._answer.close()

    async def next(self) -> Event | None:
        """The next event, None at the end; comments and ``retry`` are passed over."""
        assert self._answer is not None
        fields: dict[str, str] = {}
        async with asyncio.timeout(20):
            while raw := await self._answer.content.readline():
                line = raw.decode().rstrip("\n")
                if line:
                    name, _, value = line.partition(": ")
                    fields[name] = value
                elif "event" in fields:
                    self.last = fields.get("id", self.last)
                    return fields["event"], json.loads(fields["data"]), fields.get("id")
                else:
                    fields = {}
        return None

    async def until(self, kind: str) -> list[Event]:
        """Events up to the first of a kind."""
        found: list[Event] = []
        while (event := await self.next()) is not None:
            found.append(event)
            if event[0] == kind:
                break
        return found


def numbers(events: list[Event]) -> list[int]:
    return [data["number"] for kind, data, _ in events if kind == "line"]


async def test_an_ended_run_is_told_from_the_beginning(face: Face) -> None:
    run = await new_run(face, await new_job(face))
    printed(face.ctx, run, 1, ["one", "two \x1b[1m"])
    printed(face.ctx, run, 3, ["three"], "e")
    ended(face.ctx, run, log_lines=3)
    follower = Follower(face, run)
    await follower.open()
    events = await follower.until("done")
    assert [(kind, number) for kind, _, number in events] == [
        ("status", None),
        ("line", "1"),
        ("line", "2"),
        ("line", "3"),
        ("done", None),
    ]
    assert events[2][1] == {
        "number": 2,
        "at": "2026-08-21T14:02:11.000Z",
        "stream": "stdout",
        "step": "",
        "text": "two \x1b[1m",
    }
    assert events[-1][1] == (await call(face, "GET", f"{RUNS}/{run}"))[1]
    assert await follower.next() is None


async def test_a_cut_client_goes_on_where_it_was(face: Face) -> None:
    run = await new_run(face, await new_job(face))
    claimed(face.ctx, run)
    printed(face.ctx, run, 1, [f"line {n}" for n in range(1, 1201)])
    follower = Follower(face, run)
    await follower.open()
    seen: list[int] = []
    while len(seen) < 700:
        event = await follower.next()
        assert event is not None
        seen += numbers([event])
    follower.cut()
    printed(face.ctx, run, 1201, [f"line {n}" for n in range(1201, 1301)])
    await follower.open()
    while len(seen) < 1300:
        event = await follower.next()
        assert event is not None
        seen += numbers([event])
    assert seen == list(range(1, 1301))
    await call(face, "POST", f"{RUNS}/{run}/cancel")
    follower.cut()


async def test_lines_and_status_arrive_as_they_happen(face: Face) -> None:
    run = await new_run(face, await new_job(face))
    follower = Follower(face, run)
    await follower.open()
    event = await follower.next()
    assert event is not None
    assert event[1]["status"] == "queued"
    printed(face.ctx, run, 1, ["early"])
    assert numbers(await follower.until("line")) == [1]
    ended(face.ctx, run, ExecutionStatus.CANCELLED, log_lines=1)
    rest = await follower.until("done")
    assert [(kind, data["status"]) for kind, data, _ in rest] == [
        ("status", "cancelled"),
        ("done", "cancelled"),
    ]


async def test_steps_are_told_as_they_change(face: Face) -> None:
    run = await new_run(face, await new_job(face))
    claimed(face.ctx, run)
    a, b = (StepRow(name, place, ExecutionStatus.QUEUED) for place, name in enumerate("ab"))
    with_steps(face.ctx, run, a, b)
    follower = Follower(face, run)
    await follower.open()

    async def told() -> tuple[str, str]:
        *_, (_, step, _) = await follower.until("step_status")
        return step["name"], step["status"]

    assert [await told(), await told()] == [("a", "queued"), ("b", "queued")]
    with_steps(face.ctx, run, replace(a, status=ExecutionStatus.RUNNING))
    assert await told() == ("a", "running")
    printed(face.ctx, run, 1, ["one"], step="a")
    *_, (_, begins, _), (_, line, _) = await follower.until("line")
    assert (begins, line["step"]) == ({"step": "a", "first_line": 1}, "a")
    with_steps(face.ctx, run, replace(b, status=ExecutionStatus.SKIPPED))
    assert await told() == ("b", "skipped")
    await call(face, "POST", f"{RUNS}/{run}/cancel")
    follower.cut()


async def test_many_clients_get_every_line_once(face: Face) -> None:
    run = await new_run(face, await new_job(face))
    claimed(face.ctx, run)

    async def follow() -> list[int]:
        follower = Follower(face, run)
        await follower.open()
        return numbers(await follower.until("done"))

    clients = [asyncio.create_task(follow()) for _ in range(20)]
    for first in range(1, 2001, 250):
        printed(face.ctx, run, first, [f"line {n}" for n in range(first, first + 250)])
        await asyncio.sleep(0)
    face.ctx.store.write(
        lambda c: c.execute("update executions set status = 'completed' where id = ?", (run,))
    )
    assert all(seen == list(range(1, 2001)) for seen in await asyncio.gather(*clients))


async def test_a_run_that_is_purged_meanwhile_is_done(face: Face) -> None:
    job = await new_job(face)
    run = await new_run(face, job)
    follower = Follower(face, run)
    await follower.open()
    await follower.next()
    await call(face, "DELETE", f"{JOBS}/{job['id']}?purge=true")
    events = await follower.until("done")
    assert events[-1][0] == "done"
    assert events[-1][1]["status"] in (None, "cancelled")


async def test_a_silent_run_is_heard_of(face: Face, monkeypatch: pytest.MonkeyPatch) -> None:
    streams = stream.Streams(face.ctx, heartbeat=0.01)
    sent: list[bytes] = []
    enough = asyncio.Event()

    class Response:
        async def write(self, data: bytes) -> None:
            sent.append(data)
            if data.startswith(b":"):
                enough.set()

    run = await new_run(face, await new_job(face))
    feed = streams._join(run)
    sending = asyncio.create_task(streams._send(Response(), feed, run, 1))  # type: ignore[arg-type]
    async with asyncio.timeout(20):
        await enough.wait()
        await streams.close()
        await sending
    streams._leave(run, feed)
    assert b": still here\n\n" in sent


@pytest.mark.parametrize("wrong", ["x", "-1", "1.5", "9" * 40])
async def test_a_last_event_id_that_is_no_line_is_refused(face: Face, wrong: str) -> None:
    run = await new_run(face, await new_job(face))
    status, body = await call(face, "GET", f"{RUNS}/{run}/stream", Last_Event_ID=wrong)
    assert (status, body["detail"][0]["loc"]) == (422, ["header", "Last-Event-ID"])
    assert (await call(face, "GET", f"{RUNS}/exec_x/stream"))[0] == 404


async def test_an_id_past_the_end_gets_the_end(face: Face) -> None:
    run = await new_run(face, await new_job(face))
    printed(face.ctx, run, 1, ["one"])
    ended(face.ctx, run, log_lines=1)
    follower = Follower(face, run)
    follower.last = "999"
    await follower.open()
    assert [kind for kind, _, _ in await follower.until("done")] == ["status", "done"]
