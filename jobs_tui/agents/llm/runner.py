"""The agent ``llm``: a language model with tools, local or elsewhere (DESIGN 8)."""

from __future__ import annotations

import asyncio
import importlib
from typing import ClassVar

from jobs_tui.agents.llm import endpoints
from jobs_tui.agents.plain import TextPrompts
from jobs_tui.agents.runner import Output, Result, Task
from jobs_tui.models.agent import AgentInput
from jobs_tui.models.errors import InvalidInput, Refused


class LlmRunner(TextPrompts):
    """See :class:`jobs_tui.agents.runner.Runner`."""

    kind: ClassVar[str] = "llm"
    name: ClassVar[str] = "Language model"
    description: ClassVar[str] = (
        "Talks to a language model, which may use tools: any OpenAI-compatible endpoint (Ollama, "
        "vLLM, llama.cpp, OpenRouter, OpenAI), Anthropic or Gemini."
    )

    def not_ready(self, agent: AgentInput) -> str:
        """See Runner."""
        return endpoints.not_ready(agent)

    async def probe(self, task: Task) -> str:
        """See Runner."""
        if reason := self.not_ready(task.agent):
            raise Refused(reason)
        module = await asyncio.to_thread(importlib.import_module, "jobs_tui.agents.llm.probing")
        found: str = await module.probed(task)
        return found

    async def run(self, task: Task, output: Output) -> Result:
        """See Runner."""
        if reason := self.not_ready(task.agent):
            return Result("failed", error_message=reason, retry=False)
        try:
            prompt = self.readable(task.prompt, task.values)
        except InvalidInput as error:
            return Result("failed", error_message=error.sentence(), retry=False)
        if not prompt.strip():
            return Result("failed", error_message="The prompt is empty.", retry=False)
        module = await asyncio.to_thread(
            importlib.import_module, "jobs_tui.agents.llm.conversation"
        )
        result: Result = await module.converse(task, output, prompt)
        return result
