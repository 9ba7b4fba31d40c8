"""A made-up result, sent to a target to see whether it arrives. Nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jobs_tui.engine.sending.failure import NotDelivered
from jobs_tui.engine.sending.message import TEST, Message
from jobs_tui.engine.sending.send import send, zone_of
from jobs_tui.guard.result_files import NoPlace, place_of
from jobs_tui.guard.secrets.resolver import Secrets
from jobs_tui.models.ids import new_execution_id, new_result_delivery_id
from jobs_tui.models.job import Job
from jobs_tui.models.result_delivery import OutboxStatus, ResultDelivery
from jobs_tui.models.times import to_text
from jobs_tui.store.addresses import base_url
from jobs_tui.store.database import Store
from jobs_tui.store.settings import Settings

TEXT = "This is a test of where the results of this job go. No run has taken place."

EMPTY = (
    "duration_ms",
    "exit_code",
    "error_message",
    "verdict",
    "verdict_reason",
    "worth_reporting",
    "change",
    "started_at",
)


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of one target."""

    to: str
    ok: bool
    message: str


async def try_target(
    store: Store, settings: Settings, job: Job, target: Mapping[str, Any], to: str
) -> Tried:
    """Send it there; a job is not started and a file not replaced.

    Args:
        to: the words of the target.
    """
    now = store.clock.now()
    if target["type"] == "job":
        return Tried(to, True, "would be started; a test starts nothing")
    if target["type"] == "file" and not target.get("append", True):
        values = {"date": f"{now:%Y-%m-%d}", "run": "0", "job": job.name}
        try:
            path = place_of(target["path"], values, store.home.data)
        except NoPlace as error:
            return Tried(to, False, error.sentence())
        return Tried(to, True, f"{path} would be replaced; a test leaves it")
    delivery = ResultDelivery(
        id=new_result_delivery_id(),
        execution_id=new_execution_id(),
        job_id=job.id,
        position=0,
        target=dict(target),
        status=OutboxStatus.WAITING,
        attempts=1,
        created_at=now,
        next_at=None,
        error=None,
        delivered_at=None,
        where=None,
    )
    run = {
        **dict.fromkeys(EMPTY),
        "id": delivery.execution_id,
        "number": 0,
        "job_id": job.id,
        "job_name": job.name,
        "kind": TEST,
        "status": "test",
        "attempt": 0,
        "created_at": to_text(now),
        "completed_at": to_text(now),
        "result": TEXT,
        "answer": TEXT,
        "depth": 0,
    }
    message = Message(delivery.id, run, base_url(store, settings))
    try:
        where = await send(
            store, Secrets(store), delivery, message, zone_of(job.definition.cron_timezone)
        )
    except NotDelivered as error:
        return Tried(to, False, error.reason)
    return Tried(to, True, f"arrived ({where})")
