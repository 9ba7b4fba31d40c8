"""The options of each kind, and the columns of its list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click

from jobs_tui.cli.groups.fields import pairs, read_text
from jobs_tui.models.resource import ResourceKind

Read = Callable[[Mapping[str, Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind is written on a command line."""

    kind: ResourceKind
    about: str
    """What the group is for."""
    options: tuple[click.Option, ...]
    read: Read
    """The fields that its options give; only those that were given."""
    heads: tuple[str, ...]
    row: Callable[[Mapping[str, Any]], Sequence[str]]
    """Cells of a list, from the answer of the service."""
    file: str = "Read its fields from a YAML or JSON file, - is stdin."
    flexible: int = 1
    """The column that gives way."""


def _many(name: str, field: str, metavar: str, text: str) -> click.Option:
    return click.Option([name, field], multiple=True, metavar=metavar, help=text)


def _text(name: str, metavar: str, text: str) -> click.Option:
    return click.Option([name], metavar=metavar, help=text)


NAME = _text("--name", "TEXT", "For people; the id without it.")
DESCRIPTION = _text("--description", "TEXT", "What it is or does.")
ENV = _many("--env", "env", "NAME=VALUE", "A variable; may be repeated.")
SECRET = _many(
    "--secret", "secrets", "NAME[=REFERENCE]", "A secret as a variable; may be repeated."
)
INTEGRATION = _many("--integration", "integrations", "ID", "An integration; may be repeated.")


def _plain(options: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: options[name] for name in names if options[name] is not None}


def _agent(options: Mapping[str, Any]) -> dict[str, Any]:
    found = _plain(
        options, "name", "description", "kind", "system_prompt", "model", "provider", "base_url",
        "api_key", "template", "max_running", "working_directory",
    )  # fmt: skip
    if options["capabilities"]:
        found["capabilities"] = list(options["capabilities"])
    if options["args"]:
        found["args"] = list(options["args"])
    if options["tools"]:
        found["tools"] = list(options["tools"])
    around = _around(options)
    if around:
        found["execution_environment"] = around
    return found


