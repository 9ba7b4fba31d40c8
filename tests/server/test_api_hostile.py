"""Requests of any shape and encoding: never a 5xx, never a row, never a stuck server."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from jobs_tui.server.noise import server_log
from tests.server.api_help import HEADERS, JOBS, RUNS, call, new_job, new_run
from tests.server.face import LIMIT, TOKEN, Face
from tests.service.made import count

GOOD = {"name": "n", "trigger_type": "manual", "entity_id": "shell", "prompt_template": "ls"}


async def send(face: Face, method: str, path: str, body: bytes = b"", **headers: str) -> int:
    """The status of a request made of bytes."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close"]
    lines += [f"Authorization: Bearer {TOKEN}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    head = "\r\n".join(lines).encode("utf-8", "surrogateescape")
    answer = await face.raw(head + b"\r\n\r\n" + body)
    assert b"Traceback" not in answer
    return int(answer.split(b" ", 2)[1])


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b"\xef\xbb\xbf{}",
        b"[" * 4000,
        b'{"a":' * 700,
        b'{"name": NaN}',
        b'{"name": 1e999}',
        b'{"name": "\\ud800"}',
        b'{"name": "a", "name": "b"}',
        b"name=x&trigger_type=manual",
        b"\x1f\x8b\x08\x00garbage",
    ],
)
async def test_a_body_that_is_no_job(face: Face, body: bytes) -> None:
    job = await new_job(face)
    for path, method in (
        (JOBS, "POST"),
        (f"{JOBS}/preview", "POST"),
        (f"{JOBS}/{job['id']}", "PATCH"),
        (f"{JOBS}/{job['id']}/trigger", "POST"),
    ):
        assert await send(face, method, path, body) == 422
        assert await send(face, method, path, body, Content_Encoding="gzip") == 422
    assert (count(face.ctx, "jobs"), count(face.ctx, "executions")) == (1, 0)


async def test_a_body_that_is_too_long(face: Face) -> None:
    body = json.dumps(GOOD | {"description": "x" * LIMIT}).encode()
    assert await send(face, "POST", JOBS, body) == 413
    assert count(face.ctx, "jobs") == 0


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "\xff;;"])
async def test_what_the_content_is_called_does_not_matter(face: Face, kind: str) -> None:
    body = json.dumps(GOOD).encode()
    assert await send(face, "POST", JOBS, body, Content_Type=kind) == 201


@pytest.mark.parametrize(
    "name", ["%00", "%FF", "%ED%A0%80", "a" * 3000, "*", "%2F", "..%2F..", "' or 1=1"]
)
async def test_names_that_nothing_has(face: Face, name: str) -> None:
    place = name.replace(" ", "%20")
    for path in (
        f"{JOBS}/{place}",
        f"{RUNS}/{place}",
        f"{RUNS}/{place}/logs",
        f"{JOBS}/{place}/executions",
    ):
        assert await send(face, "GET", path) == 404
    assert await send(face, "POST", f"{JOBS}/{place}/trigger") == 404
    assert await send(face, "DELETE", f"{JOBS}/{place}?purge=1") == 404
    assert await send(face, "GET", f"{RUNS}?job_id={place}") == 200
    looked_for = await send(face, "GET", f"{JOBS}?q={place}&tag={place}")
    assert looked_for == (422 if name == "%00" else 200)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "a\x00b"),
        ("name", " "),
        ("prompt_template", "echo {{ x }} > `{{ x }}`"),
        ("prompt_template", "a\x00b"),
        ("cron_timezone", "../../etc/passwd"),
        ("cron_timezone", "UTC\x00"),
        ("config", {"timeout": True}),
        ("config", {"timeout": 10**400}),
        ("config", {"retry": {"max_attempts": 10**30}}),
        ("execution_environment", {"env_vars": {"A=B": "c"}}),
        ("execution_environment", {"env_vars": {"": "c"}}),
        ("execution_environment", {"env_vars": {"A": "\x00"}}),
        ("parameters", [{"name": "payload"}]),
        ("parameters", [{"name": "a"}, {"name": "a"}]),
    ],
)
async def test_values_that_no_job_can_have(face: Face, field: str, value: Any) -> None:
    status, body = await call(face, "POST", JOBS, GOOD | {field: value})
    assert status == 422
    assert body["detail"][0]["loc"][:2] == ["body", field]
    assert count(face.ctx, "jobs") == 0


async def test_values_that_only_look_odd_are_kept_as_they_are(face: Face) -> None:
    odd = "\u202e<b>[red]%s\x1b[2J\U0001f600'; drop table jobs; --"
    job = await new_job(face, name=odd, description=odd, tags=[odd], config={odd: [odd]})
    assert (job["name"], job["description"], job["tags"]) == (odd, odd, [odd])
    assert job["config"] == {odd: [odd]}
    run = await new_run(face, job, **{odd: odd})
    assert (await call(face, "GET", f"{RUNS}/{run}"))[1]["parameters"] == {odd: odd}


@pytest.mark.parametrize("key", ["", "x" * 256, "\udcff" * 3, "a\x7f"])
async def test_keys_that_are_none(face: Face, key: str) -> None:
    assert await send(face, "POST", JOBS, json.dumps(GOOD).encode(), Idempotency_Key=key) in (
        400,
        422,
        201,
    )


@pytest.mark.parametrize("path", ["/api/v1/jobs/\udcff", "/api/v1/jobs?q=" + "a" * 9000, "no path"])
async def test_addresses_that_are_none(face: Face, path: str) -> None:
    assert await send(face, "GET", path) in (400, 404, 414)


@pytest.mark.parametrize("value", ["a\x00b", "x" * 3000, {"a": [None]}, 10**30, -1.5, True, None])
async def test_values_of_a_start(face: Face, value: Any) -> None:
    job = await new_job(face, prompt_template="echo {{ x }}")
    status, _ = await call(
        face, "POST", f"{JOBS}/{job['id']}/trigger", {"parameters": {"x": value}}
    )
    assert status == (422 if value == "a\x00b" else 200)
    assert count(face.ctx, "executions") == (status == 200)


async def test_methods_and_places_that_do_not_exist(face: Face) -> None:
    for method in ("PUT", "TRACE", "PROPFIND", "OPTIONS"):
        assert await send(face, method, JOBS) == 405
    assert await send(face, "GET", "/api/v1/nothing") == 404
    assert await send(face, "HEAD", JOBS) == 200


async def test_a_client_that_leaves_in_the_middle(
    face: Face, caplog: pytest.LogCaptureFixture
) -> None:
    _, writer = await face.connect()
    head = f"POST {JOBS} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {HEADERS['Authorization']}"
    writer.write(f"{head}\r\nContent-Length: 100\r\n\r\n{{".encode())
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    await face.raw(b"\x16\x03\x01 this is no HTTP\r\n\r\n")
    assert (await call(face, "GET", JOBS)) == (200, [])
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def test_our_own_mistakes_are_not_silenced() -> None:
    log = server_log()
    for error, passes in ((KeyError("x"), True), (ConnectionResetError(), False)):
        record = log.makeRecord(
            log.name, logging.ERROR, "f", 1, "m", (), (type(error), error, None)
        )
        assert bool(log.filter(record)) is passes
