"""Until when the certificate of a host is good, and whether it is trusted."""

from __future__ import annotations

import asyncio
import ssl
from typing import Annotated, Any

from pydantic import Field

from jobs_tui.tools.arguments import Host, Port, Seconds, ToolArguments
from jobs_tui.tools.reaching import cause
from jobs_tui.tools.tool import Tool, ToolContext, ToolResult
from jobs_tui.tools.words import rows, short, span


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
        async with asyncio.timeout(arguments.timeout):
            raw, problem = await _certificate(arguments, name.strip("[]"))
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
        alarms.append(f"The certificate of {where} expired {_days(-left)} ago.")
    elif left < arguments.days:
        alarms.append(f"The certificate of {where} expires in {_days(left)}.")
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


def _days(days: float) -> str:
    return f"{days:.0f} days" if days >= 2 else span(days * 86_400)


async def _certificate(arguments: TlsCertificate, name: str) -> tuple[bytes, str]:
    """The certificate as DER, and why it is not trusted (empty: it is); no bytes: unreachable."""
    problem = ""
    for trusting in (False, True):
        context = ssl.create_default_context()
        if trusting:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        try:
            _, writer = await asyncio.open_connection(
                arguments.host.strip("[]"), arguments.port, ssl=context, server_hostname=name
            )
        except ssl.SSLCertVerificationError as error:
            problem = (error.verify_message or "it cannot be verified").rstrip(".")
            continue
        except (OSError, ValueError) as error:
            return b"", cause(error)
        tls: ssl.SSLObject = writer.get_extra_info("ssl_object")
        writer.transport.abort()
        return tls.getpeercert(binary_form=True) or b"", problem
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
        "not_after": found.not_valid_after_utc,
    }


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
