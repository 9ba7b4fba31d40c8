"""Secrets: setting, listing, removing, changing the key. No value ever comes out of here."""

from __future__ import annotations

import json
import re
import sqlite3
from dataclasses import dataclass
from typing import Any

from jobs_tui.guard.secrets.entries import parse_entry, parse_reference
from jobs_tui.guard.secrets.errors import KeyProblem
from jobs_tui.guard.secrets.outside import LONGEST
from jobs_tui.guard.secrets.resolver import Secrets
from jobs_tui.models.delivery_target import references_of
from jobs_tui.models.errors import InvalidInput, JobsTuiError, NotFound, Refused
from jobs_tui.models.times import to_text
from jobs_tui.service.context import Context
from jobs_tui.store import conversations, executions
from jobs_tui.store import secrets as rows
from jobs_tui.store.settings import load_settings

LONGEST_DESCRIPTION = 1000
"""Characters."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,127}\Z")


@dataclass(frozen=True, slots=True)
class SecretInfo:
    """A secret as lists show it: everything but its value."""

    row: rows.SecretRow
    problem: str
    """Why it cannot be had; empty when it can."""
    used_by: tuple[str, ...]

    def answer(self) -> dict[str, Any]:
        """As faces print it."""
        row = self.row
        return {
            "id": row.name,
            "name": row.name,
            "source": "store" if row.reference is None else row.reference.partition(":")[0],
            "reference": row.reference,
            "description": row.description,
            "ready": not self.problem,
            "reason": self.problem or None,
            "used_by": list(self.used_by),
            "created_at": to_text(row.created_at),
            "created_by": row.created_by,
            "updated_at": to_text(row.updated_at),
            "updated_by": row.updated_by,
        }


def put(
    ctx: Context,
    name: str,
    *,
    value: str | None = None,
    reference: str | None = None,
    description: str | None = None,
) -> SecretInfo:
    """Keep a secret: sealed, or as a reference to where it is.

    Raises:
        InvalidInput: the name, the value or the reference is bad, or not exactly one is given.
        KeyProblem: the key cannot be used.
    """
    _check_name(name)
    if description is not None:
        _check_description(description)
    if (value is None) == (reference is None):
        raise InvalidInput("Give either a value or a reference.", field="value")
    if value is not None:
        _check_value(value)
    else:
        reference = parse_reference(reference or "")
        if reference == f"store:{name}":
            raise InvalidInput(f"The secret {name} would refer to itself.", field="reference")

    def operation(connection: sqlite3.Connection) -> None:
        # Within the transaction: a change of the key elsewhere comes wholly before or after it.
        sealed = None if value is None else Secrets(ctx.store).seal(value)
        rows.save(
            connection,
            name,
            sealed=sealed,
            reference=reference,
            description=description,
            at=ctx.now(),
            by=ctx.actor,
        )
        ctx.audit(connection, "secret.set", name, "sealed" if sealed else "reference")

    ctx.store.write(operation)
    return get(ctx, name)


def get(ctx: Context, name: str) -> SecretInfo:
    """What is known of one. Raises NotFound."""
    row = rows.get(ctx.store.jobs.reader(), name)
    if row is None:
        raise _missing(name)
    return _info(ctx, row)


def exists(ctx: Context, name: str) -> bool:
    """Whether the home has a secret of this name."""
    return rows.get(ctx.store.jobs.reader(), name) is not None


def listing(ctx: Context) -> list[SecretInfo]:
    """All of them, by name."""
    return [_info(ctx, row) for row in rows.listing(ctx.store.jobs.reader())]


def delete(ctx: Context, name: str, *, force: bool = False) -> None:
    """Remove one.

    Raises:
        NotFound: there is none.
        Refused: something uses it, and ``force`` was not given.
    """

    def operation(connection: sqlite3.Connection) -> None:
        if rows.get(connection, name) is None:
            raise _missing(name)
        users = used_by(ctx, name)
        if users and not force:
            some = ", ".join(users[:5]) + (f" and {len(users) - 5} more" if len(users) > 5 else "")
            raise Refused(
                f"The secret {name} is used by {some}.",
                "Change that first, or delete it all the same with --force (force=true).",
            )
        rows.delete(connection, name)
        ctx.audit(connection, "secret.delete", name)

    ctx.store.write(operation)


def rotate_key(ctx: Context) -> int:
    """Seal every secret with a new key.

    Returns:
        How many were sealed anew.

    Raises:
        KeyProblem: the key is given from outside, or a secret cannot be opened; nothing changed.
    """
    secrets = Secrets(ctx.store)

    def operation(connection: sqlite3.Connection) -> tuple[int, bytes]:
        from cryptography.fernet import InvalidToken

        # Within the transaction, as nobody else can seal or change the key meanwhile.
        key = secrets.ring.begin_change()
        box = secrets.ring.box(make=True)
        assert box is not None
        changed = 0
        for row in rows.listing(connection):
            if row.sealed is None:
                continue
            try:
                rows.reseal(connection, row.name, box.rotate(row.sealed))
            except InvalidToken:
                raise KeyProblem(
                    f"The secret {row.name} was sealed with a key that is not here.",
                    "Set it again or delete it first. No secret was changed.",
                ) from None
            changed += 1
        for execution_id, sealed in executions.sealed_states(connection):
            try:
                executions.reseal_state(connection, execution_id, box.rotate(sealed))
            except InvalidToken:  # no key opens it any more: the run says so when it goes on
                continue
        for place, sealed in conversations.sealed(connection):
            try:
                conversations.reseal(connection, place, box.rotate(sealed))
            except InvalidToken:  # the next run begins anew, and says so
                continue
        ctx.audit(connection, "secret.rotate_key", "secrets", f"{changed} sealed anew")
        return changed, key

    changed, key = ctx.store.write(operation)
    ctx.store.write(lambda _: secrets.ring.end_change(key))  # one at a time across processes
    return changed


def used_by(ctx: Context, name: str) -> list[str]:
    """What asks for a secret by its name."""
    jobs = ctx.store.rows(
        "select name, execution_environment from jobs where archived_at is null"
        " and execution_environment is not null order by name"
    )
    known = ctx.directory
    delivering = ctx.store.rows(
        "select name, deliver_to from jobs where archived_at is null and deliver_to <> '[]'"
        " order by name"
    )
    return [
        *(
            f"the deliveries of the job {row[0]!r:.60}"
            for row in delivering
            if _refers(references_of(json.loads(row[1])), name)
        ),
        *(
            f"the job {row[0]!r:.60}"
            for row in jobs
            if _asks(json.loads(row[1]).get("secrets") or (), name)
        ),
        *(
            f"the agent {one.id}"
            for one in known.agents.values()
            if _asks(one.execution_environment.secrets, name)
            or _refers([one.api_key] if one.api_key else [], name)
        ),
        *(
            f"the environment {one.id}"
            for one in known.environments.values()
            if _asks(one.secrets, name)
        ),
        *(
            f"the integration {one.id}"
            for one in known.integrations.values()
            if _asks(one.secrets, name)
        ),
        *(["the setting embeddings_key"] if _refers(_of_settings(ctx), name) else []),
        *(
            f"the secret {one.name}"
            for one in rows.listing(ctx.store.jobs.reader())
            if one.reference == f"store:{name}"
        ),
    ]


def _of_settings(ctx: Context) -> list[str]:
    try:
        key = load_settings(ctx.store.home).embeddings_key
    except InvalidInput:  # the doctor and the engine say what is wrong with the settings
        return []
    return [key] if key else []


def _asks(entries: Any, name: str) -> bool:
    references = []
    for entry in entries:
        try:
            references.append(parse_entry(entry).reference)
        except JobsTuiError:  # kept as it came through the API; the run says what is wrong
            continue
    return f"store:{name}" in references


def _refers(references: list[str], name: str) -> bool:
    for one in references:
        try:
            if parse_reference(one) == f"store:{name}":
                return True
        except InvalidInput:  # kept as it came; the run says what is wrong
            continue
    return False


def _info(ctx: Context, row: rows.SecretRow) -> SecretInfo:
    problem = Secrets(ctx.store).problem(f"store:{row.name}")
    return SecretInfo(row, problem, tuple(used_by(ctx, row.name)))


def _check_name(name: str) -> None:
    if not _NAME.match(name):
        raise InvalidInput(
            f"{name!r:.60} cannot be the name of a secret.",
            "Use letters, digits, '_', '.' and '-', beginning with a letter, at most 128.",
            field="name",
        )


def _check_description(text: str) -> None:
    if len(text) > LONGEST_DESCRIPTION or not all(c.isprintable() or c in "\n\t" for c in text):
        raise InvalidInput(
            f"The description holds control characters, or more than {LONGEST_DESCRIPTION:,}.",
            "Shorten it to plain text.",
            field="description",
        )


def _check_value(value: str) -> None:
    if not value:
        raise InvalidInput("The value is empty.", "Type or pipe it in.", field="value")
    try:
        size = len(value.encode("utf-8"))
    except UnicodeEncodeError:
        raise InvalidInput("The value is not valid Unicode.", field="value") from None
    if size > LONGEST or "\x00" in value:
        raise InvalidInput(
            f"The value holds a NUL character, or more than {LONGEST:,} bytes.",
            "Keep it in a file and use --from file:PATH.",
            field="value",
        )


def _missing(name: str) -> NotFound:
    return NotFound(
        f"There is no secret {name!r:.80}.", "`jobs-tui secret list` shows all.", field="name"
    )
