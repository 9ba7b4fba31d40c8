"""How a named environment was found, with what can be seen without running anything."""

from __future__ import annotations

from dataclasses import dataclass

from jobs_tui.models.surroundings import EnvironmentInput
from jobs_tui.service.context import Context


@dataclass(frozen=True, slots=True)
class EnvironmentState:
    """Ready or not."""

    problem: str
    """Why it is not ready; empty when it is, as far as is known."""
    checked_at: str | None
    """When its engine last looked at all of it, UTC; None: never."""


def state_of(ctx: Context, environment: EnvironmentInput) -> EnvironmentState:
    """Look at directory, tools and secrets; its check script's last answer is as it was kept."""
    from jobs_tui.agents.environments import quick_problem
    from jobs_tui.guard.secrets.resolver import Secrets

    row = ctx.store.row(
        "select reason, checked_at from environment_checks where environment_id = ?",
        (environment.id,),
    )
    problem = quick_problem(environment, ctx.directory, Secrets(ctx.store))
    if not problem and row is not None:
        problem = row["reason"]
    return EnvironmentState(problem, None if row is None else row["checked_at"])
