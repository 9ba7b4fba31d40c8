"""``/openapi.json`` and ``/docs`` say what this server does, all of it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from aiohttp import web
from openapi_spec_validator import OpenAPIV31SpecValidator

from jobs_tui.models.config import JobConfig
from jobs_tui.models.job_input import CREATE_EXAMPLES, JobCreate
from jobs_tui.server.api.models import Problem
from jobs_tui.server.api.routing import ROUTES, Route
from jobs_tui.server.app import build_app
from jobs_tui.server.docs import html, prose
from jobs_tui.server.openapi import COMMON, REFERENCES, document
from jobs_tui.service import jobs
from jobs_tui.service.context import Context
from jobs_tui.service.scheduled_tasks import ScheduledTaskCreate
from jobs_tui.store.settings import Settings
from tests.server.api_help import call
from tests.server.face import Face, accept_token, nothing_is_tried


def application(ctx: Context) -> web.Application:
    @web.middleware
    async def nobody_is_asked(request: web.Request, handler: Any) -> Any:
        return await handler(request)

    return build_app(ctx, Settings(), dict, lambda: None, nobody_is_asked, nothing_is_tried)


@pytest.fixture
def described(ctx: Context) -> dict[str, Any]:
    return document(application(ctx)[ROUTES])


def operations(described: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method.upper(), path): operation
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    }


def test_a_validator_agrees(described: dict[str, Any]) -> None:
    assert [str(error)[:300] for error in OpenAPIV31SpecValidator(described).iter_errors()] == []


def test_everything_that_is_served_is_described(ctx: Context) -> None:
    app = application(ctx)
    served = {
        (route.method, route.resource.canonical)
        for route in app.router.routes()
        if route.resource is not None and route.method != "HEAD"
    }
    assert served == operations(document(app[ROUTES])).keys()
    assert {("GET", "/metrics"), ("POST", "/webhooks/{path}"), ("GET", "/docs")} <= served
    assert len(served) > 50


def test_every_route_of_the_specification_is_there(described: dict[str, Any]) -> None:
    tasks, job = "/api/v1/scheduled_tasks", "/api/v1/jobs/{job_id}"
    read_only = (
        "agents", "agents/{resource_id}", "teams", "environments", "worker-queues",
        "environments/{environment_id}/worker-queues", "executions", "models", "models/default",
        "models/providers", "runtimes", "workers", "secrets", "policies",
    )  # fmt: skip
    wanted = {
        *(("GET", f"/api/v1/{path}") for path in read_only),
        *((method, tasks) for method in ("GET", "POST")),
        *((method, f"{tasks}/{{taskId}}") for method in ("GET", "PUT", "DELETE")),
        *((method, "/api/v1/jobs") for method in ("GET", "POST")),
        *((method, job) for method in ("GET", "PATCH", "DELETE")),
        *(("POST", f"{job}/{verb}") for verb in ("trigger", "enable", "disable")),
        ("GET", f"{job}/executions"),
        ("POST", "/api/v1/jobs/webhook/{path}"),
        ("GET", "/api/health"),
        ("GET", "/api/ready"),
    }
    assert wanted <= operations(described).keys()


def test_ids_are_unique_and_references_lead_somewhere(described: dict[str, Any]) -> None:
    found = [operation["operationId"] for operation in operations(described).values()]
    assert len(set(found)) == len(found)
    assert all(re.fullmatch(r"\w+", name) for name in found)
    references = set(re.findall(rf"'{REFERENCES}([^']+)'", str(described)))
    assert references <= described["components"]["schemas"].keys()
    assert described["components"]["schemas"].keys() - references == set()


def test_who_may_ask_is_said(described: dict[str, Any]) -> None:
    for (_, path), operation in operations(described).items():
        open_to_all = path.startswith(("/webhooks", "/healthz", "/docs", "/openapi")) or path in (
            "/api/health", "/api/ready", "/api/v1/webhooks/{path}", "/api/v1/jobs/webhook/{path}",
        )  # fmt: skip
        assert (operation["security"] == []) == open_to_all
        if not open_to_all:
            assert {name for one in operation["security"] for name in one} == {
                "BearerAuth",
                "UserKey",
                "ApiKey",
            }
            assert {"401", "403"} <= operation["responses"].keys()
    jobs_api = operations(described)
    assert jobs_api["DELETE", "/api/v1/jobs/{job_id}"]["security"][0] == {"BearerAuth": ["admin"]}
    assert jobs_api["GET", "/metrics"]["security"][0] == {"BearerAuth": ["read"]}


def test_bodies_bring_their_codes(described: dict[str, Any]) -> None:
    for operation in operations(described).values():
        if "requestBody" in operation:
            assert {"400", "408", "413"} <= operation["responses"].keys()
        assert {"500", "503"} <= operation["responses"].keys()


REQUIRED = ("name", "trigger_type", "prompt_template")
DEFAULTS = {
    "description": None,
    "enabled": True,
    "cron_schedule": None,
    "cron_timezone": "UTC",
    "planning_mode": "predefined_agent",
    "entity_type": None,
    "entity_id": None,
    "system_prompt": None,
    "executor_type": "auto",
    "worker_queue_name": None,
    "environment_name": None,
    "config": {},
    "execution_environment": None,
}
RESPONSE = """
id organization_id name description enabled status trigger_type cron_schedule cron_timezone
temporal_schedule_id planning_mode entity_type entity_id entity_name prompt_template system_prompt
executor_type worker_queue_name environment_name config execution_environment last_execution_id
last_execution_at next_execution_at total_executions successful_executions failed_executions
execution_history created_by updated_by created_at updated_at last_triggered_at
"""


EXTRAS = """
tags parameters run_at now_if_past interval_seconds interval_mode start_at end_at max_runs
end_condition watch depends_on deliver_to deliver_when conversation
"""
"""Fields of ours beyond the specification's."""


