"""Prompts that are plain text: of every agent that is not a shell, known or not."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jobs_tui.agents.runner import Task


class TextPrompts:
    """The template half of a runner, for prompts in plain words."""

    def variables(self, prompt: str) -> tuple[str, ...]:
        """Names that the template uses. Raises InvalidInput."""
        from jobs_tui.guard.text_template import text_variables

        return text_variables(prompt)

    def check(self, prompt: str, names: Collection[str]) -> tuple[str, ...]:
        """No warnings; raises InvalidInput for a template that is none."""
        self.variables(prompt)
        return ()

    def readable(self, prompt: str, values: Mapping[str, object]) -> str:
        """The rendered text."""
        from jobs_tui.guard.text_template import render_text

        return render_text(prompt, values)

    async def probe(self, task: Task) -> str:
        """Nothing to try out."""
        return "ready"
