"""Masking: every form, every chunking."""

from __future__ import annotations

import base64
import json
import random
from urllib.parse import quote, quote_plus

import pytest

from jobs_tui.guard.masking import Masker, MaskStream, looks_secret

SECRET = 'p@ss/w"örd+1?'


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        base64.b64encode(SECRET.encode()).decode(),
        base64.b64encode(SECRET.encode()).decode().rstrip("="),
        base64.urlsafe_b64encode(SECRET.encode()).decode(),
        quote(SECRET),
        quote(SECRET, safe=""),
        quote(SECRET, safe="").lower(),
        quote_plus(SECRET),
        json.dumps(SECRET)[1:-1],
        json.dumps(SECRET, ensure_ascii=False)[1:-1],
    ],
)
def test_each_form_is_masked(form: str) -> None:
    assert Masker([SECRET]).mask(f"a {form} b") == "a *** b"


@pytest.mark.parametrize("before", ["", "u", "us", "use", "user:"])
@pytest.mark.parametrize("after", ["", "\n", "xy", "xyz"])
def test_base64_of_a_text_that_holds_the_secret(before: str, after: str) -> None:
    text = base64.b64encode((before + SECRET + after).encode()).decode()
    masked = Masker([SECRET]).mask(text)
    assert "***" in masked
    assert len(masked) < len(text) - len(SECRET)


def test_overlapping_secrets_leave_no_end_behind() -> None:
    assert Masker(["abcd1", "d1xyz"]).mask("-abcd1xyz-") == "-***-"
    assert Masker(["abcd", "abcdefgh"]).mask("abcdefgh abcd") == "*** ***"


def test_short_and_no_secrets() -> None:
    assert Masker(["abc", ""]).mask("abc") == "abc"
    assert Masker([]).empty
    text = "x" * 10
    assert MaskStream(Masker([])).feed(text) is text


def test_lines_of_a_long_secret() -> None:
    key = "-----BEGIN KEY-----\nMIIEvQIBADANBg\nshort\n-----END KEY-----\n"
    masker = Masker([key])
    assert masker.mask(f"x {key.strip()} y") == "x *** y"
    assert masker.mask("1: MIIEvQIBADANBg") == "1: ***"
    assert masker.mask("short") == "short"


def test_a_stream_cut_anywhere_gives_the_same() -> None:
    secrets = ["aaaa", "abab", "ababcd", "s3cr3t-tok", SECRET]
    masker = Masker(secrets)
    for seed in range(400):
        chance = random.Random(seed)
        parts = [
            *secrets,
            "a",
            "b",
            "ab",
            "c",
            " ",
            "\n",
            "s3cr",
            base64.b64encode(b"abab").decode(),
        ]
        text = "".join(chance.choice(parts) for _ in range(chance.randint(1, 12)))
        stream, pieces, position = MaskStream(masker), [], 0
        while position < len(text):
            step = chance.randint(1, 5)
            pieces.append(stream.feed(text[position : position + step]))
            position += step
        pieces.append(stream.flush())
        assert "".join(pieces) == masker.mask(text), (seed, text)


def test_a_stream_holds_back_only_what_could_be_a_secret() -> None:
    stream = MaskStream(Masker(["secret"]))
    assert stream.feed("an ordinary line\n") == "an ordinary line\n"
    assert stream.feed("the sec") == "the "
    assert stream.feed("ond") == "second"
    assert stream.feed("a secr") == "a "
    assert stream.flush() == "secr"


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("GITHUB_TOKEN", True), ("db_password", True), ("AWS_SECRET_ACCESS_KEY", True),
        ("OPENAI_API_KEY", True), ("PGPASSWORD", True), ("MYSQL_PASSWD", True),
        ("SSH_PRIVATE_KEY", True), ("GOOGLE_APPLICATION_CREDENTIALS", True),
        ("PATH", False), ("HOME", False), ("PWD", False), ("OLDPWD", False), ("KEYBOARD", False),
        ("COMPASS", False), ("AUTHOR", False),
    ],
)  # fmt: skip
def test_looks_secret(name: str, secret: bool) -> None:
    assert looks_secret(name) is secret
