"""Webhooks over real HTTP."""

from __future__ import annotations

import asyncio
import gzip
import json
import sqlite3
from typing import Any

import pytest

from jobs_tui.guard.signatures import sign
from jobs_tui.server import webhooks as routes
from jobs_tui.store import deliveries
from tests.server.face import LIMIT, Face
from tests.service.hooks import Hooked, hook, records

PREFIXES = ("/webhooks/", "/api/v1/webhooks/", "/api/v1/jobs/webhook/")


async def send(
    face: Face, job: Hooked, body: bytes, prefix: str = PREFIXES[0], **headers: str
) -> Any:
    signed = {"X-Webhook-Signature": sign(job.secret, body)} | headers
    return await face.ask("POST", prefix + job.path, data=body, headers=signed)


@pytest.mark.parametrize("prefix", PREFIXES)
async def test_a_signed_delivery_starts_the_job_at_each_address(face: Face, prefix: str) -> None:
    job = hook(face.ctx, "echo {{ branch }}")
    body = json.dumps({"parameters": {"branch": "main"}}).encode()
    status, answer = await send(face, job, body, prefix)
    assert status == 200
    assert answer["status"] == "started"
    assert answer["workflow_id"] == answer["execution_id"]
    assert face.woken == 1
    row = face.ctx.store.row("select id, status from executions")
    assert row is not None
    assert tuple(row) == (answer["execution_id"], "queued")


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", ""])
async def test_the_content_type_does_not_matter(face: Face, content_type: str) -> None:
    status, _ = await send(face, hook(face.ctx), b"{}", **{"Content-Type": content_type})
    assert status == 200


async def test_an_empty_signed_body(face: Face) -> None:
    assert (await send(face, hook(face.ctx), b""))[0] == 200


async def test_a_skip_wakes_nobody(face: Face) -> None:
    job = hook(face.ctx)
    await send(face, job, b"{}")
    status, answer = await send(face, job, b"{}")
    assert (status, answer["status"], face.woken) == (200, "skipped", 1)


async def test_refusals_are_json_with_a_detail(face: Face) -> None:
    job = hook(face.ctx, "echo {{ branch }}")
    cases = [
        (await face.ask("POST", "/webhooks/none"), 404),
        (await face.ask("POST", f"/webhooks/{job.path}", data=b"{}"), 401),
        (await send(face, job, b"{}", **{"X-Webhook-Signature": "0" * 64}), 401),
        (await send(face, job, b"{"), 400),
    ]
    for (status, answer), expected in cases:
        assert status == expected
        assert isinstance(answer["detail"], str)
        assert list(answer) == ["detail"]
    status, answer = await send(face, job, b"{}")
    assert status == 422
    assert set(answer["detail"][0]) == {"loc", "msg", "type"}
    assert face.woken == 0


async def test_the_limit_of_a_body(face: Face) -> None:
    job = hook(face.ctx)
    fits = b"{}" + b" " * (LIMIT - 2)
    assert (await send(face, job, fits))[0] == 200
    status, answer = await send(face, job, fits + b" ")
    assert status == 413
    assert isinstance(answer["detail"], str)
    (record, _) = records(face.ctx, job.id)
    assert record.status_code == 413


async def test_a_long_body_without_a_length_is_refused_too(face: Face) -> None:
    async def chunks() -> Any:
        for _ in range(100):
            yield b" " * 1000

    path = f"/webhooks/{hook(face.ctx).path}"
    status, _ = await face.ask("POST", path, data=chunks())
    assert status == 413


async def test_a_packed_body_is_signed_as_it_was_sent_and_not_unpacked(face: Face) -> None:
    job = hook(face.ctx)
    status, _ = await send(face, job, gzip.compress(b"{}"), **{"Content-Encoding": "gzip"})
    assert status == 400


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_other_methods(face: Face, method: str) -> None:
    status, answer = await face.ask(method, f"/webhooks/{hook(face.ctx).path}")
    assert status == 405
    assert "POST" in answer["detail"]


@pytest.mark.parametrize("path", ["/", "/webhooks", "/webhooks/", "/webhooks/a/b", "/x/../etc"])
async def test_unknown_addresses(face: Face, path: str) -> None:
    status, answer = await face.ask("POST", path)
    assert status == 404
    assert answer == {"detail": "There is nothing at this address."}


