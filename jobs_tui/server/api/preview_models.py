"""The answers of previews: what a job would do, who would do it, what stands in the way."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from jobs_tui.models.enums import DeliverWhen, TriggerType
from jobs_tui.server.api.models import Answer


class Check(Answer):
    """One thing that a preview looked at."""

    name: Literal[
        "definition",
        "agent",
        "parameters",
        "schedule",
        "environment",
        "integration",
        "secret",
        "policy",
        "budget",
        "queue",
    ]
    ok: bool
    """False: it stands in the way of a run, lets it wait, or would make it fail"""
    message: str


class PreviewPart(Answer):
    """A member of a team or a step of a workflow."""

    name: str
    """The step; for a member its role"""
    agent: str
    """`smart`: chosen when the step begins"""
    needs: list[str]
    """Steps that must have completed before"""
    ready: bool
    reason: str | None


class PreviewWho(Answer):
    """Who would do a job."""

    kind: Literal["agent", "team", "workflow", "smart"]
    id: str | None
    """Of the agent, team or workflow; null for `smart`"""
    name: str
    ready: bool
    reason: str | None
    """Why nothing can do it now; for `smart` also which model has a say at the start"""
    strategy: Literal["sequential", "parallel", "lead"] | None
    parts: list[PreviewPart]


class RankedAgent(Answer):
    """An agent with its place, as `jobs-tui agent rank --json` prints it."""

    id: str
    name: str
    kind: str
    score: float
    fit: float
    ready: bool
    reason: str
    running: int
    limit: int | None
    completed: int
    failed: int


class SmartChoice(Answer):
    """Whom Smart would choose now, and why."""

    chosen: str | None
    unclear: bool
    engine: str
    reason: str
    ranked: list[RankedAgent]


class PreviewCommand(Answer):
    """The command line of an agent program; prompt and private files are names in braces."""

    agent: str
    argv: list[str]
    working_directory: str


class PreviewPolicy(Answer):
    """What the policies say of a start now."""

    decision: Literal["allow", "deny", "ask"]
    reason: str | None


class PreviewResponse(Answer):
    """What a job would do; nothing was written."""

    name: str
    trigger_type: TriggerType
    prompt: str | None
    missing: list[str]
    schedule: str | None
    """When it starts and ends, in words; null when the clock does not start it"""
    readings: dict[str, str]
    """How `run_at`, `start_at` and `end_at` were read: day, time, zone, and how far they are"""
    timezone: str | None
    next_runs: list[datetime]
    clock_changes: list[str]
    agent: str | None
    """Id of the agent, team or workflow; null for Smart"""
    agent_ready: bool
    who: PreviewWho
    smart: SmartChoice | None
    commands: list[PreviewCommand]
    policy: PreviewPolicy | None
    """Null: no policy has a say"""
    deliver_to: list[str]
    """Where its results would go, in words"""
    deliver_when: DeliverWhen
    checks: list[Check]
    warnings: list[str]
