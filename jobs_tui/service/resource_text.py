"""Agents, teams, workflows... as a YAML text that a person edits, and back."""

from __future__ import annotations

from typing import Any

from jobs_tui.agents.directory import MODELS
from jobs_tui.models.errors import InvalidInput, NotFound
from jobs_tui.models.resource import Resource, ResourceKind
from jobs_tui.service import resources
from jobs_tui.service.context import Context
from jobs_tui.service.resource_uses import used_by
from jobs_tui.service.yaml_text import as_yaml, read_yaml
from jobs_tui.store import resources as rows

_NEW = {
    ResourceKind.TEAM: """\
# A team: agents that do a job together.
id: my-team
description: ''
strategy: sequential   # or parallel, or lead (the first gives tasks to the others)
members:
- agent: ops
  role: ''
""",
    ResourceKind.WORKFLOW: """\
# A workflow: steps that run as soon as those in their needs have completed.
id: my-workflow
description: ''
steps:
- name: first
  agent: shell         # any agent, or smart
  prompt: echo hello
- name: second
  agent: shell
  needs: [first]
  prompt: echo {{ steps.first.result }}
""",
}


def text_of(ctx: Context, kind: ResourceKind, resource_id: str | None) -> str:
    """One of them as YAML; without an id, something to begin with. Raises NotFound."""
    if resource_id is None:
        return _NEW.get(kind, "id: new\n")
    return as_yaml(_spec(ctx, kind, resource_id))


def save(ctx: Context, kind: ResourceKind, resource_id: str | None, text: str) -> Resource:
    """Keep what was written; without an id it is a new one.

    What the text does not name goes back to its default.

    Raises:
        InvalidInput, BadShape, Refused: nothing was changed.
    """
    data = read_yaml(text)
    kept = None if resource_id is None else rows.get(ctx.store.jobs.reader(), kind, resource_id)
    if kept is None or resource_id is None:
        if resource_id is not None and data.get("id") != resource_id:
            raise InvalidInput("An id cannot be changed.", f"It is {resource_id}.", field="id")
        return resources.create(ctx, kind, data)
    gone = {name: None for name in kept.spec if name not in data and name != "id"}
    return resources.update(ctx, kind, resource_id, {**gone, **data})


def users_of(ctx: Context, kind: ResourceKind, resource_id: str) -> list[str]:
    """What names it: ``the job 'db-backup'``, ``the team ops``..."""
    return used_by(ctx.store.jobs.reader(), ctx.directory, kind, resource_id)


def _spec(ctx: Context, kind: ResourceKind, resource_id: str) -> dict[str, Any]:
    try:
        spec = resources.get(ctx, kind, resource_id).spec
    except NotFound:
        if kind is not ResourceKind.AGENT:
            raise
        implied = ctx.directory.agent(resource_id)
        spec = implied.model_dump(mode="json", exclude_defaults=True)
    order = [name for name in MODELS[kind].model_fields if name in spec]
    return {name: spec[name] for name in order}
