"""Pausing, running, cancelling, finding, reading logs; who may."""

from __future__ import annotations

import pytest

from jobs_tui.models.token import Scope
from jobs_tui.server.mcp.calling import Failed
from jobs_tui.server.mcp.texts import text_of
from jobs_tui.server.mcp.tools import TOOLS, JobTool
from jobs_tui.server.mcp.views import NO_ENGINE
from jobs_tui.service import jobs, runs
from jobs_tui.service.context import Context
from tests.server.api_help import printed
from tests.server.mcp.conftest import Ask
from tests.service.made import ended


async def test_pause_resume_and_cancel(ask: Ask, create: Ask) -> None:
    job_id = (await create()).job_id
    paused = await ask("job_pause", job_id=job_id)
    assert (paused.job.status, paused.job.next_runs) == ("PAUSED", [])
    assert (await ask("job_resume", job_id="nightly")).job.next_runs
    cancelled = await ask("job_cancel", job_id=job_id, reason="not wanted")
    assert (cancelled.job.status, cancelled.job.status_reason) == ("CANCELLED", "not wanted")
    assert (await ask("job_cancel", job_id=job_id)).job.status_reason == "not wanted"
    for tool in ("job_resume", "job_pause"):
        with pytest.raises(Failed, match="make a new job with job_create"):
            await ask(tool, job_id=job_id)


async def test_a_deleted_job_comes_back_whole_or_not_at_all(
    ctx: Context, ask: Ask, create: Ask
) -> None:
    job_id = (await create()).job_id
    await ask("job_pause", job_id=job_id)
    await ask("job_update", job_id=job_id, status="ARCHIVED")
    for sent in ({"title": "x"}, {"title": "x", "status": "ACTIVE"}, {"status": "PAUSED"}):
        with pytest.raises(Failed, match=r"is deleted. job_resume brings it back"):
            await ask("job_update", job_id=job_id, **sent)
    with pytest.raises(Failed, match=f"deleted. job_resume of {job_id} brings it back"):
        await create(title="after", depends_on=[job_id])
    assert jobs.get(ctx, job_id).archived_at is not None
    back = await ask("job_resume", job_id=job_id)
    assert (back.job.status, back.message) == ("ACTIVE", "The job 'nightly' goes on.")
    await ask("job_update", job_id=job_id, status="COMPLETED")
    await ask("job_update", job_id=job_id, status="ARCHIVED")
    back = await ask("job_resume", job_id=job_id)
    assert (back.job.status, back.message) == ("COMPLETED", "The job 'nightly' is COMPLETED.")


async def test_a_run_is_started_found_read_and_cancelled(
    ctx: Context, ask: Ask, create: Ask
) -> None:
    job_id = (await create()).job_id
    first = await ask("job_run", job_id=job_id)
    assert (first.run.status, first.run.started_by) == ("QUEUED", "a program")
    assert first.warnings == [NO_ENGINE]
    ended(ctx, first.run.execution_id, result="all green")
    printed(ctx, first.run.execution_id, 1, ["one", "\x1b[31mtwo\x1b[0m", "three"])
    second = await ask("job_run", job_id=job_id)
    listed = await ask("execution_list", job_id=job_id)
    assert [run.number for run in listed.runs] == [2, 1]
    assert listed.runs[1].result == "all green"
    done = await ask("execution_list", status="COMPLETED")
    assert ([run.number for run in done.runs], done.total) == ([1], 1)
    log = await ask("execution_logs", execution_id=first.run.execution_id, lines=2)
    assert log.lines == ["[stdout] two", "[stdout] three"]
    assert (log.first_line, log.last_line, log.next_line) == (2, 3, None)
    page = await ask("execution_logs", execution_id=first.run.execution_id, first_line=1, lines=1)
    assert (page.lines, page.next_line) == (["[stdout] one"], 2)
    stopped = await ask("execution_cancel", execution_id=second.run.execution_id)
    assert stopped.run.status == "CANCELLED"
    with pytest.raises(Failed, match="first_line: input should be less than"):
        await ask("execution_logs", execution_id=first.run.execution_id, first_line=10**30)
    with pytest.raises(Failed, match="already ended"):
        await ask("execution_cancel", execution_id=second.run.execution_id)
    assert (await ask("job_retrieval_by_id", job_id=job_id)).job.last_run.number == 2


