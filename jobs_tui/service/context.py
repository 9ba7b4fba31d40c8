"""Who asks, through which face, of which home: what every use-case needs."""

from __future__ import annotations

import getpass
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict

from jobs_tui.models.times import to_text
from jobs_tui.store.database import Store

if TYPE_CHECKING:
    from jobs_tui.agents.directory import Directory


class Who(TypedDict):
    """Who changes something, for its audit row."""

    actor: str
    face: str
    origin: str | None


@dataclass(frozen=True, slots=True)
class Context:
    """One caller of the use-cases."""

    store: Store
    actor: str
    """Token name or operating-system user."""
    face: str
    """``cli``, ``tui``, ``api``, ``mcp``, ``webhook``, ``engine``, or ``agent`` within a run."""
    origin: str | None = None
    """From where: the address of an HTTP caller, the run of an agent, None on this machine's own
    faces."""

    def now(self) -> datetime:
        """The current instant, from the store's clock."""
        return self.store.clock.now()

    @property
    def who(self) -> Who:
        """As :mod:`jobs_tui.store.lifecycle` takes it: ``**ctx.who``."""
        return {"actor": self.actor, "face": self.face, "origin": self.origin}

    @property
    def directory(self) -> Directory:
        """The agents, teams... of the home, as they are now."""
        from jobs_tui.agents.directory import directory  # slow to import, and many need none

        return directory(self.store)

    def audit(
        self, connection: sqlite3.Connection, action: str, subject: str, detail: str | None = None
    ) -> None:
        """Note who did what, in the transaction that did it (DESIGN 9)."""
        connection.execute(
            "insert into audit (at, actor, face, action, subject, detail, origin)"
            " values (?, ?, ?, ?, ?, ?, ?)",
            (to_text(self.now()), self.actor, self.face, action, subject, detail, self.origin),
        )


def user_name() -> str:
    """The operating-system user, or ``unknown`` where it has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
