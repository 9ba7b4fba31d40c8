"""A sender that never knows whether it was heard: each of its deliveries is done exactly once."""

from __future__ import annotations

import asyncio
import json

import aiohttp
import pytest

from jobs_tui.guard.signatures import sign
from tests.e2e.home import LiveHome, wait_for

pytestmark = pytest.mark.e2e

DELIVERIES = 120
AT_ONCE = 8


class Sender:
    """Sends every delivery as often as it is told, always under the same id."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.url = ""
        self.heard: dict[int, set[str]] = {number: set() for number in range(DELIVERIES)}
        self.said: list[str] = []

    async def send(self, client: aiohttp.ClientSession, number: int) -> None:
        """Once; an answer that does not come is nothing that a sender can know about."""
        body = json.dumps({"parameters": {"n": number}}).encode()
        headers = {
            "X-Webhook-Signature": sign(self.secret, body),
            "X-Delivery-Id": f"delivery-{number}",
        }
        try:
            async with client.post(self.url, data=body, headers=headers) as answer:
                assert answer.status == 200, await answer.text()
                found = await answer.json()
        except (aiohttp.ClientError, OSError):
            return
        self.heard[number].add(found["execution_id"])
        self.said.append(found["status"])

    async def storm(self, half_way: asyncio.Event) -> None:
        """Each delivery, and a few moments later again."""
        numbers = iter([*range(DELIVERIES), *range(DELIVERIES)])

        async def work(client: aiohttp.ClientSession) -> None:
            for number in numbers:
                await asyncio.gather(self.send(client, number), self.send(client, number))
                if len(self.said) >= DELIVERIES // 2:
                    half_way.set()

        async with aiohttp.ClientSession() as client:
            await asyncio.gather(*(work(client) for _ in range(AT_ONCE)))


async def test_repeats_before_and_after_a_kill(home: LiveHome) -> None:
    job = home.create("hook", "echo {{ n }}", "--webhook", "--overlap", "allow")
    path = job["webhook_url"].rpartition("/")[2]
    sender = Sender(job["webhook_secret"])
    sender.url = f"http://{home.serve()}/webhooks/{path}"
    half_way = asyncio.Event()
    storm = asyncio.create_task(sender.storm(half_way))
    await half_way.wait()
    await asyncio.to_thread(home.kill_engine)
    await asyncio.wait_for(storm, 60)
    sender.url = f"http://{await asyncio.to_thread(home.serve)}/webhooks/{path}"
    await asyncio.wait_for(sender.storm(asyncio.Event()), 60)

    def all_ended() -> bool:
        return not any(row["status"] in ("queued", "running") for row in home.history("hook"))

    await asyncio.to_thread(wait_for, "the end of all runs", all_ended, 120)
    rows = home.history("hook")
    assert sorted(row["parameters"]["n"] for row in rows) == list(range(DELIVERIES))
    by_number = {row["parameters"]["n"]: row["execution_id"] for row in rows}
    assert {number: {one} for number, one in by_number.items()} == sender.heard
    assert sender.said.count("started") <= DELIVERIES
    assert "duplicate" in sender.said
