"""Targets are looked at before a job is saved, and addresses are kept as secrets."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jobs_tui.guard.secrets.resolver import Secrets
from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.job import Job
from jobs_tui.service import jobs, manifest, secrets
from jobs_tui.service.answers import job_response
from jobs_tui.service.context import Context
from jobs_tui.service.purge import purge_job
from tests.service.made import count, job_fields, made

URL = "json://ann:T0kenPassw0rd@127.0.0.1:8080/pathtoken"
NOTIFY = {"type": "notify", "url": URL}


def delivering(ctx: Context, *targets: dict[str, Any], **more: Any) -> Job:
    return made(ctx, deliver_to=list(targets), **more)


def refused(ctx: Context, target: dict[str, Any]) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        delivering(ctx, target)
    assert count(ctx, "jobs") == 0
    return caught.value


def warnings(ctx: Context, *targets: dict[str, Any]) -> str:
    return " ".join(jobs.create(ctx, job_fields(deliver_to=list(targets))).warnings)


def test_an_address_in_the_clear_is_sealed_and_shown_nowhere(ctx: Context) -> None:
    job = delivering(ctx, NOTIFY)
    (target,) = job.definition.deliver_to
    assert target["shown"] == "json://***@127.0.0.1:8080/***"
    assert Secrets(ctx.store).resolve(target["url"]) == URL
    everything = json.dumps(
        [
            job_response(ctx, job),
            manifest.export(ctx),
            [dict(row) for row in ctx.store.rows("select * from audit")],
            [dict(row) for row in ctx.store.rows("select definition from revisions")],
            [one.answer() for one in secrets.listing(ctx)],
        ]
    )
    assert "T0kenPassw0rd" not in everything
    assert "pathtoken" not in everything


def test_an_address_without_a_token_stays_as_it_is(ctx: Context) -> None:
    target = {"type": "notify", "url": "json://127.0.0.1:8080"}
    assert delivering(ctx, target).definition.deliver_to == (target,)
    assert count(ctx, "secrets") == 0


def test_the_same_address_keeps_its_secret(ctx: Context) -> None:
    job = delivering(ctx, NOTIFY)
    again = jobs.edit(ctx, job.id, {"deliver_to": [NOTIFY]}).job
    assert again.definition.deliver_to == job.definition.deliver_to
    back = jobs.edit(ctx, job.id, {"deliver_to": list(job.definition.deliver_to)}).job
    assert back.definition.deliver_to == job.definition.deliver_to
    other = {"type": "notify", "url": URL + "2"}
    changed = jobs.edit(ctx, job.id, {"deliver_to": [other]}).job
    assert changed.definition.deliver_to != job.definition.deliver_to
    assert jobs.edit(ctx, job.id, {"deliver_to": None}).job.definition.deliver_to == ()
    untouched = jobs.edit(ctx, job.id, {"description": "x"}).job
    assert untouched.definition.deliver_to == ()


def test_purging_a_job_removes_what_was_sealed_for_it_alone(ctx: Context) -> None:
    job = delivering(ctx, NOTIFY)
    (reference,) = (one["url"] for one in job.definition.deliver_to)
    copy = delivering(ctx, {"type": "notify", "url": reference}, name="copy")
    assert copy.definition.deliver_to == job.definition.deliver_to
    purge_job(ctx, job.id)
    assert count(ctx, "secrets") == 1
    purge_job(ctx, copy.id)
    assert count(ctx, "secrets") == 0


def test_a_secret_that_deliveries_use_is_not_deleted(ctx: Context) -> None:
    secrets.put(ctx, "HOOK", value="the-secret")
    delivering(ctx, {"type": "webhook", "url": "https://example.org", "secret": "HOOK"})
    assert secrets.get(ctx, "HOOK").used_by == ("the deliveries of the job 'nightly'",)


@pytest.mark.parametrize(
    ("target", "field", "says"),
    [
        ({"type": "notify", "url": "nonsense://x"}, "deliver_to.0.url", "Apprise does not under"),
        ({"type": "notify", "url": "slack"}, "deliver_to.0.url", "names no secret of this home"),
        ({"type": "notify", "url": "foo:bar"}, "deliver_to.0.url", "neither an address"),
        (
            {"type": "webhook", "url": "ftp://x/y", "secret": "env:A"},
            "deliver_to.0.url",
            "no address of http:// or https://",
        ),
        (
            {"type": "webhook", "url": "https://", "secret": "env:A"},
            "deliver_to.0.url",
            "no address of http:// or https://",
        ),
        (
            {"type": "webhook", "url": "https://example.org", "secret": "p4ssw0rd"},
            "deliver_to.0.secret",
            "names no secret of this home. Keep the secret itself with",
        ),
        ({"type": "file", "path": "../x"}, "deliver_to.0.path", "leads upwards"),
        ({"type": "job", "job": "nobody"}, "deliver_to.0.job", "There is no job 'nobody'"),
        (
            {"type": "job", "job": "x", "parameters": {"a": "whatever"}},
            "deliver_to.0.parameters.a",
            "nothing that a result has",
        ),
        (
            {"type": "job", "job": "x", "parameters": {"a": "$..["}},
            "deliver_to.0.parameters.a",
            "is not a JSON path",
        ),
    ],
)
def test_what_cannot_be_a_target_is_refused(
    ctx: Context, target: dict[str, Any], field: str, says: str
) -> None:
    error = refused(ctx, target)
    assert error.field == field
    assert says in error.sentence()
    assert "p4ssw0rd" not in error.sentence()


def test_twice_the_same_target_is_a_mistake(ctx: Context) -> None:
    with pytest.raises(InvalidInput, match=r"deliver_to\.1 is there twice"):
        delivering(ctx, NOTIFY, NOTIFY)


def test_parameters_that_the_other_job_does_not_have(ctx: Context) -> None:
    made(ctx, name="next", prompt_template="echo {{ text }}")
    with pytest.raises(InvalidInput, match="has no parameter 'other'") as caught:
        delivering(ctx, {"type": "job", "job": "next", "parameters": {"other": "answer"}})
    assert caught.value.field == "deliver_to.0.parameters.other"
    said = warnings(ctx, {"type": "job", "job": "next"})
    assert "'next' will refuse to start: its parameter text gets no value" in said
    job = delivering(ctx, {"type": "job", "job": "next", "parameters": {"text": "answer"}})
    assert job.definition.deliver_to[0]["job"].startswith("job_")


def test_secrets_that_are_not_there_are_warned_of(ctx: Context) -> None:
    hook = {"type": "webhook", "url": "https://example.org", "secret": "store:LATER"}
    assert "deliver_to.0.secret: There is no secret 'LATER'" in warnings(ctx, hook)
    assert "NOT_SET_HERE is not set" in warnings(ctx, {"type": "notify", "url": "env:NOT_SET_HERE"})
    secrets.put(ctx, "BAD", value="no address")
    assert "what the secret BAD holds will not do" in warnings(
        ctx, {"type": "notify", "url": "BAD"}
    )


def test_a_secret_with_an_address_is_shown_by_way_and_host(ctx: Context) -> None:
    secrets.put(ctx, "ALERTS", value=URL)
    job = delivering(ctx, {"type": "notify", "url": "ALERTS"})
    assert job.definition.deliver_to == (
        {"type": "notify", "url": "store:ALERTS", "shown": "json://***@127.0.0.1:8080/***"},
    )


def test_an_export_can_be_applied_here_and_names_jobs(ctx: Context) -> None:
    made(ctx, name="next")
    delivering(ctx, NOTIFY, {"type": "job", "job": "next"}, name="first")
    document = manifest.export(ctx)
    assert document["jobs"][1]["deliver_to"][1] == {"type": "job", "job": "next"}
    assert [one.action for one in manifest.apply(ctx, document)] == ["unchanged", "unchanged"]
    document["jobs"][1]["deliver_to"][0] = dict(NOTIFY)  # as it was written by hand
    assert [one.action for one in manifest.apply(ctx, document)] == ["unchanged", "unchanged"]
    document["jobs"][1]["deliver_when"] = "failure"
    assert manifest.apply(ctx, document)[1].action == "changed"


def test_a_document_may_name_jobs_that_come_later_in_it(ctx: Context) -> None:
    document = {
        "jobs": [
            job_fields(name="first", deliver_to=[{"type": "job", "job": "next"}]),
            job_fields(name="next"),
        ]
    }
    assert [one.action for one in manifest.apply(ctx, document)] == ["created", "created"]
    first, then = jobs.find(ctx, "first"), jobs.find(ctx, "next")
    assert first.definition.deliver_to == ({"type": "job", "job": then.id},)
