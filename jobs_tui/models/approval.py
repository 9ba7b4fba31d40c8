"""What a person is asked while a run waits (DESIGN 9): an exact call, and what was decided."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from jobs_tui.models.enums import Decision, Described
from jobs_tui.models.verdict import Verdict

RUN = "run"
"""The call id and the tool of an approval of a run as a whole, or of a step of one."""


class ApprovalStatus(Described):
    """What became of a question to a person."""

    WAITING = "waiting", "nobody has decided yet"
    APPROVED = "approved", "may be done"
    DENIED = "denied", "must not be done"
    EXPIRED = "expired", "nobody decided in time, which counts as a denial"
    WITHDRAWN = "withdrawn", "the run ended before anybody decided"


class Call(Protocol):
    """What is asked about: a :class:`jobs_tui.agents.runner.ToolCall`."""

    @property
    def id(self) -> str:
        """Unique within its step."""
        ...

    @property
    def tool(self) -> str:
        """The tool's name."""
        ...

    @property
    def arguments(self) -> Mapping[str, Any]:
        """JSON-able."""
        ...


@dataclass(frozen=True, slots=True)
class Approval:
    """One row of ``approvals``. Times are aware UTC datetimes."""

    id: str
    execution_id: str
    job_id: str
    job_name: str
    number: int
    """Of the run: ``#129``."""
    call_id: str
    """See :func:`call_key`."""
    tool: str
    arguments: dict[str, Any]
    """Word for word, secrets masked."""
    agent_id: str | None
    step: str
    reason: str
    """Why it was asked: what the policies say."""
    requested_at: datetime
    expires_at: datetime
    status: ApprovalStatus
    decided_at: datetime | None = None
    decided_by: str | None = None
    decided_reason: str | None = None

    @property
    def whole_run(self) -> bool:
        """Whether it is about the run itself and not about a call of a tool."""
        return self.call_id == RUN

    @property
    def about(self) -> Literal["run", "step", "tool"]:
        """What is asked about: a run, a step of one, or a call of a tool."""
        if self.whole_run:
            return "run"
        return "step" if self.tool == RUN else "tool"


@dataclass(frozen=True, slots=True)
class Decided(Verdict):
    """What was decided about one call, with what tells it from another of the same id.

    Models may use an id again: an approval holds for the call that was shown, and no other.
    """

    tool: str = ""
    digest: str = ""

    def covers(self, tool: str, arguments: Mapping[str, Any]) -> bool:
        """Whether this is the call that was decided."""
        return self.tool == tool and self.digest == digest_of(arguments)


def call_key(step: str, call_id: str) -> str:
    """The id of a call within its run."""
    return f"{step}/{call_id}" if step else call_id


def digest_of(arguments: Mapping[str, Any]) -> str:
    """SHA-256 of a call's arguments in hex; equal arguments in any order have the same."""
    text = json.dumps(arguments, sort_keys=True, default=repr)
    return hashlib.sha256(text.encode()).hexdigest()


def verdict_of(status: ApprovalStatus, reason: str | None, by: str | None) -> tuple[Decision, str]:
    """Decision and reason as an agent is told."""
    said = f": {reason}" if reason else ""
    if status is ApprovalStatus.APPROVED:
        return Decision.ALLOW, f"approved by {by}{said}"
    if status is ApprovalStatus.EXPIRED:
        return Decision.DENY, "denied: nobody approved it in time"
    return Decision.DENY, f"denied by {by}{said}"
