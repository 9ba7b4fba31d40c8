"""What the tests of models share: an output in memory, a gate with rules, tasks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from jobs_tui.agents.llm.runner import LlmRunner
from jobs_tui.agents.runner import Result, Task, ToolCall
from jobs_tui.models.agent import AgentInput
from jobs_tui.models.enums import Decision
from jobs_tui.models.verdict import ALLOWED, Verdict
from jobs_tui.tools.tool import Tool, ToolContext, ToolFailed, ToolResult
from tests.fake_openai import FakeOpenAI


class Heard:
    """An output that keeps everything, and that can be shut."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []
        self.open = asyncio.Event()
        self.open.set()
        self.said = asyncio.Event()
        """Set when the agent has said something."""
        self._awaited: dict[str, asyncio.Event] = {}

    def feed(self, stream: str, data: bytes, step: str = "") -> None:
        """See Output."""
        raise AssertionError("models write whole lines")

    def line(self, stream: str, text: str, step: str = "") -> None:
        """See Output."""
        self.lines.append((stream, text))
        if text in self._awaited:
            self._awaited[text].set()
        if stream == "agent":
            self.said.set()

    async def ready(self) -> None:
        """See Output."""
        await self.open.wait()

    async def until(self, text: str) -> None:
        """Wait for a line that has not been there yet."""
        await self._awaited.setdefault(text, asyncio.Event()).wait()

    def of(self, stream: str) -> list[str]:
        """Lines of one stream."""
        return [text for name, text in self.lines if name == stream]


class Rules:
    """A gate with a decision by tool; what it does not know is allowed."""

    def __init__(self, **decisions: str) -> None:
        self.decisions = decisions
        self.seen: list[ToolCall] = []

    async def check(self, call: ToolCall) -> Verdict:
        """See Gate."""
        self.seen.append(call)
        decision = self.decisions.get(call.tool)
        return ALLOWED if decision is None else Verdict(Decision(decision), "because")


class DiskArguments(BaseModel):
    """Of the tool ``disk``."""

    model_config = ConfigDict(extra="forbid")

    path: str = Field(description="Which directory")
    above: int = Field(default=90, ge=0, le=100, description="Per cent")


class Disk:
    """A tool that remembers its calls."""

    def __init__(self, name: str = "disk", *, read_only: bool = True) -> None:
        self.calls: list[DiskArguments] = []
        self.tool = Tool(
            name=name,
            title="Disk",
            description="How full a disk is.",
            arguments=DiskArguments,
            run=self.run,
            read_only=read_only,
        )

    async def run(self, arguments: DiskArguments, context: ToolContext) -> ToolResult:
        """Fails for /nope, breaks for /bug."""
        self.calls.append(arguments)
        if arguments.path == "/nope":
            raise ToolFailed("There is no /nope.", "Look at / instead.")
        if arguments.path == "/bug":
            raise ZeroDivisionError("oops")
        return ToolResult(f"{arguments.path} is 81% full", "81%", alarms=("it is nearly full",))


CONTEXT: Any = object()
"""Stands for a ToolContext: the tools here do not look at it."""


def task(fake: FakeOpenAI | str, prompt: str, **others: Any) -> Task:
    """A task for a model at this endpoint; what is not of Task is of its agent."""
    url = fake if isinstance(fake, str) else fake.base_url
    fields = {name: others.pop(name) for name in list(others) if name in Task.__slots__}
    agent = AgentInput(id="bot", **{"model": "fake-1", "base_url": url, **others})
    spawner: Any = fields.pop("spawner", None)
    values: Mapping[str, object] = fields.pop("values", {})
    return Task("exec_a", "job_a", "a job", prompt, values, spawner, agent=agent, **fields)


async def run(made: Task, output: Heard | None = None) -> Result:
    """Let it work; 60 s is for machines that are busy."""
    return await asyncio.wait_for(LlmRunner().run(made, output or Heard()), 60)


async def cancelled_while(
    made: Task, output: Heard, moment: Callable[[], Awaitable[object]]
) -> None:
    """Start it, cancel it at a moment, and see that it ends with nothing left in the loop."""
    before = asyncio.all_tasks()
    running = asyncio.ensure_future(LlmRunner().run(made, output))
    await asyncio.wait_for(moment(), 60)
    running.cancel()
    done, _ = await asyncio.wait({running}, timeout=30)
    assert done
    assert running.cancelled()
    assert asyncio.all_tasks() <= before
