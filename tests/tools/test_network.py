"""HTTP, certificates and ports, against servers on this machine."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from jobs_tui.tools.reaching import proxy_for
from jobs_tui.tools.tool import ToolContext
from tests.tools.conftest import Use


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    request = (await reader.readuntil(b"\r\n\r\n")).split()[1]
    status = b"503 Busy" if request == b"/bad" else b"200 OK"
    body = b"all is well"
    if request == b"/drip":
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n.")
        await reader.read()
    if request == b"/round":
        status = b"302 Found\r\nLocation: /round"
    writer.write(
        b"HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
        % (status, len(body), body)
    )
    await writer.drain()
    writer.close()


@pytest.fixture
async def port() -> AsyncIterator[int]:
    server = await asyncio.start_server(_answer, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


async def test_a_good_answer_and_what_makes_it_bad(use: Use, port: int) -> None:
    url = f"http://127.0.0.1:{port}/"
    good = await use("http_check", url=url, status=200, contains="well", max_seconds=60)
    assert good.alarms == ()
    assert good.data["status"] == 200
    wrong = await use("http_check", url=url, status=204, contains="sick")
    assert wrong.alarms == (
        "It answered 200, not 204.",
        "The answer does not contain 'sick'.",
    )
    bad = await use("http_check", url=f"{url}bad")
    assert bad.alarms == ("It answered 503 Busy.",)


async def test_nobody_there_is_an_alarm_and_no_error(use: Use) -> None:
    found = await use("http_check", url="http://127.0.0.1:1/x")
    assert "does not answer" in found.alarms[0]


async def test_what_never_comes_to_an_end_is_ended(use: Use, port: int) -> None:
    url = f"http://127.0.0.1:{port}"
    drips = await use("http_check", url=f"{url}/drip", timeout=0.1)
    assert "no whole answer within 0.1 s" in drips.alarms[0]
    round_ = await use("http_check", url=f"{url}/round")
    assert "leads on and on" in round_.alarms[0]


async def test_a_password_in_an_address_is_not_shown(use: Use, port: int) -> None:
    for where in (f"u:hunter2@127.0.0.1:{port}/", "u:hunter2@127.0.0.1:1/"):
        found = await use("http_check", url=f"http://{where}", status=204)
        assert "hunter2" not in f"{found.text}{found.summary}{found.data}{found.alarms}"
        assert "***@127.0.0.1" in found.text


async def test_an_untrusted_certificate_is_said_in_words(
    use: Use, context: ToolContext, tmp_path: Path
) -> None:
    until = context.store.clock.now().astimezone(UTC) + timedelta(days=30)
    server = await asyncio.start_server(_answer, "127.0.0.1", 0, ssl=_certificate(tmp_path, until))
    port = server.sockets[0].getsockname()[1]
    found = await use("http_check", url=f"https://127.0.0.1:{port}/")
    server.close()
    assert "its certificate is not trusted (" in found.alarms[0]
    assert "_ssl.c" not in found.text


async def test_a_name_that_is_not_known_is_no_closed_port(
    use: Use, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    found = await use("tcp_port", host="typo.test", ports=[23], open=False)
    assert "the name is not known (Name or service not known)" in found.alarms[0]


def test_a_proxy_is_that_of_the_run_before_that_of_the_engine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("https_proxy", "http_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "http://engine:1")
    run = {"https_proxy": "http://run:2", "NO_PROXY": "in.test,10.0.0.1"}
    assert proxy_for("https://out.test/", {}) == "http://engine:1"
    assert proxy_for("https://out.test/", run) == "http://run:2"
    assert proxy_for("https://a.in.test:8443/", run) is None
    assert proxy_for("http://out.test/", run) is None


async def test_ports_that_should_be_open_and_those_that_should_not(use: Use, port: int) -> None:
    found = await use("tcp_port", ports=[port, 1])
    assert found.data["open"] == [port]
    assert found.alarms == ("Port 1 of 127.0.0.1 is closed: Connection refused.",)
    shut = await use("tcp_port", ports=[port], open=False)
    assert shut.alarms == (f"Port {port} of 127.0.0.1 is open.",)


def _certificate(folder: Path, until: datetime) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "box.test")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(until - timedelta(days=400))
        .not_valid_after(until)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    pem = folder / "both.pem"
    pem.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (30, ["is not trusted"]),
        (5, ["expires in 5 days", "is not trusted"]),
        (-3, ["expired 3 days ago"]),
    ],
)
async def test_a_certificate_is_read_even_when_it_is_bad(
    use: Use, context: ToolContext, tmp_path: Path, days: int, words: list[str]
) -> None:
    until = context.store.clock.now().astimezone(UTC) + timedelta(days=days, minutes=1)
    server = await asyncio.start_server(
        lambda reader, writer: writer.close(), "127.0.0.1", 0, ssl=_certificate(tmp_path, until)
    )
    port = server.sockets[0].getsockname()[1]
    found = await use("tls_certificate", host="127.0.0.1", port=port, days=14)
    server.close()
    assert len(found.alarms) == len(words)
    assert all(word in alarm for word, alarm in zip(words, found.alarms, strict=True))
    assert found.data["names"] == ["127.0.0.1"]
    assert found.data["trusted"] is False


async def test_what_speaks_no_tls_says_so(use: Use, port: int) -> None:
    found = await use("tls_certificate", host="127.0.0.1", port=port)
    assert "shows no certificate" in found.alarms[0]
