"""A signed POST: what our own webhooks of style ``generic`` accept."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from jobs_tui import __version__
from jobs_tui.engine.sending.failure import NotDelivered
from jobs_tui.guard.signatures import sign
from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.delivery_target import shown_address
from jobs_tui.tools.reaching import cause, proxy_for

TIMEOUT = 20.0
"""Seconds for the whole call."""
REDIRECTS = 3
REPLY = 2_000
"""Bytes of the answer that are read."""
_GONE = 410


async def post(url: str, secret: str, body: bytes, delivery_id: str, at: int) -> str:
    """Send it, once.

    Args:
        secret: signs the body.
        at: seconds since 1970, for the header ``X-Webhook-Timestamp``.

    Returns:
        What was answered: ``HTTP 200``.

    Raises:
        NotDelivered: it was not accepted. The reason may hold parts of the address.
    """
    if urlsplit(url).scheme.lower() not in ("http", "https"):
        raise NotDelivered("The address is not one of http or https.")
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"jobs-tui/{__version__}",
        "X-Webhook-Signature": f"sha256={sign(secret, body)}",
        "X-Webhook-Id": delivery_id,
        "X-Webhook-Timestamp": str(at),
    }
    # Slow to load, and it reads the machine's certificates: not for the engine's loop.
    httpx2, trust = await asyncio.to_thread(_loaded)
    try:
        async with asyncio.timeout(TIMEOUT):
            return await _posted(httpx2, trust, url, headers, body)
    except (httpx2.TimeoutException, TimeoutError):
        raise NotDelivered(f"No answer within {TIMEOUT:g} s.") from None
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
        raise NotDelivered(f"It cannot be reached: {cause(error)}.") from None


def _loaded() -> tuple[Any, ssl.SSLContext]:
    import httpx2

    # It says each address in full, and an address may hold a token.
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    return httpx2, ssl.create_default_context()


async def _posted(
    httpx2: Any, trust: ssl.SSLContext, url: str, headers: Mapping[str, str], body: bytes
) -> str:
    async with httpx2.AsyncClient(
        follow_redirects=False,
        timeout=TIMEOUT,
        verify=trust,
        trust_env=False,
        proxy=proxy_for(url, {}),
    ) as client:
        for _ in range(REDIRECTS + 1):
            async with client.stream("POST", url, headers=headers, content=body) as answer:
                status = int(answer.status_code)
                if status in (307, 308):
                    url = _next(url, answer.headers.get("location", ""))
                    continue
                said = b""
                async for piece in answer.aiter_bytes():
                    said += piece
                    if len(said) >= REPLY:
                        break
            if 200 <= status < 300:
                return f"HTTP {status}"
            if 300 <= status < 400:
                where = shown_address(urljoin(url, answer.headers.get("location", "")))
                raise NotDelivered(f"It answered {status} and leads to {where}: name that address.")
            words = plain(said[:REPLY].decode("utf-8", "replace")).strip()[:200]
            reason = f"It answered {status} {answer.reason_phrase}".rstrip()
            raise NotDelivered(
                f"{reason}: {words}" if words else f"{reason}.", for_good=status == _GONE
            )
    raise NotDelivered(f"It leads on and on, more than {REDIRECTS} times.")


def _next(url: str, location: str) -> str:
    """Where a redirect leads that keeps the method: never to another scheme or host."""
    target = urljoin(url, location)
    old, new = urlsplit(url), urlsplit(target)
    if not location or (old.scheme, old.netloc) != (new.scheme, new.netloc):
        raise NotDelivered(f"It leads to {shown_address(target)}, another host: name that address.")
    return target
