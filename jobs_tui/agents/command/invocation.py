"""From an agent's template and a run to the exact process that is started (AGENTS.md 3)."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from jobs_tui.agents.command.mcp import Handed, handed
from jobs_tui.agents.command.room import Room
from jobs_tui.models.agent import PLACEHOLDER
from jobs_tui.models.errors import InvalidInput

if TYPE_CHECKING:
    from jobs_tui.agents.runner import Task
    from jobs_tui.models.agent import AgentInput, CommandTemplate

LONGEST_ARGUMENT = 120_000
"""Bytes; Linux takes 128 KiB for one argument (PROTOTYPES.md A)."""

_OF_THE_RUN = ("prompt", "prompt_file", "system", "system_file", "mcp_config", "mcp_args")
"""What a policy is not shown, and what would differ from try to try."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """A process to start."""

    argv: list[str]
    env: dict[str, str | None]
    """The difference to the engine's environment."""
    stdin: bytes | None
    notes: tuple[str, ...]
    """What could not be given to the program, a sentence each."""


def system_prompt(task: Task) -> str:
    """What the agent is told beforehand: its own, then the job's."""
    told = (task.agent.system_prompt, task.system_prompt)
    return "\n\n".join(one.strip() for one in told if one and one.strip())


def shown_argv(task: Task, template: CommandTemplate, program: str) -> list[str]:
    """The command line as a policy sees it: without prompt and private files."""
    return command_line(
        task.agent,
        template,
        program,
        task.directory(),
        told=bool(system_prompt(task)),
        servers=bool(task.mcp_servers),
    )


def command_line(
    agent: AgentInput,
    template: CommandTemplate,
    program: str,
    directory: str,
    *,
    told: bool,
    servers: bool,
) -> list[str]:
    """The command line of a program as policies and persons see it.

    Args:
        directory: in which it works.
        told: there is a system prompt.
        servers: there are MCP servers.
    """
    values = _plain_values(agent, directory) | {name: "{" + name + "}" for name in _OF_THE_RUN}
    if not told:
        values["system"] = values["system_file"] = ""
    if not servers or template.mcp is None:
        values["mcp_config"] = values["mcp_args"] = ""
    values["config_dir"] = "{config_dir}"
    return [program, *_filled([*template.argv[1:], *agent.args], values, ())]


def invocation(
    task: Task, template: CommandTemplate, program: str, prompt: str, room: Room
) -> Invocation:
    """Write the run's private files and put its command line together.

    Args:
        program: its absolute path.
        prompt: rendered.
        room: where the files go.

    Raises:
        InvalidInput: the prompt does not fit where the template puts it.
        StoreError: a file cannot be written.
    """
    wanted = template.placeholders() | set(PLACEHOLDER.findall("\n".join(task.agent.args)))
    system = system_prompt(task)
    notes = []
    if system and template.system_in_prompt:
        prompt = f"{system}\n\n{prompt}"
    elif system and not wanted & {"system", "system_file"}:
        notes.append("The system prompt is not used: the template has no place for it.")
    servers = _servers(task, template, wanted)
    notes += servers.left_out
    values = _plain_values(task.agent, task.directory()) | {"prompt": prompt, "system": system}
    config, config_env = _config(task, template, wanted, servers, room)
    values["config_dir"] = "" if config is None else str(config)
    if "prompt_file" in wanted:
        values["prompt_file"] = str(room.file("prompt.md", prompt))
    if "system_file" in wanted and system:
        values["system_file"] = str(room.file("system.md", system))
    if servers.text:
        values["mcp_config"] = _mcp_file(task, template, servers.text, config, room)
    argv = [program, *_filled([*template.argv[1:], *task.agent.args], values, servers.args)]
    for argument in argv:
        _check_length(argument, program)
    env: dict[str, str | None] = {}
    for name, value in template.env.items():
        filled = _fill(value, values)
        if filled is not None:
            env[name] = filled
    env |= {**servers.env, **task.env, **config_env}
    stdin = prompt.encode("utf-8", "replace") if template.stdin == "prompt" else None
    return Invocation(argv, env, stdin, tuple(notes))


