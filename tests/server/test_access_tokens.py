"""Who comes in: schemes, scopes, routes, and tokens that are not valid (any more)."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from jobs_tui.models.errors import StoreError
from jobs_tui.server.access import access
from jobs_tui.server.api.routing import Route, context_of, register
from jobs_tui.server.app import build_app
from jobs_tui.server.hosts import AllowedHosts
from jobs_tui.service import tokens as use_cases
from jobs_tui.service.context import Context
from jobs_tui.service.token_check import TokenCheck
from jobs_tui.store import tokens as rows
from jobs_tui.store.settings import Settings
from tests.fakes import FakeClock
from tests.server.face import accept_token, nothing_is_tried

Client = TestClient[web.Request, web.Application]


async def tell(request: web.Request) -> web.Response:
    """What a handler knows of its caller."""
    who = context_of(request)
    return web.json_response([who.actor, who.face, who.origin])


def probes() -> list[Route]:
    """One route of each scope."""
    places = (("GET", "read"), ("POST", "trigger"), ("DELETE", "admin"), ("PUT", "none"))
    return [
        Route(method, "/api/v1/probe", tell, scope, "probe", {200: "told"})  # type: ignore[arg-type]
        for method, scope in places
    ]


async def listening(ctx: Context, variable: str | None = None) -> Client:
    settings = Settings()
    guard = access(
        ctx, TokenCheck(ctx.store, variable), AllowedHosts("127.0.0.1", "127.0.0.1", settings)
    )
    app = build_app(ctx, settings, dict, lambda: None, guard, nothing_is_tried)
    register(app, probes())
    app.router.add_get("/api/v1/undeclared", tell)
    client = TestClient(TestServer(app))
    await client.start_server()
    return client


@pytest.fixture
async def client(ctx: Context) -> AsyncIterator[Client]:
    """A server with three tokens, each called as its scope, their text ``T-<scope>``."""
    for scope in ("read", "trigger", "admin"):
        accept_token(ctx, f"T-{scope}", scope, scope)
    client = await listening(ctx)
    yield client
    await client.close()


async def ask(
    client: Client, method: str, path: str, authorization: str | None = None
) -> tuple[int, Any, str | None]:
    headers = {} if authorization is None else {"Authorization": authorization}
    async with client.request(method, path, headers=headers) as answer:
        return answer.status, await answer.json(), answer.headers.get("WWW-Authenticate")


@pytest.mark.parametrize(
    ("scope", "method", "expected"),
    [
        ("read", "GET", 200),
        ("read", "POST", 403),
        ("read", "DELETE", 403),
        ("trigger", "GET", 200),
        ("trigger", "POST", 200),
        ("trigger", "DELETE", 403),
        ("admin", "GET", 200),
        ("admin", "POST", 200),
        ("admin", "DELETE", 200),
        ("read", "PUT", 200),
    ],
)
async def test_what_a_scope_allows(client: Client, scope: str, method: str, expected: int) -> None:
    status, answer, challenge = await ask(client, method, "/api/v1/probe", f"Bearer T-{scope}")
    assert status == expected
    assert challenge is None
    if expected == 403:
        assert scope in answer["detail"]
        assert "T-" not in answer["detail"]


@pytest.mark.parametrize("scheme", ["Bearer", "UserKey", "ApiKey", "bearer", "USERKEY", "aPIkEY"])
async def test_schemes(client: Client, scheme: str) -> None:
    status, who, _ = await ask(client, "GET", "/api/v1/probe", f"{scheme}   T-read ")
    assert (status, who) == (200, ["read", "api", "127.0.0.1"])


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "T-read",
        "Basic T-read",
        "Bearer T-rea",
        "Bearer T-read x",
        "Bearer t-read",
        "Bearer T-read, Bearer T-read",
        "BearerT-read",
        "Bearer \u00e9\u4e16",
        "Bearer " + "x" * 7000,
    ],
)
async def test_without_a_good_token(client: Client, authorization: str | None) -> None:
    for path in ("/api/v1/probe", "/api/v1/no-such-thing", "/api/", "/metrics"):
        status, answer, challenge = await ask(client, "GET", path, authorization)
        assert (status, challenge) == (401, "Bearer")
        assert list(answer) == ["detail"]
        assert "T-read" not in answer["detail"]


async def test_bytes_that_are_no_text_are_a_bad_token(client: Client) -> None:
    assert client.port is not None
    answer = await raw(client.port, b"GET", b"Bearer \xff\xfe\xed\xa0\x80")
    assert answer.startswith(b"HTTP/1.1 401 ")


@pytest.mark.parametrize("path", ["/healthz", "/api/health", "/api/ready"])
async def test_health_needs_no_token(client: Client, path: str) -> None:
    assert (await ask(client, "GET", path))[0] == 200
    assert (await ask(client, "GET", path, "Bearer nonsense"))[0] == 200


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("POST", "/webhooks/none", 404),
        ("POST", "/api/v1/webhooks/none", 404),
        ("POST", "/api/v1/jobs/webhook/none", 404),
        ("GET", "/api/v1/webhooks/none", 405),
        ("PUT", "/api/v1/probe", 200),
        ("OPTIONS", "/api/v1/probe", 405),
        ("OPTIONS", "/api/v1/no-such-thing", 401),
        ("PATCH", "/api/v1/probe", 401),
        ("GET", "/", 404),
        ("GET", "/apiary", 404),
        ("GET", "/api/v1/undeclared", 401),
        ("GET", "/api/v1/%70robe", 401),
        ("GET", "/api/v1/webhooks/../probe", 401),
        ("HEAD", "/api/v1/probe", 401),
    ],
)
async def test_where_strangers_come(client: Client, method: str, path: str, expected: int) -> None:
    async with client.request(method, path) as answer:
        assert answer.status == expected
        assert not [name for name in answer.headers if name.lower().startswith("access-control")]


async def test_with_a_token_the_truth_is_told(client: Client) -> None:
    assert (await ask(client, "GET", "/api/v1/no-such-thing", "Bearer T-read"))[0] == 404
    assert (await ask(client, "PATCH", "/api/v1/probe", "Bearer T-read"))[0] == 405


async def test_a_route_that_declares_nothing_is_for_admins(client: Client) -> None:
    assert (await ask(client, "GET", "/api/v1/undeclared", "Bearer T-trigger"))[0] == 403
    assert (await ask(client, "GET", "/api/v1/undeclared", "Bearer T-admin"))[0] == 200


async def test_a_token_expires_to_the_second(
    client: Client, ctx: Context, clock: FakeClock
) -> None:
    made = use_cases.create(ctx, "read", name="short", expires="60s")
    bearer = f"Bearer {made.text}"
    clock.advance(59)
    assert (await ask(client, "GET", "/api/v1/probe", bearer))[0] == 200
    clock.advance(1)
    status, answer, _ = await ask(client, "GET", "/api/v1/probe", bearer)
    assert status == 401
    assert "expired at 2026-08-21T14:03:11.000Z" in answer["detail"]


async def test_a_revoked_token_is_refused_at_once(client: Client, ctx: Context) -> None:
    assert (await ask(client, "GET", "/api/v1/probe", "Bearer T-trigger"))[0] == 200
    use_cases.revoke(ctx, "trigger")
    status, answer, challenge = await ask(client, "GET", "/api/v1/probe", "Bearer T-trigger")
    assert (status, challenge) == (401, "Bearer")
    assert "revoked" in answer["detail"]


async def test_the_last_use_is_noted_once_a_minute(
    client: Client, ctx: Context, clock: FakeClock
) -> None:
    def used() -> object:
        ctx.store.write(lambda connection: None)  # what was written behind is written now
        (token,) = (one for one in use_cases.listing(ctx) if one.name == "read")
        return token.last_used_at

    assert used() is None
    await ask(client, "GET", "/api/v1/probe", "Bearer T-read")
    first = clock.now()
    assert used() == first
    clock.advance(59)
    await ask(client, "GET", "/api/v1/probe", "Bearer T-read")
    assert used() == first
    clock.advance(1)
    await ask(
        client, "POST", "/api/v1/probe", "Bearer T-read"
    )  # beyond the scope: used all the same
    assert used() == clock.now()


async def test_a_store_that_cannot_note_the_use_keeps_nobody_out(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, ctx: Context
) -> None:
    def full(*args: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(rows, "note_use", full)
    assert (await ask(client, "GET", "/api/v1/probe", "Bearer T-read"))[0] == 200
    ctx.store.write(lambda connection: None)
    assert "not noted" in caplog.text
    assert "T-read" not in caplog.text


async def test_a_store_that_cannot_be_read_is_503(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object) -> None:
        raise StoreError("The database is damaged.")

    monkeypatch.setattr(rows, "by_hash", broken)
    status, answer, challenge = await ask(client, "GET", "/api/v1/probe", "Bearer T-read")
    assert (status, answer, challenge) == (503, {"detail": "The database is damaged."}, None)


@pytest.mark.parametrize(
    ("variable", "sent"),
    [
        ("sesame", b"sesame"),
        ("open sesame, please", b"open sesame, please"),
        ("h\u00e9 \u4e16", "h\u00e9 \u4e16".encode()),
        ("h\u00e9", "h\u00e9".encode("latin-1")),
        ("\udcff", b"\xff"),
    ],
)
async def test_any_text_in_the_variable_is_an_admin_token(
    ctx: Context, variable: str, sent: bytes
) -> None:
    client = await listening(ctx, variable)
    header = b"Bearer " + sent
    try:
        assert client.port is not None
        answer = await raw(client.port, b"DELETE", header)
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert b"JOBS_TUI_TOKEN" in answer
        assert (await raw(client.port, b"GET", header + b"x")).startswith(b"HTTP/1.1 401 ")
    finally:
        await client.close()


async def test_the_variable_replaces_the_default_token_and_no_other(ctx: Context) -> None:
    accept_token(ctx, "T-default", "admin", "default")
    accept_token(ctx, "T-other", "read", "other")
    client = await listening(ctx, "sesame")
    try:
        assert (await ask(client, "GET", "/api/v1/probe", "Bearer sesame"))[0] == 200
        assert (await ask(client, "GET", "/api/v1/probe", "Bearer T-other"))[0] == 200
        status, answer, _ = await ask(client, "GET", "/api/v1/probe", "Bearer T-default")
        assert status == 401
        assert "JOBS_TUI_TOKEN" in answer["detail"]
        assert "sesame" not in answer["detail"]
    finally:
        await client.close()


async def raw(port: int, method: bytes, authorization: bytes) -> bytes:
    """The whole answer to a request with these very bytes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        method + b" /api/v1/probe HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        b"Authorization: " + authorization + b"\r\n\r\n"
    )
    answer = await reader.read()
    writer.close()
    return answer
