"""The tools for assistants, given to an agent within a run: it plans its own follow-up.

What it may do is less than a person's assistant may: jobs go to the agent itself, so that it gets
nothing done that it could not do; it changes no jobs but those that it does; and it makes few, and
not from within jobs that agents have made from within such jobs.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from jobs_tui.agents.job_tools import JobToolFailed, JobToolOffer
from jobs_tui.models.agent import AgentInput
from jobs_tui.models.enums import PlanningMode
from jobs_tui.models.errors import Refused
from jobs_tui.models.execution import Execution
from jobs_tui.models.job import Job
from jobs_tui.models.token import Scope
from jobs_tui.server.mcp import arguments
from jobs_tui.server.mcp.calling import Caller, Failed, call
from jobs_tui.server.mcp.finding import the_job, the_run
from jobs_tui.server.mcp.results import OneRun
from jobs_tui.server.mcp.schemas import schema_of
from jobs_tui.server.mcp.texts import text_of
from jobs_tui.server.mcp.tools import BY_NAME, TOOLS, JobTool
from jobs_tui.service.context import Context
from jobs_tui.store.database import Store

FACE = "agent"
MOST = 5
"""Jobs that one run may make, and runs that it may start."""
DEEPEST = 2
"""Generations of jobs that agents have made: a run of the last makes none."""

_NOT_HERE = frozenset({"wait_seconds", "deliver_to", "deliver_when", "agent"})
"""Arguments that are no business of an agent within a run: waiting would hold its own place, and
where results go and who does a job is for persons to say."""
_MAKER = re.compile(r" in (exec_[0-9a-f-]{36})\Z")


class RunJobTools:
    """See :class:`jobs_tui.agents.job_tools.JobTools`."""

    def __init__(self, store: Store, execution: Execution, agent: AgentInput) -> None:
        self._agent = agent.id
        self._execution = execution.id
        # The maker of a job is kept with it: the run, too.
        maker = f"{agent.id} in {execution.id}"
        self._ctx = Context(store, maker, FACE, origin=execution.id)
        self._one_at_a_time = asyncio.Lock()

    def offered(self) -> Sequence[JobToolOffer]:
        """See JobTools."""
        return [
            JobToolOffer(tool.name, tool.description, _schema(tool.arguments), tool.read_only)
            for tool in TOOLS
        ]

    async def call(self, name: str, arguments: Mapping[str, Any]) -> str:
        """See JobTools."""
        caller = Caller(self._ctx, Scope.ADMIN)
        try:
            async with self._one_at_a_time:
                answer = await call(
                    BY_NAME[name], caller, _cleaned(arguments), None, before=self._allowed
                )
                if name == "job_run" and isinstance(answer, OneRun):
                    await self._ctx.store.awrite(
                        lambda connection: _deepen(
                            connection, answer.run.execution_id, self._depth() + 1
                        )
                    )
        except Failed as error:
            raise JobToolFailed(str(error)) from error
        return text_of(answer)

    def _allowed(self, tool: JobTool, asked: arguments.Arguments) -> arguments.Arguments:
        """What is asked for, as far as it may be. Raises Refused, NotFound."""
        if isinstance(asked, arguments.JobCreate):
            self._refuse_deep()
            made = self._ctx.store.rows(
                "select count(*) from jobs where created_by = ?", (self._ctx.actor,)
            )[0][0]
            if made >= MOST:
                raise Refused(f"This run has made {MOST} jobs, which is all that a run may make.")
            return asked.model_copy(update={"agent": self._agent})
        if isinstance(asked, arguments.JobRun):
            self._refuse_deep()
            if self._started() >= MOST:
                raise Refused(f"This run has started {MOST} runs, which is all that it may start.")
        if isinstance(asked, arguments.JobUpdate | arguments.OneJob) and not tool.read_only:
            self._refuse_foreign(the_job(self._ctx, asked.job_id))
        if isinstance(asked, arguments.ExecutionCancel):
            run = the_run(self._ctx, asked.execution_id)
            self._refuse_foreign(the_job(self._ctx, run.job_id))
        return asked

    def _started(self) -> int:
        """Runs that this one has started, before it waited for a person too."""
        row = self._ctx.store.row(
            "select count(*) from executions where requested_by = ?"
            " and seq > (select seq from executions where id = ?)",
            (self._ctx.actor, self._execution),
        )
        return 0 if row is None else int(row[0])

    def _refuse_deep(self) -> None:
        if self._depth() >= DEEPEST:
            raise Refused(
                "This run belongs to a job that agents have planned from within planned jobs"
                f" ({DEEPEST} deep): it plans and starts no more.",
                "Say in your answer what is to be done next.",
            )

    def _refuse_foreign(self, job: Job) -> None:
        definition = job.definition
        own = definition.planning_mode is PlanningMode.PREDEFINED_AGENT
        if not own or definition.entity_id != self._agent:
            raise Refused(
                f"The job {job.name!r:.80} is not done by {self._agent}: within a run an agent"
                " changes and starts only jobs that it does itself.",
                "Say in your answer what should be done with it.",
            )

    def _depth(self) -> int:
        """How many generations of agents are behind this run; DEEPEST when it cannot be told."""
        connection = self._ctx.store.jobs.reader()
        run: str | None = self._execution
        found = 0
        for generation in range(DEEPEST + 1):
            row = connection.execute(
                "select depth, created_by from executions e join jobs j on j.id = e.job_id"
                " where e.id = ?",
                (run,),
            ).fetchone()
            if row is None:
                return DEEPEST  # its maker is forgotten: a person would have to say
            found = max(found, generation + int(row["depth"]))
            maker = _MAKER.search(row["created_by"] or "")
            if maker is None:
                return found
            run = maker[1]
        return DEEPEST


def _schema(model: type[arguments.Arguments]) -> dict[str, Any]:
    schema = schema_of(model)
    for name in _NOT_HERE & schema["properties"].keys():
        del schema["properties"][name]
    return schema


def _cleaned(sent: Mapping[str, Any]) -> Mapping[str, Any]:
    """Raises Failed for what is not offered here."""
    for name in _NOT_HERE & sent.keys():
        raise Failed(f"{name} cannot be given within a run: leave it out. Nothing was changed.")
    return sent


def _deepen(connection: sqlite3.Connection, execution_id: str, depth: int) -> None:
    connection.execute("update executions set depth = ? where id = ?", (depth, execution_id))
