"""Reading what a request brings: body, query, headers; anything unfit is a 422 with its place."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from jobs_tui.models.errors import InvalidInput
from jobs_tui.server.api.errors import Unprocessable
from jobs_tui.service.json_body import NotJson, parse_object

READ_SECONDS = 30
"""A body that is not there by then is cut off."""
HEAVY_BODY = 32 * 1024
"""Bytes above which a body is parsed beside the event loop."""
FURTHEST = 10**15
"""The largest offset or line number that means anything."""

_FLAGS = {"true": True, "1": True, "false": False, "0": False}


def clean(raw: str) -> str:
    """Text as aiohttp decodes it, with what was no UTF-8 replaced: no store takes that."""
    if raw.isascii():
        return raw
    return raw.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def path_part(request: web.Request, name: str) -> str:
    """A variable of the path."""
    return clean(request.match_info[name])


async def body_of(request: web.Request) -> dict[str, Any]:
    """The JSON object of a body, empty for none, whatever ``Content-Type`` says of it.

    Raises:
        Unprocessable: it is no JSON object in UTF-8.
        HTTPRequestEntityTooLarge, HTTPRequestTimeout, HTTPBadRequest: it could not be read.
    """
    try:
        async with asyncio.timeout(READ_SECONDS):
            raw = await request.read()
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except web.RequestPayloadError:
        raise web.HTTPBadRequest(reason="The body ended early or is badly framed") from None
    try:
        if len(raw) > HEAVY_BODY:
            return await asyncio.to_thread(parse_object, raw)
        return parse_object(raw)
    except NotJson as error:
        raise Unprocessable(("body",), error.sentence(), "json_invalid") from None
    except InvalidInput as error:
        raise Unprocessable(("body",), error.sentence(), "dict_type") from None


def header(request: web.Request, name: str) -> str | None:
    """A header's text, None when it is not there."""
    found = request.headers.get(name)
    return None if found is None else clean(found)


def text(request: web.Request, name: str) -> str | None:
    """A query parameter; None when it is not there."""
    found = request.query.getall(name, [])
    if len(found) > 1:
        raise Unprocessable(
            ("query", name), f"{name} is there {len(found)} times.", "value_error.repeated"
        )
    return clean(found[0]) if found else None


def flag(request: web.Request, name: str) -> bool | None:
    """``true``, ``True``, ``1`` and their opposites; None when it is not there."""
    sent = text(request, name)
    if sent is None:
        return None
    found = _FLAGS.get(sent.lower())
    if found is None:
        raise Unprocessable(
            ("query", name), f"{name}: {sent!r:.40} is neither true nor false.", "bool_parsing"
        )
    return found


def number(request: web.Request, name: str, least: int, most: int) -> int | None:
    """A whole number within limits; None when it is not there."""
    sent = text(request, name)
    if sent is None:
        return None
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", sent.strip()):
        raise Unprocessable(
            ("query", name), f"{name}: {sent!r:.40} is not a whole number.", "int_parsing"
        )
    found = int(sent)
    if not least <= found <= most:
        raise Unprocessable(
            ("query", name), f"{name}: {found} is not between {least} and {most}.", "value_error"
        )
    return found


def choices(request: web.Request, name: str, known: Sequence[str]) -> tuple[str, ...]:
    """Words out of a list, repeated or with commas between them; empty when it is not there."""
    found: list[str] = []
    for sent in request.query.getall(name, ()):
        for word in clean(sent).split(","):
            if word.strip() not in known:
                raise Unprocessable(
                    ("query", name),
                    f"{name}: {word.strip()!r:.40} is not one of {', '.join(known)}.",
                    "enum",
                )
            found.append(word.strip())
    return tuple(dict.fromkeys(found))


def some_of(known: Sequence[str]) -> dict[str, str]:
    """The schema of what :func:`choices` reads."""
    one = f"({'|'.join(known)})"
    return {"type": "string", "pattern": f"^{one}( *, *{one})*$"}


def choice(request: web.Request, name: str, known: Sequence[str]) -> str | None:
    """One word out of a list; None when it is not there."""
    sent = text(request, name)
    if sent is None:
        return None
    if sent not in known:
        raise Unprocessable(
            ("query", name), f"{name}: {sent!r:.40} is not one of {', '.join(known)}.", "enum"
        )
    return sent


def moment(request: web.Request, name: str) -> datetime | None:
    """An instant in ISO 8601, in UTC when it names no zone; None when it is not there."""
    sent = text(request, name)
    if sent is None:
        return None
    # A plus sign that was not escaped arrives as a blank.
    repaired = re.sub(r" (\d\d:?\d\d)\Z", r"+\1", sent.strip())
    try:
        found = datetime.fromisoformat(repaired)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unprocessable(
            ("query", name),
            f"{name}: {sent!r:.40} is not a time such as 2026-08-21T14:00:00Z.",
            "datetime_parsing",
        ) from None
