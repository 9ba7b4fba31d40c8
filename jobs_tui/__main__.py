"""``python -m jobs_tui`` is the command ``jobs-tui``."""

from __future__ import annotations

from jobs_tui.cli.main import run

if __name__ == "__main__":
    run()
