"""Senders of each style: what starts a run, what is ignored, where values come from."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from standardwebhooks import Webhook

from jobs_tui.guard.hook_proof import proof_headers
from jobs_tui.guard.standard_webhooks import shown_secret
from jobs_tui.models.enums import HookStyle, Verdict
from jobs_tui.models.errors import InvalidInput
from jobs_tui.service import jobs, runs
from jobs_tui.service.context import Context
from jobs_tui.service.webhooks import Answer
from tests.fakes import FakeClock
from tests.service.hooks import Hooked, hook, records
from tests.service.made import count

STYLES = list(HookStyle)
PUSH = {"ref": "refs/heads/main", "commits": [{"id": "a1"}, {"id": "b2"}], "config_override": 1}


async def send(
    job: Hooked, style: HookStyle, payload: Any, message_id: str = "id-1", **headers: str
) -> Answer:
    """A delivery of a style; the payload is a value or the raw body."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    made = proof_headers(style, job.secret, body, message_id, job.ctx.now())
    return await job.raw(body, {name.lower(): v for name, v in made.items()} | headers)


@pytest.mark.parametrize("style", STYLES)
async def test_every_style_starts_the_job(ctx: Context, style: HookStyle) -> None:
    job = hook(ctx, "echo {{ branch }}")
    answer = await send(job, style, {"parameters": {"branch": "main"}})
    assert (answer.status_code, answer.body["status"], answer.started) == (200, "started", True)
    assert runs.get(ctx, answer.body["execution_id"]).parameters == {"branch": "main"}
    (record,) = records(ctx, job.id)
    assert (record.style, record.verdict, record.sender_id) == (style, Verdict.ACCEPTED, "id-1")
    assert job.secret not in json.dumps(record.headers)


@pytest.mark.parametrize("style", STYLES)
async def test_styles_can_be_restricted(ctx: Context, style: HookStyle) -> None:
    others = [one for one in STYLES if one is not style]
    job = hook(ctx, config={"webhook": {"styles": others}})
    assert (await send(job, style, {})).status_code == 401
    for number, other in enumerate(others):
        assert (await send(job, other, {}, f"id-{number}")).status_code == 200


async def test_the_published_library_of_standard_webhooks(ctx: Context, clock: FakeClock) -> None:
    job = hook(ctx, "echo {{ branch }}")
    body = '{"branch": "main"}'

    def headers(message_id: str) -> dict[str, str]:
        signature = Webhook(shown_secret(job.secret)).sign(message_id, clock.now(), body)
        return {
            "webhook-id": message_id,
            "webhook-timestamp": str(int(clock.now().timestamp())),
            "webhook-signature": f"v1,AAAA {signature}",
        }

    good = headers("msg_1")
    assert (await job.raw(body.encode(), good)).status_code == 200
    assert (await job.raw(b'{"branch": "mail"}', good)).status_code == 401
    assert (await job.raw(body.encode(), {**good, "webhook-id": "msg_2"})).status_code == 401
    moved = {**good, "webhook-timestamp": str(int(good["webhook-timestamp"]) + 1)}
    assert (await job.raw(body.encode(), moved)).status_code == 401
    old = headers("msg_3")
    clock.advance(301)
    answer = await job.raw(body.encode(), old)
    assert answer.status_code == 401
    assert "5 minutes" in answer.body["detail"]
    assert count(ctx, "executions") == 1


async def test_githubs_ping_is_answered_without_a_run(ctx: Context) -> None:
    job = hook(ctx, "echo {{ branch }}", enabled=False)
    answer = await send(job, HookStyle.GITHUB, {"zen": "x"}, **{"x-github-event": "ping"})
    assert (answer.status_code, answer.body["status"], answer.started) == (200, "ignored", False)
    assert answer.body["execution_id"] is None
    assert count(ctx, "executions") == 0
    (record,) = records(ctx, job.id)
    assert (record.verdict, record.execution_id) == (Verdict.IGNORED, None)
    assert "ping" in record.reason
    unsigned = {"x-hub-signature-256": "sha256=00", "x-github-event": "ping"}
    assert (await job.raw(b"{}", unsigned)).status_code == 401


