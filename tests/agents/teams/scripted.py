"""A crew that answers as a test says, and remembers what it was asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from jobs_tui.agents.crew import Delegate, PlannedStep
from jobs_tui.agents.plain import TextPrompts
from jobs_tui.agents.runner import ProcessSpawner, Result, Task
from jobs_tui.agents.shell import ShellRunner
from jobs_tui.models.errors import JobsTuiError


@dataclass
class Ask:
    """One call of ``Crew.run``."""

    agent: str
    template: str
    step: str
    values: Mapping[str, object]
    system_prompt: str | None
    timeout: float | None
    delegates: Sequence[Delegate]
    prompt: str
    """Rendered as the agent's kind does it, for people."""


Script = Callable[[Ask], Any]


@dataclass
class ScriptedCrew:
    """See Crew; agents whose id begins with ``shell`` are shells."""

    script: Mapping[str, str | Result | Script] = field(default_factory=dict)
    """By step: the answer, the result, or what makes it (perhaps awaiting)."""
    job: dict[str, object] = field(default_factory=dict)
    planned: list[PlannedStep] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    asked: list[Ask] = field(default_factory=list)
    at_work: int = 0
    most_at_work: int = 0

    def plan(self, steps: Sequence[PlannedStep]) -> None:
        """See Crew."""
        self.planned += steps

    def skip(self, step: str, reason: str) -> None:
        """See Crew."""
        self.skipped[step] = reason

    async def run(
        self,
        agent_id: str,
        prompt: str,
        *,
        step: str,
        values: Mapping[str, object] | None = None,
        system_prompt: str | None = None,
        timeout: float | None = None,
        delegates: Sequence[Delegate] = (),
    ) -> Result:
        """See Crew."""
        reader = ShellRunner() if agent_id.startswith("shell") else TextPrompts()
        seen = {**self.job, **(values or {})}
        try:
            reader.check(prompt, set(seen))
            said = reader.readable(prompt, seen)
        except JobsTuiError as error:
            return Result("failed", error_message=error.sentence(), retry=False)
        ask = Ask(
            agent_id, prompt, step, values or {}, system_prompt, timeout, list(delegates), said
        )
        self.asked.append(ask)
        self.at_work += 1
        self.most_at_work = max(self.most_at_work, self.at_work)
        try:
            answer: Any = self.script.get(step, f"answer of {step}")
            if callable(answer):
                answer = answer(ask)
            if asyncio.iscoroutine(answer):
                answer = await answer
            else:
                await asyncio.sleep(0)  # others that are ready begin meanwhile
        finally:
            self.at_work -= 1
        if isinstance(answer, Result):
            return answer
        usage = {"requests": 1, "input_tokens": 10, "model": "m", "cost": "0.25"}
        return Result("completed", result=answer[:500], answer=answer, usage=usage)

    def prompts(self) -> dict[str, str]:
        """Rendered prompts by step."""
        return {ask.step: ask.prompt for ask in self.asked}


class Lines:
    """An output that keeps lines."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def feed(self, stream: str, data: bytes, step: str = "") -> None:
        """See Output."""

    def line(self, stream: str, text: str, step: str = "") -> None:
        """See Output."""
        self.lines.append(text)

    async def ready(self) -> None:
        """See Output."""


def task_for(crew: ScriptedCrew, prompt: str = "Do it", **values: object) -> Task:
    """A task whose crew is this one."""
    crew.job.update(values)
    spawner = cast("ProcessSpawner", None)  # nothing is started
    return Task("exec_a", "job_a", "a job", prompt, values, spawner, crew=crew)


def failing(message: str = "no luck", **more: Any) -> Result:
    """A result that is no success."""
    return Result("failed", error_message=message, **more)
