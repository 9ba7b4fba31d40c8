"""The tool by which a model says how far it is from the goal of its job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, ValidationError, field_validator
from pydantic_ai import ModelRetry
from pydantic_ai import Tool as ModelTool

from jobs_tui.agents.llm.guard import Context
from jobs_tui.agents.telling import TOOL
from jobs_tui.models.report import LONGEST_REASON, report_line, state_problem


@dataclass(slots=True)
class Outcome:
    """What the model has said last."""

    line: str = ""
    """As the last line of an answer, see :mod:`jobs_tui.models.report`."""


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    verdict: Literal["done", "not_done", "blocked"] | None = None
    """done: the goal is reached; not_done: there is more to do or to wait for; blocked: somebody
    has to do something first"""
    reason: str | None = Field(default=None, max_length=LONGEST_REASON)
    """Why, in one sentence"""
    worth_reporting: StrictBool | None = None
    """Whether a person should be told of this run"""
    state: dict[str, Any] | None = None
    """What the next run is given; leave it out to keep it as it is"""

    @field_validator("state")
    @classmethod
    def _fits(cls, state: dict[str, Any] | None) -> dict[str, Any] | None:
        if state is not None and (wrong := state_problem(state)):
            raise ValueError(wrong)
        return state


def report_tool(outcome: Outcome) -> ModelTool[None]:
    """The tool, which writes into ``outcome``; nobody's leave is asked: it changes nothing else."""
    from jobs_tui.agents.llm.toolbox import offer

    async def call(_: Context, /, **arguments: Any) -> str:
        try:
            said = _Said.model_validate(arguments)
        except ValidationError as error:
            wrong = "; ".join(
                f"{'.'.join(map(str, one['loc'])) or 'arguments'}: {one['msg']}"
                for one in error.errors(include_url=False, include_context=False)
            )
            raise ModelRetry(f"These arguments are not valid: {wrong}.") from error
        outcome.line = report_line(said.verdict, said.reason, said.worth_reporting, said.state)
        return "Noted. Now give your answer."

    description = "Say how this run went: whether the goal is reached, and what the next run needs."
    return offer(call, TOOL, description, _Said.model_json_schema())
