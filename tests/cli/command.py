"""Running ``jobs-tui`` in this process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from click.testing import CliRunner

from jobs_tui.cli.main import cli
from tests.fakes import FakeClock


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        """Lines of standard output."""
        return self.out.splitlines()


@dataclass(frozen=True, slots=True)
class Command:
    """``jt("list", "--json")``."""

    clock: FakeClock

    def __call__(self, *arguments: str, stdin: str | bytes | None = None) -> Answer:
        """Run it, whatever the exit code."""
        result = CliRunner().invoke(cli, list(arguments), input=stdin, obj=self.clock)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Answer(result.exit_code, result.stdout, result.stderr)

    def ok(self, *arguments: str, stdin: str | bytes | None = None) -> Answer:
        """Run it and insist on exit code 0."""
        answer = self(*arguments, stdin=stdin)
        assert answer.code == 0, answer.err
        return answer

    def refused(self, *arguments: str, stdin: str | bytes | None = None) -> str:
        """Run it, insist on exit code 2, silence on stdout and one sentence; return that."""
        answer = self(*arguments, stdin=stdin)
        assert (answer.code, answer.out) == (2, ""), answer
        assert answer.err.startswith("jobs-tui: "), answer.err
        assert answer.err.count("\n") == 1, answer.err
        return answer.err.removeprefix("jobs-tui: ").strip()

    def created(self, name: str = "nightly", *more: str) -> dict[str, Any]:
        """A manual job, unless the arguments say otherwise; its JobResponse."""
        trigger = (
            []
            if {"--cron", "--webhook", "--manual", "--at", "--every", "--until"} & set(more)
            else ["--manual"]
        )
        prompt = [] if "--prompt" in more else ["--prompt", "echo done"]
        job: dict[str, Any] = self.ok(
            "create", "--name", name, *trigger, *prompt, *more, "--json"
        ).json
        return job
