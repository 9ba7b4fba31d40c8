"""How several agents work at one job: what teams, workflows and leading agents are given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from jobs_tui.agents.runner import Result


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step that will be done, as screens show it before it begins."""

    name: str
    agent_id: str | None = None
    """None: chosen when it starts."""
    role: str = ""
    parent: str = ""
    """The name of the step that it belongs to."""
    needs: tuple[str, ...] = ()


class Crew(Protocol):
    """How a runner gets other agents to work: each as a step with log, status and usage.

    Given to teams, workflows, and agents that lead. A step that was completed before the run was
    interrupted by an approval gives its kept result again and is not done twice.
    """

    def plan(self, steps: Sequence[PlannedStep]) -> None:
        """Show steps as waiting, in this order."""
        ...

    def skip(self, step: str, reason: str) -> None:
        """Say that a planned step will not be done."""
        ...

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
        """Let an agent do a step.

        Args:
            agent_id: an agent's id, or ``smart`` for the one that fits the prompt best.
            prompt: a template; rendered as the agent's kind does it, with the job's values and
                ``values``.
            step: its name, unique in the run; was planned, or is added now.
            system_prompt: told to the agent after its own.
            timeout: seconds; None: only the job's own timeout.

        Returns:
            The agent's result. A missing or unready agent, a bad prompt and a step that took too
            long are results ``failed`` or ``timed_out`` with a sentence, never exceptions.
            ``waiting_for_input``: give it back as the result of the whole run at once.
        """
        ...


@dataclass(frozen=True, slots=True)
class Delegate:
    """An agent that a leading agent may give tasks to: offered to its model as a tool."""

    name: str
    """Unique among the delegates; letters, digits and ``_``."""
    description: str
    call: Callable[[str], Awaitable[Result]]
    """Do this task (a text). Raises nothing but CancelledError."""
