"""Calling a tool: arguments, rights, the work in a thread, and errors that tell what to do."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from jobs_tui.models.errors import Forbidden, InvalidInput, JobsTuiError
from jobs_tui.models.job_input import validated
from jobs_tui.models.token import Scope
from jobs_tui.models.validation import BadShape, Finding
from jobs_tui.server.mcp.arguments import Arguments, JobRun, TriggerConfig
from jobs_tui.server.mcp.progress import Tell
from jobs_tui.server.mcp.results import Answer
from jobs_tui.server.mcp.tools import JobTool
from jobs_tui.server.mcp.wording import ARGUMENTS
from jobs_tui.service.context import Context

FACE = "mcp"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls."""

    ctx: Context
    scope: Scope
    """Up to where."""


class Failed(Exception):
    """What a model is told in place of an answer. Nothing was changed."""


async def call(
    tool: JobTool,
    caller: Caller,
    sent: Mapping[str, Any],
    executor: Executor | None,
    *,
    before: Callable[[JobTool, Arguments], Arguments] | None = None,
    tell: Tell | None = None,
) -> Answer:
    """Do it.

    Args:
        executor: where it waits for the store; None: where the loop's own work goes.
        before: looks at what is asked, there as well; may change it, or raise a JobsTuiError.
        tell: hears how it goes while a tool waits.

    Raises:
        Failed: with sentences for the model.
    """
    loop = asyncio.get_running_loop()
    try:
        _refuse_scope(tool, caller)
        asked = validated(tool.arguments, sent)
        answer = await loop.run_in_executor(executor, _work, tool, caller, asked, before)
        if tool.then is not None and isinstance(asked, JobRun) and asked.wait_seconds:
            answer = await tool.then(caller.ctx, asked, answer, tell)
        return answer
    except BadShape as error:
        raise Failed(_shape_words(tool, error)) from error
    except JobsTuiError as error:
        raise Failed(_words(error)) from error
    except sqlite3.Error as error:
        _log.warning("the tool %s failed: %s", tool.name, error)
        raise Failed("The store cannot be read at this moment. Try again.") from error
    except Exception as error:
        # Our own mistake: the whole story goes to the log, none of it to a stranger.
        _log.exception("the tool %s failed", tool.name)
        raise Failed("jobs-tui made a mistake; its log says which.") from error


def _work(
    tool: JobTool,
    caller: Caller,
    asked: Arguments,
    before: Callable[[JobTool, Arguments], Arguments] | None,
) -> Answer:
    return tool.run(caller.ctx, asked if before is None else before(tool, asked))


def _refuse_scope(tool: JobTool, caller: Caller) -> None:
    if not caller.scope.allows(tool.scope):
        raise Forbidden(
            f"{tool.name} needs a token with the scope {tool.scope}; the token"
            f" {caller.ctx.actor!r} has {caller.scope}.",
            f"Ask the user for another token: `jobs-tui token create --scope {tool.scope}`.",
        )


def _words(error: JobsTuiError) -> str:
    said = f"{error.title}: {error.sentence()}"
    if isinstance(error, InvalidInput) and error.field:
        argument = _argument(error.field)
        if argument not in said:
            said += f" (argument: {argument})"
    return said


_TIMES = (
    "run_at", "cron_schedule", "cron_timezone", "interval_seconds", "interval_mode", "start_at",
    "end_at", "max_runs", "end_condition",
)  # fmt: skip


def _argument(field: str) -> str:
    first = field.partition(".")[0]
    if first in _TIMES:
        return f"trigger_config.{field}"
    return ARGUMENTS.get(first, first) + field[len(first) :]


def _shape_words(tool: JobTool, error: BadShape) -> str:
    said = " ".join(_finding_words(tool, finding) for finding in error.findings[:5])
    return f"These arguments of {tool.name} are not valid: {said} Nothing was changed."


def _finding_words(tool: JobTool, finding: Finding) -> str:
    if finding.kind != "extra_forbidden":
        return finding.text
    known = list(tool.arguments.model_fields)
    if len(finding.place) > 1:
        inner = tool.arguments.model_fields[str(finding.place[0])].annotation
        known = sorted(_fields_of(inner))
    where = ".".join(str(part) for part in finding.place)
    if where in TriggerConfig.model_fields and "trigger_config" in known:
        return f"{where} belongs into trigger_config."
    return f"{where} is not known; there are {', '.join(known)}."


def _fields_of(annotation: Any) -> set[str]:
    found = set(getattr(annotation, "model_fields", ()))
    for one in getattr(annotation, "__args__", ()):
        found |= _fields_of(one)
    return found
