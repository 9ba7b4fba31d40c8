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
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    StrictBool,
    StrictStr,
    ValidationError,
)

from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.validation import BadShape, all_findings


def _as_specified(schema: dict[str, Any]) -> None:
    """The specification names no limit of long texts: the description does not either."""
    schema.pop("maxLength", None)


Name = Annotated[StrictStr, Field(min_length=1, max_length=255)]
Text = Annotated[StrictStr, Field(max_length=1_000_000, json_schema_extra=_as_specified)]
Short = Annotated[StrictStr, Field(max_length=1024)]


def _one_number(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("a number is wanted, not true or false")
    return value


MaxRuns = Annotated[int, BeforeValidator(_one_number), Field(ge=1, le=1_000_000_000)]


def _seconds_or_text(value: object) -> object:
    """One sentence for all that is neither, in place of one for each of both."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError('seconds are wanted, or a text such as "5m"')
    if not isinstance(value, str) and not abs(value) < 1e15:
        raise ValueError("the number is out of range")
    return value


def _text_or_object(value: object) -> object:
    if value is not None and not isinstance(value, (str, Mapping)):
        raise ValueError("a text or an object is wanted")
    return value


Duration = Annotated[StrictStr | float, BeforeValidator(_seconds_or_text)]
"""Seconds, or a text such as ``90s``, ``5m``, ``10 minutes``."""
Tag = Annotated[StrictStr, Field(min_length=1, max_length=64)]

TriggerName = Literal["cron", "webhook", "manual", "one_off", "recurring", "ongoing"]

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


VariableName = Annotated[StrictStr, AfterValidator(_variable)]
"""The name of an environment variable."""
VariableValue = Annotated[StrictStr, AfterValidator(_no_nul)]
"""What an environment variable can hold."""


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

    env_vars: dict[VariableName, VariableValue] = {}
    secrets: list[Short] = []
    integration_ids: list[Short] = []
    mcp_servers: dict[StrictStr, Annotated[dict[StrictStr, Any], AfterValidator(_mcp_server)]] = {}


def without_defaults(schema: dict[str, Any]) -> None:
    """For the schema of changes: what is absent stays, whatever the default of a field is."""
    for field in schema["properties"].values():
        field.pop("default", None)


class JobPatch(BaseModel):
    """Fields to change; what is absent stays, null clears."""

    model_config = ConfigDict(
        extra="ignore", use_attribute_docstrings=True, json_schema_extra=without_defaults
    )

    name: Name = ""
    """Job name"""
    description: Text | None = None
    """Job description"""
    enabled: StrictBool = True
    """Whether the job is enabled"""
    trigger_type: TriggerName = "manual"
    """When it starts"""
    cron_schedule: StrictStr | None = None
    """Cron expression (e.g., `0 17 * * *` for daily at 5pm)"""
    cron_timezone: Short | None = "UTC"
    """Timezone for the cron schedule (e.g., `America/New_York`)"""
    planning_mode: Literal[
        "on_the_fly", "predefined_agent", "predefined_team", "predefined_workflow"
    ] = "predefined_agent"
    """How who does it is chosen"""
    entity_type: Literal["agent", "team", "workflow"] | None = None
    """What `entity_id` names"""
    entity_id: Short | None = None
    """Id of the agent, team or workflow; for a shell script `shell`"""
    prompt_template: Text = ""
    """What is to be done; may hold `{{ variables }}`"""
    system_prompt: Text | None = None
    """What the agent is told beforehand"""
    executor_type: Literal["auto", "specific_queue", "environment"] = "auto"
    """Where it runs"""
    worker_queue_name: Short | None = None
    """The queue, for `specific_queue`"""
    environment_name: Short | None = None
    """The environment, for `environment`"""
    config: dict[StrictStr, Any] | None = {}
    """How it runs: `timeout`, `retry`, `overlap`, `catchup`..."""
    execution_environment: ExecutionEnvironmentInput | None = None
    """Variables, secrets and integrations of its runs"""
    tags: list[Tag] | None = []
    """To find it by"""
    parameters: list[ParameterInput] | None = []
    """The variables of the prompt"""
    run_at: Short | None = None
    """When a `one_off` job starts: ISO 8601, or words ("tomorrow 9am", "in 3 days")"""
    now_if_past: StrictBool = False
    """A `run_at` in the past starts at once instead of being refused; not kept"""
    interval_seconds: Duration | None = None
    """`recurring`: the period; `ongoing`: the pause after a run. Seconds, or a text like `5m`"""
    interval_mode: Literal["fixed_rate", "fixed_delay"] = "fixed_rate"
    """What the interval of a `recurring` job counts from"""
    start_at: Short | None = None
    """Nothing starts before this, as `run_at`"""
    end_at: Short | None = None
    """Nothing starts after this, as `run_at`; then the job is completed"""
    max_runs: MaxRuns | None = None
    """Starts by the schedule; then the job is completed"""
    end_condition: Annotated[
        StrictStr | dict[StrictStr, Any] | None, BeforeValidator(_text_or_object)
    ] = None
    """When an `ongoing` job has reached its goal: a condition, `{"any": [...]}`, or a text: the
    goal in words, `exit:0`, `text:WORDS`"""
    watch: dict[StrictStr, Any] | None = None
    """`{"what": "answer"}`: compare each answer with the last one and report the difference"""
    depends_on: list[StrictStr | dict[StrictStr, Any]] | None = []
    """Jobs that come first"""
    deliver_to: list[dict[StrictStr, Any]] | None = []
    """Where results go: objects of type `notify` (`url`), `webhook` (`url`, `secret`), `file`
    (`path`, `append`) or `job` (`job`, `parameters`)"""
    deliver_when: Literal["always", "worth_reporting", "failure"] = "always"
    """Which results go there"""
    conversation: Literal["new", "continue"] = "new"
    """Whether an agent with a model goes on with the conversation of the run before"""


CREATE_EXAMPLES: list[JsonValue] = [
    {
        "name": "Nightly report",
        "trigger_type": "cron",
        "cron_schedule": "0 17 * * *",
        "cron_timezone": "America/New_York",
        "planning_mode": "predefined_agent",
        "entity_type": "agent",
        "entity_id": "shell",
        "prompt_template": "df -h",
        "config": {"timeout": 600, "retry": {"max_attempts": 3}},
    },
    {
        "name": "Deploy",
        "trigger_type": "webhook",
        "entity_id": "shell",
        "prompt_template": "./deploy.sh {{ branch }}",
        "parameters": [{"name": "branch", "default": "main"}],
        "execution_environment": {"env_vars": {"STAGE": "production"}},
    },
    {
        "name": "Reminder",
        "trigger_type": "one_off",
        "run_at": "tomorrow 9am",
        "cron_timezone": "Europe/Berlin",
        "entity_id": "shell",
        "prompt_template": "echo 'Send the invoices.'",
    },
    {
        "name": "Price",
        "trigger_type": "recurring",
        "interval_seconds": "1h",
        "watch": {"what": "answer"},
        "entity_id": "shell",
        "prompt_template": "curl -sS https://example.com/price",
    },
    {
        "name": "Green",
        "trigger_type": "ongoing",
        "interval_seconds": 600,
        "end_condition": {"exit_code": 0},
        "max_runs": 50,
        "entity_id": "shell",
        "prompt_template": "./tests-are-green.sh",
    },
    {
        "name": "By hand",
        "trigger_type": "manual",
        "entity_id": "shell",
        "prompt_template": "echo {{ text }}",
    },
]


class JobCreate(JobPatch):
    """A new job: three fields are required."""

    model_config = ConfigDict(json_schema_extra={"examples": CREATE_EXAMPLES})

    name: Name
    """Job name"""
    trigger_type: TriggerName
    """When it starts"""
    prompt_template: Text
    """What is to be done; may hold `{{ variables }}`"""
    config: dict[StrictStr, Any] = {}
    """How it runs: `timeout`, `retry`, `overlap`, `catchup`..."""
    tags: list[Tag] = []
    """To find it by"""
    parameters: list[ParameterInput] = []
    """The variables of the prompt"""


class JobPreview(JobCreate):
    """A job that is only looked at."""

    values: dict[StrictStr, Any] = {}
    """Values of its parameters, as a start would bring them."""


class PreviewInput(BaseModel):
    """What a start would bring along, to look at what it would do; the body may be missing."""

    model_config = ConfigDict(
        extra="ignore", json_schema_extra={"examples": [{"values": {"branch": "main"}}]}
    )

    values: dict[StrictStr, Any] = {}
    """Values of the job's parameters."""


class StartInput(BaseModel):
    """What a start brings along; both may be absent or null (jobs_service_sdk.md, trigger)."""

    model_config = ConfigDict(
        extra="ignore",
        json_schema_extra={
            "examples": [{"parameters": {"branch": "main"}, "config_override": {"timeout": 60}}]
        },
    )

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
