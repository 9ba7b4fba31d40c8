"""What runs need, and where they wait: environments, integrations, queues, policies."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictStr

from jobs_tui.models.job_input import (
    ExecutionEnvironmentInput,
    Short,
    Text,
    VariableName,
    VariableValue,
)
from jobs_tui.models.resource import ResourceId


class EnvironmentInput(ExecutionEnvironmentInput):
    """A named environment: what it gives to a run, and what must be there before one starts."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        use_attribute_docstrings=True,
        json_schema_extra={
            "examples": [
                {
                    "id": "production",
                    "required_tools": ["bash"],
                    "env_vars": {"STAGE": "production"},
                }
            ]
        },
    )

    id: ResourceId
    name: Annotated[StrictStr, Field(max_length=255)] = ""
    """For people; the id when empty."""
    description: Text = ""
    working_directory: Short | None = None
    """Where its runs start; must exist."""
    required_tools: list[Short] = []
    """Programs that must be on PATH."""
    check: Text | None = None
    """A shell script that must exit 0; its last line is the reason when it does not."""
    check_timeout: Annotated[float, Field(gt=0, le=600)] = 20.0
    """Seconds that the check may take."""

    @property
    def label(self) -> str:
        """For people."""
        return self.name or self.id


class IntegrationInput(BaseModel):
    """A named bundle of variables and secrets that runs ask for by id."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        use_attribute_docstrings=True,
        json_schema_extra={"examples": [{"id": "postgres", "env_vars": {"PGHOST": "db1"}}]},
    )

    id: ResourceId
    name: Annotated[StrictStr, Field(max_length=255)] = ""
    """For people; the id when empty."""
    description: Text = ""
    env_vars: dict[VariableName, VariableValue] = {}
    secrets: list[Short] = []
    """As in an execution environment: ``NAME``, or ``NAME=REFERENCE``."""

    @property
    def label(self) -> str:
        """For people."""
        return self.name or self.id


def _whole(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("a whole number is wanted")
    return value


class QueueInput(BaseModel):
    """A worker queue: runs wait in it for their turn."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        use_attribute_docstrings=True,
        json_schema_extra={"examples": [{"id": "nightly", "concurrency": 2}]},
    )

    id: ResourceId
    name: Annotated[StrictStr, Field(max_length=255)] = ""
    """For people; the id when empty."""
    description: Text = ""
    concurrency: Annotated[int, BeforeValidator(_whole), Field(ge=1, le=10_000)] | None = None
    """Runs of it at once; None: only the engine's own limit."""
    paused: StrictBool = False
    """True: what is queued waits."""
    remote: StrictBool = False
    """True: only workers elsewhere take from it; here its runs wait."""

    @property
    def label(self) -> str:
        """For people."""
        return self.name or self.id


class PolicyInput(BaseModel):
    """Rules that allow, deny or ask: a Rego module, or an OPA server that has them."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        use_attribute_docstrings=True,
        json_schema_extra={
            "examples": [
                {
                    "id": "company",
                    "engine": "opa",
                    "url": "http://127.0.0.1:8181/v1/data/jobs",
                    "enabled": False,
                }
            ]
        },
    )

    id: ResourceId
    name: Annotated[StrictStr, Field(max_length=255)] = ""
    """For people; the id when empty."""
    description: Text = ""
    enabled: StrictBool = True
    engine: Literal["rego", "opa"] = "rego"
    module: Text | None = None
    """``rego``: the source; its package holds ``deny``, ``ask`` and, where it wants, ``allow``."""
    url: Short | None = None
    """``opa``: the document's address, such as ``http://127.0.0.1:8181/v1/data/jobs/authz``."""
    token: Short | None = None
    """``opa``: a reference to the server's bearer token (``env:NAME``, ``store:NAME``), never the
    token."""
    timeout: Annotated[float, Field(gt=0, le=60)] = 5.0
    """Seconds for one answer; later it counts as a denial."""

    @property
    def label(self) -> str:
        """For people."""
        return self.name or self.id
