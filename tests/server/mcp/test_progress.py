"""What a client hears while it waits for a run."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client

from jobs_tui.models.token import Scope
from jobs_tui.server.mcp import acting
from jobs_tui.server.mcp.calling import Caller, call
from jobs_tui.server.mcp.listener import McpListener
from jobs_tui.server.mcp.progress import Progress
from jobs_tui.server.mcp.results import OneRun
from jobs_tui.server.mcp.tools import BY_NAME
from jobs_tui.service import runs, starts
from jobs_tui.service.context import Context
from jobs_tui.store.settings import Settings
from tests.fakes import FakeClock
from tests.server.api_help import printed
from tests.server.face import TOKEN, accept_token
from tests.server.mcp.conftest import connected
from tests.server.mcp.test_listener import HELLO
from tests.service.made import claimed, ended, made

PATIENCE = 60.0
Heard = list[tuple[float, float | None, str | None]]

eras = pytest.mark.parametrize("mode", ["legacy", "auto"])


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks again at once: the clock of these tests is moved by what is heard."""
    monkeypatch.setattr(acting, "POLL", 0)


async def test_state_and_last_line_are_told_once_a_second(ctx: Context, clock: FakeClock) -> None:
    job = made(ctx)
    heard: Heard = []

    async def tell(waited: float, total: float, words: str) -> None:
        heard.append((waited, total, words))
        [run] = runs.newest(ctx, job.id, 1)
        if len(heard) == 1:
            claimed(ctx, run.id)
            printed(ctx, run.id, 1, ["one", "\x1b[31mtwo\x1b[0m " + "x" * 500])
        clock.advance(1)

    answer = await call(
        BY_NAME["job_run"],
        Caller(ctx, Scope.TRIGGER),
        {"job_id": job.id, "wait_seconds": 2},
        None,
        tell=tell,
    )
    assert isinstance(answer, OneRun)
    assert "RUNNING after 2 s" in answer.message
    assert [(waited, total) for waited, total, _ in heard] == [(0, 2), (1, 2)]
    queued, running = [words or "" for _, _, words in heard]
    assert queued.startswith("Run #1 of 'nightly' is QUEUED: ")
    assert running.startswith("Run #1 of 'nightly' is RUNNING: two xxx")
    assert len(running) == 200


async def test_nothing_is_told_within_a_second(ctx: Context, clock: FakeClock) -> None:
    run = runs.get(ctx, starts.start(ctx, made(ctx).id).execution_id)
    heard: Heard = []

    async def tell(waited: float, total: float, words: str) -> None:
        heard.append((waited, total, words))

    progress = Progress(ctx, tell, 20)
    for _ in range(4):
        await progress.report(run)
        clock.advance(0.5)
    assert [waited for waited, _, _ in heard] == [0, 1]
    await Progress(ctx, None, 20).report(run)


async def waited(client: Client, job_id: str, ctx: Context, clock: FakeClock) -> Heard:
    """What a client hears that waits for a run which ends after the second report."""
    heard: Heard = []
    two = asyncio.Event()

    async def on_progress(progress: float, total: float | None, message: str | None) -> None:
        heard.append((progress, total, message))
        clock.advance(1)
        if len(heard) == 2:
            two.set()

    async def ending() -> None:
        await two.wait()
        [run] = await asyncio.to_thread(runs.newest, ctx, job_id, 1)
        await asyncio.to_thread(ended, ctx, run.id, result="42")

    asking = {"job_id": job_id, "wait_seconds": 300}
    async with asyncio.timeout(PATIENCE):
        found, _ = await asyncio.gather(
            client.call_tool("job_run", asking, progress_callback=on_progress), ending()
        )
    assert not found.is_error
    assert found.structured_content["answer"] == "42"
    return heard


def check(heard: Heard) -> None:
    steps = [step for step, _, _ in heard]
    assert steps == sorted(set(steps))
    assert 0 <= steps[0] < 1
    assert all(total == 300 for _, total, _ in heard)
    assert all("QUEUED" in (words or "") for _, _, words in heard[:2])


@eras
async def test_a_client_hears_it_in_this_process(ctx: Context, clock: FakeClock, mode: str) -> None:
    job = made(ctx)
    async with connected(ctx, mode) as client:
        check(await waited(client, job.id, ctx, clock))


@eras
async def test_a_client_hears_it_over_http(ctx: Context, clock: FakeClock, mode: str) -> None:
    job = made(ctx)
    accept_token(ctx)
    listener = McpListener(ctx, Settings())
    url = f"http://{await listener.start('127.0.0.1', 0)}/mcp"
    headers = {"Authorization": f"Bearer {TOKEN}"}
    try:
        async with httpx2.AsyncClient(headers=headers, timeout=PATIENCE) as http:
            transport = streamable_http_client(url, http_client=http)
            async with Client(transport, mode=mode) as client:
                check(await waited(client, job.id, ctx, clock))
    finally:
        await listener.stop()


@eras
async def test_a_client_hears_it_over_stdio(ctx: Context, tmp_path: Path, mode: str) -> None:
    job = made(ctx)
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "jobs_tui", "mcp"],
        env={"JOBS_TUI_HOME": str(tmp_path)},
    )
    # Another process has a clock of its own: its first report says that it has begun to wait.
    first = asyncio.Event()
    heard: Heard = []

    async def on_progress(progress: float, total: float | None, message: str | None) -> None:
        heard.append((progress, total, message))
        first.set()

    async def ending() -> None:
        await first.wait()
        [run] = await asyncio.to_thread(runs.newest, ctx, job.id, 1)
        await asyncio.to_thread(ended, ctx, run.id, result="42")

    asking = {"job_id": job.id, "wait_seconds": 300}
    async with asyncio.timeout(PATIENCE), Client(stdio_client(server), mode=mode) as client:
        found, _ = await asyncio.gather(
            client.call_tool("job_run", asking, progress_callback=on_progress), ending()
        )
    assert found.structured_content["answer"] == "42"
    check(heard)


@pytest.mark.parametrize("token", [None, "mine", 7])
async def test_only_who_sends_a_token_hears_it(
    ctx: Context, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, token: str | int | None
) -> None:
    def ticking() -> float:
        clock.advance(0.25)
        return clock.mono

    monkeypatch.setattr(clock, "monotonic", ticking)
    job = made(ctx)
    accept_token(ctx)
    listener = McpListener(ctx, Settings())
    url = f"http://{await listener.start('127.0.0.1', 0)}/mcp"
    headers = {
        "Authorization": f"Bearer {TOKEN}",
        "Accept": "application/json, text/event-stream",
    }
    asking: dict[str, Any] = {
        "name": "job_run",
        "arguments": {"job_id": job.id, "wait_seconds": 5},
    }
    if token is not None:
        asking["_meta"] = {"progressToken": token}
    try:
        async with httpx2.AsyncClient(headers=headers, timeout=PATIENCE) as http:
            began = await http.post(url, json=HELLO)
            http.headers["Mcp-Session-Id"] = began.headers["mcp-session-id"]
            answer = await http.post(
                url, json={"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": asking}
            )
    finally:
        await listener.stop()
    assert "QUEUED after 5 s" in answer.text
    assert ("notifications/progress" in answer.text) == (token is not None)
    assert (f'"progressToken":{json.dumps(token)}' in answer.text) == (token is not None)
