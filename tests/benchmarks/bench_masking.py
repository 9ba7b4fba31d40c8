"""Masking 10 MB of a mixed log with five secrets, against only searching it for them.

Run by hand: ``python -m tests.benchmarks.bench_masking [--rounds 3]``. Prints JSON: seconds (best
of the rounds), by the characters of a read. The floor looks for the plain values alone.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import time
from collections.abc import Callable

from jobs_tui.guard.masking import Masker, MaskStream

SECRETS = [
    "hunter22secret",
    "AKIAIOSFODNN7EXAMPLE",
    'p@ss/w"ord+1?',
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "postgres://app:S3cr3t!@db/orders",
]
SIZE = 10_000_000
READS = (65_536, 4_096, 120)


def log_text() -> str:
    """JSON, access log, colours, tracebacks and downloads, a line of each in turn."""
    chance = random.Random(1)
    lines: list[str] = []
    size = i = 0
    while size < SIZE:
        line = (
            f'{{"level":"info","msg":"GET \\"/orders?id={i}\\" took {i % 97} ms","path":"/v/{i}"}}',
            f'127.0.0.1 - - [01/Jan/2026] "GET /search?q=a%20b%2Fc&page={i} HTTP/1.1" 200 {i}',
            f"\x1b[32mINFO\x1b[0m worker {i} finished compile in {i % 13}.{i % 10} s",
            f'  File "/usr/lib/python3.12/site-packages/m_{i % 300}.py", line {i % 900}, in main',
            f"Package {i}: {i / 1000:.1f}% done, it's fine & well; {chance.getrandbits(128):032x}",
        )[i % 5]
        lines.append(line)
        size += len(line) + 1
        i += 1
    return "\n".join(lines) + "\n"


def timed(rounds: int, work: Callable[[], object]) -> float:
    """Seconds of the best round."""
    best = float("inf")
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - started)
    return round(best, 3)


def masked(masker: Masker, text: str, read: int) -> int:
    """Characters that came out, which must be those that went in."""
    stream = MaskStream(masker)
    size = sum(len(stream.feed(text[at : at + read])) for at in range(0, len(text), read))
    return size + len(stream.flush())


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    text, masker = log_text(), Masker(SECRETS)
    pattern = re.compile("|".join(map(re.escape, SECRETS)))
    found: dict[str, object] = {"megabytes": round(len(text) / 1e6, 1), "secrets": len(SECRETS)}
    found["floor_seconds"] = timed(rounds, lambda: pattern.search(text))
    for read in READS:
        assert masked(masker, text, read) == len(text)
        found[f"seconds_{read}"] = timed(rounds, lambda read=read: masked(masker, text, read))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
