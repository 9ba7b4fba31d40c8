"""Assistants with the SDK's own client: over stdio without an engine, over HTTP with one."""

from __future__ import annotations

import asyncio
import subprocess
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from tests.e2e.home import LiveHome

pytestmark = pytest.mark.e2e
eras = pytest.mark.parametrize("mode", ["legacy", "auto"])
NOW: dict[str, Any] = {
    "title": "say it",
    "job_type": "ONE_OFF",
    "trigger_config": {"run_at": "now"},
    "instructions": "echo said by $((6 * 7))",
    "agent": "shell",
}


async def call(client: Client, name: str, **sent: Any) -> dict[str, Any]:
    found = await client.call_tool(name, sent)
    assert not found.is_error, found.content
    return dict(found.structured_content)


@eras
async def test_over_stdio_without_an_engine(home: LiveHome, mode: str) -> None:
    argv = home.argv("mcp")
    program = StdioServerParameters(command=argv[0], args=argv[1:], env=home.env)
    async with Client(program, mode=mode) as client:
        assert len((await client.list_tools()).tools) == 12
        made = await call(client, "job_create", **NOW)
        assert "No engine is running" in made["warnings"][-1]
        job_id = made["job"]["job_id"]
        assert (await call(client, "job_pause", job_id=job_id))["job"]["status"] == "PAUSED"
    assert home.json("show", job_id)["status"] == "paused"
    [entry] = [one for one in home.json("audit") if one["action"] == "job.create"]
    assert entry["face"] == "mcp"


def test_stdout_carries_the_protocol_alone_and_ends_with_its_client(home: LiveHome) -> None:
    done = subprocess.run(
        home.argv("mcp"), env=home.env, input="", capture_output=True, text=True, check=False,
        timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    garbage = subprocess.run(
        home.argv("mcp"), env=home.env, input="not json\n", capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip
    assert garbage.returncode == 0
    assert all(line.startswith('{"jsonrpc"') for line in garbage.stdout.splitlines())
    assert "Traceback" not in garbage.stderr


@eras
async def test_over_http_a_job_is_made_run_and_found(home: LiveHome, mode: str) -> None:
    await asyncio.to_thread(home.serve)
    url = (await asyncio.to_thread(home.json_status))["mcp_url"]
    token = (await asyncio.to_thread(home.command, "token", "show")).out.strip()
    async with (
        asyncio.timeout(60),
        httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=60) as http,
        Client(streamable_http_client(url, http_client=http), mode=mode) as client,
    ):
        waits = {"job_type": "ONE_OFF", "trigger_config": {"run_at": "2100-01-01T09:00"}}
        job = (await call(client, "job_create", **{**NOW, **waits}))["job"]
        run = await call(client, "job_run", job_id=job["job_id"], wait_seconds=30)
        assert run["run"]["status"] == "COMPLETED"
        assert "said by 42" in run["answer"]
        execution_id = run["run"]["execution_id"]
        log = await call(client, "execution_logs", execution_id=execution_id)
        assert "[stdout] said by 42" in log["lines"]
        found = await call(client, "job_retrieval_by_keywords", query="say")
        assert [one["job_id"] for one in found["jobs"]] == [job["job_id"]]
        assert (await call(client, "job_cancel", job_id=job["job_id"]))["job"]["status"] == (
            "CANCELLED"
        )
        done = await call(client, "job_create", **NOW)
        while done["job"]["status"] != "COMPLETED":
            done = await call(client, "job_retrieval_by_id", job_id=done["job"]["job_id"])
        assert done["job"]["last_run"]["result"] == "said by 42"


async def test_over_http_the_end_of_a_run_is_heard(home: LiveHome) -> None:
    await asyncio.to_thread(home.serve)
    url = (await asyncio.to_thread(home.json_status))["mcp_url"]
    token = (await asyncio.to_thread(home.command, "token", "show")).out.strip()
    async with (
        asyncio.timeout(60),
        httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=60) as http,
        Client(streamable_http_client(url, http_client=http)) as client,
    ):
        later = {"job_type": "ONE_OFF", "trigger_config": {"run_at": "2100-01-01T09:00"}}
        job = (await call(client, "job_create", **{**NOW, **later}))["job"]
        async with client.listen(resource_subscriptions=[job["uri"]]) as events:
            await call(client, "job_run", job_id=job["job_id"])
            status = "QUEUED"
            while status != "COMPLETED":  # told of each change, and of the end
                assert (await anext(aiter(events))).uri == job["uri"]
                found = await call(client, "job_retrieval_by_id", job_id=job["job_id"])
                status = found["job"]["last_run"]["status"]
        assert found["job"]["last_run"]["result"] == "said by 42"


def test_a_taken_port_ends_serve_and_is_named(home: LiveHome) -> None:
    address = home.serve()
    port = str(home.json_status()["mcp_url"]).rpartition(":")[2].removesuffix("/mcp")
    assert port != address.rpartition(":")[2]
    other = LiveHome(home.folder.with_name("other"))
    done = other.command("serve", "--mcp-port", port, status=1)
    assert f"port {port} on 127.0.0.1 is taken" in done.err
    assert not other.json_status()["running"]
