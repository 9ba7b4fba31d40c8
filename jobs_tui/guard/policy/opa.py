"""Asking an OPA server (https://www.openpolicyagent.org/docs/rest-api, Data API).

``POST URL`` with ``{"input": QUESTION}`` is answered ``{"result": {"allow": ..., "deny": [...]}}``;
a document that is undefined is answered 200 without ``result``.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from jobs_tui.guard.policy.answer import Answer, NoAnswer
from jobs_tui.guard.policy.messages import messages

LONGEST_ANSWER = 1_000_000
"""Bytes."""


def ask_opa(
    url: str, question: Mapping[str, Any], timeout: float, token: str | None = None
) -> Answer:
    """What the server says within ``timeout`` seconds, all in all.

    Args:
        token: sent as ``Authorization: Bearer``, as OPA's own authentication takes it.

    Raises:
        NoAnswer: it said nothing that is a decision.
    """
    outcome: list[Answer | NoAnswer] = []

    def ask() -> None:
        try:
            outcome.append(asyncio.run(_ask(url, question, timeout, token)))
        except NoAnswer as error:
            outcome.append(error)
        except Exception as error:
            outcome.append(NoAnswer(f"{_shown(url)} could not be asked ({_said(error)})"))

    # A thread of its own has no event loop that runs already; the limit holds for slow bodies too.
    thread = threading.Thread(target=ask, name="opa", daemon=True)
    thread.start()
    thread.join()
    found = outcome[0]
    if isinstance(found, NoAnswer):
        raise found
    return found


def url_problem(url: str | None) -> str:
    """Why this cannot be a document's address, one sentence; empty when it can."""
    try:
        parts = urlsplit(url or "")
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fits = False
    return "" if fits else "A policy of an OPA server needs its address, http or https."


async def _ask(url: str, question: Mapping[str, Any], timeout: float, token: str | None) -> Answer:
    import httpx2

    body = json.dumps({"input": question}).encode()
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    try:
        async with (
            asyncio.timeout(timeout),
            httpx2.AsyncClient(timeout=timeout, follow_redirects=False) as client,
            client.stream("POST", url, content=body, headers=headers) as answer,
        ):
            if answer.status_code in (401, 403):
                told = "refused the token" if token else "wants a token: set token of the policy"
                raise NoAnswer(f"{_shown(url)} {told} ({answer.status_code})")
            if answer.status_code != 200:
                raise NoAnswer(f"{_shown(url)} answered {answer.status_code}")
            data = b""
            async for part in answer.aiter_bytes():
                data += part
                if len(data) > LONGEST_ANSWER:
                    raise NoAnswer(f"{_shown(url)} answered too much")
    except (TimeoutError, httpx2.TimeoutException):
        raise NoAnswer(f"{_shown(url)} gave no answer within {timeout:g} s") from None
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise NoAnswer(f"{_shown(url)} cannot be reached ({_said(error)})") from None
    return _decision(url, data)


def _decision(url: str, data: bytes) -> Answer:
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        raise NoAnswer(f"{_shown(url)} did not answer in JSON") from None
    if not isinstance(said, dict) or "result" not in said:
        raise NoAnswer(f"{_shown(url)} knows no such document (the answer has no result)")
    result = said["result"]
    if not isinstance(result, dict):
        raise NoAnswer(
            f"the result of {_shown(url)} is no object: the address is that of a package"
        )
    if "allow" not in result and "deny" not in result:
        raise NoAnswer(f"the result of {_shown(url)} has neither allow nor deny")
    return Answer(
        deny=messages("deny", result["deny"]) if "deny" in result else None,
        ask=messages("ask", result["ask"]) if "ask" in result else None,
        allow=result["allow"] is True if "allow" in result else None,
    )


def _shown(url: str) -> str:
    """The address without what may be a password or a key."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.scheme}://{parts.hostname}{port}{parts.path}"
    except ValueError:
        return "the OPA server"


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