def _plain_values(agent: AgentInput, directory: str) -> dict[str, str]:
    cost = agent.limits.cost
    return {
        "model": agent.model or "",
        "workdir": directory,
        "max_cost": "" if cost is None else format(cost, "f"),
    }


def _servers(task: Task, template: CommandTemplate, wanted: set[str]) -> Handed:
    if not task.mcp_servers:
        return Handed()
    placed = template.mcp == "gemini" or wanted & {"mcp_config", "mcp_args"}
    if template.mcp is None or not placed:
        names = ", ".join(sorted(task.mcp_servers))
        why = f"the template of {template.program} has no place for them"
        return Handed(left_out=(f"MCP servers are not used ({names}): {why}.",))
    return handed(template.mcp, task.mcp_servers)


def _config(
    task: Task, template: CommandTemplate, wanted: set[str], servers: Handed, room: Room
) -> tuple[Path | None, dict[str, str]]:
    """The program's configuration directory, and the variable that names it."""
    variable = template.config_dir
    # Gemini reads MCP servers from its settings alone, so these are of one run.
    of_the_run = template.mcp == "gemini" and bool(servers.text)
    if task.env.get(variable or "") and not of_the_run:
        return _own_config(task, template), {}
    if variable is None and "config_dir" not in wanted:
        return None, {}
    own = _own_config(task, template)
    directory = room.config(task.agent.id, template, own, keep=not of_the_run)
    return directory, {variable: str(directory)} if variable else {}


def _own_config(task: Task, template: CommandTemplate) -> Path:
    """Where the configuration of the program is that the user, or the job, has chosen."""
    variable = template.config_dir or ""
    chosen = task.env.get(variable) or os.environ.get(variable) or template.config_home
    return Path(os.path.expanduser(chosen or "~"))


def _mcp_file(
    task: Task, template: CommandTemplate, text: str, config: Path | None, room: Room
) -> str:
    if template.mcp == "codex" and config is not None:
        # A profile lies over the configuration; in arguments its secrets would be seen in ps.
        profile = room.private.name
        room.file(f"{profile}.config.toml", text, config)
        return profile
    if template.mcp == "gemini" and config is not None:
        merged = _with_settings(_own_config(task, template) / ".gemini/settings.json", text)
        return str(room.file(".gemini/settings.json", merged, config))
    return str(room.file("mcp.json", text))


def _with_settings(settings: Path, text: str) -> str:
    """The user's settings with the run's MCP servers in place of theirs."""
    import json

    try:
        own = json.loads(settings.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return text  # none, or with comments: how to log in is told by variables then
    return json.dumps({**own, **json.loads(text)}) if isinstance(own, dict) else text


def _filled(
    items: Sequence[str | list[str]], values: Mapping[str, str], mcp_args: Sequence[str]
) -> list[str]:
    argv: list[str] = []
    for item in items:
        if item == "{mcp_args}" and not values.get("mcp_args"):
            argv += mcp_args
            continue
        group = [_fill(one, values) for one in ([item] if isinstance(item, str) else item)]
        if None not in group:
            argv += [one for one in group if one is not None]
    return argv


def _fill(text: str, values: Mapping[str, str]) -> str | None:
    """The text with its values, put in once; None when one of them is missing."""
    if not all(values.get(name) for name in PLACEHOLDER.findall(text)):
        return None
    return PLACEHOLDER.sub(partial(_value, values), text)


def _value(values: Mapping[str, str], found: Mapping[int, str]) -> str:
    return values[found[1]]


def _check_length(argument: str, program: str) -> None:
    size = len(argument.encode("utf-8", "surrogatepass"))
    if size > LONGEST_ARGUMENT:
        raise InvalidInput(
            f"An argument of {os.path.basename(program)} has {size:,} bytes; "
            f"one may have {LONGEST_ARGUMENT:,}.",
            "Let the template give the prompt by stdin or {prompt_file}, or shorten it.",
            field="prompt_template",
        )
