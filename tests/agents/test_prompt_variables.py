"""Variables that a prompt uses without declaring them."""

from __future__ import annotations

from jobs_tui.agents import prompt
from jobs_tui.agents.directory import EMPTY
from jobs_tui.models.enums import TriggerType
from jobs_tui.models.job import Definition, Parameter


def _job(text: str, *declared: Parameter) -> Definition:
    return Definition("job", text, TriggerType.MANUAL, parameters=declared)


def test_a_variable_that_is_not_declared_is_a_required_parameter() -> None:
    job = _job("echo {{ a }} {{ b }} {{ run_date }}", Parameter("b", default="x"))
    assert prompt.check_prompt(job, EMPTY) == ()
    assert [(one.name, one.required) for one in prompt.declared_and_used(job, EMPTY)] == [
        ("b", False),
        ("a", True),
    ]
