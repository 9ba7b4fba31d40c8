"""``last_result``, ``last_answer`` and ``state`` in prompts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from jobs_tui.agents.directory import Directory
from jobs_tui.agents.prompt import Start, declared_and_used, readable, resolve
from jobs_tui.models.enums import TriggerType
from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.job import Definition, Parameter

NOW = datetime(2026, 8, 21, tzinfo=UTC)


def job(prompt: str, *parameters: Parameter) -> Definition:
    return Definition("j", prompt, TriggerType.MANUAL, parameters=parameters)


def shown(definition: Definition, given: dict[str, Any] | None = None, **learned: Any) -> str:
    known = Directory()
    values = resolve(definition, given or {}, known)
    return readable(definition, Start("exec_a", NOW, learned), values, known)


def test_a_first_run_has_nothing() -> None:
    definition = job("echo {{ last_result }}-{{ last_answer }}-{{ state }}")
    assert declared_and_used(definition, Directory()) == ()
    assert shown(definition) == "echo --{}"


def test_a_later_run_has_what_was_left() -> None:
    definition = job("echo {{ state.page + 1 }} {{ last_result }}")
    assert shown(definition, last_result="ok", state={"page": 4}) == "echo 5 ok"


def test_a_missing_part_is_named() -> None:
    with pytest.raises(InvalidInput) as caught:
        shown(job("echo {{ state.page }}"))
    assert "page" in caught.value.message
    assert "default" in caught.value.hint
    assert shown(job("echo {{ state.page | default(0) }}")) == "echo 0"


def test_they_cannot_be_given_but_a_parameter_of_that_name_can() -> None:
    with pytest.raises(InvalidInput):
        shown(job("echo {{ state }}"), {"state": "open"})
    old = job("echo {{ state }}", Parameter("state", required=True))
    assert shown(old, {"state": "open"}, state={"page": 4}) == "echo open"
    assert [one.name for one in declared_and_used(old, Directory())] == ["state"]


@pytest.mark.parametrize(
    ("prompt", "learns"),
    [
        ("echo {{ state.x }}", True),
        ("echo {{last_answer|length}}", True),
        ("{% if last_result %}x{% endif %}", True),
        ("echo the state {{ branch }}", False),
        ("echo ${state}", False),
        ("echo {{ estate }}", False),
    ],
)
def test_a_job_learns_when_its_prompt_says_so(prompt: str, learns: bool) -> None:
    assert job(prompt).learns is learns
