"""The work inside an attempt: may it start, who does it, and what is kept while it waits."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from jobs_tui.agents.directory import Directory, directory
from jobs_tui.agents.prompt import Start, all_values
from jobs_tui.agents.runner import ProcessSpawner, Result
from jobs_tui.engine.crew import Asked, EngineCrew
from jobs_tui.engine.doing import do_job
from jobs_tui.engine.output import LogOutput
from jobs_tui.engine.parts import Parts
from jobs_tui.engine.preflight import NoGo, preflight
from jobs_tui.engine.purse import Purse
from jobs_tui.engine.step_book import StepBook, rows_of
from jobs_tui.guard.secrets.errors import KeyProblem
from jobs_tui.models.config import JobConfig
from jobs_tui.models.enums import ExecutionStatus, Stream
from jobs_tui.models.execution import Execution
from jobs_tui.models.job import Definition
from jobs_tui.models.verdict import Verdict
from jobs_tui.store import answers, approvals, executions, holds, steps
from jobs_tui.store.learned import learned


class Work:
    """What one attempt does between its claim and its result."""

    def __init__(
        self,
        parts: Parts,
        execution: Execution,
        definition: Definition,
        config: JobConfig,
        output: LogOutput,
        spawner: ProcessSpawner,
    ) -> None:
        self._parts = parts
        self._execution = execution
        self._definition = definition
        self._config = config
        self._output = output
        self._spawner = spawner
        self._crew: EngineCrew | None = None
        self.whole_answer = answers.wanted(parts.store.jobs.reader(), execution.job_id)
        """Whether something follows from all that the run answers."""

    async def do(self) -> Result | NoGo:
        """Do it, or say why not now.

        Raises:
            JobsTuiError: it cannot be done at all.
            LauncherDied: unknown what became of it.
        """
        store = self._parts.store
        known = directory(store)
        decisions = approvals.decisions(store.jobs.reader(), self._execution.id)
        looked = await preflight(
            self._parts,
            self._execution,
            self._definition,
            self._config,
            known,
            decisions,
            self._spawner,
        )
        if isinstance(looked, NoGo):
            if looked.status is not ExecutionStatus.FAILED:
                return looked
            self._output.line(Stream.SYSTEM, looked.reason)
            return Result("failed", error_message=looked.reason, retry=False)
        for note in looked.notes:
            self._output.line(Stream.SYSTEM, note)
        self._crew = self._make_crew(known, decisions)
        try:
            result = await do_job(self._crew, looked.doer)
        finally:
            if self._crew.book.rows:
                self._end_steps()
        if result.status == ExecutionStatus.WAITING_FOR_INPUT:
            return NoGo(ExecutionStatus.WAITING_FOR_INPUT, self._crew.asked_reason())
        return result

    def used(self) -> dict[str, object]:
        """What models have used until the run was ended."""
        return {} if self._crew is None else self._crew.used()

    def hold(self, looked: NoGo, now: datetime) -> tuple[holds.Hold, Sequence[Asked]]:
        """What to keep of a run that waits, and what persons are asked."""
        crew, asked = self._crew, list[Asked]()
        if crew is not None:
            asked = crew.asked
        elif looked.ask is not None:
            asked = [Asked(self._execution.agent_id, "", (looked.ask,), looked.reason)]
        held = holds.Hold(
            looked.status,
            self._output.mask(looked.reason),
            now,
            log_lines=self._output.lines,
            log_bytes=self._output.size + (self._execution.log_bytes or 0),
            resume=None if crew is None else self._kept(crew),
            begun=crew is not None,
        )
        return held, asked

    def _make_crew(self, known: Directory, decisions: Mapping[str, Verdict]) -> EngineCrew:
        execution, definition = self._execution, self._definition
        connection = self._parts.store.jobs.reader()
        left = learned(connection, execution.job_id, execution.id) if self.whole_answer else {}
        start = Start(execution.id, execution.nominal_at or execution.created_at, left)
        begun: dict[str, Any] = {}
        book = StepBook(self._parts, execution, self._output)
        if execution.resumes:
            begun = self._unsealed(executions.resume(connection, execution.id))
            book.rows = rows_of(steps.listing(connection, execution.id))
        kept, booked = dict(begun.get("steps", {})), dict(begun.get("booked", {}))
        before = [one["usage"] for one in kept.values()] + list(booked.values())
        return EngineCrew(
            parts=self._parts,
            execution=execution,
            definition=definition,
            config=self._config,
            directory=known,
            output=self._output,
            spawner=self._spawner,
            values=all_values(
                definition,
                start,
                execution.parameters,
                executions.inputs(connection, execution.id),
            ),
            env={
                **self._parts.store.home.environment(),
                "JOBS_TUI_JOB_ID": execution.job_id,
                "JOBS_TUI_JOB_NAME": definition.name,
                "JOBS_TUI_RUN_NUMBER": str(execution.number),
                "JOBS_TUI_ATTEMPT": str(execution.attempt),
            },
            decisions=decisions,
            book=book,
            purse=Purse(self._parts, execution, self._config, booked, before),
            kept=kept,
            states=dict(begun.get("states", {})),
            whole_answer=self.whole_answer,
        )

    def _kept(self, crew: EngineCrew) -> dict[str, Any]:
        """What a waiting run needs to go on, word for word; sealed when secrets are in it."""
        kept = crew.so_far()
        text = json.dumps(kept)
        if self._output.mask(text) == text:
            return kept
        return {executions.SEALED: self._parts.secrets.seal(text).decode("ascii")}

    def _unsealed(self, kept: dict[str, Any]) -> dict[str, Any]:
        sealed = kept.get(executions.SEALED)
        if sealed is None:
            return kept
        try:
            text = self._parts.secrets.open("of this run", sealed.encode("ascii"))
        except KeyProblem:
            raise KeyProblem(
                "What this run had done before it waited is sealed with a key that is not here.",
                "Put that key back, or run the job again.",
            ) from None
        found: dict[str, Any] = json.loads(text)
        return found

    def _end_steps(self) -> None:
        store = self._parts.store
        store.submit(partial(steps.end_open, execution_id=self._execution.id, at=store.clock.now()))


def write_hold(
    connection: sqlite3.Connection,
    execution_id: str,
    token: str,
    held: holds.Hold,
    asked: Sequence[Asked],
    expires: datetime,
    mask: Callable[[str], str],
) -> bool:
    """Let a run wait, or end it as skipped, with what persons are asked, in one transaction."""
    if held.status is ExecutionStatus.SKIPPED:
        return holds.give_up(connection, execution_id, token, held.at, held.reason)
    if not holds.hold(connection, execution_id, token, held):
        return False
    for one in asked:
        approvals.open_approvals(
            connection,
            execution_id,
            one.calls,
            agent_id=one.agent_id,
            step=one.step,
            reason=mask(one.reason),
            mask=mask,
            now=held.at,
            expires=expires,
        )
    return True
