"""Answers as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web


def json_response(
    body: Any, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """A value as JSON; text outside of ASCII stays readable."""
    return web.Response(
        body=encoded(body),
        status=status,
        headers=headers,
        content_type="application/json",
    )


def encoded(body: Any) -> bytes:
    """The bytes of a JSON answer; half a surrogate pair, which no answer should hold, as ``?``."""
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