@pytest.mark.parametrize(
    ("style", "event", "events", "starts"),
    [
        (HookStyle.GITHUB, {"x-github-event": "push"}, ["push"], True),
        (HookStyle.GITHUB, {"x-github-event": "push"}, ["issues", "push"], True),
        (HookStyle.GITHUB, {"x-github-event": "issues"}, ["push"], False),
        (HookStyle.GITHUB, {}, ["push"], False),
        (HookStyle.GITHUB, {"x-github-event": "anything"}, None, True),
        (HookStyle.GITLAB, {"x-gitlab-event": "Push Hook"}, ["Push Hook"], True),
        (HookStyle.GITLAB, {"x-gitlab-event": "Merge Request Hook"}, ["merge_request"], True),
        (HookStyle.GITLAB, {"x-gitlab-event": "Push Hook"}, ["Tag Push Hook"], False),
        (HookStyle.GITLAB, {"x-gitlab-event": "ping"}, None, True),
        (HookStyle.GENERIC, {"x-github-event": "issues"}, ["push"], True),
        (HookStyle.STANDARD, {}, ["push"], True),
    ],
)
async def test_the_filter_of_events(
    ctx: Context, style: HookStyle, event: dict[str, str], events: Any, starts: bool
) -> None:
    job = hook(ctx, config={"webhook": {"events": events}})
    answer = await send(job, style, {}, **event)
    assert answer.status_code == 200
    assert answer.body["status"] == ("started" if starts else "ignored")
    assert count(ctx, "executions") == int(starts)


async def test_values_of_senders_that_do_not_know_us(ctx: Context) -> None:
    """Given, else mapped, else the payload's key of that name, else the default."""
    job = hook(
        ctx,
        "echo {{ given }} {{ mapped }} {{ ref }} {{ plain }} {{ nothing }}",
        parameters=[{"name": "plain", "default": "p"}, {"name": "nothing", "default": "n"}],
        config={"webhook": {"mapping": {"mapped": "payload.commits[-1].id", "given": "payload.x"}}},
    )
    payload = {**PUSH, "parameters": {"given": "g"}, "mapped": "no", "nothing": None, "x": "no"}
    answer = await send(job, HookStyle.GITHUB, payload, **{"x-github-event": "push"})
    run = runs.get(ctx, answer.body["execution_id"])
    assert run.parameters == {
        "given": "g",
        "mapped": "b2",
        "ref": "refs/heads/main",
        "plain": "p",
        "nothing": "n",
    }
    assert run.trigger_metadata == {"source": "github", "event": "push", "delivery_id": "id-1"}


async def test_the_generic_sender_says_what_it_means(ctx: Context) -> None:
    """No key of its payload becomes a value by its name alone."""
    job = hook(ctx, "echo {{ ref }}")
    answer = await send(job, HookStyle.GENERIC, {"ref": "x"})
    assert answer.status_code == 422
    assert answer.body["detail"][0]["loc"] == ["body", "parameters", "ref"]


@pytest.mark.parametrize("style", [HookStyle.GENERIC, HookStyle.STANDARD])
async def test_a_mapping(ctx: Context, style: HookStyle) -> None:
    mapping = {
        "branch": "payload.ref",
        "first": "payload.commits.0.id",
        "event": "headers.X-GitHub-Event",
        "all": "payload",
        "secret": "headers.x-gitlab-token",
        "beyond": "payload.commits.9.id.deeper",
    }
    names = [name for name in mapping if name not in ("secret", "beyond")]
    job = hook(
        ctx,
        "echo " + " ".join(f"{{{{ {name} }}}}" for name in names),
        parameters=[{"name": "secret", "default": "-"}, {"name": "beyond", "default": "-"}],
        config={"webhook": {"mapping": mapping}},
    )
    payload = {"ref": "main", "commits": [{"id": 7}]}
    answer = await send(
        job, style, payload, **{"x-github-event": "push", "x-gitlab-token": "geheim"}
    )
    assert answer.status_code == 200, answer.body
    assert runs.get(ctx, answer.body["execution_id"]).parameters == {
        "branch": "main",
        "first": 7,
        "event": "push",
        "all": payload,
        "secret": "-",
        "beyond": "-",
    }


