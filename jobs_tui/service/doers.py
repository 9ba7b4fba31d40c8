"""Who does a job, for faces in which a person chooses: a name that leads nowhere is a mistake."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jobs_tui.models.errors import InvalidInput, NotFound
from jobs_tui.service.context import Context


def refuse_unknown_doer(ctx: Context, fields: Mapping[str, Any]) -> None:
    """Look whether the agent, team or workflow that fields of a job name exists.

    The API takes names of what does not exist yet; a person in front of a command or a form has
    mistyped.

    Raises:
        InvalidInput: it does not; the hint names those that there are.
    """
    entity_id = fields.get("entity_id")
    mode = fields.get("planning_mode", "predefined_agent")
    if not entity_id or mode == "on_the_fly":
        return
    known = ctx.directory
    if mode == "predefined_agent":
        try:
            known.agent(entity_id)
        except NotFound as error:
            raise InvalidInput(error.message, error.hint, field="entity_id") from None
        return
    kind = mode.removeprefix("predefined_")
    there: Mapping[str, Any] = known.teams if kind == "team" else known.workflows
    if entity_id not in there:
        hint = (
            f"There are: {', '.join(sorted(there)[:20])}." if there else f"There is no {kind} yet."
        )
        raise InvalidInput(f"There is no {kind} {entity_id!r:.80}.", hint, field="entity_id")
