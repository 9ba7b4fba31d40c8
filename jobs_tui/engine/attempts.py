"""One attempt of one execution: from its claim to its result (DESIGN 7)."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import sqlite3
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import Any

from jobs_tui.agents.directory import directory
from jobs_tui.agents.missing import not_here
from jobs_tui.agents.runner import (
    ANSWER_LIMIT,
    LauncherDied,
    Process,
    ProcessSpawner,
    Result,
)
from jobs_tui.agents.usage import total_usage
from jobs_tui.engine.launcher.sweep import process_start_time
from jobs_tui.engine.output import LogOutput
from jobs_tui.engine.parts import Parts
from jobs_tui.engine.preflight import NoGo
from jobs_tui.engine.work import Work, write_hold
from jobs_tui.guard.masking import Masker, looks_secret
from jobs_tui.models.config import JobConfig, Retry, job_config
from jobs_tui.models.enums import ExecutionStatus, Stream
from jobs_tui.models.errors import JobsTuiError, StoreError
from jobs_tui.models.execution import Execution
from jobs_tui.models.job import Definition
from jobs_tui.store import jobs, queue
from jobs_tui.store.database import Store
from jobs_tui.store.logs import LogReader

log = logging.getLogger("jobs_tui.engine")

MESSAGE_LIMIT = 1000
"""Characters of an error message or result that are kept on the row."""
NOTE_AFTER = 0.25
"""Seconds after which a run's process is written to its row."""
TRY_AGAIN = 1.0
"""Seconds between tries to write a result while the store refuses."""

RETRIED = frozenset({ExecutionStatus.FAILED, ExecutionStatus.TIMED_OUT})


@dataclass(slots=True)
class Ending:
    """Why an attempt is being ended from outside, set before its task is cancelled."""

    reason: str = ""
    by_engine: bool = False
    """The engine stops: nobody wanted this run's end."""