@pytest.mark.parametrize(
    "path", [b"%00", b"%ff%fe", b"%F0%9F%98%80", b"a" * 4000, b"%2e%2e", b"'--"]
)
async def test_hostile_paths(face: Face, path: bytes) -> None:
    answer = await face.raw(b"POST /webhooks/" + path + b" HTTP/1.0\r\nContent-Length: 0\r\n\r\n")
    assert answer.split()[1] == b"404"
    assert len(records(face.ctx)) == 1


async def test_hostile_headers_are_kept_as_text(face: Face) -> None:
    job = hook(face.ctx, "echo {{ headers }}")
    answer = await face.raw(
        f"POST /webhooks/{job.path} HTTP/1.0\r\nContent-Length: 2\r\n".encode()
        + f"X-Webhook-Signature: {sign(job.secret, b'{}')}\r\n".encode()
        + b"X-Odd: \xff\xed\xa0\x80\r\nX-Twice: a\r\nX-Twice: b\r\n\r\n{}"
    )
    assert answer.split()[1] == b"200"
    (record,) = records(face.ctx, job.id)
    assert "\ufffd" in record.headers["x-odd"]
    assert record.headers["x-twice"] == "a, b"
    assert record.headers["x-webhook-signature"] == "***"
    assert record.remote == "127.0.0.1"


@pytest.mark.parametrize(
    "request_",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        b"POST /webhooks/x HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /webhooks/x HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
        b"POST /webhooks/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /webhooks/x HTTP/1.1\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
        b"POST /webhooks/x HTTP/1.1\r\nExpect: miracles\r\n\r\n",
    ],
    ids=lambda value: ascii(value)[:60],
)
async def test_what_is_hardly_http_is_the_callers_mistake(face: Face, request_: bytes) -> None:
    reader, writer = await face.connect()
    writer.write(request_)
    writer.write_eof()
    answer = await reader.read()
    writer.close()
    assert not answer or answer.split()[1].startswith(b"4")
    assert b"Traceback" not in answer
    assert (await face.ask("GET", "/healthz"))[0] == 200


async def test_a_body_that_does_not_come_is_cut_off(
    face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "READ_SECONDS", 0.05)
    monkeypatch.setattr("jobs_tui.server.listener.LINGER_SECONDS", 0.01)
    await face.listener.stop()
    await face.listen()
    job = hook(face.ctx)
    head = f"POST /webhooks/{job.path} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{{"
    answer = await face.raw(head.encode())
    assert answer.split()[1] == b"408"


async def test_a_head_that_does_not_come_is_cut_off(
    face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs_tui.server.listener.IDLE_SECONDS", 0.05)
    await face.listener.stop()
    await face.listen()
    assert await face.raw(b"") == b""
    assert await face.raw(b"POST /webhooks/x HTTP/1.1\r\nHost:") == b""


async def test_a_full_disk_is_503_with_a_time_to_come_again(
    face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = hook(face.ctx)

    def fail(connection: sqlite3.Connection, delivery: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(deliveries, "insert", fail)
    url = f"http://{face.address}/webhooks/{job.path}"
    headers = {"X-Webhook-Signature": sign(job.secret, b"{}")}
    async with face.session.post(url, data=b"{}", headers=headers) as answer:
        assert answer.status == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert "no space left" in (await answer.json())["detail"]
    assert face.woken == 0


async def test_our_own_mistake_tells_a_stranger_nothing(
    face: Face, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(*args: object) -> None:
        raise RuntimeError("the secret is 42")

    monkeypatch.setattr(routes, "deliver", fail)
    status, answer = await face.ask("POST", "/webhooks/x")
    assert status == 500
    assert "42" not in json.dumps(answer)
    assert "the secret is 42" in caplog.text


async def test_many_at_once_are_each_answered_with_their_own_run(face: Face) -> None:
    job = hook(face.ctx, "echo {{ payload.n }}", config={"overlap": "allow"})
    bodies = [json.dumps({"n": number}).encode() for number in range(200)]
    answers = await asyncio.gather(*(send(face, job, body) for body in bodies))
    assert {status for status, _ in answers} == {200}
    prompts = {
        row["id"]: row["prompt"] for row in face.ctx.store.rows("select id, prompt from executions")
    }
    assert len(prompts) == 200
    for number, (_, answer) in enumerate(answers):
        assert str(number) in prompts[answer["execution_id"]]
    assert face.woken == 200
