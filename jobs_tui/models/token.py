"""Tokens of the HTTP interface: who may do how much (DESIGN 9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from jobs_tui.models.enums import Described


class Scope(Described):
    """What a token allows; each scope allows what the ones before it do."""

    READ = "read", "look at everything"
    TRIGGER = "trigger", "look, start, cancel and rerun"
    ADMIN = "admin", "everything"

    def allows(self, needed: Scope) -> bool:
        """Whether a token of this scope may do what needs the other."""
        order = list(Scope)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is kept: its text is not."""

    id: str
    """``tok_<uuid>``."""
    name: str
    scope: Scope
    created_at: datetime
    created_by: str | None
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None

    def valid(self, now: datetime) -> bool:
        """Neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)
