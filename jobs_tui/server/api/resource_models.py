"""Answers about agents, teams, queues...: what was sent, and how they stand now."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from jobs_tui.models.agent import AgentInput
from jobs_tui.models.surroundings import (
    EnvironmentInput,
    IntegrationInput,
    PolicyInput,
    QueueInput,
)
from jobs_tui.models.team import TeamInput, WorkflowInput
from jobs_tui.server.api.models import Answer


class Kept(BaseModel):
    """What every one of them has; times are null for those that come with jobs-tui."""

    organization_id: str
    created_at: datetime | None
    created_by: str | None
    updated_at: datetime | None
    updated_by: str | None
    used_by: list[str] | None = None
    """What names it; only when one is asked for."""


class Ready(BaseModel):
    """Whether it can work."""

    ready: bool
    reason: str | None
    """Why not."""


class AgentResponse(AgentInput, Kept, Ready):
    """Who can do a job."""

    status: Literal["ready", "not_ready"]
    status_reason: str | None
    runtime: str
    """The kind of agent."""
    model_id: str | None


class TeamResponse(TeamInput, Kept, Ready):
    """Agents that do a job together."""


class WorkflowResponse(WorkflowInput, Kept, Ready):
    """Named steps with needs."""


class EnvironmentResponse(EnvironmentInput, Kept, Ready):
    """What a run needs."""

    status: Literal["ready", "not_ready"]
    checked_at: datetime | None


class QueueResponse(QueueInput, Kept):
    """Where runs wait for their turn."""

    environment_id: str | None
    status: Literal["active", "paused", "remote"]
    max_workers: int
    active_workers: int
    max_running: int
    """Runs at once."""
    running: int
    queued: int
    oldest_queued_at: datetime | None


class IntegrationResponse(IntegrationInput, Kept):
    """A named bundle of variables and secrets."""


class PolicyResponse(PolicyInput, Kept):
    """Rules that allow, deny or ask."""


class PolicyPage(Answer):
    """A page of policies."""

    policies: list[PolicyResponse]
    total: int
    page: int
    limit: int
    has_more: bool


class CheckResponse(Answer):
    """What trying it out has shown."""

    id: str
    ready: bool
    message: str


class Changes(BaseModel):
    """The fields to change; null puts one back to its default. Lists are replaced."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={"examples": [{"description": "changed"}]},
    )
