"""``--deliver-to`` and ``jobs-tui outbox``."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobs_tui.service.context import Context
from jobs_tui.store import result_deliveries
from tests.cli.command import Command
from tests.receiver import receiver


def test_targets_are_given_by_their_forms(jt: Command, ctx: Context, home: Path) -> None:
    jt.ok("secret", "set", "HOOK", stdin="the-signing-secret")
    jt.ok("secret", "set", "ALERTS", stdin="json://127.0.0.1:9/t0ken")
    jt.created("next")
    job = jt.created(
        "first",
        *("--deliver-to", "https://example.org/t0ken", "--deliver-secret", "HOOK"),
        *("--deliver-to", "json://127.0.0.1:9/t0ken2"),
        *("--deliver-to", "notify:ALERTS", "--deliver-to", "env:SOME_URL"),
        *("--deliver-to", "file:/srv/{date}.md", "--deliver-to", "job:next"),
        *("--deliver-when", "failure"),
    )
    kinds = [target["type"] for target in job["deliver_to"]]
    assert kinds == ["webhook", "notify", "notify", "notify", "file", "job"]
    assert job["deliver_when"] == "failure"
    shown = jt.ok("show", "first").out
    assert "webhook https://example.org/***" in shown
    assert "job 'next'" in shown
    assert "those of failed runs" in shown
    for words in (("show", "first"), ("list",), ("export",), ("audit",), ("secret", "list")):
        assert "t0ken" not in jt.ok(*words).out
    changed = jt.ok("edit", "first", "--deliver-to", "file:x.txt", "--json").json
    assert changed["deliver_to"] == [{"type": "file", "path": "x.txt", "append": True}]
    assert jt.ok("edit", "first", "--deliver-to", "none", "--json").json["deliver_to"] == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--deliver-to", "somewhere"), "says no way of delivery. Write a URL, file:PATH"),
        (("--deliver-to", "https://example.org"), "--deliver-secret is missing"),
        (("--deliver-to", "file:x", "--deliver-secret", "A"), "and there is none"),
        (("--deliver-to", "none", "--deliver-to", "file:x"), "stands alone"),
        (("--deliver-to", "file:../x"), "leads upwards"),
        (("--deliver-to", "job:nobody"), "There is no job 'nobody'"),
    ],
)
def test_what_cannot_be_a_target(jt: Command, words: tuple[str, ...], says: str) -> None:
    said = jt.refused("create", "--name", "x", "--manual", "--prompt", "true", *words)
    assert says in said


def test_a_dry_run_says_where_results_would_go(jt: Command) -> None:
    options = ("--name", "x", "--manual", "--prompt", "true", "--deliver-to", "json://h/t0ken")
    out = jt.ok("create", "--dry-run", *options).out
    assert "RESULTS would be delivered (every run's) to\n  notify json://h/***" in out
    assert jt.ok("create", "--dry-run", *options, "--json").json["deliver_to"] == [
        "notify json://h/***"
    ]
    assert jt.ok("secret", "list", "--json").json == []


def test_the_outbox_is_listed_and_tried_again(jt: Command, ctx: Context, tmp_path: Path) -> None:
    assert "Nothing was delivered" in jt.ok("outbox", "list").err
    jt.created("first", "--deliver-to", f"file:{tmp_path}/x.txt")
    started = jt.ok("run", "first", "--json").json
    ctx.store.write(
        lambda c: c.execute(
            "insert into result_deliveries (id, execution_id, job_id, position, target, status,"
            " attempts, created_at, error) values ('out_0001', ?, ?, 0, ?, 'failed', 6, ?, ?)",
            (
                started["execution_id"],
                started["job_id"],
                '{"type": "file", "path": "/x.txt", "append": true}',
                "2026-08-21T14:00:00.000Z",
                "There is no space left.",
            ),
        )
    )
    out = jt.ok("outbox", "list", "first").out
    assert "failed  6      file /x.txt" in out
    assert "There is no space left." in out
    shown = jt.ok("show", started["execution_id"]).out
    assert "results  failed file /x.txt: There is no space left." in shown
    assert "`jobs-tui outbox retry out_0001` tries again" in shown
    answer = jt.ok("outbox", "retry", "out_0001")
    assert answer.out == "The delivery to file /x.txt is tried again now.\n"
    assert "No engine is running" in answer.err
    assert jt.ok("outbox", "skip", "out_0001", "--json").json["status"] == "skipped"
    assert jt.ok("outbox", "list", "--status", "waiting", "--json").json == []
    assert "no delivery 'out_9999'" in jt.refused("outbox", "retry", "out_9999")
    found = result_deliveries.get(ctx.store.jobs.reader(), "out_0001")
    assert found is not None


def test_targets_are_tried_out(jt: Command, tmp_path: Path) -> None:
    jt.created("next")
    (tmp_path / "last.json").write_text("precious")
    with receiver() as web:
        jt.created(
            "first",
            *("--deliver-to", f"json://127.0.0.1:{web.port}/t0ken"),
            *("--deliver-to", f"file:{tmp_path}/x.txt", "--deliver-to", "job:next"),
        )
        tried = jt.ok("outbox", "test", "first", "--json").json
    assert [one["ok"] for one in tried] == [True, True, True]
    assert len(web.requests) == 1
    assert "first #0: test" in (tmp_path / "x.txt").read_text()
    assert jt.ok("history", "next", "--json").json["total_count"] == 0
    answer = jt("outbox", "test", "first")
    assert answer.code == 1
    assert "! notify json://127.0.0.1" in answer.out
    assert "delivers nowhere" in jt.ok("outbox", "test", "next").err
