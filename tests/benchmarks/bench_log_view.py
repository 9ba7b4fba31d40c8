"""The log view over a million lines, beside a bare Textual app in the same process.

``python -m tests.benchmarks.bench_log_view [LINES]`` prints JSON, times in milliseconds. Frames are
rendered to bytes as for a terminal of 120x40, but sent nowhere. Numbers to hold: UX.md 8.2, 8.3.
"""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from textual import events
from textual.app import ComposeResult
from textual.widgets import Static

from jobs_tui.models.times import to_text
from jobs_tui.store import migrations
from jobs_tui.store.database import Database
from jobs_tui.store.logs import US, Chunk, LogReader, append
from jobs_tui.tui.theme import ThemedApp
from jobs_tui.tui.widgets.log_view import LogView

LINES = 1_000_000
SIZE = (120, 40)
AT = datetime(2026, 8, 21, 14, 0, tzinfo=UTC)
RATE = 10_000
"""Lines a second that a run prints while keys are pressed."""
KEYS = 60
LINE = (
    "{:07d} INFO worker-{:03d} fetched a page of the catalogue in {:4d} ms"
    " and stored it, {:05x} rows ok"
)


def chunk(first: int, count: int) -> Chunk:
    """``count`` lines of about 100 characters; one of 5,000 is slow."""
    rows = []
    for n in range(first, first + count):
        text = LINE.format(n, n % 400, n * 7 % 9999, n * 31 % 99999)
        rows.append(
            f"{n - first}{US}o{US}{US}{text.replace('ok', 'SLOW') if n % 5000 == 0 else text}"
        )
    return Chunk("exec_1", first, count, to_text(AT), "\n".join(rows))


def fill(path: Path, lines: int) -> None:
    """Write the log, in chunks as the engine makes them."""
    migrations.ensure(path, migrations.LOGS)
    database = Database(path, synchronous="OFF")
    for first in range(1, lines + 1, 640):
        piece = chunk(first, min(640, lines + 1 - first))
        database.writer.submit(lambda connection, piece=piece: append(connection, piece))
    database.close()


class Timed(ThemedApp):
    """Notes when frames are ready for the terminal."""

    def __init__(self) -> None:
        super().__init__()
        self.frames = 0
        self.size_of_frames = 0
        self.watch: Callable[[], bool] | None = None
        self.painted = asyncio.Event()
        self.painted_at = 0.0

    def _display(self, screen: Any, renderable: Any) -> None:
        if renderable is not None and hasattr(renderable, "render_segments"):
            self.size_of_frames += len(renderable.render_segments(self.console))
            self.frames += 1
        if self.watch is not None and self.watch():
            self.painted_at = time.perf_counter()
            self.watch = None
            self.painted.set()

    async def until(self, act: Callable[[], Any], done: Callable[[], bool]) -> float:
        """Milliseconds from ``act`` to the first frame after ``done``."""
        self.painted.clear()
        self.watch = done
        started = time.perf_counter()
        act()
        await asyncio.wait_for(self.painted.wait(), 30)
        return (self.painted_at - started) * 1000


class Bare(Timed):
    """The floor: one widget, no data; a key changes its text."""

    def compose(self) -> ComposeResult:
        self.text = Static("0\n" * SIZE[1])
        yield self.text

    def on_key(self) -> None:
        self.count = getattr(self, "count", 0) + 1
        self.text.update(f"{self.count}\n" * SIZE[1], layout=False)


def p(values: list[float], share: float) -> float:
    """A percentile."""
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)


