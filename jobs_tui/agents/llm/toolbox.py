"""Our tools, and the agents that may be given tasks, as a model is offered them."""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_ai import ModelRetry
from pydantic_ai import Tool as ModelTool
from pydantic_ai.exceptions import ToolFailed as Told
from pydantic_core import SchemaValidator, core_schema

from jobs_tui.agents.crew import Delegate
from jobs_tui.agents.job_tools import JobToolFailed, JobToolOffer, JobTools
from jobs_tui.agents.llm.guard import CallGuard, Context
from jobs_tui.agents.llm.reporting import Outcome, report_tool
from jobs_tui.agents.llm.transcript import cut
from jobs_tui.agents.runner import Output, Task
from jobs_tui.models.errors import JobsTuiError, Refused
from jobs_tui.tools import registry
from jobs_tui.tools.tool import Tool, ToolContext

_OBJECT = SchemaValidator(core_schema.dict_schema(core_schema.str_schema()))
"""Arguments are an object; the tool looks at what is in it."""

TOLD = 50_000
"""Characters of a result that the model is given."""


class ToolBroke(JobsTuiError):
    """A tool failed in a way it should not."""

    title = "Tool broke"


def offered(
    task: Task, output: Output, guard: CallGuard, outcome: Outcome
) -> list[ModelTool[None]]:
    """Tools of the agent, those by which it plans jobs, its delegates, then the one that writes
    into ``outcome``.

    Raises:
        NotFound: the agent names a tool that does not exist.
        Refused: it names tools, and there are none to be had here.
    """
    made = [_ours(tool, context, guard) for tool, context in _chosen(task, output)]
    if task.job_tools is not None:
        made += [_planning(one, task.job_tools, guard) for one in task.job_tools.offered()]
    made += [_delegate(delegate, guard) for delegate in task.delegates]
    return [*made, report_tool(outcome)] if task.reports else made


def _chosen(task: Task, output: Output) -> list[tuple[Tool[Any], ToolContext]]:
    named = task.agent.tools
    if task.tools is None:
        if named:
            raise Refused(f"The tools of the agent {task.agent.id} cannot be used here.")
        return []
    found = registry.tools(named)
    if named is None:
        found = [tool for tool in found if tool.read_only]
    chosen = []
    for tool in found:
        missing = [program for program in tool.needs if shutil.which(program) is None]
        if not missing:
            chosen.append((tool, task.tools))
        elif named is not None:
            output.line("system", f"{tool.name} is not offered: no {missing[0]} on PATH")
    return chosen


def _ours(tool: Tool[Any], context: ToolContext, guard: CallGuard) -> ModelTool[None]:
    async def call(run: Context, /, **arguments: Any) -> str:
        checked = _validated(tool, arguments)
        given = checked.model_dump(mode="json", exclude_unset=True)
        await guard.check(run, tool.name, given, read_only=tool.read_only)
        try:
            result = await tool.run(checked, context)
        except JobsTuiError as error:
            raise Told(cut(error.sentence(), TOLD)) from error
        except Exception as error:  # a mistake of ours: told as such, and the run has failed
            raise ToolBroke(
                f"The tool {tool.name} broke: {type(error).__name__}: {error}."
            ) from error
        missing = [alarm for alarm in result.alarms if alarm not in result.text]
        return cut("\n".join([result.text, *missing]), TOLD)

    schema = tool.arguments.model_json_schema()
    return offer(call, tool.name, tool.description, schema)


def _planning(tool: JobToolOffer, tools: JobTools, guard: CallGuard) -> ModelTool[None]:
    async def call(run: Context, /, **arguments: Any) -> str:
        await guard.check(run, tool.name, arguments, read_only=tool.read_only)
        try:
            return cut(await tools.call(tool.name, arguments), TOLD)
        except JobToolFailed as error:
            raise Told(cut(str(error), TOLD)) from error

    return offer(call, tool.name, tool.description, tool.schema)


def _validated(tool: Tool[Any], arguments: dict[str, Any]) -> BaseModel:
    try:
        checked: BaseModel = tool.arguments.model_validate(arguments)
    except ValidationError as error:
        wrong = [
            f"{'.'.join(str(part) for part in one['loc']) or 'arguments'}: {one['msg']}"
            for one in error.errors(include_url=False, include_context=False)
        ]
        raise ModelRetry(f"These arguments are not valid: {'; '.join(wrong)}.") from error
    return checked


def _delegate(delegate: Delegate, guard: CallGuard) -> ModelTool[None]:
    # Not asked of the gate: it is asked of each tool that the other agent calls.
    async def call(run: Context, /, **arguments: Any) -> str:
        told = arguments.get("task")
        if not isinstance(told, str) or not told.strip():
            raise ModelRetry("Give the task as a text: task.")
        guard.start()
        result = await delegate.call(told)
        guard.delegated(run, result)
        if result.status != "completed":
            raise Told(cut(f"{delegate.name} {result.status}: {result.error_message}", TOLD))
        return cut(result.text, TOLD)

    schema = {
        "type": "object",
        "properties": {"task": {"type": "string", "description": "What is to be done, in full."}},
        "required": ["task"],
        "additionalProperties": False,
    }
    return offer(call, delegate.name, delegate.description, schema)


def offer(
    call: Callable[..., Awaitable[str]], name: str, description: str, schema: dict[str, Any]
) -> ModelTool[None]:
    """A tool of this name; what it is called with is an object, whatever the model says."""
    made: ModelTool[None] = ModelTool.from_schema(call, name, description, schema, takes_ctx=True)
    made.function_schema.validator = _OBJECT  # or a list would be called with, and break
    return made
