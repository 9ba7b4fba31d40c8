"""Agents, teams, workflows and what they need: one way to make, change and remove all of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from jobs_tui.agents.directory import BUILT_IN, MODELS, read
from jobs_tui.models.errors import InvalidInput, NotFound, Refused
from jobs_tui.models.resource import Resource, ResourceKind
from jobs_tui.models.validation import BadShape, all_findings
from jobs_tui.service.context import Context
from jobs_tui.service.resource_checks import check_spec
from jobs_tui.service.resource_uses import used_by
from jobs_tui.store import resources as rows


def listing(ctx: Context, kind: ResourceKind) -> list[Resource]:
    """All of a kind that were made here, by id."""
    return rows.listing(ctx.store.jobs.reader(), kind)


def get(ctx: Context, kind: ResourceKind, resource_id: str) -> Resource:
    """The one of an id. Raises NotFound."""
    found = rows.get(ctx.store.jobs.reader(), kind, resource_id)
    if found is None:
        raise _missing(ctx, kind, resource_id)
    return found


def create(ctx: Context, kind: ResourceKind, data: Mapping[str, Any]) -> Resource:
    """Make one.

    Raises:
        BadShape: its shape is wrong; every fault is named.
        InvalidInput: it names something that does not exist, or cannot work.
        Refused: there is one of this id.
    """
    spec = validated_spec(kind, data)
    check_spec(ctx, kind, spec, ctx.directory)

    def operation(connection: sqlite3.Connection) -> Resource:
        if rows.get(connection, kind, spec["id"]) is not None or _reserved(kind, spec["id"]):
            raise Refused(
                f"There is {_a(kind)} {spec['id']!r:.80} already.",
                f"Choose another id, or change it with `jobs-tui {kind} edit {spec['id']}`.",
            )
        return _save(ctx, connection, kind, spec, "create")

    return ctx.store.write(operation)


def update(
    ctx: Context, kind: ResourceKind, resource_id: str, changes: Mapping[str, Any]
) -> Resource:
    """Change the fields that are given; null puts a field back to its default.

    Raises:
        NotFound: there is none.
        BadShape, InvalidInput: as :func:`create`; nothing was changed.
    """
    if "id" in changes and changes["id"] != resource_id:
        raise InvalidInput("An id cannot be changed.", "Create another one.", field="id")
    if not changes.keys() & MODELS[kind].model_fields.keys():
        raise InvalidInput(
            "There is no known field to change.",
            f"Fields: {', '.join(MODELS[kind].model_fields)}.",
            field="body",
        )

    def merged(connection: sqlite3.Connection) -> dict[str, Any]:
        found = rows.get(connection, kind, resource_id)
        if found is None:
            raise _missing(ctx, kind, resource_id)
        wanted = {**found.spec, **changes}
        return validated_spec(kind, {key: one for key, one in wanted.items() if one is not None})

    spec = merged(ctx.store.jobs.reader())
    check_spec(ctx, kind, spec, ctx.directory)

    def operation(connection: sqlite3.Connection) -> Resource:
        return _save(ctx, connection, kind, merged(connection), "edit")

    return ctx.store.write(operation)


def delete(ctx: Context, kind: ResourceKind, resource_id: str, *, force: bool = False) -> Resource:
    """Remove one.

    Args:
        force: also when something uses it; what does will then say so when it runs.

    Raises:
        NotFound: there is none.
        Refused: something uses it; the message names it.
    """

    def operation(connection: sqlite3.Connection) -> Resource:
        found = rows.get(connection, kind, resource_id)
        if found is None:
            raise _missing(ctx, kind, resource_id)
        users = used_by(connection, read(connection), kind, resource_id)
        if users and not force:
            some = ", ".join(users[:5]) + (f" and {len(users) - 5} more" if len(users) > 5 else "")
            raise Refused(
                f"The {kind} {resource_id!r:.80} is used by {some}.",
                "Change that first, or delete it all the same with --force (force=true).",
            )
        rows.delete(connection, kind, resource_id)
        ctx.audit(connection, f"{kind}.delete", resource_id, found.name)
        return found

    return ctx.store.write(operation)


def apply(ctx: Context, kind: ResourceKind, data: Mapping[str, Any]) -> tuple[Resource, str]:
    """Make one, or put this in the place of the one that there is.

    Returns:
        It, and ``created``, ``changed`` or ``unchanged``.

    Raises:
        BadShape, InvalidInput, Refused: as :func:`create`.
    """
    spec = validated_spec(kind, data)
    refuse_reserved(kind, spec["id"])
    check_spec(ctx, kind, spec, ctx.directory)

    def operation(connection: sqlite3.Connection) -> tuple[Resource, str]:
        found = rows.get(connection, kind, spec["id"])
        if found is not None and found.spec == spec:
            return found, "unchanged"
        action = "create" if found is None else "edit"
        made = _save(ctx, connection, kind, spec, action)
        return made, "created" if found is None else "changed"

    return ctx.store.write(operation)


def _save(
    ctx: Context, connection: sqlite3.Connection, kind: ResourceKind, spec: dict[str, Any], did: str
) -> Resource:
    rows.save(connection, kind, spec["id"], spec, ctx.now(), ctx.actor)
    ctx.audit(connection, f"{kind}.{did}", spec["id"], spec.get("name") or None)
    made = rows.get(connection, kind, spec["id"])
    assert made is not None
    return made


def validated_spec(kind: ResourceKind, data: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of it: what was sent, without what is as by default. Raises as create."""
    model: type[BaseModel] = MODELS[kind]
    try:
        found = model.model_validate(data)
        spec = found.model_dump(mode="json", exclude_defaults=True)
        spec["id"] = data["id"]
        str(spec).encode()
    except ValidationError as error:
        raise BadShape(all_findings(error)) from None
    except UnicodeEncodeError:
        raise InvalidInput(
            "The text holds characters that are not valid Unicode.", "Remove them."
        ) from None
    return spec


def refuse_reserved(kind: ResourceKind, resource_id: str) -> None:
    """Raises Refused for the ids of what is built in."""
    if _reserved(kind, resource_id):
        raise Refused(f"The {kind} {resource_id!r:.80} is built in.", "Choose another id.")


def _reserved(kind: ResourceKind, resource_id: str) -> bool:
    return kind is ResourceKind.AGENT and (resource_id in BUILT_IN or resource_id == "smart")


def _missing(ctx: Context, kind: ResourceKind, resource_id: str) -> NotFound:
    if _reserved(kind, resource_id):
        return NotFound(
            f"The {kind} {resource_id!r:.80} is built in and cannot be changed.",
            "Create one with another id.",
        )
    known = [one.id for one in listing(ctx, kind)]
    hint = f"There are: {', '.join(known[:20])}." if known else f"There is no {kind} yet."
    return NotFound(f"There is no {kind} {resource_id!r:.80}.", hint, field="id")


def _a(kind: ResourceKind) -> str:
    return f"an {kind}" if kind.value[0] in "aeio" else f"a {kind}"
