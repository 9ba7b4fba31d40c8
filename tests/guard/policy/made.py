"""Policies as tests need them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jobs_tui.guard.policy.answer import Answer
from jobs_tui.guard.policy.engine import policy_engine
from jobs_tui.models.surroundings import PolicyInput

RUNAWAY = """package p
deny contains "late" if {
    some one in numbers.range(1, 3000)
    some other in numbers.range(1, 3000)
    one + other == 0
}
"""


def rego(rules: str, name: str = "p", **more: Any) -> PolicyInput:
    """A Rego policy of the package p."""
    return PolicyInput(id=name, module=f"package p\n{rules}\n", **more)


def opa(url: str, **more: Any) -> PolicyInput:
    """A policy of an OPA server."""
    return PolicyInput(id="opa", engine="opa", url=url, **more)


def asked(source: str, question: Mapping[str, Any]) -> Answer:
    """What a module says, in a worker: the library may end a process that has others loaded.

    Raises:
        NoAnswer: it says nothing.
    """
    policy = PolicyInput(id="p", module=source, timeout=30)
    return policy_engine()._answer(policy, question)


def problem_of(source: str) -> str | None:
    """What is wrong with a module, as the worker says it."""
    found: str | None = policy_engine()._request({"do": "check", "source": source}, 30)["problem"]
    return found
