"""Schemas that every client understands: no references, no unions with null, nothing untyped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from jobs_tui.server.mcp.schemas import schema_of
from jobs_tui.server.mcp.tools import TOOLS, JobTool

KEYWORDS = {"type", "anyOf", "enum", "const"}


def nodes(schema: Any) -> Iterator[dict[str, Any]]:
    """Every schema within a schema."""
    yield schema
    for one in schema.get("properties", {}).values():
        yield from nodes(one)
    for one in schema.get("anyOf", ()):
        yield from nodes(one)
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from nodes(schema[key])


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_a_schema_is_portable_and_says_what_everything_is(tool: JobTool) -> None:
    for schema in (schema_of(tool.arguments), schema_of(tool.answer, answer=True)):
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema["type"] == "object"
        for node in nodes(schema):
            assert KEYWORDS & node.keys(), node
            assert "$ref" not in node
            assert not isinstance(node.get("type"), list)
            assert node.get("type") != "null"
            assert {"type": "null"} not in node.get("anyOf", ())
    for name, field in schema_of(tool.arguments).get("properties", {}).items():
        assert field.get("description"), (tool.name, name)


def test_what_may_be_absent_is_not_required() -> None:
    create = schema_of(TOOLS[0].arguments)
    assert create["required"] == ["title", "job_type", "instructions"]
    assert create["additionalProperties"] is False
    config = create["properties"]["trigger_config"]
    assert "required" not in config
    assert config["properties"]["interval_seconds"]["anyOf"] == [
        {"type": "string"},
        {"type": "number"},
    ]
    answer = schema_of(TOOLS[0].answer, answer=True)
    assert "status_reason" not in answer["properties"]["job"]["required"]
    assert "job_id" in answer["properties"]["job"]["required"]
