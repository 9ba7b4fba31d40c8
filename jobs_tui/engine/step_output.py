"""The output of one step: the run's own, with the step's name on every line."""

from __future__ import annotations

from jobs_tui.agents.runner import Output


class StepOutput:
    """See :class:`jobs_tui.agents.runner.Output`."""

    def __init__(self, output: Output, step: str) -> None:
        self._output = output
        self._step = step

    def feed(self, stream: str, data: bytes, step: str = "") -> None:
        """See Output."""
        self._output.feed(stream, data, self._name(step))

    def line(self, stream: str, text: str, step: str = "") -> None:
        """See Output."""
        self._output.line(stream, text, self._name(step))

    async def ready(self) -> None:
        """See Output."""
        await self._output.ready()

    def _name(self, step: str) -> str:
        return f"{self._step}/{step}" if step else self._step