async def test_a_mapped_value_that_is_not_there_is_named(ctx: Context) -> None:
    job = hook(
        ctx, "echo {{ branch }}", config={"webhook": {"mapping": {"branch": "payload.ref.name"}}}
    )
    answer = await send(job, HookStyle.GITHUB, {"ref": "main"})
    assert answer.status_code == 422
    assert "branch" in answer.body["detail"][0]["msg"]


@pytest.mark.parametrize("value", ["x", 1, [1], None, True])
@pytest.mark.parametrize("name", ["parameters", "config_override", "metadata"])
async def test_foreign_keys_named_like_ours_do_no_harm(ctx: Context, name: str, value: Any) -> None:
    assert (await send(hook(ctx), HookStyle.GITLAB, {name: value})).status_code == 200


@pytest.mark.parametrize("value", ["$(touch pwned)", "'; id; '", "\x1b[2J", "{{ payload }}"])
async def test_mapped_values_are_never_code(ctx: Context, value: str) -> None:
    job = hook(ctx, "echo {{ branch }}", config={"webhook": {"mapping": {"branch": "payload.ref"}}})
    answer = await send(job, HookStyle.GITHUB, {"ref": value})
    assert runs.get(ctx, answer.body["execution_id"]).parameters == {"branch": value}


FORM = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}


async def test_githubs_form(ctx: Context) -> None:
    job = hook(ctx, "echo {{ ref }} {{ payload.commits }}")
    body = urlencode({"payload": json.dumps({**PUSH, "ref": "é & = +"})}).encode()
    answer = await send(job, HookStyle.GITHUB, body, **FORM)
    assert runs.get(ctx, answer.body["execution_id"]).parameters == {"ref": "é & = +"}
    assert (await send(job, HookStyle.GITHUB, b"payload=%7b", "id-2", **FORM)).status_code == 400
    assert (await send(job, HookStyle.GITHUB, b"payload=%ff", "id-3", **FORM)).status_code == 400
    assert (await send(job, HookStyle.GITHUB, b"other=1", "id-4", **FORM)).status_code == 400
    many = b"&".join(b"a=1" for _ in range(1000))
    assert (await send(job, HookStyle.GITHUB, many, "id-5", **FORM)).status_code == 400
    # Whoever does not set a type with curl claims a form.
    assert (await send(job, HookStyle.GITHUB, PUSH, "id-6", **FORM)).status_code == 200
    assert (await send(job, HookStyle.GENERIC, body, "id-7", **FORM)).status_code == 400


@pytest.mark.parametrize(
    ("webhook", "field"),
    [
        ("x", "config.webhook"),
        ({"styles": []}, "config.webhook.styles"),
        ({"styles": ["sha1"]}, "config.webhook.styles.0"),
        ({"styles": "github"}, "config.webhook.styles"),
        ({"events": [1]}, "config.webhook.events.0"),
        ({"events": "push"}, "config.webhook.events"),
        ({"mapping": []}, "config.webhook.mapping"),
        ({"mapping": {"a": 1}}, "config.webhook.mapping.a"),
        ({"mapping": {"a": "ref"}}, "config.webhook.mapping.a"),
        ({"mapping": {"a": "payload..x"}}, "config.webhook.mapping.a"),
        ({"mapping": {"a b": "payload.x"}}, "config.webhook.mapping"),
        ({"mapping": {"payload": "payload.x"}}, "config.webhook.mapping.payload"),
    ],
)
def test_a_bad_config_is_refused_with_its_place(ctx: Context, webhook: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        hook(ctx, config={"webhook": webhook})
    assert (caught.value.field or "").startswith(field)
    assert count(ctx, "jobs") == 0
    job = hook(ctx)
    with pytest.raises(InvalidInput):
        jobs.edit(ctx, job.id, {"config": {"webhook": webhook}})


def test_config_comes_back_as_sent(ctx: Context) -> None:
    sent = {"webhook": {"styles": ["github"], "mapping": {"a": "payload.a"}, "mine": 1}}
    job = hook(ctx, config=sent)
    assert jobs.get(ctx, job.id).definition.config == sent
