"""The engine as a process: killed, doubled, stopped, flooded (issue of the main job)."""

from __future__ import annotations

import os
import signal
import sqlite3
from pathlib import Path

import pytest

from tests.e2e.home import LiveHome, processes_with, wait_for

pytestmark = pytest.mark.e2e


def test_serve_runs_what_is_queued_and_a_second_one_names_the_holder(home: LiveHome) -> None:
    job = home.create("hello", "echo hello; echo oops >&2")
    queued = home.command("run", "hello", "--json")
    assert "o engine is running" in queued.err
    execution_id = queued.json()["execution_id"]
    home.serve()
    wait_for("the queued run", lambda: home.run_of("hello", execution_id)["status"] == "completed")
    assert home.command("logs", execution_id).out == "hello\noops\n"
    assert home.command("logs", execution_id, "--stream", "stdout").out == "hello\n"
    assert home.engine is not None
    second = home.command("serve", status=1)
    assert f"pid {home.engine.pid}" in second.err
    assert home.json("list")[0]["id"] == job["id"]
    assert home.json("show", "hello")["successful_executions"] == 1


def test_a_killed_engine_loses_its_run_and_leaves_no_process(
    home: LiveHome, tmp_path: Path
) -> None:
    marker = f"marker-{tmp_path.name}"
    home.create(
        "long",
        f"trap '' TERM; (exec -a {marker} sleep 300) & exec -a {marker} sleep 300",
        "--cron",
        "* * * * *",
    )
    home.serve()
    execution_id = home.json("run", "long")["execution_id"]
    wait_for("the run's processes", lambda: len(processes_with(marker)) >= 2)
    home.kill_engine()
    home.serve()
    wait_for("the lost run", lambda: home.run_of("long", execution_id)["status"] == "lost")
    # By the run's own mark: a new minute may have started the next one already.
    assert processes_with(execution_id) == []
    # The next occurrence fires: nothing of the lost run stands in its way.
    home.make_due("long")
    wait_for(
        "the next occurrence",
        lambda: any(
            row["kind"] == "scheduled" and row["status"] == "running"
            for row in home.history("long")
        ),
    )


def test_stop_waits_for_short_runs_and_the_engine_is_gone(home: LiveHome, tmp_path: Path) -> None:
    go = tmp_path / "go"
    home.create("short", f"until [ -e {go} ]; do sleep 0.02; done; echo done")
    home.serve()
    execution_id = home.json("run", "short")["execution_id"]
    wait_for("the run", lambda: home.run_of("short", execution_id)["status"] == "running")
    stopping = home.start("stop")
    with sqlite3.connect(home.folder / "jobs.db") as jobs:
        asked = "select 1 from engine where stop_requested_at is not null"
        wait_for("the request", lambda: jobs.execute(asked).fetchone())
    go.touch()
    stopping.communicate()
    assert stopping.returncode == 0
    assert home.run_of("short", execution_id)["status"] == "completed"
    assert home.json_status()["running"] is False
    assert home.engine is not None
    assert home.engine.wait(10) == 0


def test_cancel_ends_the_whole_tree(home: LiveHome, tmp_path: Path) -> None:
    marker = f"marker-{tmp_path.name}"
    home.create("stubborn", f"trap '' TERM; (exec -a {marker} sleep 300) & wait; sleep 300")
    home.serve()
    execution_id = home.json("run", "stubborn")["execution_id"]
    wait_for("the tree", lambda: processes_with(marker))
    home.command("cancel", execution_id)
    wait_for(
        "the cancelled run",
        lambda: home.run_of("stubborn", execution_id)["status"] == "cancelled",
    )
    assert processes_with(marker) == []


def test_a_dead_launcher_is_replaced(home: LiveHome) -> None:
    home.create("sleeper", "sleep 300")
    home.create("quick", "echo fine")
    home.serve()
    execution_id = home.json("run", "sleeper")["execution_id"]
    wait_for("the run", lambda: home.run_of("sleeper", execution_id)["status"] == "running")
    assert home.engine is not None
    children = Path(f"/proc/{home.engine.pid}/task/{home.engine.pid}/children").read_text()
    tasks = Path(f"/proc/{home.engine.pid}/task")
    launchers = {
        int(pid) for task in tasks.iterdir() for pid in (task / "children").read_text().split()
    } | {int(pid) for pid in children.split()}
    for pid in launchers:
        os.kill(pid, signal.SIGKILL)
    wait_for("the lost run", lambda: home.run_of("sleeper", execution_id)["status"] == "lost")
    again = home.json("run", "quick")["execution_id"]
    wait_for("the next run", lambda: home.run_of("quick", again)["status"] == "completed")


def test_a_million_lines_come_back_and_the_engine_stays_small(home: LiveHome) -> None:
    home.create("flood", "seq -f '%099.0f' 1 1000000")
    home.serve()
    execution_id = home.json("run", "flood")["execution_id"]
    assert home.engine is not None
    wait_for(
        "the flood's end",
        lambda: home.run_of("flood", execution_id)["status"] == "completed",
        patience=120,
    )
    status = Path(f"/proc/{home.engine.pid}/status").read_text()
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    assert int(peak.split()[1]) < 150 * 1024
    log = home.command("logs", execution_id, timeout=120).out
    assert log == "".join(f"{number:099d}\n" for number in range(1, 1_000_001))


@pytest.mark.parametrize(
    ("prompt", "options", "status"),
    [
        ("echo fine", (), 0),
        ("exit 7", (), 1),
        ("sleep 60", ("--timeout", "1"), 124),
    ],
)
def test_follow_hosts_one_run_and_exits_with_its_status(
    home: LiveHome, prompt: str, options: tuple[str, ...], status: int
) -> None:
    home.create("one", prompt, *options)
    done = home.command("run", "one", "--follow", status=status)
    if status == 0:
        assert done.out == "fine\n"
    assert home.json_status()["running"] is False


def test_a_template_value_is_never_shell_source(home: LiveHome, tmp_path: Path) -> None:
    home.create("echo", """echo "branch: {{ branch }}" {{ branch }} '{{ branch }}'""")
    home.env["HOME"] = str(tmp_path)
    value = '$(touch pwned); "`id`"'
    done = home.command("run", "echo", "-p", f"branch={value}", "--follow")
    assert done.out == f"branch: {value} {value} {value}\n"
    assert list(tmp_path.rglob("pwned")) == []
