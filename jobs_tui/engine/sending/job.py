"""A result that starts another job."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from jobs_tui.agents import prompt as prompts
from jobs_tui.agents.directory import Directory
from jobs_tui.agents.doer import agent_of
from jobs_tui.agents.missing import queue_of
from jobs_tui.engine.sending.failure import NotDelivered
from jobs_tui.engine.sending.message import Message
from jobs_tui.guard.json_paths import TooMuchWork, values_at
from jobs_tui.models.config import job_config
from jobs_tui.models.enums import Kind, TriggerType
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.models.ids import new_execution_id
from jobs_tui.models.job import Job
from jobs_tui.models.result_delivery import ResultDelivery
from jobs_tui.store import executions
from jobs_tui.store import jobs as rows
from jobs_tui.store import result_deliveries as outbox

DEEPEST = 10
"""Runs that started each other in a row: what goes on longer is a loop."""
BY_ITSELF = ("result", "answer")
"""What a job gets without being asked, when it has parameters of these names."""


def start(
    connection: sqlite3.Connection,
    delivery: ResultDelivery,
    message: Message,
    given: Mapping[str, Any],
    directory: Directory,
    now: datetime,
) -> str:
    """Queue the run and mark the delivery, in one transaction: it happens once.

    Args:
        given: see :func:`values_of`.

    Returns:
        The id of the run.

    Raises:
        NotDelivered: the job refuses it.
    """
    current = outbox.get(connection, delivery.id)
    if current is None or current.status != "waiting":
        raise NotDelivered("It was given up meanwhile.", for_good=True)
    job = rows.get(connection, delivery.target["job"])
    _refuse(job, delivery)
    assert job is not None
    depth = int(message.run["depth"]) + 1
    if depth > DEEPEST:
        raise NotDelivered(
            f"{DEEPEST} runs have started each other in a row: the job {job.name!r:.80} is not"
            " started once more.",
            for_good=True,
        )
    config = job_config(job.definition.config)
    new = executions.NewExecution(
        id=new_execution_id(),
        job_id=job.id,
        revision=job.revision,
        trigger_type=TriggerType.MANUAL,
        kind=Kind.API,
        created_at=now,
        parallel=config.parallel,
        max_attempts=config.retry.max_attempts,
        requested_by=f"job {message.run['job_name']}",
        queue=queue_of(job.definition),
        agent_id=agent_of(job.definition),
        trigger_metadata={
            "delivery_id": delivery.id,
            "from_job_id": message.run["job_id"],
            "from_execution_id": message.run["id"],
        },
    )
    try:
        if not delivery.target.get("parameters"):
            known = {one.name for one in prompts.declared_and_used(job.definition, directory)}
            given = {name: value for name, value in given.items() if name in known}
        new.parameters = prompts.resolve(job.definition, given, directory)
        new.prompt = prompts.readable(
            job.definition, prompts.Start(new.id, now), new.parameters, directory
        )
    except JobsTuiError as error:
        raise NotDelivered(
            f"The job {job.name!r:.80} cannot be started: {error.sentence()}", for_good=True
        ) from None
    executions.insert(connection, new)
    connection.execute("update executions set depth = ? where id = ?", (depth, new.id))
    outbox.delivered(connection, delivery.id, new.id, now)
    return new.id


def _refuse(job: Job | None, delivery: ResultDelivery) -> None:
    if job is None:
        raise NotDelivered(f"There is no job {delivery.target['job']}.", for_good=True)
    if job.archived_at is not None:
        raise NotDelivered(f"The job {job.name!r:.80} is deleted.", for_good=True)
    if job.ended_as is not None:
        raise NotDelivered(f"The job {job.name!r:.80} is {job.ended_as}.", for_good=True)
    if not job.enabled:
        raise NotDelivered(f"The job {job.name!r:.80} is paused.", for_good=True)


def values_of(target: Mapping[str, Any], message: Message) -> dict[str, Any]:
    """What the parameters of the started job get; those without a value keep their defaults.

    May take a while for a large answer: not for a transaction.
    """
    wanted: Mapping[str, str] = target.get("parameters") or {name: name for name in BY_ITSELF}
    found = {name: value_at(place, message) for name, place in wanted.items()}
    return {name: value for name, value in found.items() if value is not None}


def value_at(place: str, message: Message) -> Any:
    """What ``result``, ``answer`` or ``$.items[0].name`` stands for; None: nothing is there."""
    run = message.run
    if place.startswith("$"):
        return _first(place, message.answer)
    if place in ("result", "answer", "change"):
        return {"result": message.text, "answer": message.answer, "change": message.change}[place]
    return run[{"execution_id": "id"}.get(place, place)]


def _first(path: str, answer: str | None) -> Any:
    """The first value that a JSON path finds in an answer that is JSON."""
    try:
        found = values_at(path, json.loads(answer or ""))
    except (ValueError, TooMuchWork, RecursionError):
        return None
    return found[0] if found else None
