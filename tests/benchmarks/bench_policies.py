"""Questions to policies, beside an echo through the same kind of process.

``python -m tests.benchmarks.bench_policies [POLICIES]`` prints JSON, times in milliseconds. The
floor is a bare process that gives each line back: what any answer from outside costs.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from jobs_tui.guard.policy.engine import PolicyEngine
from jobs_tui.guard.policy.shipped import examples
from jobs_tui.models.surroundings import PolicyInput
from jobs_tui.models.verdict import ALLOWED

POLICIES = 20
ROUNDS = 200
ECHO = (
    "import sys\nfor line in sys.stdin.buffer:\n sys.stdout.buffer.write(line)\n sys.stdout.flush()"
)
QUESTION = {
    "action": "tool",
    "job": {"id": "job_1", "name": "nightly", "tags": ["db"], "prompt": "word " * 400},
    "agent": {"id": "ops", "kind": "ops", "capabilities": [], "model": None},
    "trigger": {"type": "manual", "kind": "manual", "requested_by": "ada"},
    "now": {"weekday": "Friday", "hour": 12, "minute": 0, "time": "12:00"},
    "tool": {"name": "disk_usage", "arguments": {"path": "/var/log"}, "read_only": True},
}


def times(work: Callable[[], object]) -> dict[str, float]:
    """Median and 95th percentile of many rounds."""
    found = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        found.append((time.perf_counter() - begun) * 1000)
    found.sort()
    p95 = found[int(len(found) * 0.95)]
    return {"p50": round(statistics.median(found), 3), "p95": round(p95, 3)}


def floor() -> dict[str, float]:
    """The question there and back."""
    line = json.dumps(QUESTION).encode() + b"\n"
    with subprocess.Popen(
        [sys.executable, "-I", "-c", ECHO], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as echo:
        assert echo.stdin is not None
        assert echo.stdout is not None
        to, back = echo.stdin, echo.stdout

        def ask() -> None:
            to.write(line)
            to.flush()
            back.readline()

        ask()
        found = times(ask)
        to.close()
    return found


def main() -> None:
    """Print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else POLICIES
    modules = [one.module for one in examples()]
    policies = [
        PolicyInput(id=f"p{n}", module=f"# {n}\n{modules[n % len(modules)]}") for n in range(count)
    ]
    engine = PolicyEngine()
    begun = time.perf_counter()
    assert engine.decide(policies, QUESTION) == ALLOWED
    first = (time.perf_counter() - begun) * 1000
    figures = {
        "policies": count,
        "first_question_with_start_and_compiling": round(first, 1),
        "all": times(lambda: engine.decide(policies, QUESTION)),
        "one": times(lambda: engine.decide(policies[:1], QUESTION)),
        "floor_of_one": floor(),
    }
    engine.close()
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