def test_jobs_are_those_of_the_specification(described: dict[str, Any]) -> None:
    """create_job_api.md"""
    schemas = described["components"]["schemas"]
    create = schemas["JobCreate"]
    assert create["required"] == list(REQUIRED)
    assert create["properties"].keys() == {*REQUIRED, *DEFAULTS, *EXTRAS.split()}
    for name, default in DEFAULTS.items():
        assert create["properties"][name]["default"] == default
    name = create["properties"]["name"]
    assert (name["minLength"], name["maxLength"]) == (1, 255)
    assert set(RESPONSE.split()) <= set(schemas["JobResponse"]["required"])
    optional = {"webhook_url", "webhook_secret", "created_by_email", "updated_by_email"}
    assert optional <= schemas["JobResponse"]["properties"].keys()
    environment = schemas["ExecutionEnvironment"]["properties"]
    assert environment.keys() == {"env_vars", "secrets", "integration_ids", "mcp_servers"}
    assert schemas["ValidationError"]["required"] == ["loc", "msg", "type"]
    answers = operations(described)["POST", "/api/v1/jobs"]["responses"]
    for status, schema in (("201", "JobResponse"), ("422", "HTTPValidationError")):
        content = answers[status]["content"]["application/json"]
        assert content["schema"] == {"$ref": REFERENCES + schema}


def test_a_change_has_no_defaults(described: dict[str, Any]) -> None:
    for name in ("JobPatch", "ScheduledTaskUpdate"):
        fields = described["components"]["schemas"][name]["properties"].values()
        assert not [field for field in fields if "default" in field]


def test_examples_can_be_sent(ctx: Context) -> None:
    for example in CREATE_EXAMPLES:
        assert isinstance(example, dict)
        job = jobs.create(ctx, example).job
        JobConfig.model_validate(job.definition.config)
    for example in ScheduledTaskCreate.model_json_schema()["examples"]:
        ScheduledTaskCreate.model_validate(example)
    JobCreate.model_validate(CREATE_EXAMPLES[0])


