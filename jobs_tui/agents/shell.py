"""The shell agent: the prompt is a script for bash (DESIGN 8)."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, ClassVar

from jobs_tui.agents.runner import ANSWER_LIMIT, ANSWER_MARGIN, Result, SpawnFailed
from jobs_tui.models.agent import AgentInput
from jobs_tui.models.errors import InvalidInput, JobsTuiError, Refused

if TYPE_CHECKING:
    from jobs_tui.agents.processes import Ended
    from jobs_tui.agents.runner import Output, Task
    from jobs_tui.guard.shell_template import ShellRendering

LONGEST_SCRIPT = 120_000
"""Bytes; Linux takes 128 KiB for one argument (PROTOTYPES.md A)."""

_LONG_TO_RENDER = 4096
"""Characters above which rendering leaves the event loop's thread."""

_ANSWER_BYTES = 4 * (ANSWER_LIMIT + ANSWER_MARGIN)
"""Bytes of the output that are kept where all of it is asked for."""

_MEDDLING = ("BASH_ENV", "ENV", "SHELLOPTS", "BASHOPTS")
"""Variables of the engine that would change what every script means."""


class ShellRunner:
    """Runs scripts with ``bash --noprofile --norc -c``, as typed in a terminal."""

    kind: ClassVar[str] = "shell"
    name: ClassVar[str] = "Shell"
    description: ClassVar[str] = "Runs the prompt as a bash script on this machine."

    def __init__(self) -> None:
        self._bash: str | None = None

    def not_ready(self, agent: AgentInput | None = None) -> str:
        """See Runner."""
        # Resolved once: a bare name costs a failed exec for each entry of PATH (PROTOTYPES.md C).
        self._bash = self._bash or shutil.which("bash")
        return "" if self._bash else "bash was not found on PATH. Install bash."

    def variables(self, prompt: str) -> tuple[str, ...]:
        """See Runner."""
        from jobs_tui.guard.placeholders import variables

        return tuple(variables(prompt))

    def check(self, prompt: str, names: Collection[str]) -> tuple[str, ...]:
        """See Runner."""
        from jobs_tui.guard.shell_template import check_shell

        _check_length(prompt)
        return tuple(check_shell(prompt, names))

    def readable(self, prompt: str, values: Mapping[str, object]) -> str:
        """See Runner."""
        return _render(prompt, values).readable

    async def probe(self, task: Task) -> str:
        """See Runner."""
        if reason := self.not_ready():
            raise Refused(reason)
        return str(self._bash)

    async def run(self, task: Task, output: Output) -> Result:
        """See Runner."""
        from jobs_tui.agents.processes import run_process

        if reason := self.not_ready():
            return Result("failed", error_message=reason)
        try:
            rendering = await _rendered(task)
        except JobsTuiError as error:
            return Result("failed", error_message=error.sentence())
        env: dict[str, str | None] = {**dict.fromkeys(_MEDDLING), **task.env, **rendering.env}
        argv = [str(self._bash), "--noprofile", "--norc", "-c", rendering.source]
        try:
            keep = _ANSWER_BYTES if task.whole_answer else 0
            ended = await run_process(task, output, argv, env, keep=keep)
        except SpawnFailed as error:
            return Result("failed", error_message=error.sentence())
        return _result(ended)


def _check_length(script: str) -> None:
    size = len(script.encode("utf-8", "surrogatepass"))
    if size > LONGEST_SCRIPT:
        raise InvalidInput(
            f"The script has {size:,} bytes; a shell prompt may have {LONGEST_SCRIPT:,}.",
            "Put it into a file and let the prompt run that file.",
            field="prompt_template",
        )


def _render(script: str, values: Mapping[str, object]) -> ShellRendering:
    from jobs_tui.guard.shell_template import render_shell

    _check_length(script)
    rendering = render_shell(script, values)
    _check_length(rendering.source)
    return rendering


async def _rendered(task: Task) -> ShellRendering:
    if len(task.prompt) < _LONG_TO_RENDER:
        return _render(task.prompt, task.values)
    import asyncio

    return await asyncio.to_thread(_render, task.prompt, task.values)


def _result(ended: Ended) -> Result:
    from jobs_tui.agents.processes import exit_words, used

    code = ended.exit.code
    error = None
    if code:
        error = exit_words(code)
        if ended.last_stderr:
            error = f"{error}: {ended.last_stderr}"
    return Result(
        "failed" if code else "completed",
        exit_code=code if code >= 0 else 128 - code,
        error_message=error,
        result=ended.last_stdout,
        answer=None if ended.stdout is None else ended.stdout[-(ANSWER_LIMIT + ANSWER_MARGIN) :],
        usage=used(ended.exit),
        finished_at=ended.exit.at,
    )
