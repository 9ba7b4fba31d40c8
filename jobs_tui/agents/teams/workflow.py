"""A workflow at one job: named steps, each begun when those that it needs have ended (DESIGN 8)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from jobs_tui.agents.crew import Crew, PlannedStep
from jobs_tui.agents.directory import EMPTY, Directory
from jobs_tui.agents.runner import Output, Result, Task
from jobs_tui.agents.teams import outcomes
from jobs_tui.agents.teams.prompts import before, check_inner, referring
from jobs_tui.agents.teams.setting import crew_of, readable_prompt
from jobs_tui.agents.teams.together import stop
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.models.team import WorkflowInput, WorkflowStep


class WorkflowRunner:
    """Runs one workflow; made for one run."""

    def __init__(self, workflow: WorkflowInput, directory: Directory = EMPTY) -> None:
        """Args:
        workflow: as it is kept, or as it was planned.
        directory: says how the prompts of its agents are read.
        """
        self._workflow, self._directory = workflow, directory
        self._steps = {step.name: step for step in workflow.steps}
        self._before = before(workflow)

    async def run(self, task: Task, output: Output) -> Result:
        """Do the steps.

        Returns:
            ``completed`` with the answers of the last steps; ``failed`` naming the steps that
            failed and are not tolerated; ``waiting_for_input`` when a step waits, after those at
            work have ended; no other is begun then.

        Raises:
            LauncherDied: unknown what became of a step's work.
        """
        crew = crew_of(task)
        try:
            check_inner(self._workflow, self._directory)
            prompt = readable_prompt(task)
        except JobsTuiError as error:
            return Result("failed", error_message=error.sentence(), retry=False)
        crew.plan(
            [
                PlannedStep(step.name, _agent(step), needs=tuple(step.needs))
                for step in self._workflow.steps
            ]
        )
        results: dict[str, Result] = {}
        skipped: dict[str, str] = {}
        working: dict[asyncio.Task[Result], str] = {}
        try:
            while True:
                self._skip(crew, results, skipped)
                if not any(one.status == outcomes.WAITING for one in results.values()):
                    for step in self._ready(results, skipped, set(working.values())):
                        if len(working) < self._workflow.max_parallel:
                            work = asyncio.ensure_future(self._do(crew, prompt, step, results))
                            working[work] = step.name
                if not working:
                    return self._ended(results, skipped)
                done, _ = await asyncio.wait(working, return_when=asyncio.FIRST_COMPLETED)
                for work in done:
                    results[working[work]] = work.result()
                    del working[work]
        finally:
            await stop(working)

    def _ready(
        self, results: Mapping[str, Result], skipped: Mapping[str, str], working: set[str]
    ) -> list[WorkflowStep]:
        return [
            step
            for name, step in self._steps.items()
            if name not in results
            and name not in skipped
            and name not in working
            and all(need in results for need in step.needs)
        ]

    def _skip(self, crew: Crew, results: Mapping[str, Result], skipped: dict[str, str]) -> None:
        """Give up the steps that can no longer be done, and those behind them."""
        more = True
        while more:
            more = False
            for name, step in self._steps.items():
                if name in results or name in skipped:
                    continue
                why = next((self._lost(need, results, skipped) for need in step.needs
                            if self._lost(need, results, skipped)), "")  # fmt: skip
                if why:
                    skipped[name] = why
                    crew.skip(name, why)
                    more = True

    def _lost(self, name: str, results: Mapping[str, Result], skipped: Mapping[str, str]) -> str:
        """Why nothing that needs a step can begin any more; empty while it can."""
        if name in skipped:
            return f"{name} was skipped"
        result = results.get(name)
        if result is None or result.status in (outcomes.COMPLETED, outcomes.WAITING):
            return ""
        return "" if self._steps[name].tolerate_failure else f"{name} failed"

    async def _do(
        self, crew: Crew, prompt: str, step: WorkflowStep, results: Mapping[str, Result]
    ) -> Result:
        seen = {name: results[name] for name in results if name in self._before[step.name]}
        needed = {
            name: seen[name].text for name in step.needs if seen[name].status == outcomes.COMPLETED
        }
        return await crew.run(
            step.agent,
            referring(step.prompt, self._steps),
            step=step.name,
            values={
                "prompt": prompt,
                "previous": outcomes.joined(needed),
                "results": {name: one.text for name, one in seen.items()},
                "steps": outcomes.by_step(seen),
            },
            timeout=step.timeout,
        )

    def _ended(self, results: Mapping[str, Result], skipped: Mapping[str, str]) -> Result:
        # In the order of the workflow, whichever ended first.
        ordered = {name: results[name] for name in self._steps if name in results}
        everyone = list(ordered.values())
        asking = outcomes.waiting(everyone)
        if asking is not None:
            return asking
        needed = {need for step in self._workflow.steps for need in step.needs}
        text = outcomes.joined(
            {
                name: one.text
                for name, one in ordered.items()
                if name not in needed and one.status == outcomes.COMPLETED
            }
        )
        bad = {name: one for name, one in ordered.items() if one.status != outcomes.COMPLETED}
        fatal = {name: one for name, one in bad.items() if not self._steps[name].tolerate_failure}
        if not fatal and len(bad) == len(ordered):
            fatal = bad  # nothing was done at all
        if fatal:
            message = "; ".join(outcomes.problem(name, one) for name, one in fatal.items())
            if skipped:
                message += f"; skipped: {', '.join(skipped)}"
            return outcomes.failed(f"Failed: {message}", text, everyone, list(fatal.values()))
        return outcomes.answered(text, everyone)


def _agent(step: WorkflowStep) -> str | None:
    """None where it is chosen when the step begins."""
    return None if step.agent == "smart" else step.agent