class Attempt:
    """Runs one claimed execution.

    Args:
        token: the lease under which it was claimed.
        spawner: starts processes.
        released: called once when the place is free again, before the result is written.
    """

    def __init__(
        self,
        parts: Parts,
        execution: Execution,
        token: str,
        spawner: ProcessSpawner,
        released: Callable[[], None],
    ) -> None:
        self._parts = parts
        self._store = parts.store
        self._settings = parts.settings
        self.execution = execution
        self._token = token
        self._spawner = spawner
        self._released = released
        self._rng = parts.rng
        self._noting: asyncio.TimerHandle | None = None
        self.ending = Ending()
        self.working = False
        """Between claim and result: only then may its task be cancelled."""

    async def run(self) -> bool:
        """Do the work and write the result.

        Returns:
            True when another attempt was queued.
        """
        execution = self.execution
        started = execution.started_at or self._store.clock.now()
        if execution.attempt > 1:
            started = self._store.clock.now()
        definition, config = self._definition()
        output = self._output(definition, execution)
        spawner = _Noting(self._spawner, self._process_started)
        work = Work(self._parts, execution, definition, config, output, spawner)
        try:
            self.working = True
            status, result = await self._work(work, config, output)
        finally:
            self.working = False
            if self._noting is not None:
                self._noting.cancel()
            self._released()
        if isinstance(result, NoGo):
            await output.close()
            await self._hold(work, result, config, output)
            return False
        completed = self._store.clock.now()
        if result.finished_at is not None:
            completed = max(started, datetime.fromtimestamp(result.finished_at, UTC))
        await output.close()
        outcome = queue.Outcome(
            status=status,
            started_at=started,
            completed_at=completed,
            exit_code=result.exit_code,
            error_message=output.row_text(result.error_message, MESSAGE_LIMIT),
            result=output.row_text(result.result, MESSAGE_LIMIT),
            answer=output.answer_text(result.answer, ANSWER_LIMIT) if work.whole_answer else None,
            usage=self._used(result.usage),
            log_lines=output.lines,
            log_bytes=output.size + (execution.log_bytes or 0),
            retry_at=self._retry_at(status, config, completed) if result.retry else None,
        )
        await self._finish(outcome)
        return outcome.retry_at is not None

    async def broke(self, error: Exception) -> None:
        """End an execution whose attempt could not even be made."""
        now = self._store.clock.now()
        message = f"the run could not be made: {type(error).__name__}: {error}"
        await self._finish(
            queue.Outcome(
                status=ExecutionStatus.FAILED,
                started_at=now,
                completed_at=now,
                exit_code=None,
                error_message=message[:MESSAGE_LIMIT],
                result=None,
                usage=None,
                log_lines=None,
                log_bytes=None,
                retry_at=None,
            )
        )

    def _definition(self) -> tuple[Definition, JobConfig]:
        execution = self.execution
        definition = _revision(self._store, execution.job_id, execution.revision)
        return definition, job_config(definition.config, execution.config_override)

    def _output(self, definition: Definition, execution: Execution) -> LogOutput:
        again = execution.attempt > 1 or execution.resumes
        first = LogReader(self._store.logs, execution.id).last_line() + 1 if again else 1
        output = LogOutput(
            self._store.logs,
            self._store.clock,
            execution.id,
            masker=masker_of(_env_vars(definition)),
            first_line=first,
            line_limit=self._settings.log_line_limit,
            run_limit=self._settings.log_run_limit,
        )
        if execution.attempt > 1:
            output.line(Stream.SYSTEM, f"attempt {execution.attempt} of {execution.max_attempts}")
        elif not execution.resumes:
            for sentence in not_here(definition, directory(self._store)):
                output.line(Stream.SYSTEM, sentence)
        return output

    async def _work(
        self, work: Work, config: JobConfig, output: LogOutput
    ) -> tuple[ExecutionStatus, Result | NoGo]:
        deadline = asyncio.timeout(config.timeout)
        try:
            if self.ending.reason:  # asked for before it began
                raise asyncio.CancelledError
            async with deadline:
                result = await work.do()
            return ExecutionStatus(result.status), result
        except TimeoutError:
            if not deadline.expired():
                raise
            message = f"timed out after {config.timeout:g} s"
            output.line(Stream.SYSTEM, message)
            return ExecutionStatus.TIMED_OUT, Result(
                "timed_out", error_message=message, usage=work.used()
            )
        except asyncio.CancelledError:
            message = self.ending.reason or "cancelled"
            output.line(Stream.SYSTEM, message)
            return ExecutionStatus.CANCELLED, Result(
                "cancelled", error_message=message, usage=work.used()
            )
        except LauncherDied as error:
            return ExecutionStatus.LOST, Result("lost", error_message=error.message)
        except JobsTuiError as error:
            return ExecutionStatus.FAILED, Result("failed", error_message=error.sentence())
        except Exception as error:
            traced = output.mask(traceback.format_exc())
            log.error("run %s broke its runner\n%s", self.execution.id, traced)
            message = f"the agent broke down: {type(error).__name__}: {error}"
            return ExecutionStatus.FAILED, Result("failed", error_message=message)

    async def _hold(self, work: Work, looked: NoGo, config: JobConfig, output: LogOutput) -> None:
        """Let the run wait, or end it as skipped; nothing of it is lost meanwhile."""
        now = self._store.clock.now()
        held, asked = work.hold(looked, now)
        await self._persist(
            partial(
                write_hold,
                execution_id=self.execution.id,
                token=self._token,
                held=held,
                asked=asked,
                expires=now + timedelta(seconds=config.approval_timeout),
                mask=output.mask,
            )
        )

    def _process_started(self, pid: int) -> None:
        # Most runs are over before this: a write for each would be a third of the work.
        self._noting = asyncio.get_running_loop().call_later(NOTE_AFTER, self._note, pid)

    def _note(self, pid: int) -> None:
        """Write the process behind, so that a later engine can look for it."""
        self._store.submit(
            partial(
                queue.note_process,
                execution_id=self.execution.id,
                token=self._token,
                pid=pid,
                start=process_start_time(pid),
            )
        )

    def _used(self, usage: Mapping[str, object]) -> dict[str, Any]:
        """What the run has used with this attempt: earlier ones were paid for as well."""
        before = self.execution.usage
        return total_usage([before, usage]) if before else dict(usage)

    def _retry_at(
        self, status: ExecutionStatus, config: JobConfig, completed: datetime
    ) -> datetime | None:
        execution = self.execution
        if status is ExecutionStatus.LOST and config.on_lost == "retry":
            return completed if execution.attempt < max(2, execution.max_attempts) else None
        if status is ExecutionStatus.CANCELLED and self.ending.by_engine:
            return completed if config.on_lost == "retry" else None
        if status not in RETRIED or execution.attempt >= execution.max_attempts:
            return None
        return completed + timedelta(seconds=backoff(config.retry, execution.attempt, self._rng))

    async def _finish(self, outcome: queue.Outcome) -> None:
        """Write the result."""
        await self._persist(
            partial(
                queue.finish,
                execution_id=self.execution.id,
                token=self._token,
                outcome=outcome,
            )
        )

    async def _persist(self, operation: Callable[[sqlite3.Connection], bool]) -> None:
        """Write how it ended; while the store refuses (a full disk), keep it and try again.

        Each reason is said once, not at every try: a disk may stay full for days.
        """
        said = ""
        while True:
            try:
                await self._store.awrite(operation)
            except StoreError as error:
                if error.message != said:
                    said = error.message
                    log.error("the result of run %s waits: %s", self.execution.id, said)
                await asyncio.sleep(TRY_AGAIN)
                continue
            if said:
                log.warning("the result of run %s is written now", self.execution.id)
            return


