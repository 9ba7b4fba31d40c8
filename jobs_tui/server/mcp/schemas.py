"""JSON schemas of the tools, in a form that every client understands.

Clients map schemas onto dialects of their own, and many know neither references nor unions with
null: definitions are put in where they are used, and what may be absent is just not required.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

_REFERENCE = "#/$defs/"


def schema_of(model: type[BaseModel], *, answer: bool = False) -> dict[str, Any]:
    """The schema of a tool's arguments or of its answer: one object without references.

    Args:
        answer: of what is given out, where fields with a default are always there.
    """
    made = model.model_json_schema(mode="serialization" if answer else "validation")
    definitions = made.pop("$defs", {})
    found: dict[str, Any] = _plain(made, definitions)
    return found


def _plain(node: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_plain(one, definitions) for one in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        named = definitions[node["$ref"].removeprefix(_REFERENCE)]
        node = {**named, **{key: value for key, value in node.items() if key != "$ref"}}
    properties = node.get("properties")
    kept = {
        key: _plain(value, definitions)
        for key, value in node.items()
        if key not in ("title", "properties") and not (key == "default" and value is None)
    }
    if kept.get("additionalProperties") == {}:
        kept["additionalProperties"] = True  # the same, and linters know it
    if isinstance(properties, dict):
        kept["properties"] = {
            name: _plain(value, definitions) for name, value in properties.items()
        }
    optional = {name for name, value in (properties or {}).items() if _nullable(value)}
    if "required" in kept:
        kept["required"] = [name for name in kept["required"] if name not in optional]
    return _without_null(kept)


def _nullable(node: Any) -> bool:
    return isinstance(node, dict) and {"type": "null"} in node.get("anyOf", ())


def _without_null(node: dict[str, Any]) -> dict[str, Any]:
    """``null`` says no more than that the field may be absent."""
    branches = node.get("anyOf")
    if not branches or {"type": "null"} not in branches:
        return node
    left = [one for one in branches if one != {"type": "null"}]
    rest = {key: value for key, value in node.items() if key != "anyOf"}
    return {**left[0], **rest} if len(left) == 1 else {**rest, "anyOf": left}
