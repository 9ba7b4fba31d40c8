"""``jobs-tui preview`` and ``create --dry-run``."""

from __future__ import annotations

from jobs_tui.server.api.preview_models import PreviewResponse
from jobs_tui.service import jobs
from jobs_tui.service.context import Context
from tests.cli.command import Command


def test_a_dry_run_of_a_new_job_writes_nothing(jt: Command, ctx: Context) -> None:
    jt.ok("agent", "create", "dba", "--kind", "shell", "--capability", "database backup")
    new = ("create", "--name", "n", "--manual", "--prompt", "Database backup", "--dry-run")
    text = jt.ok(*new, "--smart").out
    assert "Dry run of n: nothing was run." in text
    assert "Smart would pick dba (" in text
    assert "+ policy       No policy has a say." in text
    said = jt.ok(*new, "--smart", "--json").json
    assert PreviewResponse.model_validate(said).smart is not None
    assert "There is no agent 'nobody'" in jt.refused(*new, "--agent", "nobody")
    assert jobs.listing(ctx) == []


def test_a_job_is_looked_at_with_the_values_of_a_start(jt: Command) -> None:
    jt.created("n", "--cron", "0 9 * * *", "--prompt", "echo {{ a }}", "--param", "a=\x1b[2Jx")
    text = jt.ok("preview", "n").out
    assert "STARTS at 09:00 every day" in text
    assert "\x1b" not in text
    said = jt.ok("preview", "n", "-p", "a=new", "--json").json
    PreviewResponse.model_validate(said)
    assert said["prompt"] == "echo new"
    assert said["checks"][0]["name"] == "agent"
    assert "no job 'm'" in jt.refused("preview", "m")
    assert "is not NAME=VALUE" in jt.refused("preview", "n", "-p", "a")
    assert "b" in jt.refused("preview", "n", "-p", "b=1")
