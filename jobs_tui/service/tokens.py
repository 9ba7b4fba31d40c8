"""Tokens of the HTTP interface: making, listing and revoking them (DESIGN 9)."""

from __future__ import annotations

import hashlib
import re
import secrets
import sqlite3
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from jobs_tui.models.errors import InvalidInput, NotFound, Refused
from jobs_tui.models.ids import new_token_id
from jobs_tui.models.times import maybe_to_text, to_text
from jobs_tui.models.token import Scope, Token
from jobs_tui.service.context import Context
from jobs_tui.store import tokens as rows

DEFAULT = "default"
"""The name of the token that the first engine of a home makes."""
VARIABLE = "JOBS_TUI_TOKEN"
"""In the environment of the engine: a text that is an admin token in place of the default one."""
LONGEST_NAME = 100
PREFIX = "jt_"
"""So that a token that got lost is recognised where it is found."""
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}


@dataclass(frozen=True, slots=True)
class Created:
    """A new token."""

    token: Token
    text: str
    """Shown this once."""


def new_text() -> str:
    """A token's text: 256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


def digest(text: str) -> str:
    """What is kept of a token: SHA-256 in hex. 256 random bits need no slow hash."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def create(
    ctx: Context, scope: str, *, name: str | None = None, expires: str | None = None
) -> Created:
    """Make a token.

    Args:
        scope: ``read``, ``trigger`` or ``admin``.
        name: who or what will use it; made up when None.
        expires: as :func:`parse_expiry` reads it; None for never.

    Raises:
        InvalidInput: one of them is bad.
        Refused: a token of this name is in use.
    """
    now, token_id = ctx.now(), new_token_id()
    token = Token(
        id=token_id,
        name=_name(f"{_scope(scope)}-{token_id[4:12]}" if name is None else name),
        scope=_scope(scope),
        created_at=now,
        created_by=ctx.actor,
        expires_at=None if expires is None else parse_expiry(expires, now),
    )
    text = new_text()

    def operation(connection: sqlite3.Connection) -> None:
        if any(one.name == token.name and one.valid(now) for one in rows.listing(connection)):
            raise Refused(
                f"There is a token called {token.name!r} already.",
                "Revoke it first or choose another name.",
            )
        rows.insert(connection, token, digest(text))
        ctx.audit(connection, "token.create", token.id, f"{token.name} ({token.scope})")

    ctx.store.write(operation)
    return Created(token, text)


def listing(ctx: Context) -> list[Token]:
    """All tokens, newest first, expired and revoked ones included."""
    return rows.listing(ctx.store.jobs.reader())


def revoke(ctx: Context, ref: str) -> Token:
    """Refuse a token from now on.

    Args:
        ref: its name, its id or the beginning of that.

    Raises:
        NotFound: nothing or several things match.
        Refused: it is revoked already.
    """
    now = ctx.now()

    def operation(connection: sqlite3.Connection) -> Token:
        token = _find(rows.listing(connection), ref, now)
        rows.revoke(connection, token.id, now)
        ctx.audit(connection, "token.revoke", token.id, token.name)
        return replace(token, revoked_at=now)

    token = ctx.store.write(operation)
    if token.name == DEFAULT:
        ctx.store.home.token_file.unlink(missing_ok=True)
    return token


def entry(token: Token, now: datetime) -> dict[str, Any]:
    """A token as faces print it."""
    if token.revoked_at is not None:
        status = "revoked"
    else:
        status = "valid" if token.valid(now) else "expired"
    return {
        "id": token.id,
        "name": token.name,
        "scope": str(token.scope),
        "status": status,
        "created_at": to_text(token.created_at),
        "created_by": token.created_by,
        "expires_at": maybe_to_text(token.expires_at),
        "revoked_at": maybe_to_text(token.revoked_at),
        "last_used_at": maybe_to_text(token.last_used_at),
    }


def parse_expiry(text: str, now: datetime) -> datetime:
    """The instant that ``30d``, ``12h``, ``90m``, ``2w`` from now or an ISO time means.

    An ISO time without an offset is UTC.

    Raises:
        InvalidInput: it is neither, or not in the future.
    """
    given = text.strip()
    found = re.fullmatch(r"(\d{1,9})([smhdw])", given, re.ASCII)
    try:
        if found:
            moment = now + timedelta(seconds=int(found[1]) * _UNITS[found[2]])
        else:
            moment = datetime.fromisoformat(given)
            moment = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidInput(
            f"{text!r:.60} is neither a duration nor a time.",
            "Use 12h, 30d, 8w or 2027-01-31T12:00:00Z.",
            field="expires",
        ) from None
    if moment <= now:
        raise InvalidInput(
            f"{text!r:.60} is not in the future.", "Choose a later time.", field="expires"
        )
    return moment


def _scope(text: str) -> Scope:
    try:
        return Scope(text)
    except ValueError:
        raise InvalidInput(
            f"{text!r:.40} is not a scope.", f"Use one of {', '.join(Scope)}.", field="scope"
        ) from None


def _name(text: str) -> str:
    name = text.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidInput(
            f"{text!r:.60} cannot be the name of a token.",
            f"Use 1 to {LONGEST_NAME} printable characters.",
            field="name",
        )
    if name in (DEFAULT, VARIABLE) or name.startswith("tok_"):
        raise InvalidInput(
            f"The name {name!r:.60} is kept for tokens that jobs-tui makes itself.",
            "Choose another one.",
            field="name",
        )
    return name


def _find(tokens: list[Token], ref: str, now: datetime) -> Token:
    named = [one for one in tokens if one.name == ref]
    found = [one for one in named if one.revoked_at is None] or named
    if not found and re.fullmatch(r"tok_[0-9a-f-]{4,36}", ref):
        found = [one for one in tokens if one.id.startswith(ref)]
    usable = [one for one in found if one.valid(now)] or found
    if not usable:
        raise NotFound(
            f"There is no token {ref!r:.80}.", "`jobs-tui token list` shows names and ids."
        )
    if all(one.revoked_at is not None for one in usable):
        raise Refused(f"The token {ref!r:.80} is revoked already.", "Nothing was changed.")
    if len(usable) > 1:
        raise NotFound(f"Several tokens are meant by {ref!r:.80}.", "Give more of the id.")
    return usable[0]
