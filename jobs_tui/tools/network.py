"""What answers over the network: HTTP, certificates, ports."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import Field

from jobs_tui.tools.arguments import Host, Port, ToolArguments
from jobs_tui.tools.tool import Tool, ToolContext, ToolResult
from jobs_tui.tools.words import count, rows, short, size, span

BODY_LIMIT = 2_000_000
"""Bytes of an answer that are read."""
Seconds = Annotated[float, Field(gt=0, le=300)]
Url = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"^https?://[^\s]+$")]


class HttpCheck(ToolArguments):
    """What a good answer is."""

    url: Url = Field(description="http:// or https:// address")
    status: Annotated[int, Field(ge=100, le=599)] | None = Field(
        None, description="the status that is expected; any below 400 without it"
    )
    contains: str | None = Field(None, max_length=1000, description="text that must be in the body")
    max_seconds: Seconds | None = Field(None, description="alarm when it answers later")
    timeout: Seconds = Field(10.0, description="seconds until one gives up")
    follow: bool = Field(True, description="follow redirects")


async def _http(arguments: HttpCheck, context: ToolContext) -> ToolResult:
    import httpx2

    clock = context.store.clock
    started = clock.monotonic()
    try:
        async with (
            httpx2.AsyncClient(
                follow_redirects=arguments.follow, timeout=arguments.timeout
            ) as client,
            client.stream(
                "GET", arguments.url, headers={"User-Agent": "jobs-tui", "Accept": "*/*"}
            ) as answer,
        ):
            first = clock.monotonic() - started
            body = b""
            async for piece in answer.aiter_bytes():
                body += piece
                if len(body) >= BODY_LIMIT:
                    break
    except httpx2.TimeoutException:
        return _no_answer(arguments, f"no answer within {arguments.timeout:g} s")
    except (httpx2.HTTPError, httpx2.InvalidURL, ssl.SSLError, OSError) as error:
        return _no_answer(arguments, short(str(error)) or type(error).__name__)
    took = clock.monotonic() - started
    alarms = []
    if arguments.status is not None and answer.status_code != arguments.status:
        alarms.append(f"It answered {answer.status_code}, not {arguments.status}.")
    elif arguments.status is None and answer.status_code >= 400:
        alarms.append(f"It answered {answer.status_code} {answer.reason_phrase}.")
    if arguments.contains is not None and arguments.contains.encode() not in body:
        alarms.append(f"The answer does not contain {arguments.contains!r:.100}.")
    if arguments.max_seconds is not None and first > arguments.max_seconds:
        alarms.append(f"It answered after {first:.2f} s, later than {arguments.max_seconds:g} s.")
    lines = [
        ("address", arguments.url),
        ("status", f"{answer.status_code} {answer.reason_phrase}"),
        ("answered", f"after {span(first)}, whole after {span(took)}"),
        ("type", answer.headers.get("content-type", "--")),
        ("size", size(len(body))),
    ]
    if str(answer.url) != arguments.url:
        lines.insert(1, ("went to", str(answer.url)))
    return ToolResult(
        text=rows(lines),
        summary=short(
            f"{answer.status_code} from {arguments.url} in {span(first)}"
            + (f": {alarms[0]}" if alarms else "")
        ),
        data={
            "url": str(answer.url),
            "status": answer.status_code,
            "seconds": round(first, 3),
            "bytes": len(body),
        },
        alarms=tuple(alarms),
    )


def _no_answer(arguments: HttpCheck, why: str) -> ToolResult:
    alarm = f"{arguments.url} does not answer: {why}."
    return ToolResult(text=alarm, summary=short(alarm), data={"status": None}, alarms=(alarm,))


class TlsCertificate(ToolArguments):
    """Whose certificate, and how long it has to be good."""

    host: Host = Field(description="name or address")
    port: Port = Field(443, description="port")
    days: Annotated[int, Field(ge=0, le=3650)] = Field(
        14, description="alarm when it expires within so many days"
    )
    server_name: Host | None = Field(None, description="the name to ask for, when not the host")
    timeout: Seconds = Field(10.0, description="seconds until one gives up")


async def _tls(arguments: TlsCertificate, context: ToolContext) -> ToolResult:
    name = arguments.server_name or arguments.host
    try:
        raw, problem = await asyncio.wait_for(
            asyncio.to_thread(_certificate, arguments, name), arguments.timeout + 5
        )
    except TimeoutError:
        raw, problem = b"", f"no answer within {arguments.timeout:g} s"
    where = f"{arguments.host}:{arguments.port}"
    if not raw:
        alarm = f"{where} shows no certificate: {problem}."
        return ToolResult(text=alarm, summary=short(alarm), alarms=(alarm,))
    facts = _read_certificate(raw)
    now = context.store.clock.now()
    left = (facts["not_after"] - now).total_seconds() / 86_400
    alarms = []
    if left < 0:
        alarms.append(f"The certificate of {where} expired {-left:.0f} days ago.")
    elif left < arguments.days:
        alarms.append(f"The certificate of {where} expires in {left:.0f} days.")
    if problem and left >= 0:
        alarms.append(f"The certificate of {where} is not trusted: {problem}.")
    lines = [
        ("host", where),
        ("subject", facts["subject"]),
        ("issuer", facts["issuer"]),
        ("names", ", ".join(facts["names"][:10]) or "--"),
        ("from", f"{facts['not_before']:%Y-%m-%d %H:%M}Z"),
        ("until", f"{facts['not_after']:%Y-%m-%d %H:%M}Z ({left:.0f} days)"),
        ("chain", problem or "trusted"),
    ]
    return ToolResult(
        text=rows(lines),
        summary=short(alarms[0] if alarms else f"good for {left:.0f} more days ({where})"),
        data={
            "host": arguments.host,
            "days_left": round(left, 1),
            "not_after": facts["not_after"].isoformat(),
            "issuer": facts["issuer"],
            "names": facts["names"],
            "trusted": not problem,
        },
        alarms=tuple(alarms),
    )


def _certificate(arguments: TlsCertificate, name: str) -> tuple[bytes, str]:
    """The certificate as DER, and why it is not trusted (empty: it is); no bytes: unreachable."""
    problem = ""
    for trusting in (False, True):
        context = ssl.create_default_context()
        if trusting:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        try:
            with (
                socket.create_connection(
                    (arguments.host.strip("[]"), arguments.port), arguments.timeout
                ) as plain,
                context.wrap_socket(plain, server_hostname=name.strip("[]")) as tls,
            ):
                return tls.getpeercert(binary_form=True) or b"", problem
        except ssl.SSLCertVerificationError as error:
            problem = error.verify_message or "it cannot be verified"
        except ssl.SSLError as error:
            return b"", f"it does not speak TLS ({error.reason or error})"
        except TimeoutError:
            return b"", f"no answer within {arguments.timeout:g} s"
        except OSError as error:
            return b"", error.strerror or str(error)
    return b"", problem


def _read_certificate(raw: bytes) -> dict[str, Any]:
    from cryptography import x509

    found = x509.load_der_x509_certificate(raw)
    try:
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        shown = [str(one.value) for one in names]
    except x509.ExtensionNotFound:
        shown = []
    return {
        "subject": found.subject.rfc4514_string() or "--",
        "issuer": found.issuer.rfc4514_string() or "--",
        "names": shown,
        "not_before": found.not_valid_before_utc,
        "not_after": found.not_valid_after_utc.astimezone(UTC)
        if isinstance(found.not_valid_after_utc, datetime)
        else found.not_valid_after_utc,
    }


class TcpPort(ToolArguments):
    """Which ports of which host."""

    host: Host = Field("127.0.0.1", description="name or address")
    ports: Annotated[list[Port], Field(min_length=1, max_length=100)] = Field(
        description="ports to try"
    )
    open: bool = Field(
        True, description="whether they should be open; else an open one is an alarm"
    )
    timeout: Seconds = Field(5.0, description="seconds until one gives up")


async def _tcp(arguments: TcpPort, context: ToolContext) -> ToolResult:
    found = await asyncio.gather(*(_try_port(arguments, port) for port in arguments.ports))
    alarms = tuple(
        f"Port {port} of {arguments.host} is {'closed' if problem else 'open'}"
        f"{f': {problem}' if problem else ''}."
        for port, problem in zip(arguments.ports, found, strict=True)
        if bool(problem) == arguments.open
    )
    lines = [
        (f"{arguments.host}:{port}", "open" if not problem else f"closed: {problem}")
        for port, problem in zip(arguments.ports, found, strict=True)
    ]
    opened = [port for port, problem in zip(arguments.ports, found, strict=True) if not problem]
    return ToolResult(
        text=rows(lines),
        summary=f"{len(opened)} of {count(len(found), 'port')} open on {arguments.host}",
        data={"host": arguments.host, "open": opened},
        alarms=alarms,
    )


async def _try_port(arguments: TcpPort, port: int) -> str:
    """Why it cannot be reached; empty when it can."""
    try:
        async with asyncio.timeout(arguments.timeout):
            _, writer = await asyncio.open_connection(arguments.host.strip("[]"), port)
    except TimeoutError:
        return f"no answer within {arguments.timeout:g} s"
    except OSError as error:
        return os.strerror(error.errno) if error.errno else str(error)
    writer.close()
    return ""


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
TLS_CERTIFICATE = Tool(
    name="tls_certificate",
    title="TLS certificate",
    description="Looks at the certificate of a host: until when it is good and whether it is"
    " trusted.",
    arguments=TlsCertificate,
    run=_tls,
    read_only=True,
    phrases=(
        "check the tls certificate of example.org",
        "warn 14 days before the ssl certificate expires",
        "when does the certificate of the host expire",
        "check certificate expiry",
    ),
)
TCP_PORT = Tool(
    name="tcp_port",
    title="TCP port",
    description="Tries whether ports of a host can be reached.",
    arguments=TcpPort,
    run=_tcp,
    read_only=True,
    phrases=(
        "is port 5432 open on db1",
        "check that port 22 is reachable",
        "can we connect to host port 443",
        "check ports 80 and 443",
    ),
)
