"""All tools by name; a tool's module is loaded when it is first asked for."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from functools import cache
from typing import Any

from jobs_tui.models.errors import NotFound
from jobs_tui.tools.tool import Tool

_TOOLS = "jobs_tui.tools"
_PLACES: dict[str, str] = {
    "system_health": f"{_TOOLS}.system:SYSTEM_HEALTH",
    "disk_space": f"{_TOOLS}.system:DISK_SPACE",
    "disk_usage": f"{_TOOLS}.disk_usage:DISK_USAGE",
    "processes": f"{_TOOLS}.system:PROCESSES",
    "service_status": f"{_TOOLS}.services:SERVICE_STATUS",
    "http_check": f"{_TOOLS}.http_check:HTTP_CHECK",
    "tls_certificate": f"{_TOOLS}.tls_certificate:TLS_CERTIFICATE",
    "tcp_port": f"{_TOOLS}.network:TCP_PORT",
    "log_scan": f"{_TOOLS}.log_scan:LOG_SCAN",
    "git_status": f"{_TOOLS}.git_status:GIT_STATUS",
    "job_report": f"{_TOOLS}.report:JOB_REPORT",
    "backup_databases": f"{_TOOLS}.backup_databases:BACKUP_DATABASES",
    "backup_sqlite": f"{_TOOLS}.backup_sqlite:BACKUP_SQLITE",
    "backup_postgresql": f"{_TOOLS}.backup_postgresql:BACKUP_POSTGRESQL",
    "backup_directory": f"{_TOOLS}.backup_directory:BACKUP_DIRECTORY",
    "clean_up_files": f"{_TOOLS}.clean_up_files:CLEAN_UP_FILES",
    "shell_command": f"{_TOOLS}.for_models:SHELL_COMMAND",
    "read_file": f"{_TOOLS}.for_models:READ_FILE",
    "write_file": f"{_TOOLS}.for_models:WRITE_FILE",
    "list_directory": f"{_TOOLS}.for_models:LIST_DIRECTORY",
    "http_request": f"{_TOOLS}.for_models:HTTP_REQUEST",
}
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
