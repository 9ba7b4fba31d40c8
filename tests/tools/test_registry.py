"""All tools: loaded when asked for, described for people and models."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from pydantic import ValidationError

from jobs_tui.models.errors import NotFound
from jobs_tui.tools.registry import get_tool, tool_names, tools


@pytest.mark.parametrize("name", tool_names())
def test_every_tool_is_described(name: str) -> None:
    tool = get_tool(name)
    assert tool.name == name
    assert tool.description.endswith(".")
    assert bool(tool.phrases) is not tool.for_models
    schema = tool.arguments.model_json_schema()
    json.dumps(schema)
    assert all(field.get("description") for field in schema["properties"].values()), name
    with pytest.raises(ValidationError):
        tool.arguments.model_validate({"unheard of": 1})


def test_an_unknown_tool_is_told_with_the_known_ones() -> None:
    with pytest.raises(NotFound, match="no tool 'x'") as caught:
        tools(["disk_space", "x"])
    assert "system_health" in caught.value.hint


def test_only_what_changes_nothing_says_that_it_only_reads() -> None:
    writes = {tool.name for tool in tools() if not tool.read_only}
    assert writes == {
        "backup_databases", "backup_sqlite", "backup_postgresql", "backup_directory",
        "clean_up_files", "shell_command", "write_file", "http_request",
    }  # fmt: skip


def test_listing_the_names_loads_nothing_heavy() -> None:
    code = (
        "import sys; from jobs_tui.tools.registry import tool_names; tool_names();"
        "print([m for m in ('psutil', 'httpx2', 'zstandard', 'cryptography') if m in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout == "[]\n"
