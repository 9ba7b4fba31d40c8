"""The token that every home has: made by its first engine, or given by a variable (DESIGN 9)."""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
from pathlib import Path

from jobs_tui.models.errors import Refused, StoreError
from jobs_tui.models.ids import new_token_id
from jobs_tui.models.token import Scope, Token
from jobs_tui.service.context import Context
from jobs_tui.service.tokens import DEFAULT, PREFIX, VARIABLE, digest, listing, new_text
from jobs_tui.store import tokens as rows

_FACT = "token_from_environment"


def from_environment() -> str | None:
    """The text of :data:`VARIABLE`, blanks around it left out; None when it is empty or unset."""
    return os.environ.get(VARIABLE, "").strip() or None


def prepare(ctx: Context) -> None:
    """What an engine does before it listens: the home's first token, unless a variable has one."""
    variable = from_environment() is not None
    if not variable:
        ensure_default(ctx)

    def operation(connection: sqlite3.Connection) -> None:
        connection.execute(
            "insert into facts (name, value) values (?, ?)"
            " on conflict (name) do update set value = excluded.value",
            (_FACT, "yes" if variable else "no"),
        )

    ctx.store.write(operation)


def ensure_default(ctx: Context) -> None:
    """Make the token ``default`` with its file, once in the life of a home.

    Raises:
        StoreError: the file cannot be written.
    """
    if any(token.name == DEFAULT for token in listing(ctx)):
        return
    # The file comes first and whoever makes it wins: processes that start together agree.
    text = _text_of_file(ctx.store.home.token_file)
    token = Token(new_token_id(), DEFAULT, Scope.ADMIN, ctx.now(), ctx.actor)

    def operation(connection: sqlite3.Connection) -> None:
        if not any(one.name == DEFAULT for one in rows.listing(connection)):
            rows.insert(connection, token, digest(text))
            ctx.audit(connection, "token.create", token.id, f"{DEFAULT} ({token.scope})")

    ctx.store.write(operation)


def default_text(ctx: Context) -> str:
    """The text of the token ``default``, made now where there has been no engine yet.

    Raises:
        Refused: it was revoked.
        StoreError: its file cannot be read, or is not the token's any more.
    """
    ensure_default(ctx)
    (token,) = (one for one in listing(ctx) if one.name == DEFAULT)
    if token.revoked_at is not None:
        raise Refused(
            f"The token {DEFAULT!r} was revoked.",
            "`jobs-tui token create --scope admin` makes another one.",
        )
    path = ctx.store.home.token_file
    text = _read(path)
    kept = rows.by_hash(ctx.store.jobs.reader(), digest(text or ""))
    if kept is None or kept.id != token.id:
        raise StoreError(
            f"The text of the token {DEFAULT!r} is not in {path} any more.",
            "`jobs-tui token create --scope admin` makes another token.",
        )
    return text or ""


def engine_has_its_own(ctx: Context) -> bool:
    """Whether the engine that started last was given its token by :data:`VARIABLE`."""
    row = ctx.store.row("select value from facts where name = ?", (_FACT,))
    return row is not None and row["value"] == "yes"


def any_valid(ctx: Context) -> bool:
    """Whether there is a token with which somebody could come in."""
    variable = from_environment() is not None
    now = ctx.now()
    return variable or any(token.valid(now) for token in listing(ctx))


def _text_of_file(path: Path) -> str:
    """What the token file holds, made with a new token if it is missing."""
    known = _read(path)
    if known is not None:
        return known
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        try:
            with open(draft, "x", opener=lambda p, flags: os.open(p, flags, 0o600)) as file:
                file.write(new_text() + "\n")
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(draft, path)  # unlike a rename it never replaces another process's file
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(
            f"The token file {path} cannot be written: {error.strerror or error}.",
            "See to the home directory, or set JOBS_TUI_TOKEN.",
        ) from None
    text = _read(path)
    if text is None:
        raise StoreError(f"The token file {path} vanished.", "Try again.")
    return text


def _read(path: Path) -> str | None:
    """The token in the file; None without one. Raises StoreError."""
    try:
        text = path.read_text("utf-8").strip()
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise StoreError(
            f"The token file {path} cannot be read: {reason}.", "Mend or remove it."
        ) from None
    if not text.startswith(PREFIX) or len(text) < len(PREFIX) + 43:
        raise StoreError(
            f"The token file {path} does not hold a token of jobs-tui.", "Remove the file."
        )
    return text
