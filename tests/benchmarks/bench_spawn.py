"""Spawns per second and the loop's stalls: the launcher against the floor and asyncio's own.

Run by hand: ``python -m tests.benchmarks.bench_spawn [--runs 1000] [--rounds 3]``. Prints JSON.
The three take turns within each round, so that ratios hold although figures move (medians).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from jobs_tui.agents.reading import Reader
from jobs_tui.engine.launcher.client import Launcher

PROGRAM = "/bin/true"


class Nowhere:
    """An output that takes everything."""

    def feed(self, stream: str, data: bytes, step: str = "") -> None:
        """See Output."""

    def line(self, stream: str, text: str, step: str = "") -> None:
        """See Output."""

    async def ready(self) -> None:
        """See Output."""


def floor(runs: int) -> float:
    """posix_spawn with two pipes, 16 at once, nothing else: spawns/s."""
    live: dict[int, list[int]] = {}
    started = time.perf_counter()
    for _ in range(runs):
        while len(live) >= 16:
            pid, _ = os.wait()
            for fd in live.pop(pid):
                os.close(fd)
        out, out_write = os.pipe()
        err, err_write = os.pipe()
        dup = [(os.POSIX_SPAWN_DUP2, out_write, 1), (os.POSIX_SPAWN_DUP2, err_write, 2)]
        pid = os.posix_spawn(PROGRAM, [PROGRAM], os.environ, file_actions=dup, setpgroup=0)
        os.close(out_write)
        os.close(err_write)
        live[pid] = [out, err]
    while live:
        pid, _ = os.wait()
        for fd in live.pop(pid):
            os.close(fd)
    return runs / (time.perf_counter() - started)


async def at_16(runs: int, one: Callable[[], Awaitable[object]]) -> tuple[float, list[float]]:
    """Spawns/s with 16 live, and by how many ms a 1 ms timer came late meanwhile."""
    numbers = iter(range(runs))
    stalls: list[float] = []

    async def worker() -> None:
        for _ in numbers:
            await one()

    async def tick() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.001)
            stalls.append((time.perf_counter() - before - 0.001) * 1000)

    ticking = asyncio.ensure_future(tick())
    started = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(16)))
    seconds = time.perf_counter() - started
    ticking.cancel()
    return runs / seconds, stalls


async def with_launcher(runs: int, read: bool) -> tuple[float, list[float]]:
    """Through the launcher, with or without reading both pipes to their ends."""
    with tempfile.TemporaryDirectory() as directory:
        launcher = await Launcher.start(Path(directory) / "journal")

        async def one() -> None:
            run = await launcher.spawn("exec_bench", [PROGRAM], {}, "/")
            reader = Reader(run, Nowhere()) if read else None
            await run.exited()
            await run.ended()
            if reader:
                await reader.finish()
            run.close()
            launcher.ack("exec_bench")

        result = await at_16(runs, one)
        await launcher.close()
        return result


async def with_asyncio(runs: int) -> tuple[float, list[float]]:
    """asyncio.create_subprocess_exec with two pipes, read to their ends."""

    async def one() -> None:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(PROGRAM, stdout=pipe, stderr=pipe)
        await process.communicate()

    return await at_16(runs, one)


def measure(runs: int, rounds: int) -> dict[str, object]:
    """Medians over the rounds."""
    rates: dict[str, list[float]] = {}
    stalls: dict[str, list[float]] = {}
    for _ in range(rounds):
        rates.setdefault("floor", []).append(floor(runs))
        for name, result in (
            ("launcher", asyncio.run(with_launcher(runs, read=False))),
            ("launcher_reading", asyncio.run(with_launcher(runs, read=True))),
            ("asyncio", asyncio.run(with_asyncio(runs))),
        ):
            rates.setdefault(name, []).append(result[0])
            stalls.setdefault(name, []).extend(result[1])
    answer: dict[str, object] = {"runs": runs, "rounds": rounds, "live": 16}
    for name, found in rates.items():
        answer[name] = {
            "spawns_per_s": round(statistics.median(found)),
            "of_floor": round(
                statistics.median(a / b for a, b in zip(found, rates["floor"], strict=True)), 2
            ),
        }
    for name, late in stalls.items():
        cuts = statistics.quantiles(late, n=100)
        one = answer[name]
        assert isinstance(one, dict)
        one |= {
            "stall_ms": {
                "p50": round(cuts[49], 2),
                "p99": round(cuts[98], 2),
                "max": round(max(late), 2),
            }
        }
    return answer


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    print(json.dumps(measure(arguments.runs, arguments.rounds), indent=2))


if __name__ == "__main__":
    main()