async def test_a_run_is_waited_for(ctx: Context, ask: Ask, create: Ask) -> None:
    job_id = (await create()).job_id
    found = await ask("job_run", job_id=job_id, parameters={}, wait_seconds=0)
    ended(ctx, found.run.execution_id, result="42")
    again = await ask("job_run", job_id=job_id)
    with pytest.raises(Failed, match="no parameter 'x'"):
        await ask("job_run", job_id=job_id, parameters={"x": 1})
    assert again.answer is None
    assert len(runs.newest(ctx, job_id, 9)) == 2


async def test_what_is_not_there_names_the_tool_that_finds(ask: Ask) -> None:
    for tool in ("job_retrieval_by_id", "job_pause", "job_resume", "job_cancel", "job_run"):
        with pytest.raises(Failed, match="job_retrieval_by_keywords"):
            await ask(tool, job_id="job_of_dreams")
    with pytest.raises(Failed, match="job_retrieval_by_keywords"):
        await ask("job_update", job_id="job_of_dreams", title="x")
    for tool in ("execution_logs", "execution_cancel"):
        with pytest.raises(Failed, match="execution_list shows runs"):
            await ask(tool, execution_id="exec_none")


async def test_a_reference_that_cannot_be_is_told_in_words(ask: Ask) -> None:
    with pytest.raises(Failed, match="job_id: string should have at least 1 character"):
        await ask("job_retrieval_by_id", job_id="  ")
    with pytest.raises(Failed, match="execution_id: string should have at most 64 characters"):
        await ask("execution_logs", execution_id="x" * 65)


async def test_jobs_are_found_by_words(ask: Ask, create: Ask) -> None:
    await create(title="Backup of the database", tags=["ops"])
    await create(title="Invoices")
    for tool in ("job_retrieval_by_keywords", "job_retrieval_semantic"):
        found = await ask(tool, query="database backup")
        assert found.jobs[0].title == "Backup of the database"
        assert found.engine
    assert (await ask("job_retrieval_by_keywords", query="zzz")).jobs == []
    assert found.jobs[0].found_because
    assert len((await ask("job_retrieval_by_keywords", query="backup", limit="1")).jobs) == 1
    for limit in ("many", 0, 101, True, 1.5):
        with pytest.raises(Failed, match="limit"):
            await ask("job_retrieval_by_keywords", query="a", limit=limit)


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
async def test_a_scope_that_is_too_small_is_told(ask: Ask, tool: JobTool) -> None:
    for scope in Scope:
        if not scope.allows(tool.scope):
            with pytest.raises(Failed) as caught:
                await ask(tool.name, scope=scope)
            assert f"{tool.name} needs a token with the scope {tool.scope}" in str(caught.value)
            assert "jobs-tui token create" in str(caught.value)


def test_scopes_are_those_of_the_http_interface() -> None:
    found = {tool.name: str(tool.scope) for tool in TOOLS}
    assert {name for name, scope in found.items() if scope == "trigger"} == {
        "job_run",
        "execution_cancel",
    }
    assert {name for name, scope in found.items() if scope == "admin"} == {
        "job_create",
        "job_update",
        "job_pause",
        "job_resume",
        "job_cancel",
    }


async def test_the_text_has_what_the_structure_has_and_no_escapes(ask: Ask, create: Ask) -> None:
    made = await create(title="evil\x1b]0;title\x07\u202e name")
    answer = await ask("job_retrieval_by_id", job_id=made.job_id)
    text = text_of(answer)
    assert made.job_id in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert NO_ENGINE in text
