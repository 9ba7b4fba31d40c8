"""The settings of one job, read out of its ``config`` (DESIGN 6 names the keys)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictStr,
    ValidationError,
)

from jobs_tui.models.budget import Budget
from jobs_tui.models.enums import HookStyle
from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.job_input import IDENTIFIER
from jobs_tui.models.validation import first_finding


def _no_flag(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("a number is wanted, not true or false")
    return value


Number = Annotated[float, BeforeValidator(_no_flag), Field(allow_inf_nan=False)]
Count = Annotated[int, BeforeValidator(_no_flag)]
Seconds = Annotated[Number, Field(ge=0, le=366 * 86_400)]


class Retry(BaseModel):
    """More attempts after a failure, with exponential back-off (DESIGN 7)."""

    model_config = ConfigDict(extra="allow", frozen=True)

    max_attempts: Annotated[Count, Field(ge=1, le=100)] = 1
    """Attempts in all, the first one included."""
    delay: Seconds = 5.0
    """Seconds before the second attempt."""
    factor: Annotated[Number, Field(ge=1, le=10)] = 2.0
    """Each further wait is this many times longer."""
    max_delay: Seconds = 600.0
    """Seconds that no wait exceeds."""


def _variable(name: str) -> str:
    if not IDENTIFIER.match(name):
        raise ValueError("a variable's name is letters, digits and _, beginning with a letter")
    return name


def _place(path: str) -> str:
    first, *rest = path.split(".")
    if first not in ("payload", "headers") or not all(rest):
        raise ValueError(
            "a place is payload or headers, then keys and list indexes: payload.commits.0.id"
        )
    return path


def _event(name: str) -> str:
    if not (name.isascii() and name.isprintable() and 1 <= len(name.strip()) <= 100):
        raise ValueError("an event is 1 to 100 printable ASCII characters")
    return name


class WebhookConfig(BaseModel):
    """Who may start the job by webhook, by which events, and where its values are found."""

    model_config = ConfigDict(extra="allow", frozen=True)

    styles: Annotated[list[HookStyle], Field(min_length=1)] = list(HookStyle)
    """Ways of signing that are accepted."""
    events: list[Annotated[StrictStr, AfterValidator(_event)]] | None = None
    """GitHub and GitLab events that start the job; None: all but GitHub's ping."""
    mapping: dict[
        Annotated[StrictStr, AfterValidator(_variable)],
        Annotated[StrictStr, Field(max_length=256), AfterValidator(_place)],
    ] = {}
    """Where a variable's value is found in a delivery: ``{"branch": "payload.ref"}``."""


class JobConfig(BaseModel):
    """Effective settings of a job; unknown keys are kept and mean nothing here."""

    model_config = ConfigDict(extra="allow", frozen=True)

    timeout: Annotated[Number, Field(gt=0, le=366 * 86_400)] = 3600.0
    """Seconds per attempt."""
    stop_timeout: Seconds = 5.0
    """Seconds between TERM and KILL."""
    drain: Seconds = 2.0
    """Seconds of reading after the main process has ended."""
    retry: Retry = Retry()
    overlap: Literal["skip", "allow"] = "skip"
    """What happens to an automatic start while a run is live."""
    max_parallel: Annotated[Count, Field(ge=1, le=1000)] = 10
    """Runs at once under ``overlap: allow``."""
    grace: Seconds = 60.0
    """An occurrence decided this many seconds late is on time."""
    catchup: Literal["latest"] = "latest"
    catchup_window: Seconds = 86_400.0
    """Seconds: older occurrences are never made up."""
    pause_on_failure: Annotated[Count, Field(ge=0, le=1000)] = 0
    """Failed runs in a row after which the job is paused; 0: never."""
    on_lost: Literal["fail", "retry"] = "fail"
    budget: Budget | None = None
    """What all runs of the job together may spend on models; None does not limit."""
    approval_timeout: Annotated[Number, Field(gt=0, le=366 * 86_400)] = 86_400.0
    """Seconds that a person has to approve what a policy asks for; then it is denied."""
    working_directory: str | None = None
    """Where a process starts; the user's home directory when None."""
    webhook: WebhookConfig | None = None
    """None accepts every style and every event."""

    @property
    def parallel(self) -> int:
        """How many runs of the job may be live at once."""
        return self.max_parallel if self.overlap == "allow" else 1


def job_config(config: Mapping[str, Any], override: Mapping[str, Any] | None = None) -> JobConfig:
    """Read effective settings; ``override`` (of one start) wins key by key.

    Raises:
        InvalidInput: a known key has a value of the wrong type or out of range; ``field`` names it.
    """
    merged = {**config, **(override or {})}
    try:
        return JobConfig.model_validate(merged)
    except ValidationError as error:
        place, text = first_finding(error)
        raise InvalidInput(f"config.{place}: {text}.", field=f"config.{place}") from None


def webhook_config(config: Mapping[str, Any]) -> WebhookConfig:
    """The ``webhook`` part of a job's config, which was checked when the job was saved."""
    given = config.get("webhook")
    return _ANY_WEBHOOK if given is None else WebhookConfig.model_validate(given)


_ANY_WEBHOOK = WebhookConfig()
