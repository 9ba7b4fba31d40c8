"""When a job has reached its goal, from what a caller sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jobs_tui.guard.end_conditions import check_end_condition, check_watch
from jobs_tui.models.end_condition import goals, normalised, normalised_watch
from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.job import DEFAULT_AGENT, Definition


def goal_fields(
    values: Mapping[str, Any], sent: frozenset[str]
) -> tuple[dict[str, Any], frozenset[str]]:
    """The fields with ``end_condition`` and ``watch`` in their normal forms.

    A number of runs or an end in the condition moves into the field of its own, as if it had been
    sent there.

    Returns:
        The fields, and the names of those that count as sent.

    Raises:
        InvalidInput: with ``field``.
    """
    made, names = dict(values), set(sent)
    if "watch" in sent:
        made["watch"] = normalised_watch(values["watch"])
        check_watch(made["watch"])
    if "end_condition" not in sent or values["end_condition"] is None:
        return made, frozenset(names)
    condition, max_runs, end_at = normalised(values["end_condition"])
    check_end_condition(condition)
    made["end_condition"] = condition
    for name, moved in (("max_runs", max_runs), ("end_at", end_at)):
        if moved is None:
            continue
        if name in sent and values[name] not in (None, moved):
            raise InvalidInput(
                f"{name} is given twice: {values[name]} and {moved}, within end_condition.",
                "Give it once.",
                field=name,
            )
        made[name] = moved
        names.add(name)
    return made, frozenset(names)


def goal_warnings(definition: Definition) -> tuple[str, ...]:
    """What a careful person would want to know of a goal that is going to be saved."""
    if goals(definition.end_condition) is None or definition.entity_id != DEFAULT_AGENT:
        return ()
    return (
        "A shell script is to say when the goal is met: its last line has to be a JSON object"
        ' such as {"verdict": "done"} or {"verdict": "not_done", "reason": "..."}.',
    )
