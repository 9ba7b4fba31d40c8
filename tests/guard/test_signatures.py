"""Webhook signatures."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from jobs_tui.guard.signatures import new_path, new_secret, sign, verify

BODY = b'{"parameters": {"branch": "main"}}'
GOOD = hmac.new(b"key", BODY, hashlib.sha256).hexdigest()


def test_sign() -> None:
    assert sign("key", BODY) == GOOD


@pytest.mark.parametrize(
    "header",
    [
        GOOD,
        f"sha256={GOOD}",
        GOOD.upper(),
        f"SHA256={GOOD.upper()}",
        f"  {GOOD} ",
        f"sha256= {GOOD}",
    ],
)
def test_accepted(header: str) -> None:
    assert verify("key", BODY, header)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "sha256=",
        GOOD[:-1],
        GOOD + "0",
        "sha1=" + GOOD,
        "é",
        "\udcff",
        "0" * 64,
        "sha256=sha256=" + GOOD,
    ],
)
def test_refused(header: str) -> None:
    assert not verify("key", BODY, header)


def test_other_key_other_body_empty_key() -> None:
    assert not verify("other", BODY, GOOD)
    assert not verify("key", BODY + b" ", GOOD)
    assert not verify("", BODY, sign("", BODY))


def test_new_secret_and_path() -> None:
    assert len({new_secret() for _ in range(50)}) == 50
    assert len(new_secret()) == 43
    path = new_path()
    assert len(path) >= 24
    assert path.isascii()
    assert path.isalnum()
    assert path == path.lower()
    assert len({new_path() for _ in range(50)}) == 50