class _Noting:
    """A spawner that tells the pid of what it started."""

    def __init__(self, spawner: ProcessSpawner, started: Callable[[int], None]) -> None:
        self._spawner = spawner
        self._started = started

    async def spawn(
        self,
        run_id: str,
        argv: Sequence[str],
        env: Mapping[str, str | None],
        cwd: str,
        stdin: bytes | None = None,
    ) -> Process:
        """See ProcessSpawner."""
        process = await self._spawner.spawn(run_id, argv, env, cwd, stdin)
        self._started(process.pid)
        return process


def backoff(retry: Retry, attempt: int, rng: random.Random) -> float:
    """Seconds before the next attempt after ``attempt`` (from 1): exponential, +-20 % jitter."""
    wait = min(retry.max_delay, retry.delay * retry.factor ** (attempt - 1))
    return wait * rng.uniform(0.8, 1.2)


def masker_of(env_vars: Mapping[str, str]) -> Masker:
    """Masks what looks secret among the engine's and the job's variables."""
    secrets = {value for name, value in os.environ.items() if looks_secret(name)}
    secrets |= {value for name, value in env_vars.items() if looks_secret(name)}
    return _masker(frozenset(secrets))


@lru_cache(maxsize=64)
def _masker(secrets: frozenset[str]) -> Masker:
    return Masker(secrets)


def _env_vars(definition: Definition) -> dict[str, str]:
    return dict((definition.execution_environment or {}).get("env_vars") or {})


_revisions: dict[tuple[str, str, int], Definition] = {}


def _revision(store: Store, job_id: str, number: int) -> Definition:
    """A definition never changes once saved, so the newest few are kept in memory."""
    key = (str(store.home.data), job_id, number)
    found = _revisions.get(key)
    if found is None:
        if len(_revisions) > 1000:
            _revisions.clear()
        found = _revisions[key] = jobs.revision(store.jobs.reader(), job_id, number)
    return found
