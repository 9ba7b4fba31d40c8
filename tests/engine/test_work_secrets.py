"""What is kept of a run that waits, when there are secrets in it."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import cast

import pytest

from jobs_tui.agents.runner import ProcessSpawner
from jobs_tui.engine.crew import EngineCrew
from jobs_tui.engine.output import LogOutput
from jobs_tui.engine.parts import Parts
from jobs_tui.engine.preflight import NoGo
from jobs_tui.engine.work import Work
from jobs_tui.guard.masking import Masker
from jobs_tui.guard.secrets.errors import KeyProblem
from jobs_tui.models.config import JobConfig
from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.job import Job
from jobs_tui.service import runs, secrets, starts
from jobs_tui.service.context import Context
from jobs_tui.store import executions
from jobs_tui.store.settings import load_settings


async def test_the_state_of_a_waiting_run_is_sealed_and_survives_a_new_key(
    ctx: Context, make_job: Callable[..., Job]
) -> None:
    job = make_job()
    execution = runs.get(ctx, starts.start(ctx, job.id).execution_id)
    parts = Parts(ctx.store, load_settings(ctx.store.home), random.Random(0))
    output = LogOutput(
        ctx.store.logs, ctx.store.clock, execution.id, masker=Masker(["hunter22"]),
        first_line=1, line_limit=1000, run_limit=1000,
    )  # fmt: skip
    config = JobConfig()
    spawner = cast("ProcessSpawner", None)
    work = Work(parts, execution, job.definition, config, output, spawner)
    directory = ctx.directory
    work._crew = work._make_crew(directory, {})
    crew: EngineCrew = work._crew
    crew.states[""] = json.dumps({"call": "psql -W hunter22"})
    waits = NoGo(ExecutionStatus.WAITING_FOR_INPUT, "hunter22 is asked about")

    held, _ = work.hold(waits, ctx.now())
    kept = json.dumps(held.resume)
    assert "hunter22" not in kept + held.reason
    ctx.store.write(
        lambda connection: connection.execute(
            "update executions set resume = ? where id = ?", (kept, execution.id)
        )
    )
    assert secrets.rotate_key(ctx) == 0  # no secret, but the state is sealed anew
    resumed = executions.resume(ctx.store.jobs.reader(), execution.id)
    assert work._unsealed(resumed)["states"] == crew.states
    parts.secrets.ring.file.unlink()
    with pytest.raises(KeyProblem, match="sealed with a key that is not here"):
        work._unsealed(resumed)

    crew.states.clear()
    held, _ = work.hold(waits, ctx.now())
    assert held.resume == {"booked": {}, "steps": {}, "states": {}}
    await output.close()
    parts.close()
