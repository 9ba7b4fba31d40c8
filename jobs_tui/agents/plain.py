"""Prompts of agents that do not exist here (yet): checked and rendered as plain text."""

from __future__ import annotations

from collections.abc import Collection, Mapping


class PlainTemplate:
    """The template half of a runner, for a job that names an unknown agent."""

    def variables(self, prompt: str) -> tuple[str, ...]:
        """Names that the template uses."""
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
