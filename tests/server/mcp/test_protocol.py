"""Our server as the SDK's own client sees it, in both eras."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import jsonschema
import mcp_types as types
import pytest
from mcp.client.subscriptions import ResourcesListChanged, ResourceUpdated
from mcp.shared.exceptions import MCPError

from jobs_tui.service import jobs, starts
from jobs_tui.service.context import Context
from tests.server.api_help import printed
from tests.server.mcp.conftest import connected
from tests.service.made import ended, made

NAMES = [
    "job_create", "job_retrieval_semantic", "job_retrieval_by_id", "job_retrieval_by_keywords",
    "job_update", "job_pause", "job_cancel", "job_resume", "job_run", "execution_list",
    "execution_logs", "execution_cancel",
]  # fmt: skip
PATIENCE = 20.0

eras = pytest.mark.parametrize("mode", ["legacy", "auto"])


@eras
async def test_tools_are_listed_and_answer_with_structure(ctx: Context, mode: str) -> None:
    async with connected(ctx, mode) as client:
        tools = (await client.list_tools()).tools
        assert [tool.name for tool in tools] == NAMES
        reads = {
            tool.name for tool in tools if tool.annotations and tool.annotations.read_only_hint
        }
        assert reads == {name for name in NAMES if "retrieval" in name} | {
            "execution_list",
            "execution_logs",
        }
        found = await client.call_tool(
            "job_create",
            {
                "title": "t",
                "job_type": "RECURRING",
                "trigger_config": {"interval_seconds": 60},
                "instructions": "echo hi",
                "agent": "shell",
            },
        )
        assert not found.is_error
        schema = next(tool.output_schema for tool in tools if tool.name == "job_create")
        jsonschema.validate(found.structured_content, schema or {})
        assert found.structured_content["job"]["job_id"] in found.content[0].text  # type: ignore[union-attr]
        wrong = await client.call_tool("job_create", {"title": "t"})
        assert wrong.is_error
        assert "Nothing was changed" in wrong.content[0].text  # type: ignore[union-attr]
        assert wrong.structured_content is None
        with pytest.raises(MCPError, match="There is no tool 'job_destroy'"):
            await client.call_tool("job_destroy", {})


@eras
async def test_resources_are_listed_and_read(ctx: Context, mode: str) -> None:
    job = made(ctx, name="evil\x1b[2J")
    run = starts.start(ctx, job.id).execution_id
    printed(ctx, run, 1, ["one", "two"])
    async with connected(ctx, mode) as client:
        listed = (await client.list_resources()).resources
        assert [str(one.uri) for one in listed] == ["jobs://jobs", f"jobs://jobs/{job.id}"]
        assert listed[1].title == "evil"
        templates = (await client.list_resource_templates()).resource_templates
        assert "jobs://executions/{execution_id}/log" in [one.uri_template for one in templates]

        async def read(uri: str) -> Any:
            [found] = (await client.read_resource(uri)).contents
            assert isinstance(found, types.TextResourceContents)
            return json.loads(found.text) if found.mime_type == "application/json" else found.text

        assert [one["job_id"] for one in await read("jobs://jobs")] == [job.id]
        assert (await read(f"jobs://jobs/{job.id}"))["job_type"] == "MANUAL"
        assert [one["number"] for one in await read(f"jobs://jobs/{job.id}/executions")] == [1]
        assert (await read(f"jobs://executions/{run}"))["status"] == "QUEUED"
        assert await read(f"jobs://executions/{run}/log") == "one\ntwo"
        for wrong in (
            "jobs://nope",
            f"jobs://jobs/{run}",
            "file:///etc/passwd",
            "jobs://jobs/../x",
        ):
            with pytest.raises(MCPError, match="There is no"):
                await client.read_resource(wrong)
        with pytest.raises(MCPError, match="cursor"):
            await client.list_resources(cursor="x")


async def test_long_lists_come_in_pages(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs_tui.server.mcp.reading.PAGE", 2)
    ids = [made(ctx, name=str(number)).id for number in range(3)]
    async with connected(ctx, "auto") as client:
        first = await client.list_resources()
        second = await client.list_resources(cursor=first.next_cursor)
    uris = [str(one.uri) for one in (*first.resources, *second.resources)]
    assert uris == ["jobs://jobs", *(f"jobs://jobs/{one}" for one in reversed(ids))]
    assert second.next_cursor is None


async def test_subscribers_of_the_newer_era_hear_of_a_run_and_of_new_jobs(ctx: Context) -> None:
    job = made(ctx)
    uri = f"jobs://jobs/{job.id}"
    async with connected(ctx, "auto") as client, asyncio.timeout(PATIENCE):
        listening = client.listen(resource_subscriptions=[uri], resources_list_changed=True)
        async with listening as events:
            heard = events.__aiter__()
            run = await asyncio.to_thread(lambda: starts.start(ctx, job.id).execution_id)
            assert await anext(heard) == ResourceUpdated(uri)
            await asyncio.to_thread(ended, ctx, run)
            assert await anext(heard) == ResourceUpdated(uri)
            await asyncio.to_thread(made, ctx, name="other")
            assert await anext(heard) == ResourcesListChanged()


async def test_subscribers_of_the_older_era_hear_of_changes_until_they_leave(ctx: Context) -> None:
    job, other = made(ctx), made(ctx, name="other")
    uri, log = f"jobs://jobs/{job.id}", f"jobs://jobs/{other.id}"
    heard: asyncio.Queue[str] = asyncio.Queue()

    async def on_message(message: Any) -> None:
        if isinstance(message, types.ResourceUpdatedNotification):
            heard.put_nowait(str(message.params.uri))

    async with (
        connected(ctx, "legacy", message_handler=on_message) as client,
        asyncio.timeout(PATIENCE),
    ):
        await client.subscribe_resource(uri)
        await client.subscribe_resource(log)
        with pytest.raises(MCPError, match="There is no resource"):
            await client.subscribe_resource("jobs://nope")
        await asyncio.to_thread(jobs.pause, ctx, job.id)
        assert await heard.get() == uri
        await client.unsubscribe_resource(uri)
        await asyncio.to_thread(jobs.resume, ctx, job.id)
        await asyncio.to_thread(jobs.pause, ctx, other.id)
        assert await heard.get() == log
