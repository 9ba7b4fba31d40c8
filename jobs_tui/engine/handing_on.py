"""What a run hands on to the run that follows it: its result as parameters."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from jobs_tui.engine.goals.meeting import answered_json
from jobs_tui.guard.json_paths import TooMuchWork, values_at
from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.execution import Execution
from jobs_tui.store import jobs
from jobs_tui.store.dependencies import Waits

PLAIN: Mapping[str, Callable[[Execution], Any]] = {
    "result": lambda run: run.result or "",
    "status": lambda run: str(run.status),
    "exit_code": lambda run: run.exit_code,
    "error": lambda run: run.error_message or "",
    "run_id": lambda run: run.id,
}
"""What of a run can be handed on without looking elsewhere."""


def passed(
    connection: sqlite3.Connection, rows: Sequence[Waits], runs: Sequence[Execution | None]
) -> dict[str, Any]:
    """The parameters of a start, from the runs before it.

    Args:
        runs: parallel to ``rows``; None: the other job ended without a run.

    Raises:
        InvalidInput: an answer is no JSON, or holds nothing at the path.
    """
    given: dict[str, Any] = {}
    for row, run in zip(rows, runs, strict=True):
        for name, source in row.wish.parameters.items():
            given[name] = _value(connection, row, run, source)
    return given


def _value(connection: sqlite3.Connection, row: Waits, run: Execution | None, source: str) -> Any:
    if source in PLAIN:
        return "" if run is None else PLAIN[source](run)
    answer = "" if run is None else _answer(connection, run)
    if source == "answer":
        return answer
    other = jobs.get(connection, row.wish.job)
    whose = f"The answer of {'another job' if other is None else repr(other.name)[:80]}"
    document, is_json = answered_json(answer)
    if not is_json:
        raise InvalidInput(
            f"{whose} is not JSON, so there is nothing at {source:.80}.",
            "Pass answer on, or let that job print JSON.",
        )
    try:
        found = values_at(source, document)
    except (TooMuchWork, RecursionError):
        raise InvalidInput(f"{whose} is too large for {source:.80}.") from None
    if not found:
        raise InvalidInput(f"{whose} holds nothing at {source:.80}.", "Look at its last run.")
    return found[0]


def _answer(connection: sqlite3.Connection, run: Execution) -> str:
    """The whole answer where it was kept, else what is shown of it."""
    row = connection.execute(
        "select answer from answers where execution_id = ?", (run.id,)
    ).fetchone()
    return (run.result or "") if row is None else str(row["answer"])
