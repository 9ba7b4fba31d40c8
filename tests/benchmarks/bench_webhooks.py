"""Signed deliveries a second, against a bare aiohttp handler that verifies and commits.

Run by hand: ``python -m tests.benchmarks.bench_webhooks [--requests 2000] [--rounds 3]``. Prints
JSON. Each server is a process of its own and they take turns within each round (medians):
``floor`` is a bare aiohttp handler that verifies and writes one row a request, ``face`` is our
listener without an engine, ``engine`` is the whole product, whose runs of ``true`` take their share
of the processors meanwhile. Each delivery has an id of its own, so that repeats are looked for.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from aiohttp import web

from jobs_tui.guard.signatures import sign, verify
from jobs_tui.host import EngineHost
from jobs_tui.server.listener import Listener
from jobs_tui.service import jobs
from jobs_tui.service.context import Context
from jobs_tui.store.database import Store
from jobs_tui.store.home import Home
from jobs_tui.store.settings import Settings
from jobs_tui.store.writer import Writer
from tests.server.face import nothing_is_tried

SECRET = "of the floor"
BODY = json.dumps({"parameters": {"branch": "main"}, "metadata": {"source": "bench"}}).encode()

UNLIMITED = 10**9
"""Deliveries at once: the limit of a webhook is not what is measured."""

Target = tuple[str, int, str, str]
"""Host, port, path, secret."""


def floor(folder: str, pipe: Connection) -> None:
    """One handler, one row, the same group commit."""
    path = Path(folder) / "floor.db"
    sqlite3.connect(path).execute("create table t (id integer primary key, body blob)")
    writer = Writer(path, synchronous="FULL")

    async def handler(request: web.Request) -> web.Response:
        body = await request.read()
        if not verify(SECRET, body, request.headers["X-Webhook-Signature"]):
            return web.Response(status=401)
        json.loads(body)
        await writer.awrite(lambda c: c.execute("insert into t (body) values (?)", (body,)))
        return web.json_response({"status": "started"})

    async def main() -> None:
        app = web.Application()
        app.router.add_post("/webhooks/{path}", handler)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        pipe.send(("127.0.0.1", runner.addresses[0][1], "x", SECRET))
        await asyncio.get_running_loop().run_in_executor(None, pipe.recv)
        await runner.cleanup()

    asyncio.run(main())


def _hook(store: Store) -> tuple[str, str, str]:
    saved = jobs.create(
        Context(store, "bench", "cli"),
        {
            "name": "bench",
            "trigger_type": "webhook",
            "prompt_template": "true {{ branch }}",
            "entity_id": "shell",
            "config": {"overlap": "allow", "max_parallel": 8},
        },
    )
    assert saved.job.webhook_path is not None
    assert saved.webhook_secret is not None
    return saved.job.webhook_path, saved.webhook_secret, saved.job.id


def face(folder: str, pipe: Connection) -> None:
    """Our listener over an empty home; nothing runs."""
    store = Store(Home(Path(folder), Path(folder) / "config.toml"))
    path, secret, _ = _hook(store)

    async def main() -> None:
        context = Context(store, "webhook", "webhook")
        settings = Settings(hook_burst=UNLIMITED)
        listener = Listener(
            context, settings, lambda: {"scheduler": True}, lambda: None, nothing_is_tried
        )
        host, port = (await listener.start("127.0.0.1", 0)).split(":")
        pipe.send((host, int(port), path, secret))
        await asyncio.get_running_loop().run_in_executor(None, pipe.recv)
        await listener.stop()

    asyncio.run(main())
    store.close()


def engine(folder: str, pipe: Connection) -> None:
    """The whole product; answers with the moment at which every run had ended."""
    store = Store(Home(Path(folder), Path(folder) / "config.toml"))
    path, secret, job_id = _hook(store)
    os.environ["JOBS_TUI_HOOK_BURST"] = str(UNLIMITED)
    host = EngineHost(store, "serve", host="127.0.0.1", port=0, mcp_port=0)
    host.start()
    assert host.address is not None
    name, port = host.address.split(":")
    pipe.send((name, int(port), path, secret))
    wanted = pipe.recv()
    while (
        store.rows("select successful_executions from jobs where id = ?", (job_id,))[0][0] < wanted
    ):
        time.sleep(0.01)
    pipe.send(time.perf_counter())
    host.stop()
    store.close()


async def send(target: Target, requests: int, at_once: int) -> tuple[float, list[float]]:
    """(seconds in all, seconds of each) for signed requests over kept connections."""
    host, port, path, secret = target
    head = (
        f"POST /webhooks/{path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        f"X-Webhook-Signature: {sign(secret, BODY)}\r\nContent-Length: {len(BODY)}\r\n"
    )
    left = iter(range(requests))
    each: list[float] = []

    async def one() -> None:
        reader, writer = await asyncio.open_connection(host, port)
        for number in left:
            request = f"{head}X-Delivery-Id: {number}\r\n\r\n".encode() + BODY
            began = time.perf_counter()
            writer.write(request)
            answer = await reader.readuntil(b"\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 200"), answer
            length = int(answer.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            each.append(time.perf_counter() - began)
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(at_once)))
    return time.perf_counter() - began, each


def measure(
    server: Callable[[str, Connection], None], requests: int, at_once: int
) -> dict[str, float]:
    """One server, started, asked and ended."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    with tempfile.TemporaryDirectory() as folder:
        process = context.Process(target=server, args=(folder, there))
        process.start()
        target = here.recv()
        began = time.perf_counter()
        seconds, each = asyncio.run(send(target, requests, at_once))
        here.send(requests)
        found = {
            "accepted_per_s": requests / seconds,
            "p50_ms": statistics.median(each) * 1000,
            "p99_ms": statistics.quantiles(each, n=100)[98] * 1000,
        }
        if server is engine:
            # The clock of perf_counter is the system's monotonic one, the same in both processes.
            found["executed_per_s"] = requests / (here.recv() - began)
        process.join()
    return found


def main() -> None:
    """Print medians of all rounds and their ratios to the floor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--at-once", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=3)
    wanted = parser.parse_args()
    rounds: dict[str, list[dict[str, float]]] = {"floor": [], "face": [], "engine": []}
    for _ in range(wanted.rounds):
        for server in (floor, face, engine):
            rounds[server.__name__].append(measure(server, wanted.requests, wanted.at_once))
    answer: dict[str, Any] = {
        name: {key: round(statistics.median(one[key] for one in found), 2) for key in found[0]}
        for name, found in rounds.items()
    }
    for name in ("face", "engine"):
        for key in ("accepted_per_s", "p99_ms"):
            answer[name][f"{key}_to_floor"] = round(answer[name][key] / answer["floor"][key], 2)
    answer["engine"]["executed_per_s_to_floor"] = round(
        answer["engine"]["executed_per_s"] / answer["floor"]["accepted_per_s"], 2
    )
    print(json.dumps(answer, indent=2))


if __name__ == "__main__":
    main()
