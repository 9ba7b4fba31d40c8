"""All tools by name; a tool's module is loaded when it is first asked for."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from functools import cache
from typing import Any

from jobs_tui.models.errors import NotFound
from jobs_tui.tools.tool import Tool

_PLACES: dict[str, str] = {}
"""Name to ``module:attribute``, in the order in which lists show them."""


@cache
def get_tool(name: str) -> Tool[Any]:
    """The tool of a name.

    Raises:
        NotFound: there is none.
    """
    place = _PLACES.get(name)
    if place is None:
        raise NotFound(f"There is no tool {name!r:.60}.", f"Tools: {', '.join(_PLACES)}.")
    module, _, attribute = place.partition(":")
    tool: Tool[Any] = getattr(importlib.import_module(module), attribute)
    return tool


def tool_names() -> tuple[str, ...]:
    """Names of all tools."""
    return tuple(_PLACES)


def tools(names: Iterable[str] | None = None) -> list[Tool[Any]]:
    """Tools of these names, or all. Raises NotFound."""
    return [get_tool(name) for name in (_PLACES if names is None else names)]
