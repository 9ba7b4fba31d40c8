"""Masking: every secret in every form, cut anywhere, and nothing else."""

from __future__ import annotations

import base64
import html
import json
import shlex
import textwrap
from collections.abc import Callable
from itertools import pairwise
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from jobs_tui.guard.masking import Masker, MaskStream
from jobs_tui.guard.text_views import COLOUR

SECRET = "p@ss<w'ör/d\\&1"
RED, END = "\x1b[01;31m\x1b[K", "\x1b[m\x1b[K"


def coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def wrapped(text: str, columns: int) -> str:
    return "\n".join(textwrap.wrap(text, columns))


def percent(text: str) -> str:
    """Every byte, in either case."""
    return "".join(
        f"%{byte:02x}" if place % 2 else f"%{byte:02X}" for place, byte in enumerate(text.encode())
    )


def numbered(text: str) -> str:
    return "".join(f"&#{ord(c)};" if c < "n" else f"&#x{ord(c):x};" for c in text)


def escaped(text: str) -> str:
    """As JSON may write every character."""
    pairs = (json.dumps(c)[1:-1] if ord(c) > 0xFFFF else f"\\u{ord(c):04x}" for c in text)
    return "".join(pairs)


FORMS: dict[str, Callable[[str], str]] = {
    "plain": lambda s: s,
    "base64": coded,
    "base64 without padding": lambda s: coded(s).rstrip("="),
    "base64url": lambda s: base64.urlsafe_b64encode(s.encode()).decode(),
    "hex": lambda s: s.encode().hex(),
    "HEX": lambda s: s.encode().hex().upper(),
    "quoted": lambda s: quote(s, safe=""),
    "quoted, /": quote,
    "quoted twice": lambda s: quote(quote(s, safe=""), safe=""),
    "form": quote_plus,
    "percent": percent,
    "json": lambda s: json.dumps(s)[1:-1],
    "json, characters": lambda s: json.dumps(s, ensure_ascii=False)[1:-1],
    "json, \\/": lambda s: json.dumps(s)[1:-1].replace("/", "\\/"),
    "json for html": lambda s: json.dumps(s)[1:-1].replace("<", "\\u003c").replace("&", "\\u0026"),
    "json, every character": escaped,
    "json within json": lambda s: json.dumps(json.dumps(s)[1:-1])[1:-1],
    "html": html.escape,
    "html, numbers": numbered,
    "html within json": lambda s: json.dumps(html.escape(s))[1:-1],
    "shell": lambda s: shlex.quote(s).removeprefix("'").removesuffix("'"),
    "shell, '\\''": lambda s: s.replace("'", "'\\''"),
    "bytes": lambda s: repr(s.encode())[2:-1],
}


@pytest.mark.parametrize("form", FORMS)
def test_each_form(form: str) -> None:
    text = FORMS[form](SECRET)
    assert Masker([SECRET]).mask(f"a {text} b") == "a *** b"


def test_colours_within_stay_behind_the_mask() -> None:
    masker = Masker(["hunter22"])
    assert masker.mask(f"pw={RED}hunt{END}er22!") == f"pw={RED}***{END}!"
    text = "".join(f"{RED}{character}{END}" for character in coded("hunter22"))
    masked = masker.mask(text)
    assert COLOUR.sub("", masked) == "***"
    assert COLOUR.findall(masked) == COLOUR.findall(text)


@pytest.mark.parametrize("columns", [64, 76])
@pytest.mark.parametrize("shift", range(60))
def test_wrapped_base64_at_every_place_of_the_line(columns: int, shift: int) -> None:
    secret = "tr0ub4dor&3-horse"
    whole = coded("x" * shift + secret + "y" * 40)
    text = wrapped(whole, columns)
    masker = Masker([secret])
    masked = masker.mask(text)
    assert masked.count("***") == 1
    inner = coded("x" * (shift % 3) + secret)[4:20]
    assert inner not in masked.replace("\n", "")
    for cut in (columns, columns + 1):  # as two reads that end with the line
        stream = MaskStream(masker)
        assert stream.feed(text[:cut]) + stream.feed(text[cut:]) + stream.flush() == masked


