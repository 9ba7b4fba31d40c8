"""HTTPS by the settings ``tls_cert`` and ``tls_key``."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest
from aiohttp import ClientSession, TCPConnector

from jobs_tui.models.errors import JobsTuiError
from jobs_tui.server.tls import tls_context
from jobs_tui.service.context import Context
from jobs_tui.store.settings import Settings
from tests.server.face import Face

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl")


@pytest.fixture(scope="session")
def pems(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a certificate for localhost, its key, another key, a locked key."""
    folder = tmp_path_factory.mktemp("tls")
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    for cert, key, lock in (
        ("cert.pem", "key.pem", ["-nodes"]),
        ("other.pem", "other-key.pem", ["-nodes"]),
        ("locked.pem", "locked-key.pem", ["-passout", "pass:secret"]),
    ):
        openssl("req", "-x509", *curve, *lock, *name, "-out", cert, "-keyout", key, cwd=folder)
    both = (folder / "cert.pem").read_text() + (folder / "key.pem").read_text()
    (folder / "both.pem").write_text(both)
    (folder / "rubbish.pem").write_bytes(b"\x00 no certificate")
    return folder


def openssl(*arguments: str, cwd: Path) -> None:
    subprocess.run(["openssl", *arguments], cwd=cwd, check=True, capture_output=True)


@pytest.mark.parametrize(("cert", "key"), [("cert.pem", "key.pem"), ("both.pem", "")])
async def test_https_with_a_certificate_that_clients_can_check(
    ctx: Context, pems: Path, cert: str, key: str
) -> None:
    settings = Settings(tls_cert=str(pems / cert), tls_key=str(pems / key) if key else "")
    trust = ssl.create_default_context(cafile=str(pems / "cert.pem"))
    async with ClientSession(connector=TCPConnector(ssl=trust)) as session:
        face = Face(ctx, session, settings)
        address = await face.listener.start("127.0.0.1", 0)
        assert address.startswith("https://127.0.0.1:")
        async with session.get(f"{address}/healthz") as answer:
            assert (answer.status, answer.url.scheme) == (200, "https")
        async with session.get(f"{address}/api/v1/x") as answer:
            assert answer.status == 401
        # Plain HTTP at the same port gets no answer, and does no harm.
        face.address = address.removeprefix("https://")
        assert b"200" not in await face.raw(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        async with session.get(f"{address}/healthz") as answer:
            assert answer.status == 200
        await face.listener.stop()


def test_without_the_settings_there_is_none(tmp_path: Path) -> None:
    assert tls_context(Settings(), tmp_path) is None


def test_relative_paths_belong_to_the_home(pems: Path) -> None:
    assert tls_context(Settings(tls_cert="cert.pem", tls_key="key.pem"), pems) is not None


@pytest.mark.parametrize(
    ("cert", "key", "said"),
    [
        ("none.pem", "key.pem", "setting tls_cert names 'none.pem', which cannot be read"),
        ("cert.pem", "none.pem", "setting tls_key names 'none.pem', which cannot be read"),
        (".", "key.pem", "setting tls_cert names '.'"),
        ("cert\0.pem", "key.pem", "setting tls_cert names"),
        ("~nobody-of-this-name/c.pem", "key.pem", "setting tls_cert names"),
        ("", "key.pem", "tls_key is given without tls_cert"),
        ("cert.pem", "", "cannot be used with the key"),
        ("cert.pem", "other-key.pem", "key values mismatch"),
        ("rubbish.pem", "key.pem", "cannot be used with the key"),
        ("cert.pem", "rubbish.pem", "cannot be used with the key"),
        ("locked.pem", "locked-key.pem", "cannot be used with the key"),
    ],
)
def test_what_is_of_no_use_is_one_sentence(pems: Path, cert: str, key: str, said: str) -> None:
    with pytest.raises(JobsTuiError) as caught:
        tls_context(Settings(tls_cert=cert, tls_key=key), pems)
    assert said in caught.value.message
    assert caught.value.exit_code == 1
    assert caught.value.field in ("tls_cert", "tls_key")
    assert "\n" not in caught.value.sentence()


async def test_a_bad_certificate_leaves_no_port_open(ctx: Context, pems: Path) -> None:
    async with ClientSession() as session:
        face = Face(ctx, session, Settings(tls_cert=str(pems / "rubbish.pem")))
        with pytest.raises(JobsTuiError, match="rubbish"):
            await face.listener.start("127.0.0.1", 0)
        await face.listener.stop()
