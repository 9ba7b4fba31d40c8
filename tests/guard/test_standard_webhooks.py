"""Standard Webhooks, against the implementation that its authors publish."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from jobs_tui.guard.standard_webhooks import TOLERANCE, is_recent, shown_secret, sign, verify

SECRET = "fZ8kq-_x"
BODY = '{"type": "user.created", "data": {"name": "Zoë"}}'
AT = datetime(2026, 8, 21, 14, 2, 11, tzinfo=UTC)
STAMP = str(int(AT.timestamp()))


def foreign(secret: str = SECRET, message_id: str = "msg_1", body: str = BODY) -> str:
    return Webhook(shown_secret(secret)).sign(message_id, AT, body)


def test_the_documented_example() -> None:
    """The vector of the specification's reference libraries."""
    theirs = Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    at = datetime.fromtimestamp(1614265330, UTC)
    expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert theirs.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", at, '{"test": 2432232314}') == expected


def test_we_sign_as_others_do() -> None:
    assert sign(SECRET, "msg_1", STAMP, BODY.encode()) == foreign()


def test_one_of_several_is_enough() -> None:
    several = f"v1,AAAA v1a,xyz {foreign()} v2,BBBB"
    assert verify(SECRET, "msg_1", STAMP, BODY.encode(), several)
    assert verify(SECRET, "msg_1", STAMP, BODY.encode(), f"v1,AAAA, {foreign()}, v1,x")
    assert not verify(SECRET, "msg_1", STAMP, BODY.encode(), "v1,AAAA v1,BBBB")


@pytest.mark.parametrize("position", range(0, len(BODY), 7))
def test_one_byte_of_the_body(position: int) -> None:
    body = bytearray(BODY.encode())
    body[position] ^= 1
    assert not verify(SECRET, "msg_1", STAMP, bytes(body), foreign())


def test_id_time_secret_and_version_are_part_of_it() -> None:
    body = BODY.encode()
    assert not verify(SECRET, "msg_2", STAMP, body, foreign())
    assert not verify(SECRET, "msg_1", str(int(STAMP) + 1), body, foreign())
    assert not verify(SECRET + "x", "msg_1", STAMP, body, foreign())
    assert not verify(SECRET, "msg_1", STAMP, body, foreign().replace("v1,", "v1a,"))
    assert not verify(SECRET, "msg_1", STAMP, body, foreign().removeprefix("v1,"))
    assert not verify("", "msg_1", STAMP, body, sign("", "msg_1", STAMP, body))


@pytest.mark.parametrize("header", ["", " ", "v1,", "v1,\udcff", "é", "," * 50])
def test_odd_headers(header: str) -> None:
    assert not verify(SECRET, "msg_1", STAMP, BODY.encode(), header)


@pytest.mark.parametrize(
    ("seconds", "recent"),
    [(0, True), (TOLERANCE, True), (-TOLERANCE, True), (TOLERANCE + 1, False), (-301, False)],
)
def test_the_time(seconds: int, recent: bool) -> None:
    assert is_recent(STAMP, AT + timedelta(seconds=seconds)) is recent


@pytest.mark.parametrize(
    "stamp", ["", "now", "-1", "1e9", f" {STAMP}", f"{STAMP}.5", "9" * 5000, "١٧٨٧"]
)
def test_what_is_no_time(stamp: str) -> None:
    assert not is_recent(stamp, AT)
