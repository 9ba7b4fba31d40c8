"""What a job depends on and where its results go, as people write it on one line."""

from __future__ import annotations

from typing import Any

import pytest

from jobs_tui.models import short_dependencies, short_targets
from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.short_dependencies import entries_of
from jobs_tui.models.short_targets import target_of, target_texts, without_token

ENTRIES: list[tuple[str, list[dict[str, Any]]]] = [
    ("", []),
    (" , ", []),
    ("build", [{"job": "build"}]),
    ("build, test:failed", [{"job": "build"}, {"job": "test", "on": "failed"}]),
    ("test:failed + 3d", [{"job": "test", "on": "failed", "delay_seconds": "3d"}]),
    ("a:b", [{"job": "a:b"}]),
    (":failed", [{"job": ":failed"}]),
    ("c++", [{"job": "c++"}]),
    ("a + b", [{"job": "a + b"}]),
    ("a + b + 2 hours", [{"job": "a + b", "delay_seconds": "2 hours"}]),
    ("a + 3x", [{"job": "a", "delay_seconds": "3x"}]),
    ('{"job": "a, b"}, c', [{"job": "a, b"}, {"job": "c"}]),
]


@pytest.mark.parametrize(("text", "expected"), ENTRIES)
def test_jobs_are_read_between_commas(text: str, expected: list[dict[str, Any]]) -> None:
    assert entries_of(text) == expected


@pytest.mark.parametrize("text", ["{", '{"job": "a"', '{"job": "a"} b', "{" * 5000])
def test_what_begins_as_json_has_to_be_json(text: str) -> None:
    with pytest.raises(InvalidInput, match="is not JSON") as caught:
        entries_of(text)
    assert caught.value.field == "depends_on"


@pytest.mark.parametrize(
    ("entry", "delay", "text"),
    [
        ({"job": "build", "on": "completed", "parameters": {}}, "", "build"),
        ({"job": "build", "on": "failed", "delay_seconds": 0}, "3d", "build:failed + 3d"),
        ({"job": "a, b"}, "", '{"job": "a, b"}'),
        ({"job": "a:failed"}, "", '{"job": "a:failed"}'),
        ({"job": " a"}, "", '{"job": " a"}'),
        ({"job": "{"}, "", '{"job": "{"}'),
        ({"job": "a + 3d"}, "1h", "a + 3d + 1h"),
        ({"job": "a", "mode": "gate"}, "", '{"job": "a", "mode": "gate"}'),
        (
            {"job": "a", "parameters": {"x": "answer"}},
            "1h",
            '{"job": "a", "parameters": {"x": "answer"}, "delay_seconds": "1h"}',
        ),
    ],
)
def test_an_entry_has_a_text_that_reads_back(entry: dict[str, Any], delay: str, text: str) -> None:
    assert short_dependencies.text_of(entry, delay) == text
    (again,) = entries_of(text)
    assert again["job"] == entry["job"]
    assert again.get("delay_seconds", "") == delay


TARGETS: list[tuple[str, dict[str, Any]]] = [
    ("https://example.org/x", {"type": "webhook", "url": "https://example.org/x"}),
    ("webhook:HOOK", {"type": "webhook", "url": "HOOK"}),
    ("slack://a/b/c", {"type": "notify", "url": "slack://a/b/c"}),
    ("notify:CHAT", {"type": "notify", "url": "CHAT"}),
    ("env:CHAT", {"type": "notify", "url": "env:CHAT"}),
    ("file:/srv/x.md", {"type": "file", "path": "/srv/x.md"}),
    ("job:a:b", {"type": "job", "job": "a:b"}),
    (
        '{"type": "file", "path": "x", "append": false}',
        {"type": "file", "path": "x", "append": False},
    ),
    ('{"type": "file", "path": "a, b"}', {"type": "file", "path": "a, b"}),
    ('{"type": "notify", "url": "https://a.org"}', {"type": "notify", "url": "https://a.org"}),
]


@pytest.mark.parametrize(("text", "target"), TARGETS)
def test_a_target_has_a_text_that_reads_back(text: str, target: dict[str, Any]) -> None:
    assert target_of(text) == target
    written = short_targets.text_of(target)
    assert target_texts(written) == [written]
    assert target_of(written) == target


def test_targets_are_told_apart_by_how_they_begin() -> None:
    line = 'mailto://u:p@example.org?to=a@b,c@d, file:/x.md,job:report,{"type": "job", "job": "a"},'
    assert target_texts(line) == [
        "mailto://u:p@example.org?to=a@b,c@d",
        "file:/x.md",
        "job:report",
        '{"type": "job", "job": "a"}',
    ]


@pytest.mark.parametrize("text", ["somewhere", "env", "op", "{", "slack:x"])
def test_what_says_no_way_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        target_of(text)
    assert caught.value.field == "deliver_to"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("slack://T0/B0/t0ken", "slack://***"),
        ("https://example.org/t0ken", "https://example.org/***"),
        ("notify:https://example.org/t0ken", "notify:https://example.org/***"),
        ("webhook:https://example.org/t0ken", "https://example.org/***"),
        ("https://example.org", "https://example.org"),
        ("notify:CHAT", "notify:CHAT"),
        ("env:CHAT", "env:CHAT"),
        ("file:/srv/x.md", "file:/srv/x.md"),
        ("job:report", "job:report"),
        ("hooks.example.org/t0ken", "***"),
        ('{"type": "notify", "url": "slack://t0ken"', "***"),
        ('{"url": "slack://t0ken"}', "***"),
        ('{"type": "notify", "address": "slack://t0ken"}', "***"),
        ('{"type": "notify", "url": "slack://t0ken"}', "slack://***"),
        (
            '{"type": "webhook", "url": "HOOK", "secret": "t0ken"}',
            '{"type": "webhook", "url": "HOOK", "secret": "***"}',
        ),
    ],
)
def test_what_is_kept_of_a_target_has_no_token(text: str, kept: str) -> None:
    assert without_token(text) == kept
    assert "t0ken" not in without_token(text)