def _around(options: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if options["env"]:
        found["env_vars"] = pairs(options["env"], "--env")
    if options["secrets"]:
        found["secrets"] = list(options["secrets"])
    if options.get("integrations"):
        found["integration_ids"] = list(options["integrations"])
    return found


def _team(options: Mapping[str, Any]) -> dict[str, Any]:
    found = _plain(options, "name", "description", "strategy")
    if options["members"]:
        found["members"] = [
            {"agent": agent, **({"role": role} if role else {})}
            for agent, _, role in (text.partition(":") for text in options["members"])
        ]
    if options["tolerate_failures"]:
        found["tolerate_failures"] = True
    return found


def _environment(options: Mapping[str, Any]) -> dict[str, Any]:
    found = _plain(options, "name", "description", "check", "working_directory") | _around(options)
    if options["required_tools"]:
        found["required_tools"] = list(options["required_tools"])
    return found


def _policy(options: Mapping[str, Any]) -> dict[str, Any]:
    found = _plain(options, "name", "description", "timeout", "token")
    if options["rego"] is not None:
        found |= {"engine": "rego", "module": read_text(options["rego"])}
    if options["example"] is not None:
        from jobs_tui.service.policies import example

        found |= {"engine": "rego", "module": example(options["example"]).module}
    if options["url"] is not None:
        found |= {"engine": "opa", "url": options["url"]}
    return found


KINDS: Mapping[ResourceKind, Kind] = {
    one.kind: one
    for one in (
        Kind(
            ResourceKind.AGENT,
            "Agents: who does a job.",
            (
                NAME, DESCRIPTION,
                _text("--kind", "KIND", "shell, ops, command or llm (the default)."),
                _many("--capability", "capabilities", "TEXT", "What it is good at; repeatable."),
                _text("--system-prompt", "TEXT", "What it is told before each job."),
                _text("--provider", "NAME", "llm: openai (or what talks like it), anthropic..."),
                _text("--model", "NAME", "llm and command: the model."),
                _text("--base-url", "URL", "llm: the endpoint, http://127.0.0.1:11434/v1."),
                _text("--api-key", "REFERENCE", "llm: where the key is: env:NAME, store:NAME."),
                _text("--template", "NAME", "command: claude, codex, gemini, goose, ..."),
                _many("--arg", "args", "TEXT", "command: a further argument; repeatable."),
                _many("--tool", "tools", "NAME", "One of our tools that it may use; repeatable."),
                click.Option(["--max-running"], type=int, metavar="N", help="Runs of it at once."),
                _text("--working-directory", "DIR", "Where it works."),
                ENV, SECRET, INTEGRATION,
            ),
            _agent,
            ("ID", "KIND", "STATE", "CAPABILITIES"),
            lambda one: (
                one["id"], one["kind"], "ready" if one["ready"] else f"not ready: {one['reason']}",
                ", ".join(one["capabilities"]) or one["description"],
            ),
            flexible=3,
        ),
        Kind(
            ResourceKind.TEAM,
            "Teams: agents that do a job together.",
            (
                NAME, DESCRIPTION,
                _many("--member", "members", "AGENT[:ROLE]", "A member; repeatable, in order."),
                _text("--strategy", "NAME", "sequential (the default), parallel or lead."),
                click.Option(["--tolerate-failures"], is_flag=True,
                             help="A failed member does not fail the run."),
            ),
            _team,
            ("ID", "STRATEGY", "STATE", "MEMBERS"),
            lambda one: (
                one["id"], one["strategy"],
                "ready" if one["ready"] else f"not ready: {one['reason']}",
                ", ".join(member["agent"] for member in one["members"]),
            ),
            flexible=3,
        ),
        Kind(
            ResourceKind.WORKFLOW,
            "Workflows: named steps with needs, run as a graph.",
            (NAME, DESCRIPTION),
            lambda options: _plain(options, "name", "description"),
            ("ID", "STEPS", "STATE"),
            lambda one: (
                one["id"], ", ".join(step["name"] for step in one["steps"]),
                "ready" if one["ready"] else f"not ready: {one['reason']}",
            ),
        ),
        Kind(
            ResourceKind.ENVIRONMENT,
            "Environments: what a run needs, Ready or not.",
            (
                NAME, DESCRIPTION, ENV, SECRET, INTEGRATION,
                _many("--require", "required_tools", "PROGRAM", "Must be on PATH; repeatable."),
                _text("--check", "SCRIPT", "A shell script that must exit 0."),
                _text("--working-directory", "DIR", "Where its runs start."),
            ),
            _environment,
            ("ID", "STATE", "CHECKED"),
            lambda one: (
                one["id"], "ready" if one["ready"] else f"not ready: {one['reason']}",
                one["checked_at"] or "--",
            ),
        ),
        Kind(
            ResourceKind.QUEUE,
            "Worker queues: where runs wait, with limits of their own.",
            (
                NAME, DESCRIPTION,
                click.Option(["--concurrency"], type=int, metavar="N", help="Runs at once."),
                click.Option(["--remote/--local"], default=None,
                             help="Whether only workers elsewhere take from it."),
            ),
            lambda options: _plain(options, "name", "description", "concurrency", "remote"),
            ("ID", "STATE", "LIMIT", "RUNNING", "WAITING", "OLDEST"),
            lambda one: (
                one["id"], one["status"],
                "--" if one["concurrency"] is None else str(one["concurrency"]),
                str(one["running"]), str(one["queued"]), one["oldest_queued_at"] or "--",
            ),
        ),
        Kind(
            ResourceKind.INTEGRATION,
            "Integrations: named bundles of variables and secrets.",
            (NAME, DESCRIPTION, ENV, SECRET),
            lambda options: _plain(options, "name", "description") | _around(options),
            ("ID", "VARIABLES", "SECRETS"),
            lambda one: (one["id"], ", ".join(one["env_vars"]), ", ".join(one["secrets"])),
        ),
        Kind(
            ResourceKind.POLICY,
            "Policies: rules that allow, deny or ask.",
            (
                NAME, DESCRIPTION,
                _text("--rego", "FILE", "The Rego module, - is stdin."),
                _text("--example", "NAME", "A policy that comes with jobs-tui."),
                _text("--url", "URL", "The document of an OPA server instead."),
                _text("--token", "REFERENCE", "Where its token is: env:NAME, store:NAME."),
                click.Option(["--timeout"], type=float, metavar="S", help="Seconds for an answer."),
            ),
            _policy,
            ("ID", "ENGINE", "STATE", "DESCRIPTION"),
            lambda one: (
                one["id"], one["engine"], "on" if one["enabled"] else "off", one["description"],
            ),
            flexible=3,
        ),
    )
}  # fmt: skip