def test_two_models_of_one_name_are_a_mistake(ctx: Context) -> None:
    class ProblemInput(Problem):
        pass

    async def handler(request: web.Request) -> web.Response:
        return web.Response()

    route = Route("GET", "/x", handler, "none", "", {200: ProblemInput}, tag="x")
    with pytest.raises(RuntimeError, match="share a name"):
        document([*application(ctx)[ROUTES], route])


async def test_it_is_served_to_anybody(face: Face) -> None:
    for path, kind in (("/openapi.json", "application/json"), ("/docs", "text/html")):
        for method in ("GET", "HEAD"):
            async with face.session.request(
                method, f"http://{face.address}{path}", headers={"Authorization": ""}
            ) as answer:
                assert (answer.status, answer.content_type) == (200, kind)
                assert bool(await answer.read()) == (method == "GET")
    status, answer = await face.ask("GET", "/openapi.json")
    assert (status, answer["openapi"]) == (200, "3.1.0")
    assert answer == document(application(face.ctx)[ROUTES])


async def test_what_is_answered_beside_the_handlers(face: Face) -> None:
    """401, 403, 404, 405, 413 have the form of :class:`Problem`, everywhere."""
    accept_token(face.ctx, "jt_reads", "read", "reader")
    large = {"name": "x" * 10_000}
    found = {
        401: await call(face, "GET", "/api/v1/jobs", Authorization=""),
        403: await call(face, "POST", "/api/v1/jobs", {}, Authorization="Bearer jt_reads"),
        404: await call(face, "GET", "/api/v1/nothing"),
        405: await call(face, "PUT", "/api/v1/jobs"),
        413: await call(face, "POST", "/api/v1/jobs", large),
    }
    for status, (answered, body) in found.items():
        assert answered == status
        Problem.model_validate(body)
    assert {401, 403, 413} <= COMMON.keys()


async def test_allow_names_what_the_address_takes(face: Face) -> None:
    """Not what the variable of another path would take."""
    for path, allowed in (("preview", "POST"), ("x", "DELETE, GET, HEAD, PATCH")):
        url = f"http://{face.address}/api/v1/jobs/{path}"
        async with face.session.options(url) as answer:
            assert (answer.status, answer.headers["Allow"]) == (405, allowed)


class Page(HTMLParser):
    """Balanced tags, no scripts, nothing from elsewhere."""

    VOID = ("meta",)

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)
        for name, value in attributes:
            assert name not in ("src", "style") and not name.startswith("on")  # noqa: PT018
            if name == "id":
                self.ids.append(value or "")
            if name == "href":
                self.links.append(value or "")
        assert tag not in ("script", "link", "img", "iframe")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_is_whole_and_needs_nothing(ctx: Context) -> None:
    routes = application(ctx)[ROUTES]
    page = Page()
    page.feed(html(routes).decode())
    assert page.open == []
    assert len(set(page.ids)) == len(page.ids)
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    assert [link for link in page.links if not link.startswith("#")] == ["/openapi.json"]
    for route in routes:
        assert route.path in page.text
        assert route.summary in page.text
    assert "url(" not in html(routes).decode()


def test_nothing_on_the_page_is_markup(ctx: Context) -> None:
    evil = "<script>alert(1)</script>`<b>`&"

    async def handler(request: web.Request) -> web.Response:
        return web.Response()

    routes = [Route("GET", "/x", handler, "none", evil, {200: evil}, tag=evil)]
    page = Page()
    page.feed(html(routes).decode())
    assert page.text.count("<script>alert(1)</script>") >= 3


def test_backticks_are_code() -> None:
    assert prose("a `<b>` & c") == "a <code>&lt;b&gt;</code> &amp; c"
    assert prose("one ` alone <") == "one ` alone &lt;"


async def test_the_page_may_load_nothing(face: Face) -> None:
    async with face.session.get(f"http://{face.address}/docs") as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
