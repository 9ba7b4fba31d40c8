"""``jobs-tui search``."""

from __future__ import annotations

import pytest

from tests.cli.command import Command

HOSTILE = ['"', "NEAR(", "*", "a OR", "🚀", "zzz", "x" * 100_000]


@pytest.fixture(autouse=True)
def no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine of a developer may have it."""
    monkeypatch.setattr("jobs_tui.agents.smart.engines.semantic.installed", lambda: False)


def test_words_find_jobs_the_best_first(jt: Command) -> None:
    jt.created("Redis backup", "--tag", "db")
    jt.created("Redis cost")
    jt.created("other")
    found = jt.ok("search", "--", "redis", "backups")
    assert found.lines[0].split() == ["ID", "SCORE", "NAME", "WHY"]
    assert "Redis backup" in found.lines[1]
    assert len(found.lines) == 2
    assert "1 more: -n 2 shows them." in jt.ok("search", "-n", "1", "redis").err


def test_json_names_what_served(jt: Command) -> None:
    job = jt.created("Redis backup")
    answer = jt.ok("search", "--json", "--", "redis").json
    assert (answer["mode"], answer["engine"], answer["total"]) == ("keyword", "fts5", 1)
    assert [one["id"] for one in answer["results"]] == [job["id"]]
    assert {"name", "score", "why", "snippet"} <= answer["results"][0].keys()


def test_by_meaning_it_says_why_no_better_engine_served(jt: Command) -> None:
    jt.created("Certificate watcher")
    found = jt.ok("search", "--semantic", "--json", "--", "https renewal")
    assert (found.json["mode"], found.json["engine"]) == ("semantic", "lexical")
    assert [one["name"] for one in found.json["results"]] == ["Certificate watcher"]
    assert "semantic setup" in found.json["note"]
    assert "semantic setup" in found.err


@pytest.mark.parametrize("more", [(), ("--semantic",), ("--engine", "lexical")])
@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_found_is_no_error(jt: Command, query: str, more: tuple[str, ...]) -> None:
    jt.created("night")
    found = jt.ok("search", "--json", *more, "--", query)
    assert found.json["results"] == []
    assert "No job matches." in jt.ok("search", *more, "--", query).err


def test_bad_input_is_one_sentence(jt: Command) -> None:
    assert "query is empty" in jt.refused("search", "--", " ")
    assert "QUERY" in jt.refused("search")
    assert "0" in jt.refused("search", "-n", "0", "x")
    found = jt("search", "--engine", "semantic", "--", "x")
    assert (found.code, found.out) == (1, "")
    assert "not installed" in found.err


def test_deleted_jobs_are_found_when_asked(jt: Command) -> None:
    job = jt.created("zebra")
    jt.ok("delete", job["id"])
    assert jt.ok("search", "zebra").out == ""
    assert "zebra" in jt.ok("search", "--archived", "zebra").out


def test_reading_ahead_says_what_it_needs(jt: Command) -> None:
    found = jt("semantic", "index")
    assert (found.code, found.out) == (1, "")
    assert "semantic setup" in found.err
