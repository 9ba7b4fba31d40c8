"""Whatever is sent, the answer is one that ``/openapi.json`` describes, and never our mistake."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import FailureGroup

from jobs_tui.agents.directory import MODELS
from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.server.api.resources import PATHS
from jobs_tui.server.listener import Listener
from jobs_tui.service import jobs, outbox, resources, secrets, starts
from jobs_tui.service.context import Context
from jobs_tui.service.hook_records import IncomingDelivery, record_of
from jobs_tui.store import deliveries, result_deliveries
from jobs_tui.store.database import Store
from jobs_tui.store.home import Home
from jobs_tui.store.settings import Settings
from tests.fakes import FakeClock
from tests.server.api_help import printed
from tests.server.face import BEARER, accept_token, nothing_is_tried
from tests.service.made import cron_job, ended, made
from tests.service.waiting import waiting, waiting_run

EXAMPLES = 6
"""Of each operation, for each way of asking."""

NEVER_GOOD = {
    "GET /api/v1/environments/{environment_id}/worker-queues",
    "GET /api/v1/models/default",
    "POST /webhooks/{path}",
    "POST /api/v1/webhooks/{path}",
    "POST /api/v1/jobs/webhook/{path}",
}
"""What does not exist yet, and what needs a signature (tested elsewhere)."""

load_all_checks()
HELD_TO = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
        "negative_data_rejection",
    ]
)
"""The last one is about requests that were made to be wrong."""


@dataclass
class Served:
    """A listener in a thread of its own, and the store behind it."""

    ctx: Context
    address: str


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Without an engine: what the fuzzer starts is queued and never run."""
    home = tmp_path_factory.mktemp("fuzz")
    ctx = Context(Store(Home(home, home / "config.toml"), FakeClock()), "webhook", "webhook")
    accept_token(ctx)
    limit = 16 * 1024**2  # the longest prompts that a job may have fit in
    limits = Settings(body_limit=limit)
    listener = Listener(ctx, limits, lambda: {"scheduler": True}, lambda: None, nothing_is_tried)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        starting = asyncio.run_coroutine_threadsafe(listener.start("127.0.0.1", 0), loop)
        yield Served(ctx, f"http://{starting.result(30)}")
        asyncio.run_coroutine_threadsafe(listener.stop(), loop).result(30)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.close()
        ctx.store.close()


@pytest.fixture(scope="module")
def operations(served: Served) -> list[schemathesis.APIOperation[Any]]:
    """Everything that the document describes."""
    answer = requests.get(f"{served.address}/openapi.json", timeout=30)
    schema = schemathesis.openapi.from_dict(answer.json())
    return [found.ok() for found in schema.get_all_operations()]


def things(ctx: Context, operation: schemathesis.APIOperation[Any]) -> dict[str, str]:
    """What exists for the variables of a path: new each time, for some operations delete it."""
    hooked = "webhook" in operation.path or "deliveries" in operation.path
    if "scheduled_tasks" in operation.path:
        job = cron_job(ctx)
    else:
        job = made(ctx, trigger_type="webhook" if hooked else "manual", config={"overlap": "allow"})
    run = starts.start(ctx, job.id)
    if not operation.path.endswith("/cancel"):
        ended(ctx, run.execution_id, ExecutionStatus.FAILED, log_lines=2)
        printed(ctx, run.execution_id, 1, ["one", "\x1b[31mtwo"])
    if operation.path.endswith("/restore"):
        jobs.archive(ctx, job.id)
    found = {"job_id": job.id, "taskId": job.id, "execution_id": run.execution_id}
    found["token_id"] = accept_token(ctx, run.execution_id, "read", run.execution_id).id
    found["resource_id"] = resource(ctx, operation.path, run.execution_id)
    if "{name}" in operation.path:
        found["name"] = secrets.put(ctx, f"S{run.execution_id[5:13]}", value="kept").row.name
    if "approval" in operation.path or operation.path.endswith(("/approve", "/deny")):
        found["execution_id"] = waiting_run(ctx)
        found["approval_id"] = waiting(ctx, found["execution_id"])[0].id
    if hooked:
        found["path"] = job.webhook_path or ""
        found["delivery_id"] = delivered(ctx, job.webhook_path or "")
    if "outbox" in operation.path:
        found["delivery_id"] = to_send(ctx)
    return {name: found.get(name, "none") for name in variables(operation)}


def to_send(ctx: Context) -> str:
    """The id of a result that waits to be sent."""
    job = made(ctx, deliver_to=[{"type": "file", "path": "a.md"}])
    run = starts.start(ctx, job.id)
    ended(ctx, run.execution_id, result="x")
    ctx.store.write(
        lambda connection: result_deliveries.plan(
            connection, job, job.definition, run.execution_id,
            ExecutionStatus.COMPLETED, None, ctx.now(),
        )
    )  # fmt: skip
    return outbox.of_run(ctx, run.execution_id)[0].delivery.id


