"""The rows of a run's steps, as screens show them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from jobs_tui.agents.crew import PlannedStep
from jobs_tui.agents.runner import Result
from jobs_tui.engine.output import LogOutput
from jobs_tui.engine.parts import Parts
from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.execution import Execution, Step
from jobs_tui.store import steps

STEP_TEXT = 1000
"""Characters of a step's result and error that are kept on its row."""


@dataclass(slots=True)
class StepBook:
    """One per attempt."""

    parts: Parts
    execution: Execution
    output: LogOutput
    rows: dict[str, steps.StepRow] = field(default_factory=dict)
    """By name; empty for a run of one agent."""

    def plan(self, planned: Sequence[PlannedStep], ended: Collection[str]) -> None:
        """Show steps as waiting; those that had ended before the run began to wait stay so."""
        for one in planned:
            if one.name in ended and one.name in self.rows:
                continue
            row = replace(
                self.row(one.name),
                status=ExecutionStatus.QUEUED,
                parent=one.parent,
                needs=one.needs,
                agent_id=one.agent_id,
                role=one.role,
            )
            self.save(row)

    def row(self, name: str) -> steps.StepRow:
        """A step as it stands; a new one behind the others when there is none."""
        found = self.rows.get(name)
        if found is None:
            found = steps.StepRow(name, len(self.rows), ExecutionStatus.QUEUED)
        return found

    def begin(self, name: str, agent_id: str) -> None:
        """A step is at work; one that goes on keeps the time at which it began."""
        row = self.row(name)
        began = row.started_at or self.parts.store.clock.now()
        self.save(replace(row, status=ExecutionStatus.RUNNING, agent_id=agent_id, started_at=began))

    def skip(self, name: str, reason: str) -> None:
        """A step will not be done."""
        row, shown = self.row(name), self.output.row_text(reason, STEP_TEXT)
        self.save(replace(row, status=ExecutionStatus.SKIPPED, error_message=shown))

    def cancelled(self, name: str) -> None:
        """A step was ended from outside; one that had not begun will not be done."""
        row = self.row(name)
        status = ExecutionStatus.SKIPPED if row.started_at is None else ExecutionStatus.CANCELLED
        self.save(replace(row, status=status, completed_at=self.parts.store.clock.now()))

    def end(self, name: str, result: Result) -> None:
        """A step has its result, or waits for a person."""
        waits = result.status == ExecutionStatus.WAITING_FOR_INPUT
        self.save(
            replace(
                self.row(name),
                status=ExecutionStatus(result.status),
                completed_at=None if waits else self.parts.store.clock.now(),
                result=self.output.row_text(result.result, STEP_TEXT),
                error_message=self.output.row_text(result.error_message, STEP_TEXT),
                usage=dict(result.usage),
            )
        )

    def save(self, row: steps.StepRow) -> None:
        """Write a row behind."""
        self.rows[row.name] = row
        self.parts.store.submit(
            partial(
                steps.save,
                execution_id=self.execution.id,
                attempt=self.execution.attempt,
                row=row,
            )
        )


def rows_of(found: Sequence[Step]) -> dict[str, steps.StepRow]:
    """The rows of a run that goes on, as they were kept."""
    return {
        one.name: steps.StepRow(
            one.name,
            one.position,
            one.status,
            parent=one.parent,
            needs=one.needs,
            agent_id=one.agent_id,
            role=one.role,
            started_at=one.started_at,
            completed_at=one.completed_at,
            result=one.result,
            error_message=one.error_message,
            usage=one.usage,
        )
        for one in found
    }
