"""How a run of an agent program went: its final event *and* its exit code (AGENTS.md 3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jobs_tui.agents.command.events.reading import ending
from jobs_tui.agents.processes import exit_words, used
from jobs_tui.agents.runner import ANSWER_LIMIT, RESULT_LIMIT, Result

if TYPE_CHECKING:
    from jobs_tui.agents.command.events.reading import Events
    from jobs_tui.agents.command.heard import EventsHeard, TextHeard
    from jobs_tui.agents.processes import Ended
    from jobs_tui.models.agent import CommandTemplate

_NOT_LOGGED_IN = re.compile(
    r"not logged in|please run /login|log ?in again|invalid (?:x-)?api.key|incorrect api key"
    r"|api key not (?:valid|found|set)|no (?:api )?key found|set an auth method"
    r"|no authentication information|authentication_?(?:failed|error)|authentication is required"
    r"|\b401\b|\bunauthori[sz]ed\b|no provider configured|missing (?:bearer|api key|credentials)"
    r"|(?:missing|set) (?:the |these )?environment variables?\W+\w*(?:API_)?(?:KEY|TOKEN)",
    re.IGNORECASE,
)
"""As the programs say it; looked for only where they say why they failed."""


def of_events(
    template: CommandTemplate, events: Events, heard: EventsHeard, ended: Ended
) -> Result:
    """The result of a program that prints events."""
    code = ended.exit.code
    problem = events.error
    if not problem and code:
        meaning = events.exits.get(code, "")
        words = events.trouble or _last_words(heard.tail)
        problem = f"{meaning}: {words}" if meaning and words else meaning or words
    if not problem and not code and not events.finished:
        problem = (
            f"it ended without saying that it was done: no {events.final} in "
            f"{heard.lines:,} {'line' if heard.lines == 1 else 'lines'} of output"
        )
        if events.trouble:
            problem = f"{problem}; it last said: {events.trouble}"
    return _result(
        ended,
        template,
        problem,
        answer=events.answer.strip(),
        usage=events.usage(),
        hopeless=events.hopeless or code in events.exits,
    )


def of_text(template: CommandTemplate, heard: TextHeard, ended: Ended) -> Result:
    """The result of a program that prints text."""
    problem = heard.failed
    if not problem and ended.exit.code:
        problem = _last_words(heard.tail)
    return _result(ended, template, problem, answer=heard.answer, usage={}, hopeless=False)


def _result(
    ended: Ended,
    template: CommandTemplate,
    problem: str,
    *,
    answer: str,
    usage: dict[str, object],
    hopeless: bool,
) -> Result:
    code = ended.exit.code
    failed = bool(problem) or code != 0
    message = None
    if failed:
        message, no_login = _message(code, template, problem)
        hopeless = hopeless or no_login
    return Result(
        "failed" if failed else "completed",
        exit_code=code if code >= 0 else 128 - code,
        error_message=message,
        result=ending(answer, RESULT_LIMIT) or None,
        usage={**used(ended.exit), **usage},
        finished_at=ended.exit.at,
        answer=ending(answer, ANSWER_LIMIT) or None,
        retry=not (failed and hopeless),
    )


def _message(code: int, template: CommandTemplate, problem: str) -> tuple[str, bool]:
    """The error in words, and whether it is that nobody is logged in."""
    name = template.program.rpartition("/")[2]
    how = exit_words(code)
    if _NOT_LOGGED_IN.search(problem):
        words = f"{name} cannot log in: {problem.rstrip('.')}. {template.login}"
        return words.strip(), True
    if not problem:
        return f"{name}: {how}", False
    return f"{name}: {problem}" + (f" ({how})" if code else ""), False


def _last_words(tail: bytes) -> str:
    """The line that says why: that of a missing login, else the last."""
    lines = [line.strip() for line in tail.decode("utf-8", "replace").splitlines()]
    lines = [line for line in lines if line]
    for line in reversed(lines):
        if _NOT_LOGGED_IN.search(line):
            return ending(line, RESULT_LIMIT)
    return ending(lines[-1], RESULT_LIMIT) if lines else ""
