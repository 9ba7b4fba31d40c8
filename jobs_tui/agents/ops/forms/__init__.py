"""The form of each tool, by the tool's name.

A tool without one can still be asked for by its phrases, as long as it needs no arguments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jobs_tui.agents.ops.form import Filled, Form
from jobs_tui.agents.ops.forms import backups, files, machine, network, report

if TYPE_CHECKING:
    from jobs_tui.agents.ops.reading import Reading
    from jobs_tui.tools.tool import Tool

_FORMS: dict[str, Form] = {
    "system_health": machine.SYSTEM_HEALTH,
    "disk_space": machine.DISK_SPACE,
    "processes": machine.PROCESSES,
    "service_status": machine.SERVICE_STATUS,
    "http_check": network.HTTP_CHECK,
    "tls_certificate": network.TLS_CERTIFICATE,
    "tcp_port": network.TCP_PORT,
    "disk_usage": files.DISK_USAGE,
    "clean_up_files": files.CLEAN_UP_FILES,
    "log_scan": files.LOG_SCAN,
    "git_status": files.GIT_STATUS,
    "backup_directory": backups.BACKUP_DIRECTORY,
    "backup_databases": backups.BACKUP_DATABASES,
    "backup_sqlite": backups.BACKUP_SQLITE,
    "backup_postgresql": backups.BACKUP_POSTGRESQL,
    "job_report": report.JOB_REPORT,
}


def _nothing(reading: Reading) -> Filled:
    return Filled([{}])


_PLAIN = Form(_nothing)


def form_of(tool: Tool[Any]) -> Form:
    """How a tool is asked for."""
    return _FORMS.get(tool.name, _PLAIN)
