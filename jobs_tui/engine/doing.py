"""From who does a job to the work itself: one agent, a team, a workflow, or whoever fits best."""

from __future__ import annotations

from functools import partial

from jobs_tui.agents.doer import Doer
from jobs_tui.agents.runner import Result
from jobs_tui.engine.crew import EngineCrew
from jobs_tui.store import executions


async def do_job(crew: EngineCrew, doer: Doer) -> Result:
    """Do the job of a crew.

    Raises:
        JobsTuiError: nobody can do it.
        LauncherDied: unknown what became of it.
    """
    prompt = crew.definition.prompt_template
    if doer.agent is not None:
        await _protect_prompt(crew)
        return await crew.do(doer.agent, prompt)
    raise NotImplementedError


async def _protect_prompt(crew: EngineCrew) -> None:
    masked = crew.output.mask(crew.execution.prompt)
    if masked != crew.execution.prompt:
        await crew.parts.store.awrite(
            partial(executions.note_choice, execution_id=crew.execution.id, prompt=masked)
        )
