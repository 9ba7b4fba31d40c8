"""What uses an agent, a team, an environment...: looked at before one is removed, and shown."""

from __future__ import annotations

import json
import sqlite3

from jobs_tui.agents.directory import Directory
from jobs_tui.models.resource import ResourceKind

_JOBS = {
    ResourceKind.AGENT: "entity_type = 'agent' and entity_id = :id",
    ResourceKind.TEAM: "entity_type = 'team' and entity_id = :id",
    ResourceKind.WORKFLOW: "entity_type = 'workflow' and entity_id = :id",
    ResourceKind.ENVIRONMENT: "executor_type = 'environment' and environment_name = :id",
    ResourceKind.QUEUE: "executor_type = 'specific_queue' and worker_queue_name = :id",
}


def used_by(
    connection: sqlite3.Connection, known: Directory, kind: ResourceKind, resource_id: str
) -> list[str]:
    """What names it: ``the job db-backup``, ``the team ops``...; policies are used by nothing."""
    found: list[str] = []
    if kind in _JOBS:
        found += [
            f"the job {row[0]!r:.60}"
            for row in connection.execute(
                f"select name from jobs where archived_at is null and {_JOBS[kind]} order by name",
                {"id": resource_id},
            )
        ]
    if kind is ResourceKind.AGENT:
        found += [f"the {group} {one}" for group, one in groups_of_agent(known, resource_id)]
    if kind is ResourceKind.INTEGRATION:
        found += _integration_users(connection, known, resource_id)
    return found


def groups_of_agent(known: Directory, agent_id: str) -> list[tuple[ResourceKind, str]]:
    """Kind and id of the teams and workflows that an agent is in."""
    teams = [
        (ResourceKind.TEAM, team.id)
        for team in known.teams.values()
        if any(member.agent == agent_id for member in team.members)
    ]
    workflows = [
        (ResourceKind.WORKFLOW, one.id)
        for one in known.workflows.values()
        if any(step.agent == agent_id for step in one.steps)
    ]
    return teams + workflows


def jobs_by_doer(connection: sqlite3.Connection) -> dict[tuple[ResourceKind, str], int]:
    """How many jobs each agent, team and workflow does; those without any are left out."""
    rows = connection.execute(
        "select entity_type, entity_id, count(*) from jobs where archived_at is null"
        " and entity_type is not null and entity_id is not null group by entity_type, entity_id"
    )
    return {(ResourceKind(row[0]), row[1]): int(row[2]) for row in rows}


def jobs_of_agent(connection: sqlite3.Connection, agent_id: str) -> list[tuple[str, str]]:
    """Id and name of the jobs that an agent does, by name."""
    return [
        (row["id"], row["name"])
        for row in connection.execute(
            f"select id, name from jobs where archived_at is null and {_JOBS[ResourceKind.AGENT]}"
            " order by name",
            {"id": agent_id},
        )
    ]


def _integration_users(
    connection: sqlite3.Connection, known: Directory, integration_id: str
) -> list[str]:
    found = [
        f"the job {row['name']!r:.60}"
        for row in connection.execute(
            "select name, execution_environment from jobs where archived_at is null"
            " and execution_environment is not null order by name"
        )
        if integration_id in (json.loads(row[1]).get("integration_ids") or ())
    ]
    found += [
        f"the agent {one.id}"
        for one in known.agents.values()
        if integration_id in one.execution_environment.integration_ids
    ]
    found += [
        f"the environment {one.id}"
        for one in known.environments.values()
        if integration_id in one.integration_ids
    ]
    return found
