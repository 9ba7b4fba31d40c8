"""The shapes of targets, and what of an address may be shown."""

from __future__ import annotations

from typing import Any

import pytest

from jobs_tui.models.delivery_target import (
    MOST,
    delivery_targets,
    is_harmless,
    secret_parts,
    shown_address,
    words,
)
from jobs_tui.models.errors import InvalidInput


def test_a_target_of_each_type_is_kept_with_its_defaults() -> None:
    sent: list[dict[str, Any]] = [
        {"type": "notify", "url": " ntfys://host/topic "},
        {"type": "webhook", "url": "https://example.org/x", "secret": "HOOK"},
        {"type": "file", "path": "/srv/x.md"},
        {"type": "job", "job": "report", "parameters": {"text": "answer"}},
    ]
    assert delivery_targets(sent) == (
        {"type": "notify", "url": "ntfys://host/topic"},
        {"type": "webhook", "url": "https://example.org/x", "secret": "HOOK"},
        {"type": "file", "path": "/srv/x.md", "append": True},
        {"type": "job", "job": "report", "parameters": {"text": "answer"}},
    )


@pytest.mark.parametrize(
    ("target", "field", "says"),
    [
        ({}, "deliver_to.0.type", "deliver_to.0.type is missing. Use one of notify, webhook"),
        ({"type": "pigeon"}, "deliver_to.0.type", "'pigeon' is no way of delivery"),
        ({"type": "email"}, "deliver_to.0.type", "notify sends mail and messages"),
        ({"type": ["file"]}, "deliver_to.0.type", "is no way of delivery"),
        ({"type": "notify"}, "deliver_to.0.url", "deliver_to.0.url is missing. For example"),
        ({"type": "notify", "url": 7}, "deliver_to.0.url", "deliver_to.0.url: input should be"),
        ({"type": "notify", "url": " "}, "deliver_to.0.url", "it is empty"),
        ({"type": "file", "path": "a\nb"}, "deliver_to.0.path", "control character"),
        ({"type": "webhook", "url": "https://x"}, "deliver_to.0.secret", "secret is missing"),
        ({"type": "file", "path": "x", "append": "yes"}, "deliver_to.0.append", "boolean"),
        ({"type": "file", "path": "x", "mode": 1}, "deliver_to.0.mode", "no such field. It has"),
        ({"type": "job", "job": "a", "parameters": {"x": 1}}, "deliver_to.0.parameters.x", "str"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    target: dict[str, Any], field: str, says: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        delivery_targets([target])
    assert caught.value.field == field
    assert says in caught.value.sentence()


def test_there_are_not_more_targets_than_anybody_needs() -> None:
    with pytest.raises(InvalidInput, match="20 are possible"):
        delivery_targets([{"type": "file", "path": f"{n}"} for n in range(MOST + 1)])


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://hooks.example.org/services/T0/B0/xyz", "https://hooks.example.org/***"),
        ("https://u:p@example.org:8443/a?b=c", "https://***@example.org:8443/***"),
        ("https://example.org?token=abc", "https://example.org/***"),
        ("slack://TokenA/TokenB/TokenC", "slack://***"),
        ("tgram://123:abc/99", "tgram://***"),
        ("mailto://me:word@example.org", "mailto://***@example.org"),
        ("json://127.0.0.1:8080", "json://127.0.0.1:8080"),
        ("rubbish", "***"),
    ],
)
def test_only_way_and_host_of_an_address_are_shown(url: str, shown: str) -> None:
    assert shown_address(url) == shown


def test_an_address_without_anything_hidden_needs_no_secret() -> None:
    assert is_harmless("json://127.0.0.1:8080/")
    assert not is_harmless("json://127.0.0.1:8080/x")
    assert not is_harmless("slack://x")


def test_the_parts_of_an_address_that_reasons_must_not_tell() -> None:
    parts = secret_parts("https://user:pass%20word@example.org/services/T0KEN99/x?key=s3cretvalue")
    assert {"T0KEN99", "s3cretvalue", "pass%20word", "pass word"} <= parts
    assert "example.org" not in parts
    assert "discordid99" in secret_parts("discord://discordid99/tok")
    assert secret_parts("http://[bad") == {"http://[bad"}


def test_words_name_the_target() -> None:
    assert words(
        {"type": "webhook", "url": "store:X", "secret": "s", "shown": "https://a/***"}
    ) == ("webhook https://a/***")
    assert words({"type": "notify", "url": "env:SLACK"}) == "notify env:SLACK"
    assert words({"type": "file", "path": "a.md", "append": False}) == "file a.md (replaced)"
    assert words({"type": "job", "job": "job_1"}, "'report'") == "job 'report'"
