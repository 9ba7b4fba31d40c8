"""What a caller may send to create or change a job (reference/create_job_api.md, JobCreate).

``tags`` and ``parameters`` are our own top-level extras.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictStr, ValidationError

from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.validation import first_finding

Name = Annotated[StrictStr, Field(min_length=1, max_length=255)]
Text = Annotated[StrictStr, Field(max_length=1_000_000)]
Short = Annotated[StrictStr, Field(max_length=1024)]

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}\Z")


class ParameterInput(BaseModel):
    """One variable of the prompt."""

    model_config = ConfigDict(extra="forbid")

    name: StrictStr
    default: Any = None
    required: StrictBool | None = None
    """None: required when there is no default."""
    description: Text = ""


class ExecutionEnvironmentInput(BaseModel):
    """Variables, secrets, integrations and MCP servers of a run."""

    env_vars: dict[StrictStr, StrictStr] = {}
    secrets: list[Short] = []
    integration_ids: list[Short] = []
    mcp_servers: dict[StrictStr, dict[StrictStr, Any]] = {}


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
    config: dict[StrictStr, Any] = {}
    execution_environment: ExecutionEnvironmentInput | None = None
    tags: list[Annotated[StrictStr, Field(min_length=1, max_length=64)]] = []
    parameters: list[ParameterInput] = []


class JobCreate(JobPatch):
    """A new job: three fields are required."""

    name: Name
    trigger_type: Literal["cron", "webhook", "manual"]
    prompt_template: Text


Model = TypeVar("Model", bound=BaseModel)


def validated(model: type[Model], data: Mapping[str, Any]) -> Model:
    """Check the shape of a caller's mapping.

    Raises:
        InvalidInput: the first thing wrong, ``field`` naming it.
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
        place, text = first_finding(error)
        place = place or "body"
        if text == "field required":
            raise InvalidInput(f"{place} is missing.", field=place) from None
        raise InvalidInput(f"{place}: {text}.", field=place) from None
