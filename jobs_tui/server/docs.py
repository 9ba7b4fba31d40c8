"""``/openapi.json`` and ``/docs``, a page that needs nothing from elsewhere."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from aiohttp import web
from markupsafe import Markup, escape

from jobs_tui import __version__
from jobs_tui.server.api.routing import ROUTES, Route
from jobs_tui.server.openapi import REFERENCES, document, encoded_document

if TYPE_CHECKING:
    from jinja2 import Template

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""The page may load nothing and run nothing."""


def routes() -> list[Route]:
    """The documentation's own."""
    return [
        Route(
            "GET",
            "/openapi.json",
            description,
            "none",
            "This document",
            {200: {"type": "object", "description": "OpenAPI 3.1"}},
            tag="documentation",
        ),
        Route(
            "GET",
            "/docs",
            page,
            "none",
            "The same for people",
            {200: "A page in HTML."},
            media_types=("text/html",),
            tag="documentation",
        ),
    ]


class _Made:
    """Both answers, made when the first client asks."""

    def __init__(self, routes: list[Route]) -> None:
        self.routes = routes
        self.description: bytes | None = None
        self.page: bytes | None = None


_MADE = web.AppKey("documentation", _Made)


def prepare(app: web.Application) -> None:
    """Remember the routes; to be called when all are there."""
    app[_MADE] = _Made(app[ROUTES])


async def description(request: web.Request) -> web.Response:
    """OpenAPI."""
    made = request.app[_MADE]
    if made.description is None:
        made.description = await asyncio.to_thread(encoded_document, made.routes)
    return web.Response(body=made.description, content_type="application/json")


async def page(request: web.Request) -> web.Response:
    """HTML."""
    made = request.app[_MADE]
    if made.page is None:
        made.page = await asyncio.to_thread(html, made.routes)
    return web.Response(
        body=made.page,
        content_type="text/html",
        charset="utf-8",
        headers={
            "Content-Security-Policy": POLICY,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
        },
    )


def html(routes: list[Route]) -> bytes:
    """The page; every text in it is escaped."""
    found = document(routes)
    by_tag: dict[str, list[dict[str, Any]]] = {tag["name"]: [] for tag in found["tags"]}
    for path, methods in found["paths"].items():
        for method, operation in methods.items():
            by_tag[operation["tags"][0]].append(
                {"path": path, "method": method.upper(), **operation}
            )
    text = _template().render(
        version=__version__,
        info=found["info"],
        tags=[{**tag, "operations": by_tag[tag["name"]]} for tag in found["tags"]],
        schemas=found["components"]["schemas"],
        kind=kind,
        name=name,
        example=example,
        prose=prose,
    )
    return text.encode()


