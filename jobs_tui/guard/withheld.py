"""Variables of the engine that nothing it starts may get by inheritance."""

from __future__ import annotations

WITHHELD = ("JOBS_TUI_TOKEN", "JOBS_TUI_KEY", "CREDENTIALS_DIRECTORY")
"""The first opens the engine's API, the second every sealed secret, the third leads to both
when systemd gives them. A job that sets one of these itself gets what it set."""
