"""Trying policies out, and those that come with jobs-tui."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobs_tui.agents.runner import SHELL
from jobs_tui.guard.policy.engine import policy_engine
from jobs_tui.guard.policy.questions import job_question
from jobs_tui.guard.policy.shipped import Example
from jobs_tui.guard.policy.shipped import examples as shipped
from jobs_tui.guard.secrets.resolver import Secrets
from jobs_tui.models.enums import TriggerType
from jobs_tui.models.errors import InvalidInput, NotFound
from jobs_tui.models.job import Definition
from jobs_tui.models.surroundings import PolicyInput
from jobs_tui.service.context import Context

LARGEST_FILE = 1_000_000
"""Bytes of a module or a question."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What a policy said of a question."""

    policy: str
    decision: str
    """``allow``, ``deny`` or ``ask``."""
    reason: str

    def entry(self) -> dict[str, Any]:
        """As faces print it."""
        return {"policy": self.policy, "decision": self.decision, "reason": self.reason}


def examples() -> list[Example]:
    """The example policies, by id."""
    return shipped()


def example(name: str) -> Example:
    """One of them. Raises NotFound."""
    for one in shipped():
        if one.id == name:
            return one
    known = ", ".join(one.id for one in shipped())
    raise NotFound(f"There is no example policy {name!r:.80}.", f"There are: {known}.")


def try_policy(ctx: Context, ref: str, question: Mapping[str, Any]) -> Tried:
    """Ask one policy a question, without anything coming of it.

    Args:
        ref: the id of a policy (one that is disabled too), of an example, or a file's path.

    Raises:
        NotFound: there is none of them.
        InvalidInput: the file is no sound Rego.
    """
    policy = _policy(ctx, ref)
    problem = policy_engine().check_policy(policy)
    if problem:
        raise InvalidInput(f"{ref!r:.200}: {problem}", "Mend it first.", field="module")
    asked = policy.model_copy(update={"enabled": True})
    verdict = policy_engine().decide([asked], question, Secrets(ctx.store).resolve)
    return Tried(policy.id, str(verdict.decision), verdict.reason)


def check(ctx: Context, ref: str) -> dict[str, Any]:
    """Whether a policy can decide: compiled, its own tests run, and asked an ordinary question.

    An OPA server is asked, too.

    Returns:
        ``id``, ``ready``, ``message``: what was found, or what is wrong with the line.

    Raises:
        NotFound: there is none; see :func:`try_policy`.
    """
    policy = _policy(ctx, ref)
    message, ready = _found(ctx, policy)
    return {"id": policy.id, "ready": ready, "message": message}


def _found(ctx: Context, policy: PolicyInput) -> tuple[str, bool]:
    engine = policy_engine()
    problem = engine.check_policy(policy)
    if problem:
        return problem, False
    said = []
    if policy.engine == "rego":
        tests = engine.examined(policy.module or "")[1]
        said.append(f"{tests} {'test' if tests == 1 else 'tests'} of its own passed")
    asked = policy.model_copy(update={"enabled": True})
    for name, question in _ordinary(ctx).items():
        verdict = engine.decide([asked], question, Secrets(ctx.store).resolve)
        if "could not decide: " in verdict.reason:
            why = verdict.reason.partition("could not decide: ")[2]
            return f"It cannot decide about an ordinary {name}: {why}.", False
        said.append(f"an ordinary {name}: {verdict.decision}")
    return "; ".join(said), True


def _ordinary(ctx: Context) -> dict[str, dict[str, Any]]:
    """Questions that every home asks: a run by hand of a shell job, and a call of a tool."""
    definition = Definition("check", "echo hello", TriggerType.MANUAL, entity_id=SHELL.id)
    run = job_question("run", definition, now=ctx.now(), user=ctx.actor, agent=SHELL)
    run["run"] = {"id": "exec_check", "number": 1, "attempt": 1}
    run["trigger"] |= {"kind": "manual", "requested_by": ctx.actor}
    tool = {"name": "system_health", "arguments": {}, "read_only": True}
    return {"run": run, "call of a tool": {**run, "action": "tool", "tool": tool, "step": ""}}


def read_question(text: str) -> dict[str, Any]:
    """A question as JSON. Raises InvalidInput."""
    try:
        question = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"The question is not JSON: {error}.", field="input") from None
    if not isinstance(question, dict):
        raise InvalidInput("The question is no JSON object.", field="input")
    return question


def _policy(ctx: Context, ref: str) -> PolicyInput:
    known = ctx.directory.policies.get(ref)
    if known is not None:
        return known
    path = Path(ref)
    if path.is_file():
        return PolicyInput(id="file", name=path.name, module=_read(path))
    for one in shipped():
        if one.id == ref:
            return PolicyInput(id=one.id, name=one.title, module=one.module)
    raise NotFound(
        f"There is no policy, no example and no file {ref!r:.200}.",
        "`jobs-tui policy list` and `jobs-tui policy examples` show what there is.",
    )


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise InvalidInput(f"{str(path)!r:.200} is larger than {LARGEST_FILE} bytes.")
        return path.read_text("utf-8")
    except OSError as error:
        raise InvalidInput(f"{str(path)!r:.200} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise InvalidInput(f"{str(path)!r:.200} is not UTF-8.") from None
