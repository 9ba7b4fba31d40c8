"""Prompts in plain English: which tool with which arguments, or a refusal."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs_tui.agents.ops.things import CLOSE, OPEN
from jobs_tui.agents.ops.understanding import LONGEST, THRESHOLD, abilities, understand
from jobs_tui.tools.registry import tools
from tests.agents.ops.wordings import REFUSED, UNDERSTOOD

TOOLS = [tool for tool in tools() if not tool.for_models]


@pytest.mark.parametrize(("prompt", "calls"), UNDERSTOOD)
def test_a_clear_prompt_is_these_calls(
    prompt: str, calls: list[tuple[str, dict[str, Any]]]
) -> None:
    got = understand(prompt, TOOLS)
    assert got.refusal == ""
    assert [(call.tool, dict(call.arguments)) for call in got.calls] == calls
    assert got.confidence >= THRESHOLD


@pytest.mark.parametrize("prompt", REFUSED)
def test_any_other_prompt_is_refused_with_a_reason(prompt: str) -> None:
    got = understand(prompt, TOOLS)
    assert got.calls == ()
    assert got.refusal.endswith(".")
    assert got.confidence < THRESHOLD


@pytest.mark.parametrize(
    ("prompt", "reason"),
    [
        ("back up", "needs the path of a directory"),
        ("clean up /tmp", "needs an age"),
        ("scan for errors", "needs files"),
        ("is port open?", "needs the number of a port"),
        ("Check system health of db1.example.org", "“db1.example.org”"),
        ("alert if cpu < 5%", "not below one"),
        ("do not back up /srv/www to /backup", "“not”"),
    ],
)
def test_a_refusal_says_what_is_missing_or_strange(prompt: str, reason: str) -> None:
    assert reason in understand(prompt, TOOLS).refusal


def test_a_deletion_is_a_dry_run_unless_the_text_plainly_says_so() -> None:
    plain = understand("delete files in /tmp/x older than 30 days", TOOLS).calls[0]
    assert "dry_run" not in plain.arguments
    assert plain.note.startswith("Dry run")
    real = understand("really delete files in /tmp/x older than 30 days", TOOLS).calls[0]
    assert real.arguments["dry_run"] is False


def test_only_the_tools_that_are_offered_are_used() -> None:
    some = [tool for tool in TOOLS if tool.name == "disk_usage"]
    assert understand("Check system health", some).calls == ()
    assert understand("disk usage of /var", some).calls[0].tool == "disk_usage"
    assert understand("disk usage of /var", []).calls == ()


def test_a_long_text_is_no_request() -> None:
    assert "characters" in understand("Check system health. " * LONGEST, TOOLS).refusal


def test_every_tool_says_how_it_is_asked_for() -> None:
    lines = abilities(TOOLS)
    assert len(lines) == len(TOOLS)
    assert all("“" in line for line in lines)


def test_each_example_of_the_help_is_understood() -> None:
    from jobs_tui.agents.ops.forms import form_of

    for tool in TOOLS:
        for example in form_of(tool).examples:
            assert [call.tool for call in understand(example, TOOLS).calls] == [tool.name], example


@given(st.text(max_size=200))
def test_whatever_the_text_it_is_understood_or_refused(text: str) -> None:
    got = understand(f"{OPEN}path{CLOSE} {text}", TOOLS)
    assert bool(got.calls) != bool(got.refusal)
