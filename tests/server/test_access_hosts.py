"""Names that this server answers to, and listening beyond this machine."""

from __future__ import annotations

import logging

import pytest
from aiohttp import ClientSession

from jobs_tui.guard.signatures import sign
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.server.hosts import AllowedHosts
from jobs_tui.service import tokens
from jobs_tui.service.context import Context
from jobs_tui.store.settings import Settings
from tests.server.face import TOKEN, Face, accept_token
from tests.service.hooks import hook


@pytest.mark.parametrize(
    "header",
    [
        "localhost",
        "LocalHost:7802",
        "localhost.",
        "127.0.0.1:1",
        "127.0.0.2",
        "[::1]:7802",
        "[::1]",
        "jobs.example.com",
        "hook.example.org:443",
        "box",
        "BOX:7802",
        "xn--bcher-kva.example",
    ],
)
def test_names_that_are_ours(header: str) -> None:
    settings = Settings(
        public_url="https://Hook.example.org/base/",
        allowed_hosts=("Jobs.example.com", "xn--bcher-kva.example:7802"),
    )
    assert AllowedHosts("127.0.0.1", "box", settings).allows(header)


@pytest.mark.parametrize(
    "header",
    [
        "evil.example",
        "evil.example:7802",
        "localhost.evil.example",
        "evil.localhost.example",
        "127.0.0.1.evil.example",
        "localhost@evil.example",
        "localhost:7802:7802",
        "192.0.2.7",
        "0.0.0.0",
        "[2001:db8::1]:7802",
        "2130706433",
        "127.1",
        "[localhost",
        "",
        ":",
        "*",
        "\u0131localhost",
    ],
)
def test_names_that_are_not_ours(header: str) -> None:
    assert not AllowedHosts("127.0.0.1", "127.0.0.1", Settings()).allows(header)


def test_any_address_where_every_address_is_listened_on() -> None:
    hosts = AllowedHosts("0.0.0.0", "0.0.0.0", Settings())
    assert hosts.allows("192.0.2.7:7802")
    assert hosts.allows("[2001:db8::1]:7802")
    assert not hosts.allows("evil.example")


def test_the_address_that_was_bound() -> None:
    hosts = AllowedHosts("192.0.2.7", "192.0.2.7", Settings())
    assert hosts.allows("192.0.2.7:7802")
    assert hosts.allows("localhost")
    assert not hosts.allows("192.0.2.8")


def test_a_star_lets_every_name_through() -> None:
    assert AllowedHosts("127.0.0.1", "", Settings(allowed_hosts=("*",))).allows("evil.example")


@pytest.mark.parametrize("url", ["", "no url", "http://[", "https://"])
def test_a_public_url_without_a_name_allows_none(url: str) -> None:
    hosts = AllowedHosts("127.0.0.1", "", Settings(public_url=url))
    assert not hosts.allows("")
    assert not hosts.allows("evil.example")


@pytest.mark.parametrize("path", ["/api/v1/jobs", "/healthz", "/api/ready", "/docs", "/", "/x"])
async def test_a_rebound_name_gets_nothing_token_or_not(face: Face, path: str) -> None:
    status, answer = await face.ask("GET", path, headers={"Host": "evil.example:7802"})
    assert status == 403
    assert "'evil.example:7802'" in answer["detail"]
    assert "allowed_hosts" in answer["detail"]


@pytest.mark.parametrize("prefix", ["/webhooks/", "/api/v1/webhooks/", "/api/v1/jobs/webhook/"])
async def test_webhooks_are_taken_under_every_name(face: Face, prefix: str) -> None:
    job = hook(face.ctx)
    headers = {"Host": "hooks.example.com", "X-Webhook-Signature": sign(job.secret, b"{}")}
    status, _ = await face.ask("POST", prefix + job.path, data=b"{}", headers=headers)
    assert status == 200


async def test_a_program_without_a_host_header_comes_in(face: Face) -> None:
    answer = await face.raw(b"GET /healthz HTTP/1.0\r\n\r\n")
    assert answer.split()[1] == b"200"


async def test_two_host_headers_must_both_be_ours(face: Face) -> None:
    answer = await face.raw(
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n"
    )
    assert answer.split()[1] in (b"400", b"403")


async def test_a_hostile_host_is_shown_as_harmless_text(face: Face) -> None:
    request = b"GET /healthz HTTP/1.1\r\nHost: \xff<script>\x1b[2J" + b"x" * 500
    answer = await face.raw(request + b"\r\nConnection: close\r\n\r\n")
    assert answer.split()[1] in (b"400", b"403")
    assert b"\x1b" not in answer
    assert b"\xff" not in answer


async def test_beyond_this_machine_it_warns(ctx: Context, caplog: pytest.LogCaptureFixture) -> None:
    accept_token(ctx)
    async with ClientSession() as session:
        face = Face(ctx, session)
        with caplog.at_level(logging.WARNING):
            await face.listener.start("0.0.0.0", 0)
        await face.listener.stop()
    assert "other machines can reach this, and it is not encrypted" in caplog.text


async def test_on_this_machine_it_does_not_warn(
    face: Face, caplog: pytest.LogCaptureFixture
) -> None:
    assert not caplog.records


@pytest.mark.parametrize("expires", ["never made", "revoked", "expired"])
async def test_beyond_this_machine_not_without_a_valid_token(
    ctx: Context, clock: object, expires: str
) -> None:
    if expires == "revoked":
        accept_token(ctx)
        tokens.revoke(ctx, "tests")
    if expires == "expired":
        tokens.create(ctx, "admin", expires="1s")
        clock.advance(1)  # type: ignore[attr-defined]
    async with ClientSession() as session:
        face = Face(ctx, session)
        with pytest.raises(JobsTuiError) as caught:
            await face.listener.start("0.0.0.0", 0)
        assert caught.value.exit_code == 1
        assert "0.0.0.0 can be reached by other machines" in caught.value.message
        assert "token create" in caught.value.hint
        # On this machine alone it is no one else's business.
        face.address = await face.listener.start("127.0.0.1", 0)
        assert (await face.ask("GET", "/healthz"))[0] == 200
        await face.listener.stop()


async def test_the_variable_is_a_valid_token(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBS_TUI_TOKEN", " sesame ")
    async with ClientSession(headers={"Authorization": "UserKey sesame"}) as session:
        face = Face(ctx, session)
        port = (await face.listener.start("0.0.0.0", 0)).rsplit(":", 1)[1]
        face.address = f"127.0.0.1:{port}"
        assert (await face.ask("GET", "/api/v1/no-such-thing"))[0] == 404
        await face.listener.stop()


async def test_nothing_of_a_token_is_logged(face: Face, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        await face.ask("GET", "/api/v1/no-such-thing")
        await face.ask("GET", "/api/v1/x", headers={"Authorization": f"Bearer {TOKEN}x"})
    assert TOKEN not in caplog.text