@pytest.mark.parametrize("form", [str, lambda s: json.dumps(s)[1:-1], quote, html.escape])
def test_keys_of_many_lines(form: Callable[[str], str]) -> None:
    lines = ["-----BEGIN PRIVATE KEY-----", "MIIEvQIBADANBg/+kqhk", "Ag==", "-----END KEY-----"]
    key = "\n".join(lines) + "\n"
    masker = Masker([key])
    assert masker.mask(f"x {form(key.strip())} y") == "x *** y"
    assert masker.mask(f"3: {form(lines[1])}") == "3: ***"
    stream = MaskStream(masker)
    shown = "".join(stream.feed(character) for character in key + "done\n") + stream.flush()
    assert shown == "***done\n"


def test_a_secret_that_looks_like_an_escape() -> None:
    for secret in ("50%41<x", "a\\nb\\u0041<", "q&lt;'w", "%25%25%25"):
        for form in FORMS.values():
            assert Masker([secret]).mask(f"({form(secret)})") in ("(***)", "('***')"), form(secret)


def test_a_backslash_at_the_end_is_all_that_may_stay() -> None:
    masker = Masker(["it's\\"])
    assert masker.mask("it's\\ b") == "*** b"
    assert masker.mask("it&#39;s\\ b") == "***\\ b"


def test_a_question_leaves_at_once() -> None:
    stream = MaskStream(Masker(["hunter22", SECRET]))
    for question in ("Password: ", "Go on? [y/N] ", "mysql> ", "$ ", "sha1 " + "0f" * 20 + "\n"):
        assert stream.feed(question) == question


def test_what_is_held_is_bounded() -> None:
    masker = Masker(["hunter22"])
    stream = MaskStream(masker)
    flood = "h" + "\x1b[31m" * masker.limit
    shown = stream.feed(flood)
    assert len(flood) - len(shown) <= masker.limit
    assert shown + stream.flush() == flood


_SECRETS = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\x1b\r\n", exclude_categories=["Cs", "Cc"]),
    min_size=4,
    max_size=24,
).filter(lambda text: len(text.strip()) == len(text))
_AROUND = st.lists(st.sampled_from([*"ab \n%\\&'<;+=/-_40u", "\x1b[m"]), max_size=12).map("".join)


@given(
    secret=_SECRETS,
    form=st.sampled_from(sorted(FORMS)),
    before=_AROUND,
    after=_AROUND,
    cuts=st.lists(st.integers(0, 400), max_size=8),
)
@example("0\xa000", "bytes", "", "", [4])
@example("À000", "bytes", "000", "", [9])
@example("0000", "plain", "000", "00", [3])
@example("\\u0041", "json", "\\", "\\", [1, 2])
def test_no_secret_in_any_form_and_nothing_else(
    secret: str, form: str, before: str, after: str, cuts: list[int]
) -> None:
    text = FORMS[form](secret)
    masker = Masker([secret])
    # A lone quote or escape before it changes what the form means.
    whole = f"{before} [{text}] {after}" if before[-1:] != "\\" else f"{before}. [{text}] {after}"
    places = sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})
    stream = MaskStream(masker)
    pieces = [whole[a:b] for a, b in pairwise(places)]
    shown = "".join(map(stream.feed, pieces)) + stream.flush()
    assert text not in shown
    assert shown == masker.mask(whole)
    # Around it nothing is lost, but for what is the secret there too.
    assume(masker.mask(before) == before)
    assume(masker.mask(after) == after)
    head, _, tail = whole.partition(f"[{text}]")
    if masker.mask(f"{head}[]{tail}") == f"{head}[]{tail}":
        assert shown.startswith(head)
        assert shown.endswith(tail)


@given(text=_AROUND, secret=_SECRETS)
def test_text_without_secrets_stays(text: str, secret: str) -> None:
    assume(not set(secret) & set(text))
    assume(not set(coded(secret)) & set(text))
    assert Masker([secret]).mask(text) == text