def kind(schema: Mapping[str, Any]) -> str:
    """A schema in a few words: ``string or null``, ``list of JobResponse``."""
    reference = schema.get("$ref")
    if isinstance(reference, str):
        return name(reference)
    if "anyOf" in schema:
        return " or ".join(kind(one) for one in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(json.dumps(one) for one in schema["enum"])
    if "const" in schema:
        return json.dumps(schema["const"])
    sort = str(schema.get("type", "any"))
    if sort == "array":
        return f"list of {kind(schema.get('items', {}))}"
    limits = [f"{word} {schema[key]}" for key, word in _LIMITS.items() if key in schema]
    return ", ".join([schema.get("format", sort), *limits])


_LIMITS = {
    "minimum": "at least",
    "maximum": "at most",
    "minLength": "length at least",
    "maxLength": "length at most",
    "pattern": "like",
    "default": "default",
}


def prose(text: str) -> Markup:
    """Words with what stands between backticks as code; all of it escaped."""
    parts = text.split("`")
    if len(parts) % 2 == 0:  # one backtick alone is a backtick
        return escape(text)
    found = [
        Markup("<code>{}</code>").format(part) if number % 2 else escape(part)
        for number, part in enumerate(parts)
    ]
    return Markup("").join(found)


def name(reference: str) -> str:
    """The name of the schema that is referred to."""
    return reference.removeprefix(REFERENCES)


def example(value: object) -> str:
    """An example as it is sent."""
    return json.dumps(value, indent=2, ensure_ascii=False)


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(PAGE)


PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>jobs-tui API {{ version }}</title>
<style>
:root { color-scheme: light dark; --ink: #1b1f24; --dim: #57606a; --line: #d0d7de; --bg: #fff;
  --soft: #f6f8fa; --key: #0550ae; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --dim: #9198a1; --line: #3d444d;
  --bg: #0d1117; --soft: #161b22; --key: #79c0ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem 1rem 4rem; color: var(--ink);
  background: var(--bg); font: 16px/1.5 system-ui, sans-serif; }
h1 { margin: 0; font-size: 1.5rem; }
h2 { margin: 2.5rem 0 .25rem; font-size: 1.15rem; border-bottom: 1px solid var(--line); }
h4 { margin: 1rem 0 .25rem; font-size: .9rem; color: var(--dim); }
p { margin: .25rem 0 .75rem; }
code, pre, .path { font-family: ui-monospace, monospace; font-size: .875em; }
pre { margin: 0; padding: .6rem .8rem; overflow-x: auto; background: var(--soft);
  border: 1px solid var(--line); border-radius: 4px; }
.info { white-space: pre-line; }
.dim { color: var(--dim); }
details { margin: .3rem 0; border: 1px solid var(--line); border-radius: 4px; }
summary { padding: .4rem .7rem; cursor: pointer; overflow-wrap: anywhere; }
details > div { padding: 0 .8rem .8rem; }
.method { display: inline-block; min-width: 4rem; font-weight: 600; color: var(--key); }
table { width: 100%; border-collapse: collapse; font-size: .9rem; }
td, th { padding: .25rem .5rem .25rem 0; text-align: left; vertical-align: top;
  border-top: 1px solid var(--line); overflow-wrap: anywhere; }
a { color: var(--key); }
nav a { margin-right: .8rem; white-space: nowrap; }
</style>
</head>
<body>
<h1>jobs-tui API <span class="dim">{{ version }}</span></h1>
<p class="info">{{ prose(info.description) }}</p>
<p>For programs: <a href="/openapi.json">openapi.json</a></p>
<nav>
{% for tag in tags %}
<a href="#{{ tag.name | replace(' ', '-') }}">{{ tag.name }}</a>
{% endfor %}
<a href="#schemas">schemas</a>
</nav>
{% for tag in tags %}
<h2 id="{{ tag.name | replace(' ', '-') }}">{{ tag.name }}</h2>
<p class="dim">{{ prose(tag.description) }}</p>
{% for one in tag.operations %}
<details id="{{ one.operationId }}">
<summary><span class="method">{{ one.method }}</span> <span class="path">{{ one.path }}</span>
<span class="dim">{{ one.summary }}</span></summary>
<div>
<p>{{ prose(one.description) }}</p>
{% if one.parameters is defined %}
<h4>Parameters</h4>
<table>
{% for item in one.parameters %}
<tr><td><code>{{ item.name }}</code></td><td class="dim">{{ item.in }}</td>
<td>{{ kind(item.schema) }}</td><td>{{ prose(item.description | default('')) }}</td></tr>
{% endfor %}
</table>
{% endif %}
{% if one.requestBody is defined %}
{% set body = one.requestBody.content['application/json'].schema %}
<h4>Body</h4>
<p><a href="#{{ name(body['$ref']) }}">{{ name(body['$ref']) }}</a>
{%- if not one.requestBody.required %}, may be missing{% endif %}</p>
{% for sent in schemas[name(body['$ref'])].examples | default([]) %}
<pre>{{ example(sent) }}</pre>
{% endfor %}
{% endif %}
<h4>Answers</h4>
<table>
{% for status, answer in one.responses.items() %}
<tr><td><code>{{ status }}</code></td><td>{{ prose(answer.description) }}</td><td>
{% for type, content in (answer.content | default({})).items() %}
{% set shown = content.schema.get('items', content.schema) %}
{% if '$ref' in shown %}<a href="#{{ name(shown['$ref']) }}">{{ kind(content.schema) }}</a>
{% else %}<code>{{ type }}</code>
{% endif %}
{% endfor %}
</td></tr>
{% endfor %}
</table>
</div>
</details>
{% endfor %}
{% endfor %}
<h2 id="schemas">schemas</h2>
{% for title, schema in schemas.items() %}
<details id="{{ title }}">
<summary><span class="path">{{ title }}</span>
<span class="dim">{{ prose(schema.description | default('')) }}</span></summary>
<div>
{% if schema.properties is defined %}
<table>
{% for key, value in schema.properties.items() %}
<tr><td><code>{{ key }}</code>{% if key in schema.required | default([]) %} *{% endif %}</td>
<td>{{ kind(value) }}</td><td>{{ prose(value.description | default('')) }}</td></tr>
{% endfor %}
</table>
{% else %}
<p>{{ kind(schema) }}</p>
{% endif %}
</div>
</details>
{% endfor %}
</body>
</html>
"""