def memory() -> float:
    """Resident megabytes of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


async def floor() -> dict[str, float]:
    """Keys and a mount in the bare app."""
    app = Bare()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        fresh = Static("hello")
        mounted = await app.until(lambda: app.mount(fresh), lambda: fresh.size.width > 0)
        keys = []
        for n in range(KEYS):
            count = getattr(app, "count", 0)
            keys.append(
                await app.until(
                    lambda: app.post_message(events.Key("k", "k")),
                    lambda count=count: getattr(app, "count", 0) > count,
                )
            )
            await asyncio.sleep(0.01 * (n % 3))
        return {"mount": round(mounted, 1), "key_p50": p(keys, 0.5), "key_p95": p(keys, 0.95)}


async def product(database: Database, lines: int) -> dict[str, float]:
    """Everything a person waits for."""
    app = Timed()
    found: dict[str, float] = {}
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        before = memory()
        view = LogView(LogReader(database, "exec_1"), live=True)
        found["open"] = await app.until(
            lambda: app.mount(view), lambda: view.size.width > 0 and view.window.cursor == lines
        )
        view.focus()
        await view.workers.wait_for_complete()
        dice = random.Random(1)
        jumps = []
        for _ in range(40):
            line = dice.randrange(1, lines)
            jumps.append(
                await app.until(
                    lambda line=line: view.go_to(line), lambda line=line: view.window.cursor == line
                )
            )
        found["jump_p50"], found["jump_p95"] = p(jumps, 0.5), p(jumps, 0.95)
        view.go_to(lines - 2500)
        await pilot.pause()
        cursor = view.window.cursor
        found["find_first"] = await app.until(
            lambda: view.search("SLOW"), lambda: view.window.cursor != cursor
        )
        started = time.perf_counter()
        await view.workers.wait_for_complete()
        found["find_all"] = (time.perf_counter() - started) * 1000 + found["find_first"]
        found["hits"] = view.state().hits
        view.search("")
        view.action_top()
        await pilot.pause()
        far = lines // 5000 * 5000  # everything lies between the cursor and this line
        found["find_rare_far"] = await app.until(
            lambda: view.search(f"{far:07d} INFO"), lambda: view.window.cursor == far
        )
        await view.workers.wait_for_complete()
        view.search("")
        view.toggle_wrap()
        await pilot.pause()
        found["keys_wrapped_p95"] = p(await press(app, view, KEYS // 2), 0.95)
        view.toggle_wrap()
        view.action_bottom()
        await pilot.pause()
        found.update(await streaming(app, view, database, lines))
        found["memory_grown_mb"] = memory() - before
        found["memory_mb"] = memory()
    return {name: round(value, 1) for name, value in found.items()}


async def press(app: Timed, view: LogView, count: int) -> list[float]:
    """Key to paint."""
    times = []
    for n in range(count):
        cursor = view.window.cursor
        key = "k" if n % 4 else "pageup"
        times.append(
            await app.until(
                lambda key=key: app.post_message(events.Key(key, None)),
                lambda cursor=cursor: view.window.cursor != cursor,
            )
        )
        await asyncio.sleep(0.02)
    return times


async def streaming(app: Timed, view: LogView, database: Database, lines: int) -> dict[str, float]:
    """Keys while lines pour in, ten chunks a second as the engine writes them."""
    stop = threading.Event()
    written = lines

    def write() -> None:
        nonlocal written
        pieces = [chunk(1, RATE // 10).text]
        due = time.perf_counter()
        while not stop.is_set():
            piece = Chunk("exec_1", written + 1, RATE // 10, to_text(AT), pieces[0])
            database.writer.write(lambda connection, piece=piece: append(connection, piece))
            written += RATE // 10
            due += 0.1
            stop.wait(max(0.0, due - time.perf_counter()))

    thread = threading.Thread(target=write)
    started, frames, size = time.perf_counter(), app.frames, app.size_of_frames
    cpu = time.process_time()
    thread.start()
    try:
        await asyncio.sleep(2.0)
        frames_following = (app.frames - frames) / 2.0
        times = await press(app, view, KEYS)
    finally:
        stop.set()
        thread.join()
    seconds = time.perf_counter() - started
    return {
        "stream_lines_per_s": (written - lines) / seconds,
        "stream_frames_per_s": frames_following,
        "stream_kb_per_s": (app.size_of_frames - size) / seconds / 1000,
        "stream_cpu_percent": 100 * (time.process_time() - cpu) / seconds,
        "stream_key_p50": p(times, 0.5),
        "stream_key_p95": p(times, 0.95),
        "stream_key_mean": statistics.mean(times),
    }


def main() -> None:
    """Fill in a process of its own, so that its memory is not counted."""
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else LINES
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "logs.db"
        call = f"from tests.benchmarks.bench_log_view import *; fill(Path({str(path)!r}), {lines})"
        subprocess.run([sys.executable, "-c", call], check=True)
        database = Database(path, synchronous="NORMAL")
        floor_numbers = asyncio.run(floor())
        numbers = asyncio.run(product(database, lines))
        database.close()
    print(json.dumps({"lines": lines, "floor": floor_numbers, "log_view": numbers}, indent=2))


if __name__ == "__main__":
    main()
