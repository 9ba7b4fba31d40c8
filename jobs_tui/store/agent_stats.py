"""What runs and steps say of agents: how many are at work now, and how the last ones ended."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LAST_RUNS = 50
"""Runs and steps of an agent that its record is made of: what it did long ago says little of it."""


@dataclass(frozen=True, slots=True)
class AgentStats:
    """Figures of one agent."""

    running: int = 0
    """Runs and steps that it does now."""
    completed: int = 0
    """Of its last runs and steps."""
    failed: int = 0
    """Of its last runs and steps: failed or timed out."""


NOTHING = AgentStats()

_LAST = """
select status, ms from (
    select * from (
        select e.status, e.completed_at, e.duration_ms as ms from executions e
        where e.agent_id = a.value and e.status in {statuses} order by e.seq desc limit :last
    )
    union all
    select * from (
        select s.status, s.completed_at,
               (julianday(s.completed_at) - julianday(s.started_at)) * 86400000.0
        from steps s join executions e on e.id = s.execution_id
        where s.agent_id = a.value and s.status in ('completed', 'failed', 'timed_out')
          and s.status in {statuses} and s.started_at is not null and e.agent_id is not s.agent_id
        order by s.completed_at desc limit :last
    )
    order by completed_at desc limit :last
)
"""
"""What an agent ended last: runs of it alone, and steps of teams and workflows."""
_ENDED = _LAST.format(statuses="('completed', 'failed', 'timed_out')")
RECORD = f"""
select a.value,
       (select sum(status = 'completed') from ({_ENDED})),
       (select sum(status <> 'completed') from ({_ENDED}))
from json_each(:ids) a
"""
AVERAGE = f"""
select a.value, (select avg(ms) from ({_LAST.format(statuses="('completed')")}))
from json_each(:ids) a
"""


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
        for row in connection.execute(RECORD, {"ids": wanted, "last": LAST_RUNS})
    }
    found = {
        agent_id: AgentStats(running.get(agent_id, 0), *record.get(agent_id, (0, 0)))
        for agent_id in {*running, *record}
    }
    return {agent_id: stats for agent_id, stats in found.items() if stats != NOTHING}


def average_ms(connection: sqlite3.Connection, ids: Iterable[str]) -> Mapping[str, float]:
    """How long the last completed runs and steps of agents took on average; milliseconds."""
    rows = connection.execute(AVERAGE, {"ids": json.dumps(sorted(set(ids))), "last": LAST_RUNS})
    return {row[0]: float(row[1]) for row in rows if row[1] is not None}
