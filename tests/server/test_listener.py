"""Binding and letting go."""

from __future__ import annotations

import asyncio
import socket
import threading

import pytest
from aiohttp import ClientSession

from jobs_tui.guard.signatures import sign
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.service.context import Context
from tests.server.face import Face, accept_token
from tests.service.hooks import hook


async def test_port_0_is_any_free_port_and_is_told(face: Face) -> None:
    host, port = face.address.split(":")
    assert host == "127.0.0.1"
    assert int(port) > 0
    assert (await face.ask("GET", "/healthz"))[0] == 200


async def test_a_taken_port_is_named(face: Face, ctx: Context) -> None:
    port = int(face.address.split(":")[1])
    async with ClientSession() as session:
        second = Face(ctx, session)
        with pytest.raises(JobsTuiError) as caught:
            await second.listener.start("127.0.0.1", port)
        assert f"port {port} on 127.0.0.1 is taken by another process" in caught.value.message
        assert caught.value.exit_code == 1
        await second.listener.stop()
    assert (await face.ask("GET", "/healthz"))[0] == 200


@pytest.mark.parametrize("host", ["no-such-host.invalid", "192.0.2.1", "a..b", "x" * 300])
async def test_an_address_that_is_not_ours_is_a_sentence(face: Face, host: str) -> None:
    with pytest.raises(JobsTuiError) as caught:
        await face.listener.start(host, 0)
    assert host[:70] in caught.value.message
    assert caught.value.hint


async def test_a_name_and_every_address(ctx: Context) -> None:
    accept_token(ctx)
    async with ClientSession() as session:
        for host in ("localhost", "0.0.0.0", ""):
            face = Face(ctx, session)
            port = (await face.listener.start(host, 0)).rsplit(":", 1)[1]
            face.address = f"localhost:{port}"
            assert (await face.ask("GET", "/healthz"))[0] == 200
            await face.listener.stop()


async def test_ipv6_is_told_in_brackets(ctx: Context) -> None:
    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    async with ClientSession() as session:
        face = Face(ctx, session)
        try:
            face.address = await face.listener.start("::1", 0)
        except JobsTuiError:
            pytest.skip("no IPv6 here")
        assert face.address.startswith("[::1]:")
        assert (await face.ask("GET", "/healthz"))[0] == 200
        await face.listener.stop()


async def test_after_stopping_the_port_is_free_again(face: Face) -> None:
    port = int(face.address.split(":")[1])
    assert (await face.ask("GET", "/healthz"))[0] == 200
    await face.listener.stop()
    await face.listener.stop()
    with pytest.raises(ConnectionRefusedError):
        await face.connect()
    assert await face.listener.start("127.0.0.1", port) == face.address
    assert (await face.ask("GET", "/healthz"))[0] == 200


async def test_stopping_lets_a_request_in_flight_end(face: Face) -> None:
    job = hook(face.ctx)
    held, go = threading.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def hold(connection: object) -> None:
        held.set()
        assert go.wait(10)

    blocker = face.ctx.store.submit(hold)
    assert await loop.run_in_executor(None, held.wait, 10)
    request = asyncio.ensure_future(
        face.ask(
            "POST",
            f"/webhooks/{job.path}",
            data=b"{}",
            headers={"X-Webhook-Signature": sign(job.secret, b"{}")},
        )
    )
    while not face.ctx.store.jobs.writer.waiting():  # noqa: ASYNC110 - the queue has no event
        await asyncio.sleep(0)
    stopping = asyncio.ensure_future(face.listener.stop())
    await asyncio.sleep(0)
    go.set()
    blocker.result(10)
    status, answer = await request
    await stopping
    assert (status, answer["status"]) == (200, "started")
