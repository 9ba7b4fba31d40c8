"""What a run that has ended means for its job (issue 5, end conditions).

Exit codes and expressions look at every run. A text, a path, a verdict "done" and a change need a
run that was completed: what a failed one printed on its way says nothing of the goal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jobs_tui.engine.goals.changes import difference, without
from jobs_tui.engine.goals.ended import Ended, Judgement
from jobs_tui.engine.goals.meeting import Met, Sight, look
from jobs_tui.models.end_condition import conditions, watches
from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.job import Definition
from jobs_tui.models.report import Report, read_report


def judge(
    definition: Definition,
    ended: Ended,
    earlier: Sequence[Ended],
    watched: str | None,
    *,
    state: Mapping[str, Any] | None = None,
    runs: int | None = None,
    changes: int | None = None,
) -> Judgement:
    """Judge one run. Pure, never raises, and takes a time in proportion to the answers.

    Args:
        earlier: runs of the job before this one, newest first, as many as expressions may see.
        watched: the answer that this one is compared with; None: there was none.
        state: the job's state document so far.
        runs: of the job so far, this one included; None: as many as are given.
        changes: that were found before this run; None: those among ``earlier``.
    """
    report = read_report(ended.text)
    completed = ended.status is ExecutionStatus.COMPLETED
    watching = watches(definition.end_condition, definition.watch)
    change = None
    seen = watched
    if watching and completed:
        seen = report.body
        if watched is not None:
            change = _change(definition.watch, watched, report.body)
    before = sum(one.changed for one in earlier) if changes is None else changes
    sight = Sight(
        ended=ended,
        report=report,
        earlier=earlier,
        runs=1 + len(earlier) if runs is None else runs,
        state=report.state if report.state is not None else dict(state or {}),
        changed=change is not None,
        changes=before + (change is not None),
        first=watched is None,
    )
    looked = [look(one, sight) for one in conditions(definition.end_condition)]
    met = next((one for one in looked if one.met), None)
    problems = [report.problem] if report.problem else []
    problems += [one.problem for one in looked if one.problem]
    return Judgement(
        met=met is not None,
        reason=_reason(met, looked),
        verdict=report.verdict,
        verdict_reason=report.reason,
        worth_reporting=_worth(report, met, watching, completed, change, earlier),
        change=change,
        watched=seen,
        state=report.state,
        problem=" ".join(problems) or None,
    )


def _change(watch: Mapping[str, Any] | None, old: str, new: str) -> str | None:
    ignored = (watch or {}).get("ignore", ())
    return difference(without(old, ignored), without(new, ignored))


def _reason(met: Met | None, looked: Sequence[Met]) -> str:
    if met is not None:
        return f"{met.reason[:1].upper()}{met.reason[1:]}."
    if not looked:
        return ""
    return f"Not yet: {'; '.join(one.reason for one in looked)}."


def _worth(
    report: Report,
    met: Met | None,
    watching: bool,
    completed: bool,
    change: str | None,
    earlier: Sequence[Ended],
) -> bool | None:
    """The agent's word counts; else a change, the goal, or being blocked where it was not."""
    if report.worth_reporting is not None:
        return report.worth_reporting
    if met is not None or change is not None:
        return True
    if report.verdict == "blocked":
        return not (earlier and earlier[0].verdict == "blocked")
    return False if watching and completed else None
