"""What one policy says of one question."""

from __future__ import annotations

from dataclasses import dataclass


class NoAnswer(Exception):
    """A policy could not answer; the text says why and counts as its reason to deny."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a policy says; the same whether Rego is evaluated here or by an OPA server."""

    deny: tuple[str, ...] | None
    """Messages; None: not denied. Denied without a message is an empty tuple."""
    ask: tuple[str, ...] | None
    """As ``deny``: a person has to decide."""
    allow: bool | None
    """None: the policy defines no ``allow``."""
