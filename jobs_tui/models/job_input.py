"""What a caller may send to create or change a job (reference/create_job_api.md, JobCreate).

``tags`` and ``parameters`` are our own top-level extras.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictStr,
    ValidationError,
)

from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.validation import BadShape, all_findings

Name = Annotated[StrictStr, Field(min_length=1, max_length=255)]
Text = Annotated[StrictStr, Field(max_length=1_000_000)]
Short = Annotated[StrictStr, Field(max_length=1024)]
Tag = Annotated[StrictStr, Field(min_length=1, max_length=64)]

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}\Z")


class ParameterInput(BaseModel):
    """One variable of the prompt."""

    model_config = ConfigDict(extra="forbid")

    name: StrictStr
    default: Any = None
    required: StrictBool | None = None
    """None: required when there is no default."""
    description: Text = ""


def _variable(name: str) -> str:
    if not name or "=" in name or "\x00" in name:
        raise ValueError(f"{name!r:.60} cannot be the name of an environment variable")
    return name


def _no_nul(text: str) -> str:
    if "\x00" in text:
        raise ValueError("a NUL character is not possible here")
    return text


class McpServerInput(BaseModel):
    """One MCP server: over stdio (``command``) or over HTTP or SSE (``url``)."""

    model_config = ConfigDict(extra="allow")

    command: StrictStr | None = None
    args: list[StrictStr] | None = None
    env: dict[StrictStr, StrictStr] | None = None
    url: StrictStr | None = None
    headers: dict[StrictStr, StrictStr] | None = None


def _mcp_server(sent: dict[str, Any]) -> dict[str, Any]:
    """Only looked at: what a server is told is kept as it was sent."""
    McpServerInput.model_validate(sent)
    return sent


class ExecutionEnvironmentInput(BaseModel):
    """Variables, secrets, integrations and MCP servers of a run."""

    env_vars: dict[
        Annotated[StrictStr, AfterValidator(_variable)],
        Annotated[StrictStr, AfterValidator(_no_nul)],
    ] = {}
    secrets: list[Short] = []
    integration_ids: list[Short] = []
    mcp_servers: dict[StrictStr, Annotated[dict[StrictStr, Any], AfterValidator(_mcp_server)]] = {}


class JobPatch(BaseModel):
    """Fields to change; what is absent stays, null clears."""

    model_config = ConfigDict(extra="ignore")

    name: Name = ""
    description: Text | None = None
    enabled: StrictBool = True
    trigger_type: Literal["cron", "webhook", "manual"] = "manual"
    cron_schedule: StrictStr | None = None
    cron_timezone: Short | None = "UTC"
    planning_mode: Literal[
        "on_the_fly", "predefined_agent", "predefined_team", "predefined_workflow"
    ] = "predefined_agent"
    entity_type: Literal["agent", "team", "workflow"] | None = None
    entity_id: Short | None = None
    prompt_template: Text = ""
    system_prompt: Text | None = None
    executor_type: Literal["auto", "specific_queue", "environment"] = "auto"
    worker_queue_name: Short | None = None
    environment_name: Short | None = None
    config: dict[StrictStr, Any] | None = {}
    execution_environment: ExecutionEnvironmentInput | None = None
    tags: list[Tag] | None = []
    parameters: list[ParameterInput] | None = []


class JobCreate(JobPatch):
    """A new job: three fields are required."""

    name: Name
    trigger_type: Literal["cron", "webhook", "manual"]
    prompt_template: Text
    config: dict[StrictStr, Any] = {}
    tags: list[Tag] = []
    parameters: list[ParameterInput] = []


class JobPreview(JobCreate):
    """A job that is only looked at."""

    values: dict[StrictStr, Any] = {}
    """Values of its parameters, as a start would bring them."""


class StartInput(BaseModel):
    """What a start brings along; both may be absent or null (jobs_service_sdk.md, trigger)."""

    model_config = ConfigDict(extra="ignore")

    parameters: dict[StrictStr, Any] | None = None
    config_override: dict[StrictStr, Any] | None = None


Model = TypeVar("Model", bound=BaseModel)


def validated(model: type[Model], data: Mapping[str, Any]) -> Model:
    """Check the shape of a caller's mapping.

    Raises:
        BadShape: everything wrong, ``field`` naming the first.
        InvalidInput: the text cannot be kept.
    """
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except (UnicodeEncodeError, ValueError, TypeError):
        raise InvalidInput(
            "The text holds characters that are not valid Unicode.", "Remove them."
        ) from None
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise BadShape(all_findings(error)) from None
