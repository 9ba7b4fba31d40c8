"""Signed deliveries while the engine is killed: what was answered is done exactly once."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections import Counter

import aiohttp
import pytest

from tests.e2e.home import LiveHome, wait_for

pytestmark = pytest.mark.e2e

DELIVERIES = 500
AT_ONCE = 16


class Sender:
    """Sends deliveries, and keeps which were answered with 2xx."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.accepted: dict[int, str] = {}
        self.url = ""

    async def send(self, client: aiohttp.ClientSession, number: int) -> None:
        """One delivery, tried again while nobody answers."""
        body = json.dumps({"parameters": {"n": number}}).encode()
        signature = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
        while True:
            try:
                async with client.post(
                    self.url, data=body, headers={"X-Webhook-Signature": signature}
                ) as answer:
                    assert answer.status == 200, await answer.text()
                    self.accepted[number] = (await answer.json())["execution_id"]
                    return
            except (aiohttp.ClientError, OSError):
                await asyncio.sleep(0.02)

    async def storm(self, half_way: asyncio.Event) -> None:
        """All deliveries, :data:`AT_ONCE` at a time."""
        numbers = iter(range(DELIVERIES))

        async def work(client: aiohttp.ClientSession) -> None:
            for number in numbers:
                await self.send(client, number)
                if len(self.accepted) >= DELIVERIES // 2:
                    half_way.set()

        async with aiohttp.ClientSession() as client:
            await asyncio.gather(*(work(client) for _ in range(AT_ONCE)))


async def test_every_answered_delivery_has_exactly_one_execution(home: LiveHome) -> None:
    job = home.create("hook", "echo {{ n }}", "--webhook", "--overlap", "allow")
    path = job["webhook_url"].rpartition("/")[2]
    sender = Sender(job["webhook_secret"])
    sender.url = f"http://{home.serve()}/webhooks/{path}"
    half_way = asyncio.Event()
    storm = asyncio.create_task(sender.storm(half_way))
    await half_way.wait()
    await asyncio.to_thread(home.kill_engine)
    sender.url = f"http://{await asyncio.to_thread(home.serve)}/webhooks/{path}"
    await asyncio.wait_for(storm, 120)

    def all_ended() -> bool:
        return not any(row["status"] in ("queued", "running") for row in home.history("hook"))

    await asyncio.to_thread(wait_for, "the end of all runs", all_ended, 120)
    rows = home.history("hook")
    ids = Counter(row["execution_id"] for row in rows)
    assert len(set(sender.accepted.values())) == DELIVERIES
    assert all(ids[execution_id] == 1 for execution_id in sender.accepted.values())
    by_id = {row["execution_id"]: row for row in rows}
    for number, execution_id in sender.accepted.items():
        assert by_id[execution_id]["parameters"] == {"n": number}
        assert by_id[execution_id]["status"] in ("completed", "lost")
