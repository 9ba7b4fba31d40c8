"""Jobs by time, interval and goal, from the command line to their end under a real engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.home import LiveHome, wait_for

pytestmark = pytest.mark.e2e


def test_jobs_that_end_by_themselves(home: LiveHome, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    home.serve()
    home.create("once", "echo once", "--at", "in 2 seconds")
    home.create("past", "echo past", "--at", "2020-01-01", "--now-if-past")
    home.create("often", "echo often", "--every", "1s", "--max-runs", "2")
    home.create(
        *("goal", f"echo x >> {notes}; test $(wc -l < {notes}) -ge 2"),
        *("--until", "exit:0", "--delay", "1s", "--max-runs", "9"),
    )
    names = ("once", "past", "often", "goal")

    def ended() -> bool:
        found = {job["name"]: job["status"] for job in home.json("list")}
        return all(found[name] == "completed" for name in names)

    wait_for("the ends of all jobs", ended)
    runs = {name: [row["status"] for row in home.history(name)] for name in names}
    assert runs == {
        "once": ["completed"],
        "past": ["completed"],
        "often": ["completed", "completed"],
        "goal": ["completed", "failed"],
    }
    assert home.json("show", "often")["runs_counted"] == 2
    shown = home.command("show", "goal").out
    assert "exit code 0" in shown
    assert "STARTS" in home.command("preview", "goal").out
    assert home.json("preview", "often")["next_runs"] == []
