"""A home as one document: what is exported can be applied, all of it or nothing."""

from __future__ import annotations

from typing import Any

import pytest

from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.resource import ResourceKind
from jobs_tui.service import jobs, manifest, resources
from jobs_tui.service.context import Context

DOCUMENT: dict[str, Any] = {
    "teams": [{"id": "crew", "members": [{"agent": "bot", "role": "does"}]}],
    "agents": [{"id": "bot", "kind": "shell", "capabilities": ["backup"]}],
    "environments": [{"id": "prod", "integration_ids": ["pg"], "required_tools": ["bash"]}],
    "integrations": [{"id": "pg", "env_vars": {"PGHOST": "db1"}}],
    "queues": [{"id": "slow", "concurrency": 1}],
    "jobs": [
        {
            "name": "nightly",
            "trigger_type": "cron",
            "cron_schedule": "0 2 * * *",
            "cron_timezone": "Europe/Berlin",
            "entity_id": "bot",
            "prompt_template": "echo {{ what }}\necho done",
            "parameters": [{"name": "what", "default": "x"}],
            "config": {"timeout": 60},
        },
        {
            "name": "hook",
            "trigger_type": "webhook",
            "planning_mode": "predefined_team",
            "entity_id": "crew",
            "prompt_template": "go",
        },
    ],
}


def test_a_document_is_applied_in_an_order_that_works(ctx: Context) -> None:
    done = manifest.apply(ctx, DOCUMENT)
    assert {one.action for one in done} == {"created"}
    assert [one.id for one in done if one.webhook_secret] == ["hook"]
    assert [one.action for one in manifest.apply(ctx, DOCUMENT)] == ["unchanged"] * 7


def test_what_is_exported_makes_the_same_home_again(ctx: Context) -> None:
    manifest.apply(ctx, DOCUMENT)
    exported = manifest.export(ctx)
    assert [one["name"] for one in exported["jobs"]] == ["nightly", "hook"]
    assert "webhook_secret" not in str(exported)
    assert {one.action for one in manifest.apply(ctx, exported)} == {"unchanged"}
    for job in jobs.listing(ctx):
        jobs.archive(ctx, job.id)
    for kind in reversed(manifest.ORDER):
        for one in resources.listing(ctx, kind):
            resources.delete(ctx, kind, one.id)
    assert {one.action for one in manifest.apply(ctx, exported)} == {"created"}
    assert manifest.export(ctx) == exported


def test_a_change_of_one_field_changes_that_alone(ctx: Context) -> None:
    manifest.apply(ctx, DOCUMENT)
    changed = {"queues": [{"id": "slow", "concurrency": 2}], "jobs": [DOCUMENT["jobs"][0]]}
    assert [one.action for one in manifest.apply(ctx, changed, dry_run=True)] == [
        "changed",
        "unchanged",
    ]
    assert resources.get(ctx, ResourceKind.QUEUE, "slow").spec["concurrency"] == 1
    assert [one.action for one in manifest.apply(ctx, changed)] == ["changed", "unchanged"]
    assert resources.get(ctx, ResourceKind.QUEUE, "slow").spec["concurrency"] == 2


@pytest.mark.parametrize(
    ("section", "entry", "words"),
    [
        ("jobs", {"name": "x", "trigger_type": "cron", "prompt_template": "p"}, "jobs.2: "),
        ("teams", {"id": "t", "members": [{"agent": "nobody"}]}, "teams.1: .*no agent 'nobody'"),
        ("agents", {"id": "bot", "kind": "shell"}, "agents.1: 'bot' is there twice"),
        ("agents", {"id": "shell", "kind": "shell"}, "agents.1: .*built in"),
        ("queues", {"id": "q", "concurrency": "many"}, "queues.1: concurrency"),
        ("queues", {"concurrency": 1}, "queues.1: id is missing"),
    ],
)
def test_one_wrong_entry_and_nothing_is_written(
    ctx: Context, section: str, entry: dict[str, Any], words: str
) -> None:
    document = {**DOCUMENT, section: [*DOCUMENT[section], entry]}
    with pytest.raises(InvalidInput, match=words):
        manifest.apply(ctx, document)
    assert manifest.export(ctx) == {}


@pytest.mark.parametrize("document", [None, [], "x", {"jbos": []}, {"jobs": {}}, {"jobs": [1]}])
def test_what_is_no_document_is_refused(ctx: Context, document: Any) -> None:
    with pytest.raises(InvalidInput):
        manifest.apply(ctx, document)
