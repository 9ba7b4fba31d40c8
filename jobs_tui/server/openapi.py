"""``/openapi.json``: made of the routes and the models, so that it cannot say anything else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from jobs_tui import __version__
from jobs_tui.server.api.models import Problem
from jobs_tui.server.api.routing import Answer, Query, Route

VERSION = "3.1.0"
REFERENCES = "#/components/schemas/"
JSON = "application/json"
TEXT = "text/plain"
"""The same as a model, for people to read."""

DESCRIPTION = """\
Background jobs of one home. All times are UTC in ISO 8601; ids are opaque.

A token is sent as `Authorization: Bearer TOKEN`, `UserKey TOKEN` or `ApiKey TOKEN`;
`jobs-tui token show` prints the first one, `jobs-tui token create` makes others. Its scope is
`read`, `trigger` or `admin`, each with all that the ones before may do. `HEAD` works wherever
`GET` does. What an address does not know is 404, another method of a known one 405."""

TAGS = {
    "jobs": "What is to be done, when and by whom.",
    "executions": "Runs of jobs: history, logs, following, ending, starting again.",
    "webhooks": "Signed deliveries that start jobs, and what became of each.",
    "outbox": "Results on their way to where their jobs want them.",
    "scheduled tasks": "Cron jobs seen through other names. What is wrong is 400 here.",
    "approvals": "What runs wait for until a person has decided.",
    "tokens": "Who may ask.",
    "audit": "Who changed what.",
    "health": "Whether it works, and how well.",
    "agents": "Who can do a job.",
    "teams": "Agents that do a job together.",
    "workflows": "Named steps with needs.",
    "environments": "What a run needs; ready or not.",
    "worker-queues": "Where runs wait.",
    "models": "Models that agents use.",
    "runtimes": "Kinds of agents.",
    "workers": "The engine while it runs.",
    "secrets": "Names; values come in and never go out.",
    "integrations": "Named bundles of variables and secrets.",
    "policies": "Rules that allow, deny or ask.",
    "documentation": "This document.",
}
_HEADER = {"type": "apiKey", "in": "header", "name": "Authorization"}
SCHEMES: dict[str, dict[str, str]] = {
    "BearerAuth": {"type": "http", "scheme": "bearer", "description": "`Bearer TOKEN`"},
    "UserKey": {**_HEADER, "description": "`UserKey TOKEN`"},
    "ApiKey": {**_HEADER, "description": "`ApiKey TOKEN`"},
}

RETRY = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait."}}
COMMON: dict[int, tuple[str, dict[str, Any]]] = {
    400: ("The body ended early or is badly framed.", {}),
    401: (
        "A token is missing, unknown, expired or revoked.",
        {"WWW-Authenticate": {"schema": {"type": "string"}, "description": "`Bearer`"}},
    ),
    403: ("The scope is too small, or the server is not asked by a name of its own.", {}),
    408: ("The body did not arrive in time.", {}),
    413: ("The body is longer than the setting `body_limit` allows.", {}),
    500: ("A mistake of this program; its log says which.", {}),
    503: ("The store cannot be used now; nothing was done.", RETRY),
}
"""What is answered before or beside a handler."""
WORDS = {
    200: "Done.",
    201: "Created.",
    204: "Done; there is no body.",
    400: "Not possible now, in a sentence.",
    401: "The proof of who sends it is missing or wrong.",
    404: "It does not exist, or is deleted.",
    409: "Its status does not allow that; the sentence says what does.",
    422: "Something that was sent is wrong, with its place.",
    429: "Too many; try again later.",
}


def document(routes: Iterable[Route]) -> dict[str, Any]:
    """The whole document.

    Args:
        routes: in the order in which the document has them.
    """
    every = list(routes)
    paths: dict[str, dict[str, Any]] = {}
    taken: set[str] = set()
    for route in every:
        found = _operation(route)
        found["operationId"] = _operation_id(route, taken)
        paths.setdefault(route.path, {})[route.method.lower()] = found
    used = {route.tag for route in every}
    return {
        "openapi": VERSION,
        "info": {
            "title": "jobs-tui",
            "version": __version__,
            "description": DESCRIPTION,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": TAGS.get(name, "")} for name in _ordered(used)],
        "paths": paths,
        "components": {"schemas": _schemas(every), "securitySchemes": SCHEMES},
    }


def encoded_document(routes: Iterable[Route]) -> bytes:
    """As :func:`document`, as the bytes of its answer."""
    return json.dumps(document(routes), ensure_ascii=False).encode()


def statuses(route: Route) -> list[int]:
    """Every status that a route may answer, in order."""
    return sorted({*route.responses, *_common(route)})


def _ordered(used: set[str]) -> list[str]:
    return [name for name in TAGS if name in used] + sorted(used - TAGS.keys())


def _common(route: Route) -> list[int]:
    """Those of :data:`COMMON` that a route may answer."""
    found = [500, 503]
    if route.tag != "webhooks" or route.scope != "none":
        found.append(403)
    if route.scope != "none":
        found.append(401)
    if route.request_model is not None:
        found += [400, 408, 413]
    return found


def _operation(route: Route) -> dict[str, Any]:
    needs = f"Needs a token with the scope `{route.scope}`."
    found: dict[str, Any] = {
        "tags": [route.tag],
        "summary": route.summary,
        "description": "Needs no token." if route.scope == "none" else needs,
    }
    parameters = [
        *({"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
          for name in re.findall(r"{(\w+)}", route.path)),
        *(_parameter(item, "query") for item in route.query),
        *(_parameter(item, "header") for item in route.headers),
    ]  # fmt: skip
    if parameters:
        found["parameters"] = parameters
    if route.request_model is not None:
        found["requestBody"] = {
            "required": route.body_required,
            "content": {JSON: {"schema": _reference(route.request_model)}},
        }
    found["responses"] = {
        str(status): _response(route, status, route.responses.get(status))
        for status in statuses(route)
    }
    found["security"] = (
        [] if route.scope == "none" else [{scheme: [route.scope]} for scheme in SCHEMES]
    )
    return found


def _parameter(item: Query, place: str) -> dict[str, Any]:
    found = {"name": item.name, "in": place, "required": False, "schema": dict(item.schema)}
    return {**found, "description": item.description} if item.description else found


def _response(route: Route, status: int, body: Answer | None) -> dict[str, Any]:
    words, headers = COMMON.get(status, ("", {}))
    declared = body is not None
    if body is None:
        body = Problem
    elif status not in (401, 503):
        words = WORDS.get(status, words)
    found: dict[str, Any] = {"description": words or WORDS[status]}
    if headers or status == 429:
        found["headers"] = headers or RETRY
    if isinstance(body, str):
        found["description"] = body
        if route.media_types[0] != JSON and status < 300:
            schema = {"type": "string"}
            found["content"] = {kind: {"schema": schema} for kind in route.media_types}
        return found
    if isinstance(body, Mapping) and "description" in body:
        found["description"] = body["description"]
    kinds = route.media_types if declared and status < 300 else (JSON,)
    found["content"] = {
        kind: {"schema": {"type": "string"} if kind == TEXT else _schema_of(body)} for kind in kinds
    }
    return found


def _schema_of(body: Any) -> dict[str, Any]:
    if isinstance(body, Mapping):
        return dict(body)
    inner = get_args(body)
    if inner:
        return {"type": "array", "items": _reference(inner[0])}
    return _reference(body)


def _reference(model: type[BaseModel]) -> dict[str, Any]:
    return {"$ref": REFERENCES + _public(model.__name__)}


def _public(name: str) -> str:
    """What the document calls a model: who sends it is told by its place there."""
    return name.removesuffix("Input")


def _models(routes: Sequence[Route]) -> list[type[BaseModel]]:
    found: dict[type[BaseModel], None] = {Problem: None}
    for route in routes:
        if route.request_model is not None:
            found[route.request_model] = None
        for body in route.responses.values():
            model = (get_args(body) or (body,))[0]
            if isinstance(model, type) and issubclass(model, BaseModel):
                found[model] = None
    return list(found)


def _schemas(routes: Sequence[Route]) -> dict[str, Any]:
    _, found = models_json_schema(
        [(model, "validation") for model in _models(routes)],
        ref_template=REFERENCES + "{model}",
    )
    schemas = found.get("$defs", {})
    names = {name: _public(name) for name in schemas}
    if len(set(names.values())) != len(names):
        raise RuntimeError(f"two models share a name: {sorted(names)}")
    return {names[name]: _renamed(schema, names) for name, schema in sorted(schemas.items())}


def _renamed(schema: Any, names: Mapping[str, str]) -> Any:
    """A schema with the names of :func:`_public` in its references and titles."""
    if isinstance(schema, list):
        return [_renamed(item, names) for item in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _renamed(value, names) for key, value in schema.items()}
    reference, title = found.get("$ref"), found.get("title")
    if isinstance(reference, str):
        found["$ref"] = REFERENCES + names[reference.removeprefix(REFERENCES)]
    if isinstance(title, str) and title in names:
        found["title"] = names[title]
    return found


def _operation_id(route: Route, taken: set[str]) -> str:
    """A name for programs that are generated: ``jobs_create``."""
    name = re.sub(r"\W+", "_", f"{route.tag}_{getattr(route.handler, '__name__', route.method)}")
    if name in taken:
        name = re.sub(r"\W+", "_", f"{route.method.lower()}{route.path}").strip("_")
    taken.add(name)
    return name
