"""Looking over a home; ``tests/cli`` has the command."""

from __future__ import annotations

import socket

import pytest

from jobs_tui.service import starts
from jobs_tui.service.context import Context
from jobs_tui.service.doctor import Check, examine
from tests.service.made import claimed, ended, made


def checks(ctx: Context, marked: dict[int, str] | None = None) -> dict[str, Check]:
    return {check.name: check for check in examine(ctx.store.home, ctx.store.clock, marked or {})}


@pytest.fixture(autouse=True)
def _any_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBS_TUI_PORT", "0")
    monkeypatch.setenv("JOBS_TUI_MCP_PORT", "0")


def test_processes_of_ended_runs_are_pointed_at(ctx: Context) -> None:
    job = made(ctx)
    done, going = (starts.start(ctx, job.id).execution_id for _ in range(2))
    ended(ctx, done)
    claimed(ctx, going)
    found = checks(ctx, {10: done, 11: going, 12: "exec_of_another_home"})["processes"]
    assert (found.state, "pid 10)" in found.detail) == ("note", True)
    fine = checks(ctx, {11: going, 12: "exec_of_another_home"})["processes"]
    assert (fine.state, fine.detail.startswith("1 of runs")) == ("ok", True)


def test_a_port_that_is_taken(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("JOBS_TUI_PORT", str(port))
        found = checks(ctx)["port"]
    assert found.state == "problem"
    assert str(port) in found.detail


def test_a_port_for_mcp_that_is_taken(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("JOBS_TUI_MCP_PORT", str(port))
        found = checks(ctx)
    assert found["port"].state == "ok"
    assert found["mcp port"].state == "problem"
    assert found["mcp port"].hint == "Set JOBS_TUI_MCP_PORT to a free one."


def test_an_address_that_is_not_ours(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBS_TUI_HOST", "192.0.2.1")
    assert checks(ctx)["port"].state == "problem"


def test_nothing_is_written(ctx: Context) -> None:
    made(ctx)
    before = ctx.store.home.jobs_db.read_bytes()
    assert checks(ctx)["database"].detail == "sound, 1 jobs and 0 runs"
    assert ctx.store.home.jobs_db.read_bytes() == before
