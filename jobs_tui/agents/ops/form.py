"""What a form is: how the arguments of one tool are read from a piece of a prompt."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jobs_tui.agents.ops.reading import Reading


class Unfit(Exception):
    """The piece is for this tool, but something is missing or is more than the tool can do.

    Args:
        sentence: for the user.
        evidence: see Filled.
    """

    def __init__(self, sentence: str, evidence: float = 0.0) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.evidence = evidence


@dataclass(frozen=True, slots=True)
class Filled:
    """A filled-in form."""

    arguments: Sequence[Mapping[str, Any]]
    """Those of each call, not yet checked; one call or more."""
    evidence: float = 0.0
    """How surely the piece is for this tool, whatever the tool's phrases say: 0 to 1."""
    strict: bool = False
    """Whether no word at all may be left over: an unknown one would change the meaning."""
    note: str = ""
    """What was decided and the user should know, a sentence."""


@dataclass(frozen=True, slots=True)
class Form:
    """How one tool is asked for, beyond its phrases."""

    fill: Callable[[Reading], Filled]
    """Takes from the reading what it understands. Raises Unfit."""
    topic: str = ""
    """Further words that belong to it and change nothing, in plain words."""
    examples: tuple[str, ...] = ()
    """Prompts as help shows them."""


def whole_days(seconds: float) -> int:
    """Days of a duration, a part of one counted as one."""
    return math.ceil(seconds / 86_400)


def plain(number: float) -> float | int:
    """Whole numbers as such, so that logs say ``80`` and not ``80.0``."""
    return int(number) if number == int(number) else round(number, 4)
