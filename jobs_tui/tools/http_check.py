"""Whether a web address answers, in time and with what is expected."""

from __future__ import annotations

import asyncio
import ssl
from typing import Annotated

from pydantic import Field

from jobs_tui.tools.arguments import Seconds, ToolArguments, Url
from jobs_tui.tools.reaching import cause, proxy_for, shown_url
from jobs_tui.tools.tool import Tool, ToolContext, ToolResult
from jobs_tui.tools.words import rows, short, size, span

BODY_LIMIT = 2_000_000
"""Bytes of an answer that are read."""
REDIRECTS = 10


class HttpCheck(ToolArguments):
    """What a good answer is."""

    url: Url = Field(description="http:// or https:// address")
    status: Annotated[int, Field(ge=100, le=599)] | None = Field(
        None, description="the status that is expected; any below 400 without it"
    )
    contains: str | None = Field(None, max_length=1000, description="text that must be in the body")
    max_seconds: Seconds | None = Field(None, description="alarm when it answers later")
    timeout: Seconds = Field(10.0, description="seconds for the whole answer")
    follow: bool = Field(True, description="follow redirects")


async def _http(arguments: HttpCheck, context: ToolContext) -> ToolResult:
    import httpx2

    clock = context.store.clock
    started = clock.monotonic()
    body = bytearray()
    cut = False
    try:
        # what drips byte by byte would never exceed the limit of a single read
        async with (
            asyncio.timeout(arguments.timeout),
            httpx2.AsyncClient(
                follow_redirects=arguments.follow,
                max_redirects=REDIRECTS,
                timeout=arguments.timeout,
                verify=ssl.create_default_context(),
                trust_env=False,
                proxy=proxy_for(arguments.url, context.env),
            ) as client,
            client.stream(
                "GET", arguments.url, headers={"User-Agent": "jobs-tui", "Accept": "*/*"}
            ) as answer,
        ):
            first = clock.monotonic() - started
            async for piece in answer.aiter_bytes():
                body += piece
                cut = len(body) >= BODY_LIMIT
                if cut:
                    break
    except (httpx2.TimeoutException, TimeoutError):
        return _no_answer(arguments, f"no whole answer within {arguments.timeout:g} s")
    except httpx2.TooManyRedirects:
        return _no_answer(arguments, f"it leads on and on, more than {REDIRECTS} times")
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
        return _no_answer(arguments, cause(error))
    took = clock.monotonic() - started
    alarms = []
    if arguments.status is not None and answer.status_code != arguments.status:
        alarms.append(f"It answered {answer.status_code}, not {arguments.status}.")
    elif arguments.status is None and answer.status_code >= 400:
        alarms.append(f"It answered {answer.status_code} {answer.reason_phrase}.")
    if arguments.contains is not None and not _contains(
        bytes(body), arguments.contains, answer.encoding
    ):
        where = f"The first {size(len(body))} of the answer do" if cut else "The answer does"
        alarms.append(f"{where} not contain {arguments.contains!r:.100}.")
    if arguments.max_seconds is not None and first > arguments.max_seconds:
        alarms.append(f"It answered after {first:.2f} s, later than {arguments.max_seconds:g} s.")
    lines = [
        ("address", shown_url(arguments.url)),
        ("status", f"{answer.status_code} {answer.reason_phrase}"),
        ("answered", f"after {span(first)}, whole after {span(took)}"),
        ("type", answer.headers.get("content-type", "--")),
        ("size", f"{'more than ' if cut else ''}{size(len(body))}"),
    ]
    if answer.history:
        lines.insert(1, ("went to", shown_url(str(answer.url))))
    return ToolResult(
        text=rows(lines),
        summary=short(
            f"{answer.status_code} from {shown_url(arguments.url)} in {span(first)}"
            + (f": {alarms[0]}" if alarms else "")
        ),
        data={
            "url": shown_url(str(answer.url)),
            "status": answer.status_code,
            "seconds": round(first, 3),
            "bytes": len(body),
        },
        alarms=tuple(alarms),
    )


def _contains(body: bytes, text: str, encoding: str | None) -> bool:
    """Whether a text is in a body, as bytes of UTF-8 or as the answer says that it is written."""
    if text.encode("utf-8", "replace") in body:
        return True
    try:
        return text in body.decode(encoding or "utf-8", "replace")
    except LookupError:  # a charset that does not exist
        return False


def _no_answer(arguments: HttpCheck, why: str) -> ToolResult:
    alarm = f"{shown_url(arguments.url)} does not answer: {why}."
    return ToolResult(text=alarm, summary=short(alarm), data={"status": None}, alarms=(alarm,))


HTTP_CHECK = Tool(
    name="http_check",
    title="HTTP check",
    description="Asks a web address and checks status, time and content of the answer.",
    arguments=HttpCheck,
    run=_http,
    read_only=True,
    phrases=(
        "check that https://example.org answers",
        "is the website up",
        "check the url returns 200",
        "ping the health endpoint http://localhost:8080/health",
        "monitor the site and check it contains a text",
    ),
)
