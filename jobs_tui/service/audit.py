"""Who changed what, through which face, from where (DESIGN 9)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from jobs_tui.models.times import from_text, to_text
from jobs_tui.service.context import Context


@dataclass(frozen=True, slots=True)
class Entry:
    """One change. The table is only ever added to."""

    seq: int
    at: datetime
    actor: str
    """Token name or operating-system user; ``webhook`` for a signed delivery."""
    face: str
    """``cli``, ``tui``, ``api``, ``webhook`` or ``engine``."""
    action: str
    """``job.create``, ``token.revoke``..."""
    subject: str
    """The id of what was changed."""
    detail: str | None
    origin: str | None
    """The address of an HTTP caller."""

    def data(self) -> dict[str, Any]:
        """As faces print it."""
        return {**asdict(self), "at": to_text(self.at)}


def entries(
    ctx: Context, *, subject: str | None = None, limit: int = 100, before: int | None = None
) -> list[Entry]:
    """Changes, newest first.

    Args:
        subject: only those of this job, execution or token (its id).
        before: only those with a smaller ``seq``: the next page.
    """
    where, values = ["1"], list[Any]()
    if subject is not None:
        where.append("subject = ?")
        values.append(subject)
    if before is not None:
        where.append("seq < ?")
        values.append(before)
    rows = ctx.store.rows(
        f"select * from audit where {' and '.join(where)} order by seq desc limit ?",
        [*values, limit],
    )
    return [Entry(**{**row, "at": from_text(row["at"])}) for row in map(dict, rows)]
