"""Policies as tests need them."""

from __future__ import annotations

from typing import Any

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
