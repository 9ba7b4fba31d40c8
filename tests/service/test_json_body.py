"""Reading the JSON of strangers."""

from __future__ import annotations

import pytest

from jobs_tui.models.errors import InvalidInput
from jobs_tui.service.json_body import DEEPEST, NotJson, parse_object


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"", {}),
        (b" \r\n", {}),
        (b"{}", {}),
        ('{"ä": ["\\u00e9", 1.5, null, "\\ud83d\\ude00"]}'.encode(), {"ä": ["é", 1.5, None, "😀"]}),
        (b'{"n": 12345678901234567890123}', {"n": 12345678901234567890123}),
        (b'{"s": "' + b"[{" * 5000 + b'\\"["}', {"s": "[{" * 5000 + '"['}),
        (b'{"s": "\\u0000"}', {"s": "\x00"}),
        (b'{"a": {"x": 1}, "b": {"x": 1}}', {"a": {"x": 1}, "b": {"x": 1}}),
    ],
    ids=lambda value: ascii(value)[:30],
)
def test_json_is_read(body: bytes, value: object) -> None:
    assert parse_object(body) == value


def nested(levels: int) -> bytes:
    return b'{"a":' * levels + b"1" + b"}" * levels


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "line 1, column 2"),
        (b"{'a': 1}", "not valid JSON"),
        (b'{"a": 1} x', "Extra data"),
        (b'{"a": \xff}', "byte 6"),
        ('{"a": 1}'.encode("utf-16"), "not UTF-8"),
        ("\ufeff{}".encode(), "not valid JSON"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": -Infinity}', "-Infinity"),
        (b'{"a": 1e999}', "out of range"),
        (b'{"a": ' + b"9" * 5000 + b"}", "too many digits"),
        (b'{"a": 1, "b": 2, "a": 3}', "'a' twice"),
        (b'{"x": [{"a": 1, "a": 1}]}', "'a' twice"),
        (b'{"a": "\\ud800"}', "surrogate"),
        (b'{"\\udfff": 1}', "surrogate"),
        (nested(DEEPEST + 1), "deeper than 64"),
        (b"[" * 500_000, "deeper than 64"),
        (b'{"a":' * 100_000, "deeper than 64"),
    ],
    ids=lambda value: ascii(value)[:30],
)
def test_what_is_no_json_is_a_sentence(body: bytes, words: str) -> None:
    with pytest.raises(NotJson, match=words) as caught:
        parse_object(body)
    assert caught.value.http_status == 400


def test_the_deepest_that_is_allowed() -> None:
    assert parse_object(nested(DEEPEST))


@pytest.mark.parametrize("body", [b"[]", b"1", b"null", b'"x"', b"true"])
def test_what_is_no_object_is_another_error(body: bytes) -> None:
    with pytest.raises(InvalidInput, match="not a JSON object"):
        parse_object(body)
