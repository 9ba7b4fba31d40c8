"""How the budgets stand: of the home, of agents and of jobs, for screens (DESIGN 8)."""

from __future__ import annotations

import json
from collections.abc import Iterable

from pydantic import ValidationError

from jobs_tui.agents.budgets import Account, Standing, standings
from jobs_tui.models.budget import Budget
from jobs_tui.models.job import Job
from jobs_tui.service.context import Context


def all_standings(ctx: Context) -> list[Standing]:
    """Every limit there is, with what is used of it: the home's, then those of agents and jobs.

    Raises:
        InvalidInput: the settings cannot be read.
    """
    rows = ctx.store.rows(
        "select id, name, json_extract(config, '$.budget') from jobs"
        " where archived_at is null and json_type(config, '$.budget') = 'object' order by name, id"
    )
    agents = [
        Account(f"the agent {agent.id}", agent.budget, agent_id=agent.id)
        for agent in ctx.directory.agents.values()
        if agent.budget is not None
    ]
    jobs = [
        Account(f"the job {row[1]}", budget, job_id=row[0])
        for row in rows
        if (budget := _budget(json.loads(row[2]))) is not None
    ]
    return _standings(ctx, [*_home(ctx), *agents, *jobs])


def standings_of(ctx: Context, job: Job) -> list[Standing]:
    """The limits that the next run of a job is charged to: the home's, its agent's, its own.

    Raises:
        InvalidInput: the settings cannot be read.
    """
    accounts = _home(ctx)
    agent = ctx.directory.agents.get(job.definition.entity_id or "")
    if agent is not None and agent.budget is not None:
        accounts.append(Account(f"the agent {agent.id}", agent.budget, agent_id=agent.id))
    own = _budget(job.definition.config.get("budget"))
    if own is not None:
        accounts.append(Account("the job", own, job_id=job.id))
    return _standings(ctx, accounts)


def _standings(ctx: Context, accounts: Iterable[Account]) -> list[Standing]:
    from jobs_tui.store.settings import load_settings

    zone = load_settings(ctx.store.home).budget_zone()
    return standings(ctx.store.jobs.reader(), accounts, ctx.now(), zone)


def _home(ctx: Context) -> list[Account]:
    from jobs_tui.store.settings import load_settings  # slow to load, and screens open fast

    budget = load_settings(ctx.store.home).budget()
    return [] if budget is None else [Account("this home", budget)]


def _budget(given: object) -> Budget | None:
    if not isinstance(given, dict):
        return None
    try:
        return Budget.model_validate(given)
    except ValidationError:  # written by a version that allowed more
        return None