def resource(ctx: Context, path: str, unique: str) -> str:
    """The id of a new agent, team... of the family that a path is about."""
    kinds = {place: kind for kind, (place, _) in PATHS.items()}
    kind = kinds.get(path.split("/")[3] if path.count("/") > 2 else "")
    if kind is None:
        return "none"
    body = {**MODELS[kind].model_json_schema()["examples"][0], "id": f"x-{unique[5:13]}"}
    return resources.create(ctx, kind, body).id


def delivered(ctx: Context, path: str) -> str:
    """The id of a stored delivery."""
    hook = deliveries.hook(ctx.store.jobs.reader(), path)
    assert hook is not None
    incoming = IncomingDelivery(path, {"x-webhook-signature": "0"}, b'{"a": 1}', "127.0.0.1")
    record = replace(record_of(ctx, incoming, hook.job.id, 401), reason="not signed")
    ctx.store.write(lambda connection: deliveries.insert(connection, record))
    return record.id


def variables(operation: schemathesis.APIOperation[Any]) -> list[str]:
    """The names in a path."""
    return [parameter.name for parameter in operation.path_parameters]


def wrong_answers(
    served: Served,
    operation: schemathesis.APIOperation[Any],
    mode: GenerationMode,
    existing: Callable[[], dict[str, str]] | None = None,
    seen: set[tuple[str, int]] | None = None,
) -> list[str]:
    """What the document does not say about the answers to some requests.

    Args:
        existing: makes what the variables of the path name; anything without.
        seen: takes (operation, status) of every answer.
    """
    fixed = {} if existing is None else {"path_parameters": existing()}

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode, **fixed))
    def ask(case: schemathesis.Case) -> None:
        answer = case.call(base_url=served.address, headers=BEARER, timeout=30)
        if seen is not None:
            seen.add((operation.label, answer.status_code))
        checks, body = HELD_TO, answer.request.body
        if answer.status_code == 413 or (body and not body.strip()):
            # Refused for its length alone, or blank, which is taken for no body.
            checks = [check for check in HELD_TO if check.__name__ != "negative_data_rejection"]
        case.validate_response(answer, checks=checks, headers=BEARER)

    try:
        ask()
    except (FailureGroup, requests.RequestException) as error:
        return [f"{operation.label}: {error}"]
    return []


def to_examples(served: Served, operation: schemathesis.APIOperation[Any]) -> list[int]:
    """The statuses that the description's own examples get, each answer as described."""
    document = requests.get(f"{served.address}/openapi.json", timeout=30).json()
    described = document["paths"][operation.path][operation.method]
    if "requestBody" not in described:
        return []
    reference = described["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    schema = document["components"]["schemas"][reference.rpartition("/")[2]]
    found = []
    for body in schema.get("examples", []):
        case = operation.Case(
            path_parameters=things(served.ctx, operation),
            body=body,
            media_type="application/json",
        )
        answer = case.call(base_url=served.address, headers=BEARER, timeout=30)
        case.validate_response(answer, checks=HELD_TO[:-1], headers=BEARER)
        found.append(answer.status_code)
    return found


def test_answers_about_things_that_exist(
    served: Served, operations: list[schemathesis.APIOperation[Any]]
) -> None:
    seen: set[tuple[str, int]] = set()
    found = [
        line
        for operation in operations
        for line in wrong_answers(
            served,
            operation,
            GenerationMode.POSITIVE,
            lambda op=operation: things(served.ctx, op),
            seen,
        )
    ]
    assert not found, "\n".join(found)
    for operation in operations:
        seen |= {(operation.label, status) for status in to_examples(served, operation)}
    reached = {label for label, status in seen if status < 300}
    assert {operation.label for operation in operations} - reached == NEVER_GOOD


def test_an_answer_that_is_not_described_is_noticed(served: Served) -> None:
    document = requests.get(f"{served.address}/openapi.json", timeout=30).json()
    jobs_of = document["paths"]["/api/v1/jobs/{job_id}"]["get"]
    del jobs_of["responses"]["404"]
    document["paths"] = {"/api/v1/jobs/{job_id}": {"get": jobs_of}}
    schema = schemathesis.openapi.from_dict(document)
    (operation,) = [found.ok() for found in schema.get_all_operations()]
    (found,) = wrong_answers(served, operation, GenerationMode.POSITIVE)
    assert "Undocumented status code" in found


def test_answers_about_anything(
    served: Served, operations: list[schemathesis.APIOperation[Any]]
) -> None:
    found = [
        line
        for operation in operations
        if variables(operation)
        for line in wrong_answers(served, operation, GenerationMode.POSITIVE)
    ]
    assert not found, "\n".join(found)


def test_answers_to_what_is_wrong(
    served: Served, operations: list[schemathesis.APIOperation[Any]]
) -> None:
    """Only what has something that can be wrong."""
    found = [
        line
        for operation in operations
        if operation.body or operation.query or operation.headers
        for line in wrong_answers(
            served, operation, GenerationMode.NEGATIVE, lambda op=operation: things(served.ctx, op)
        )
    ]
    assert not found, "\n".join(found)
