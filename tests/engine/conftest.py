"""A store with a fake clock, and jobs to put into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jobs_tui.models.job import Job
from jobs_tui.service import jobs
from jobs_tui.service.context import Context
from jobs_tui.store.database import Store
from jobs_tui.store.home import Home
from tests.fakes import FakeClock


@pytest.fixture
def store(tmp_path: Path, clock: FakeClock) -> Iterator[Store]:
    """An empty home."""
    opened = Store(Home(tmp_path / "home", tmp_path / "home" / "config.toml"), clock)
    yield opened
    opened.close()


@pytest.fixture
def ctx(store: Store) -> Context:
    """A caller of the use-cases."""
    return Context(store, "tester", "cli")


@pytest.fixture
def make_job(ctx: Context) -> Callable[..., Job]:
    """Create a shell job from the fields that matter to a test."""

    def make(prompt: str = "true", cron: str | None = None, **fields: Any) -> Job:
        data: dict[str, Any] = {
            "name": "job",
            "trigger_type": "cron" if cron else "manual",
            "cron_schedule": cron,
            "prompt_template": prompt,
            "entity_id": "shell",
            **fields,
        }
        return jobs.create(ctx, data).job

    return make
