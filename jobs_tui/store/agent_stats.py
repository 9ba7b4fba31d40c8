"""What runs and steps say of agents: how many are at work now, and how the last ones ended."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LAST_RUNS = 50
"""Runs of an agent that its record is made of: what it did long ago says little of it."""


@dataclass(frozen=True, slots=True)
class AgentStats:
    """Figures of one agent."""

    running: int = 0
    """Runs and steps that it does now."""
    completed: int = 0
    """Of its last runs."""
    failed: int = 0
    """Of its last runs: failed or timed out."""


NOTHING = AgentStats()


def by_agent(connection: sqlite3.Connection, ids: Iterable[str]) -> Mapping[str, AgentStats]:
    """The figures of agents; those that never did anything are left out.

    A run of one agent carries it on its row; teams and workflows have rows of steps.
    """
    wanted = json.dumps(sorted(set(ids)))
    running = {
        row[0]: int(row[1])
        for row in connection.execute(
            "select agent_id, count(*) from ("
            " select e.agent_id from executions e"
            " where e.status = 'running' and e.agent_id is not null"
            " union all"
            " select s.agent_id from executions e join steps s"
            "   on s.execution_id = e.id and s.attempt = e.attempt and s.status = 'running'"
            " where e.status = 'running' and e.agent_id is null and s.agent_id is not null)"
            " group by agent_id"
        )
    }
    record = {
        row[0]: (int(row[1] or 0), int(row[2] or 0))
        for row in connection.execute(
            "select a.value,"
            " (select count(*) from (select status from executions where agent_id = a.value"
            "    and status in ('completed', 'failed', 'timed_out') order by seq desc limit :last)"
            "   where status = 'completed'),"
            " (select count(*) from (select status from executions where agent_id = a.value"
            "    and status in ('completed', 'failed', 'timed_out') order by seq desc limit :last)"
            "   where status <> 'completed')"
            " from json_each(:ids) a",
            {"ids": wanted, "last": LAST_RUNS},
        )
    }
    found = {
        agent_id: AgentStats(running.get(agent_id, 0), *record.get(agent_id, (0, 0)))
        for agent_id in {*running, *record}
    }
    return {agent_id: stats for agent_id, stats in found.items() if stats != NOTHING}


def average_ms(connection: sqlite3.Connection, ids: Iterable[str]) -> Mapping[str, float]:
    """How long the last completed runs of agents took on average; milliseconds."""
    rows = connection.execute(
        "select a.value, (select avg(duration_ms) from (select duration_ms from executions"
        "   where agent_id = a.value and status = 'completed' order by seq desc limit :last))"
        " from json_each(:ids) a",
        {"ids": json.dumps(sorted(set(ids))), "last": LAST_RUNS},
    )
    return {row[0]: float(row[1]) for row in rows if row[1] is not None}
