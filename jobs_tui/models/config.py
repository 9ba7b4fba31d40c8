"""The settings of one job, read out of its ``config`` (DESIGN 6 names the keys)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from jobs_tui.models.errors import InvalidInput
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
    on_lost: Literal["fail", "retry"] = "fail"
    working_directory: str | None = None
    """Where a process starts; the user's home directory when None."""

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
