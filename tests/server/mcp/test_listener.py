"""MCP over HTTP: who comes in, both eras on one address, binding and letting go."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from jobs_tui.models.errors import JobsTuiError
from jobs_tui.server.mcp.listener import McpListener
from jobs_tui.service.audit import entries
from jobs_tui.service.context import Context
from jobs_tui.store.settings import Settings
from tests.server.face import TOKEN, accept_token

HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "tests", "version": "1"},
    },
}
ADMIN = {"Authorization": f"Bearer {TOKEN}"}
ACCEPT = {"Accept": "application/json, text/event-stream"}
JOB = {
    "title": "t",
    "job_type": "RECURRING",
    "trigger_config": {"interval_seconds": 60},
    "instructions": "echo hi",
    "agent": "shell",
}


@pytest.fixture
async def url(ctx: Context) -> AsyncIterator[str]:
    """Where a listener with an admin's and a reader's token listens."""
    accept_token(ctx)
    accept_token(ctx, "T-read", "read", "reader")
    listener = McpListener(ctx, Settings())
    yield f"http://{await listener.start('127.0.0.1', 0)}/mcp"
    await listener.stop()
    await listener.stop()


async def post(url: str, body: Any = HELLO, **headers: str) -> httpx2.Response:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    async with httpx2.AsyncClient(timeout=60) as client:
        return await client.post(url, json=body, headers={**ACCEPT, **names})


@pytest.mark.parametrize("scheme", ["Bearer", "UserKey", "bearer"])
async def test_a_token_opens(url: str, scheme: str) -> None:
    answer = await post(url, Authorization=f"{scheme} {TOKEN}")
    assert answer.status_code == 200
    assert answer.headers["mcp-session-id"]
    assert json.loads(answer.text.partition("data: ")[2])["result"]["protocolVersion"]


@pytest.mark.parametrize(
    ("headers", "status", "told"),
    [
        ({}, 401, "A token is needed"),
        ({"Authorization": "Bearer wrong"}, 401, "not known here"),
        ({"Authorization": "Basic abc"}, 401, "not understood"),
        ({"Authorization": f"Bearer {TOKEN}", "Host": "evil.example"}, 403, "evil.example"),
        ({"Authorization": f"Bearer {TOKEN}", "Origin": "https://evil.example"}, 403, "Pages of"),
        ({"Authorization": f"Bearer {TOKEN}", "Origin": "null"}, 403, "Pages of"),
        ({"Host": "evil.example"}, 403, "evil.example"),
    ],
)
async def test_who_does_not_come_in(
    url: str, headers: dict[str, str], status: int, told: str
) -> None:
    answer = await post(url, **headers)
    assert answer.status_code == status
    assert told in answer.json()["detail"]
    assert ("www-authenticate" in answer.headers) == (status == 401)


async def test_pages_of_this_machine_and_other_paths(url: str) -> None:
    known = {"Authorization": f"Bearer {TOKEN}"}
    assert (await post(url, **known, Origin="http://localhost:6274")).status_code == 200
    assert (await post(f"{url}/", **known)).status_code == 200
    assert (await post(url.removesuffix("mcp"), **known)).status_code == 404
    assert (await post(url.removesuffix("mcp"))).status_code == 401


async def test_a_session_belongs_to_its_token(url: str) -> None:
    session = (await post(url, Authorization=f"Bearer {TOKEN}")).headers["mcp-session-id"]
    body = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}
    asked = {"Mcp_Session_Id": session}
    assert (await post(url, body, Authorization="Bearer T-read", **asked)).status_code == 404
    assert (await post(url, body, Authorization=f"Bearer {TOKEN}", **asked)).status_code == 200


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_a_reader_reads_and_is_told_what_it_may_not(
    ctx: Context, url: str, mode: str
) -> None:
    async with (
        httpx2.AsyncClient(headers={"Authorization": "Bearer T-read"}, timeout=60) as http,
        Client(streamable_http_client(url, http_client=http), mode=mode) as client,
    ):
        assert not (await client.call_tool("execution_list", {})).is_error
        refused = await client.call_tool("job_create", JOB)
        assert refused.is_error
        assert "needs a token with the scope admin; the token 'reader' has read" in str(
            refused.content[0]
        )


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_who_did_it_is_the_token(ctx: Context, url: str, mode: str) -> None:
    async with (
        httpx2.AsyncClient(headers=ADMIN, timeout=60) as http,
        Client(streamable_http_client(url, http_client=http), mode=mode) as client,
    ):
        made = await client.call_tool("job_create", JOB)
    [entry] = entries(ctx, subject=made.structured_content["job"]["job_id"])
    assert (entry.actor, entry.face, entry.origin) == ("tests", "mcp", "127.0.0.1")


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_many_calls_at_once(url: str, mode: str) -> None:
    async with (
        httpx2.AsyncClient(headers=ADMIN, timeout=60) as http,
        Client(streamable_http_client(url, http_client=http), mode=mode) as client,
    ):
        places = asyncio.Semaphore(16)

        async def one(number: int) -> bool:
            async with places:
                name, sent = ("job_create", JOB) if number % 2 else ("execution_list", {})
                return (await client.call_tool(name, sent)).is_error

        assert not any(await asyncio.gather(*(one(number) for number in range(200))))


async def test_a_taken_port_is_named(ctx: Context) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(JobsTuiError) as caught:
            await McpListener(ctx, Settings()).start("127.0.0.1", port)
    assert f"port {port} on 127.0.0.1 is taken" in caught.value.message
    assert "--mcp-port or JOBS_TUI_MCP_PORT" in caught.value.hint


async def test_after_stopping_the_port_is_free_and_streams_have_ended(
    ctx: Context, url: str
) -> None:
    listener = McpListener(ctx, Settings())
    address = await listener.start("127.0.0.1", 0)
    port = int(address.rpartition(":")[2])
    async with (
        httpx2.AsyncClient(headers=ADMIN, timeout=60) as http,
        Client(streamable_http_client(f"http://{address}/mcp", http_client=http)) as client,
        client.listen(resource_subscriptions=["jobs://jobs"]) as events,
    ):
        async with asyncio.timeout(20):
            await listener.stop()
            assert [event async for event in events] == []
    with socket.create_server(("127.0.0.1", port)):
        pass


async def test_beyond_this_machine_a_token_is_needed(ctx: Context) -> None:
    with pytest.raises(JobsTuiError, match="no valid token"):
        await McpListener(ctx, Settings()).start("0.0.0.0", 0)


async def test_nobody_who_uses_no_mcp_pays_for_it() -> None:
    asked = (
        "import sys, jobs_tui.server.mcp.listener;"
        "print([name for name in ('mcp', 'uvicorn', 'starlette') if name in sys.modules])"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", asked, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert out.strip() == b"[]"
