"""Settings of a home: ``config.toml``, overridden by ``JOBS_TUI_*`` (DESIGN 5)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, ValidationError
from pydantic_settings import BaseSettings, NoDecode

from jobs_tui.models.budget import Budget
from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.validation import first_finding
from jobs_tui.schedule.zones import zone
from jobs_tui.store.home import Home

Origin = Literal["file", "variable"]
Amount = Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]
Seconds = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]


def _split(value: Any) -> Any:
    """Names between commas, as a variable has them."""
    return [part.strip() for part in value.split(",")] if isinstance(value, str) else value


# NoDecode: a variable would have to be JSON otherwise.
HostNames = Annotated[
    tuple[Annotated[str, StringConstraints(min_length=1, max_length=255)], ...],
    NoDecode,
    BeforeValidator(_split),
]


def _zone_name(name: str) -> str:
    try:
        zone(name)
    except InvalidInput as error:
        raise ValueError(error.sentence()) from None
    return name


ZoneName = Annotated[str, AfterValidator(_zone_name)]


class Settings(BaseSettings, env_prefix="JOBS_TUI_", env_ignore_empty=True, extra="ignore"):
    """Everything that can be set; each field's description is its documentation."""

    # An empty name would mean every interface to a socket.
    host: str = Field(
        default="127.0.0.1", min_length=1, description="address on which the engine listens"
    )
    port: int = Field(
        default=7802, ge=0, le=65535, description="port for webhooks; 0 takes any free one"
    )
    mcp_port: int = Field(
        default=7803, ge=0, le=65535, description="port for MCP; 0 takes any free one"
    )
    public_url: str = Field(default="", description="how senders reach this host, for webhook URLs")
    allowed_hosts: HostNames = Field(
        default=(),
        description="further names by which this host is asked (a list, in the variable with"
        " commas); `*` for any",
    )
    tls_cert: str = Field(
        default="",
        description="PEM file of a certificate with its chain: serve HTTPS; relative to the home",
    )
    tls_key: str = Field(
        default="", description="PEM file of its key; empty when it is in the same file"
    )
    max_running: int = Field(
        default=8, ge=1, le=1000, description="runs at once, all jobs together"
    )
    budget_cost_per_day: Amount | None = Field(
        default=None, description="US dollars that all runs together may spend on models a day"
    )
    budget_cost_per_month: Amount | None = Field(
        default=None, description="US dollars that they may spend a month"
    )
    budget_tokens_per_day: int | None = Field(
        default=None, ge=0, description="tokens that all runs together may use a day"
    )
    budget_tokens_per_month: int | None = Field(
        default=None, ge=0, description="tokens that they may use a month"
    )
    budget_warn_at: float = Field(
        default=0.8, gt=0, le=1, description="part of a budget from which on runs warn"
    )
    budget_timezone: ZoneName = Field(
        default="UTC", description="time zone in which the days and months of budgets begin"
    )
    planner_agent: str = Field(
        default="",
        description="id of an `llm` agent that plans jobs with `planning_mode: on_the_fly`; empty:"
        " Smart chooses an agent",
    )
    stop_grace: Seconds = Field(
        default=10.0, description="seconds that a stopping engine waits for its runs"
    )
    log_line_limit: int = Field(default=65_536, ge=256, description="bytes of one log line")
    log_run_limit: int = Field(default=2 * 1024**3, ge=1024, description="bytes of one run's log")
    history_days: int = Field(default=90, ge=1, description="days that ended runs are kept")
    log_days: int = Field(default=30, ge=1, description="days that logs are kept")
    delivery_days: int = Field(
        default=30, ge=1, description="days that webhook deliveries are kept"
    )
    body_limit: int = Field(default=1_048_576, ge=1024, description="bytes of a webhook's body")
    hook_burst: int = Field(
        default=10_000, ge=1, description="signed deliveries that a rested webhook takes at once"
    )
    hook_per_minute: int = Field(
        default=10_000, ge=1, description="signed deliveries a minute that a webhook takes"
    )
    refused_per_minute: int = Field(
        default=60, ge=1, description="refused deliveries of one address a minute before 429"
    )

    def budget(self) -> Budget | None:
        """The budget of the home; None without one."""
        limits = {
            "cost_per_day": self.budget_cost_per_day,
            "cost_per_month": self.budget_cost_per_month,
            "tokens_per_day": self.budget_tokens_per_day,
            "tokens_per_month": self.budget_tokens_per_month,
        }
        if all(limit is None for limit in limits.values()):
            return None
        return Budget.model_validate({**limits, "warn_at": self.budget_warn_at})

    def budget_zone(self) -> ZoneInfo:
        """The time zone of budgets."""
        return zone(self.budget_timezone)

    smart_engine: Literal["auto", "lexical", "semantic", "endpoint"] = Field(
        default="auto",
        description="how Smart ranks agents: `lexical` by words, `semantic` by a model on this"
        " machine, `endpoint` by embeddings of an endpoint; `auto` takes the best that is there",
    )
    embeddings_url: str = Field(
        default="", description="OpenAI-compatible endpoint for embeddings, such as"
        " `http://127.0.0.1:11434/v1`"
    )  # fmt: skip
    embeddings_model: str = Field(
        default="text-embedding-3-small", description="model of that endpoint"
    )
    embeddings_key: str = Field(
        default="", description="reference to its key (`env:NAME`, `store:NAME`), never the key"
    )
    chooser_agent: str = Field(
        default="",
        description="id of an `llm` agent that chooses among the best five when Smart's lead is"
        " unclear",
    )


@lru_cache(maxsize=8)
def _load(config_file: Path, stamp: float) -> tuple[Settings, Mapping[str, Origin]]:
    values: dict[str, Any] = {}
    if stamp:
        try:
            values = tomllib.loads(config_file.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise InvalidInput(
                f"{config_file} cannot be read: {error}.", "Mend the file."
            ) from None
    unknown = sorted(values.keys() - Settings.model_fields.keys())
    if unknown:
        raise InvalidInput(
            f"{config_file} sets {unknown[0]!r}, which is no setting.",
            f"Settings are {', '.join(Settings.model_fields)}.",
        )
    try:
        # An environment variable wins over the file, so file values only fill what is unset.
        set_outside = Settings().model_fields_set
        settings = Settings(**{k: v for k, v in values.items() if k not in set_outside})
    except ValidationError as error:
        name, text = first_finding(error)
        raise InvalidInput(
            f"The setting {name} is not valid: {text}.",
            f"Mend it in {config_file} or in JOBS_TUI_{name.upper()}.",
            field=name,
        ) from None
    origins: dict[str, Origin] = dict.fromkeys(values, "file")
    return settings, {**origins, **dict.fromkeys(set_outside, "variable")}


def load_settings(home: Home) -> Settings:
    """The settings in force.

    Raises:
        InvalidInput: the file or a variable is not valid.
    """
    return settings_with_origins(home)[0]


def settings_with_origins(home: Home) -> tuple[Settings, Mapping[str, Origin]]:
    """The settings in force, and where those that are not defaults come from.

    Raises:
        InvalidInput: the file or a variable is not valid.
    """
    try:
        stamp = home.config_file.stat().st_mtime
    except OSError:
        stamp = 0.0
    return _load(home.config_file, stamp)
