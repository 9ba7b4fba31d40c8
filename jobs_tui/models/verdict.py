"""What the policies say of a run or of the call of a tool (DESIGN 9)."""

from __future__ import annotations

from dataclasses import dataclass

from jobs_tui.models.enums import Decision


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision with its reason."""

    decision: Decision
    reason: str = ""
    """Why it is denied or asked; empty when it is allowed."""


ALLOWED = Verdict(Decision.ALLOW)
