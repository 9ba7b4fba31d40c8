"""Runs a second from queue to stored result, against bare spawning in the same minute.

``python -m tests.benchmarks.bench_runs [N]`` prints JSON. The floor starts the same command with
``posix_spawn`` and waits, eight at a time, and stores nothing.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path

from jobs_tui.host import EngineHost
from jobs_tui.service import jobs, starts
from jobs_tui.service.context import Context
from jobs_tui.store.database import Store
from jobs_tui.store.home import Home

AT_ONCE = 8
SCRIPT = "true"


def floor(n: int) -> float:
    """Seconds for ``n`` bare spawns of the same shell."""
    started = time.perf_counter()
    live = 0
    for _ in range(n):
        if live == AT_ONCE:
            os.wait()
            live -= 1
        argv = ["/bin/bash", "--noprofile", "--norc", "-c", SCRIPT]
        os.posix_spawn("/bin/bash", argv, os.environ)
        live += 1
    while live:
        os.wait()
        live -= 1
    return time.perf_counter() - started


def product(n: int) -> tuple[float, float]:
    """(seconds to queue ``n`` runs, seconds until all have ended) through the whole engine."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Home(Path(folder) / "home", Path(folder) / "home" / "config.toml"))
        ctx = Context(store, "bench", "cli")
        job = jobs.create(
            ctx,
            {
                "name": "bench",
                "trigger_type": "manual",
                "prompt_template": SCRIPT,
                "entity_id": "shell",
                "config": {"overlap": "allow", "max_parallel": 1000},
            },
        ).job
        host = EngineHost(store, "serve", port=0, mcp_port=0)
        started = time.perf_counter()
        futures = []
        for _ in range(n):
            prepared = starts.start_operation(
                ctx, job, starts.Request(starts.Kind.MANUAL, {}, {}, {})
            )
            futures.append(store.submit(prepared))
        for future in futures:
            future.result()
        queued = time.perf_counter() - started
        host.start()
        started = time.perf_counter()
        while jobs.get(ctx, job.id).live:
            time.sleep(0.01)
        took = time.perf_counter() - started
        done = jobs.get(ctx, job.id).successful_executions
        host.stop()
        store.close()
    assert done == n, f"{done} of {n} completed"
    return queued, took


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    bare = floor(n)
    queued, took = product(n)
    json.dump(
        {
            "runs": n,
            "floor_runs_per_second": round(n / bare),
            "runs_per_second": round(n / took),
            "ratio_to_floor": round(took / bare, 2),
            "queued_per_second": round(n / queued),
        },
        sys.stdout,
        indent=2,
    )
    print()


if __name__ == "__main__":
    main()
