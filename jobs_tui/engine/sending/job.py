"""A result that starts another job."""

from __future__ import annotations

import json
import re
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
_STEP = re.compile(r"\.([^.\[\]]+)|\[(-?\d{1,9})\]")


def start(
    connection: sqlite3.Connection,
    delivery: ResultDelivery,
    message: Message,
    directory: Directory,
    now: datetime,
) -> str:
    """Queue the run and mark the delivery, in one transaction: it happens once.

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
        given = _parameters(delivery.target, message, job, directory)
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


def _parameters(
    target: Mapping[str, Any], message: Message, job: Job, directory: Directory
) -> dict[str, Any]:
    wanted: Mapping[str, str] = target.get("parameters") or {}
    if not wanted:
        known = {one.name for one in prompts.declared_and_used(job.definition, directory)}
        wanted = {name: name for name in BY_ITSELF if name in known}
    found = {name: value_at(place, message) for name, place in wanted.items()}
    return {name: value for name, value in found.items() if value is not None}


def value_at(place: str, message: Message) -> Any:
    """What ``result``, ``answer``, ``status`` or ``$.items[0].name`` stands for; None: nothing."""
    document = message.document()
    if place == "$":
        return _parsed(message.answer)
    if place.startswith("$"):
        value = _parsed(message.answer)
        for name, index in _STEP.findall(place[1:]):
            value = _step(value, name, index)
        return value
    found: dict[str, Any] = {
        "result": message.text,
        "answer": message.answer,
        "status": document["status"],
        "change": message.change,
        "error_message": message.run["error_message"],
        "verdict": message.run["verdict"],
        "verdict_reason": message.run["verdict_reason"],
        "execution_id": message.run["id"],
        "job_id": message.run["job_id"],
        "job_name": message.run["job_name"],
    }
    return found.get(place)


def _parsed(text: str | None) -> Any:
    try:
        return json.loads(text or "")
    except ValueError:
        return None


def _step(value: Any, name: str, index: str) -> Any:
    if index and isinstance(value, list):
        at = int(index)
        return value[at] if -len(value) <= at < len(value) else None
    return value.get(name) if name and isinstance(value, dict) else None
