"""One try of one delivery, whatever its target."""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from functools import partial
from zoneinfo import ZoneInfo

from jobs_tui.agents.directory import directory
from jobs_tui.engine.sending import file, job, notify, webhook
from jobs_tui.engine.sending.failure import NotDelivered
from jobs_tui.engine.sending.message import Message
from jobs_tui.engine.sending.threads import in_own_thread
from jobs_tui.guard.masking import Masker
from jobs_tui.guard.secrets.entries import is_reference
from jobs_tui.guard.secrets.resolver import Secrets
from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.delivery_target import secret_parts
from jobs_tui.models.errors import InvalidInput, JobsTuiError
from jobs_tui.models.result_delivery import ResultDelivery
from jobs_tui.schedule.zones import zone
from jobs_tui.store.database import Store

log = logging.getLogger("jobs_tui.engine")

FILE_TIMEOUT = 20.0
"""Seconds that a disk may take."""


async def send(
    store: Store, secrets: Secrets, delivery: ResultDelivery, message: Message, place: ZoneInfo
) -> str:
    """Send it, once.

    Args:
        place: time zone of the run's job.

    Returns:
        Where it arrived: ``HTTP 200``, a path, the id of a run.

    Raises:
        NotDelivered: it did not, with a reason that may be shown.
    """
    target, kind = delivery.target, delivery.target["type"]
    if kind == "job":
        given = await asyncio.to_thread(job.values_of, target, message)
        return await store.awrite(
            partial(
                job.start,
                delivery=delivery,
                message=message,
                given=given,
                directory=directory(store),
                now=store.clock.now(),
            )
        )
    if kind == "file":
        try:
            async with asyncio.timeout(FILE_TIMEOUT):
                return await in_own_thread(
                    partial(file.write, target, message, store.home.data, place)
                )
        except TimeoutError:
            raise NotDelivered(f"The disk took longer than {FILE_TIMEOUT:g} s.") from None
    url = await asyncio.to_thread(_resolved, secrets, target["url"])
    hidden = secret_parts(url)
    try:
        if kind == "notify":
            return await notify.notify(url, message.title, _note(message))
        secret = await asyncio.to_thread(_resolved, secrets, target["secret"])
        hidden |= {secret}
        body = json.dumps(message.document(), ensure_ascii=False, separators=(",", ":"))
        at = int(store.clock.now().timestamp())
        return await webhook.post(url, secret, body.encode("utf-8", "replace"), delivery.id, at)
    except NotDelivered as error:
        reason = Masker(hidden).mask_cut(plain(error.reason))
        raise NotDelivered(reason, for_good=error.for_good) from None
    except Exception as error:
        masker = Masker(hidden)
        log.error("a delivery broke down\n%s", masker.mask(traceback.format_exc()))
        reason = masker.mask_cut(plain(f"It broke down: {type(error).__name__}: {error}."))
        raise NotDelivered(reason) from None


def zone_of(name: str | None) -> ZoneInfo:
    """The time zone of a job; UTC when it went away since."""
    try:
        return zone(name or "UTC")
    except InvalidInput:
        return ZoneInfo("UTC")


def _note(message: Message) -> str:
    return f"{message.note()}\n\n{message.document()['links']['execution']}"


def _resolved(secrets: Secrets, text: str) -> str:
    if not is_reference(text):
        return text
    try:
        return secrets.resolve(text).strip()
    except JobsTuiError as error:
        raise NotDelivered(error.sentence()) from None
