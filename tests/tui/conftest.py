"""A store in a temporary home with a clock that stands still, and runs made by hand."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from jobs_tui.models.enums import ExecutionStatus, Kind, Stream
from jobs_tui.models.execution import Execution
from jobs_tui.models.ids import new_execution_id
from jobs_tui.models.job import Job
from jobs_tui.models.times import maybe_to_text, to_text
from jobs_tui.service import jobs
from jobs_tui.service.context import Context
from jobs_tui.store import executions, logs
from jobs_tui.store.database import Store
from jobs_tui.store.home import Home
from tests.fakes import FakeClock
from tests.tui.quiet import wait_for_idle


@pytest.fixture(autouse=True)
def calm_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the developer's own terminal reaches a test."""
    for name in ("NO_COLOR", "SSH_CONNECTION", "TMUX", "JOBS_TUI_HOME", "TEXTUAL_THEME"):
        monkeypatch.delenv(name, raising=False)
    # Which agent programs the machine of a developer has is no matter of a picture.
    monkeypatch.setattr("jobs_tui.agents.command.programs.find_program", lambda *_: None)


@pytest.fixture(autouse=True)
def no_guessing(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a key tests wait for what it leads to, and for no time."""
    for module in ("pilot", "app"):
        monkeypatch.setattr(f"textual.{module}.wait_for_idle", wait_for_idle)
    monkeypatch.setattr("jobs_tui.tui.screens.dashboard.PREVIEW_DELAY", 0.001)
    monkeypatch.setattr("jobs_tui.tui.screens.job.PANE_DELAY", 0.001)
    monkeypatch.setattr("jobs_tui.tui.screens.wizard.screen.KEEP_AFTER", 0.001)
    monkeypatch.setattr("jobs_tui.tui.screens.wizard.screen.CHECK_AFTER", 0.001)


@pytest.fixture
def store(tmp_path: Path, clock: FakeClock) -> Iterator[Store]:
    """An open store in a home of its own."""
    data = tmp_path / "home"
    opened = Store(Home(data, data / "config.toml"), clock)
    yield opened
    opened.close()


@pytest.fixture
def ctx(store: Store) -> Context:
    """The caller that the screens are."""
    return Context(store, "tester", "tui")


MakeJob = Callable[..., Job]
MakeRun = Callable[..., Execution]


@pytest.fixture
def make_job(ctx: Context) -> MakeJob:
    """``make_job(name, cron=None, prompt=..., **fields of JobCreate)`` creates a job."""

    def make(
        name: str, *, cron: str | None = None, prompt: str = "echo hello", **fields: Any
    ) -> Job:
        trigger = "cron" if cron else fields.pop("trigger_type", "manual")
        data = {
            "name": name,
            "enabled": True,
            "trigger_type": trigger,
            "prompt_template": prompt,
            "entity_id": "shell",
            **({"cron_schedule": cron} if cron else {}),
            **fields,
        }
        return jobs.create(ctx, data).job

    return make


@pytest.fixture
def make_run(ctx: Context, store: Store, clock: FakeClock) -> MakeRun:
    """``make_run(job, status, ...)`` puts an execution into the store as the engine would.

    Fields: ``ago`` (seconds since it was made), ``took`` (seconds), ``error``, ``reason``,
    ``kind``, ``parameters``, ``exit_code``, ``count``, ``result`` and ``log`` (lines, or stream
    and line, or stream, line and step).
    """

    def make(
        job: Job,
        status: ExecutionStatus = ExecutionStatus.COMPLETED,
        *,
        ago: float = 60.0,
        took: float = 1.0,
        error: str | None = None,
        reason: str | None = None,
        kind: Kind = Kind.SCHEDULED,
        parameters: dict[str, Any] | None = None,
        exit_code: int | None = None,
        result: str | None = None,
        count: int = 1,
        log: Sequence[str | tuple[Stream, str] | tuple[Stream, str, str]] = (),
    ) -> Execution:
        created = clock.now() - timedelta(seconds=ago)
        waiting = status in (
            ExecutionStatus.QUEUED,
            ExecutionStatus.BLOCKED,
            ExecutionStatus.WAITING_FOR_INPUT,
        )
        started = None if waiting or status is ExecutionStatus.SKIPPED else created
        ended = None if status.live else created + timedelta(seconds=took)
        new = executions.NewExecution(
            id=new_execution_id(),
            job_id=job.id,
            revision=job.revision,
            trigger_type=job.definition.trigger_type,
            kind=kind,
            created_at=created,
            status=status if status is ExecutionStatus.SKIPPED else ExecutionStatus.QUEUED,
            reason=reason,
            count=count,
            nominal_at=created if kind is Kind.SCHEDULED else None,
            parameters=parameters or {},
            requested_by="tester",
            prompt=job.definition.prompt_template,
        )

        def operation(connection: sqlite3.Connection) -> None:
            executions.insert(connection, new)
            connection.execute(
                "update executions set status = ?, started_at = ?, completed_at = ?,"
                " duration_ms = ?, error_message = ?, exit_code = ?, result = ?, log_lines = ?"
                " where id = ?",
                (
                    status,
                    maybe_to_text(started),
                    maybe_to_text(ended),
                    None if ended is None or started is None else round(took * 1000),
                    error,
                    exit_code,
                    result,
                    None if status.live else len(log),
                    new.id,
                ),
            )
            good = status is ExecutionStatus.COMPLETED
            bad = status in (
                ExecutionStatus.FAILED,
                ExecutionStatus.TIMED_OUT,
                ExecutionStatus.LOST,
            )
            connection.execute(
                "update jobs set successful_executions = successful_executions + ?,"
                " failed_executions = failed_executions + ?, last_execution_at = ? where id = ?",
                (good, bad, to_text(created), job.id),
            )

        store.write(operation)
        if log:
            write_log(store, new.id, log, created)
        found = executions.get(store.jobs.reader(), new.id)
        assert found is not None
        return found

    return make


def write_log(
    store: Store,
    execution_id: str,
    lines: Sequence[str | tuple[Stream, str] | tuple[Stream, str, str]],
    at: datetime,
    *,
    first: int = 1,
    gap_ms: int = 100,
) -> None:
    """Append lines to a run's log, ``gap_ms`` apart, in one chunk."""
    parts = [(Stream.STDOUT, line) if isinstance(line, str) else line for line in lines]
    text = "\n".join(
        logs.US.join(
            (str(place * gap_ms), logs.LETTERS[part[0]], part[2] if part[2:] else "", part[1])
        )
        for place, part in enumerate(parts)
    )
    chunk = logs.Chunk(execution_id, first, len(parts), to_text(at), text)
    store.logs.writer.write(lambda connection: logs.append(connection, chunk))
