"""The options that say what a job is, shared by ``create`` and ``edit``, as JobCreate fields."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from jobs_tui.cli.delivery import delivery_fields
from jobs_tui.cli.groups.fields import pairs
from jobs_tui.cli.when import WHEN_OPTIONS
from jobs_tui.models.enums import DeliverWhen
from jobs_tui.models.errors import InvalidInput

Function = TypeVar("Function", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--description", metavar="TEXT", help="What it is for, shown in lists."),
    click.option("--tag", "tags", multiple=True, metavar="TAG", help="A tag; may be repeated."),
    *WHEN_OPTIONS,
    click.option("--agent", metavar="ID", help="Who does it, shell by default."),
    click.option("--team", metavar="ID", help="A team does it."),
    click.option("--workflow", metavar="ID", help="A workflow does it."),
    click.option("--smart", is_flag=True, help="The agent that fits best does it."),
    click.option("--queue", metavar="NAME", help="The worker queue in which its runs wait."),
    click.option("--environment", metavar="NAME", help="The environment in which it runs."),
    click.option("--env", "env", multiple=True, metavar="NAME=VALUE", help="A variable."),
    click.option(
        "--secret", "secrets", multiple=True, metavar="NAME", help="A secret as a variable."
    ),
    click.option("--system-prompt", metavar="TEXT", help="What its agent is told beforehand."),
    click.option("--prompt", metavar="TEXT", help="What to do; {{ name }} is a parameter."),
    click.option("--prompt-file", metavar="FILE", help="Read the prompt from a file, - is stdin."),
    click.option(
        "--param",
        "params",
        multiple=True,
        metavar="NAME[=DEFAULT]",
        help="Declare a parameter; without a default it is required.",
    ),
    click.option("--timeout", type=float, metavar="S", help="Seconds per attempt, 3600."),
    click.option("--retries", type=click.IntRange(0), metavar="N", help="N more attempts."),
    click.option("--overlap", metavar="POLICY", help="While a run goes on: skip or allow."),
    click.option(
        "--pause-on-failure",
        type=click.IntRange(0),
        metavar="N",
        help="Pause after N failed runs in a row; 0: never.",
    ),
    click.option(
        "--deliver-to",
        "deliver_to",
        multiple=True,
        metavar="WHERE",
        help="Send results there: a URL (https: a signed call, others by Apprise), file:PATH,"
        " job:NAME, or the secret of a URL as notify:NAME or webhook:NAME; JSON, or none.",
    ),
    click.option(
        "--deliver-secret", metavar="NAME", help="The secret that signs calls of --deliver-to."
    ),
    click.option(
        "--deliver-when",
        type=click.Choice([str(one) for one in DeliverWhen]),
        help="Which results go there, always by default.",
    ),
    click.option("--paused", is_flag=True, help="Do not start it automatically yet."),
)


def definition_options(function: Function) -> Function:
    """Add the options to a command; they arrive as keyword arguments."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def plain_fields(options: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that stand for themselves; only those that were given."""
    found: dict[str, Any] = {}
    if options["description"] is not None:
        found["description"] = options["description"]
    if options["tags"]:
        found["tags"] = list(options["tags"])
    if options["system_prompt"] is not None:
        found["system_prompt"] = options["system_prompt"]
    found |= _who(options) | _where(options) | delivery_fields(options)
    if options["paused"]:
        found["enabled"] = False
    prompt = _prompt(options["prompt"], options["prompt_file"])
    if prompt is not None:
        found["prompt_template"] = prompt
    return found


def _who(options: Mapping[str, Any]) -> dict[str, Any]:
    given = [name for name in ("agent", "team", "workflow") if options[name] is not None]
    if options["smart"]:
        given.append("smart")
    if len(given) > 1:
        raise click.UsageError(f"--{given[0]} and --{given[1]} exclude each other: choose one")
    if not given:
        return {}
    if given == ["smart"]:
        return {"planning_mode": "on_the_fly", "entity_type": None, "entity_id": None}
    (kind,) = given
    return {
        "planning_mode": f"predefined_{kind}",
        "entity_type": kind,
        "entity_id": options[kind],
    }


def _where(options: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    queue, environment = options["queue"], options["environment"]
    if queue is not None and environment is not None:
        raise click.UsageError("--queue and --environment exclude each other: choose one")
    if queue is not None:
        found |= {"executor_type": "specific_queue", "worker_queue_name": queue}
    if environment is not None:
        found |= {"executor_type": "environment", "environment_name": environment}
    around: dict[str, Any] = {}
    if options["env"]:
        around["env_vars"] = pairs(options["env"], "--env")
    if options["secrets"]:
        around["secrets"] = list(options["secrets"])
    if around:
        found["execution_environment"] = around
    return found


def config_fields(options: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    """``config`` with the given settings put into ``base``; empty when none was given."""
    config = dict(base)
    if options["timeout"] is not None:
        config["timeout"] = seconds(options["timeout"])
    if options["retries"] is not None:
        retry = config.get("retry")
        kept = retry if isinstance(retry, dict) else {}
        config["retry"] = {**kept, "max_attempts": options["retries"] + 1}
    if options["overlap"] is not None:
        config["overlap"] = options["overlap"]
    if options["pause_on_failure"] is not None:
        config["pause_on_failure"] = options["pause_on_failure"]
    return {"config": config} if config != base else {}


def seconds(given: float) -> float:
    """As typed: 5 stays 5 and does not become 5.0."""
    return int(given) if given.is_integer() else given


def parameters(given: Sequence[str]) -> list[dict[str, Any]]:
    """``NAME[=DEFAULT]`` each, as ParameterInput."""
    found = []
    for text in given:
        name, equals, default = text.partition("=")
        found.append({"name": name, "default": default if equals else None})
    return found


def values(given: Sequence[str]) -> dict[str, Any]:
    """``NAME=VALUE`` each, as the parameters of one start. Raises InvalidInput."""
    found: dict[str, Any] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise InvalidInput(
                f"-p {text!r:.60} is not NAME=VALUE.", "For example -p branch=main.", field="-p"
            )
        if name in found:
            raise InvalidInput(f"The parameter {name!r:.60} is there twice.", field="-p")
        found[name] = value
    return found


def _prompt(text: str | None, file: str | None) -> str | None:
    if text is not None and file is not None:
        raise click.UsageError("--prompt and --prompt-file exclude each other: choose one")
    if file is None:
        return text
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidInput(f"{file!r:.200} is not UTF-8 text.", field="prompt_template") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InvalidInput(
            f"{file!r:.200} cannot be read: {reason}.", field="prompt_template"
        ) from None
