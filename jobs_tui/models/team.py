"""Teams and workflows: several agents do one job (DESIGN 8)."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictStr, model_validator

from jobs_tui.models.enums import Described
from jobs_tui.models.job_input import Short, Tag, Text
from jobs_tui.models.resource import ResourceId


class Strategy(Described):
    """How the members of a team share a job."""

    SEQUENTIAL = "sequential", "one after the other, each sees the answers before"
    PARALLEL = "parallel", "all at once, each on its own"
    LEAD = "lead", "the first one leads and gives tasks to the others"


class Member(BaseModel):
    """One agent of a team."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, defer_build=True, use_attribute_docstrings=True
    )

    agent: ResourceId
    """The id of the agent."""
    role: Short = ""
    """What it does in this team; told to it."""
    prompt: Text | None = None
    """What it is asked in place of the job's prompt; ``{{ prompt }}``, ``{{ previous }}``."""


class TeamInput(BaseModel):
    """A team as it is created and kept."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        use_attribute_docstrings=True,
        json_schema_extra={
            "examples": [
                {
                    "id": "ops-team",
                    "members": [{"agent": "ops", "role": "looks"}, {"agent": "shell"}],
                }
            ]
        },
    )

    id: ResourceId
    name: Annotated[StrictStr, Field(max_length=255)] = ""
    """For people; the id when empty."""
    description: Text = ""
    members: Annotated[list[Member], Field(min_length=1, max_length=50)]
    """In order; with ``lead`` the first one leads."""
    strategy: Strategy = Strategy.SEQUENTIAL
    tolerate_failures: StrictBool = False
    """True: a member that fails does not fail the run while one has completed."""
    enabled: StrictBool = True

    @property
    def label(self) -> str:
        """For people."""
        return self.name or self.id

    @model_validator(mode="after")
    def _lead_needs_others(self) -> Self:
        if self.strategy is Strategy.LEAD and len(self.members) < 2:
            raise ValueError("a team that is led needs at least two members")
        return self


class WorkflowStep(BaseModel):
    """One node of a workflow's graph."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, defer_build=True, use_attribute_docstrings=True
    )

    name: ResourceId
    """Unique in the workflow; later prompts say ``{{ steps.NAME.result }}``."""
    prompt: Text
    """May use the job's variables, ``{{ prompt }}`` and results of the steps it needs."""
    agent: ResourceId = "shell"
    """Who does it; ``smart`` chooses at run time."""
    needs: list[ResourceId] = []
    """Steps that must have completed before."""
    tolerate_failure: StrictBool = False
    """True: a failure of this step does not fail the run, and what needs it goes on."""
    timeout: Annotated[float, Field(gt=0, le=366 * 86_400)] | None = None
    """Seconds; None: only the job's own timeout."""


class WorkflowInput(BaseModel):
    """A workflow as it is created and kept."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        use_attribute_docstrings=True,
        json_schema_extra={
            "examples": [{"id": "release", "steps": [{"name": "build", "prompt": "make"}]}]
        },
    )

    id: ResourceId
    name: Annotated[StrictStr, Field(max_length=255)] = ""
    """For people; the id when empty."""
    description: Text = ""
    steps: Annotated[list[WorkflowStep], Field(min_length=1, max_length=200)]
    tags: list[Tag] = []
    enabled: StrictBool = True
    max_parallel: Annotated[int, Field(ge=1, le=50)] = 4
    """Steps at once."""

    @property
    def label(self) -> str:
        """For people."""
        return self.name or self.id

    @model_validator(mode="after")
    def _is_a_graph(self) -> Self:
        check_graph({step.name: step.needs for step in self.steps}, len(self.steps))
        return self


def check_graph(needs: dict[str, list[str]], count: int) -> None:
    """Whether steps can be run in some order.

    Raises:
        ValueError: a name is there twice, a need does not exist, or steps wait for each other.
    """
    if len(needs) != count:
        raise ValueError("two steps have the same name")
    for name, wanted in needs.items():
        for other in wanted:
            if other not in needs:
                raise ValueError(f"the step {name} needs {other}, which does not exist")
    done: set[str] = set()
    path: list[str] = []

    def visit(name: str) -> None:
        if name in done:
            return
        if name in path:
            circle = " -> ".join([*path[path.index(name) :], name])
            raise ValueError(f"the steps wait for each other: {circle}")
        path.append(name)
        for other in needs[name]:
            visit(other)
        done.add(path.pop())

    for name in needs:
        visit(name)


def plan_of(data: Any) -> WorkflowInput:
    """A workflow that a planner proposed. Raises pydantic's ValidationError."""
    return WorkflowInput.model_validate(data)
