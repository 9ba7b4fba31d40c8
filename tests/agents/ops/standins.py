"""Tools with the names, arguments and phrases of ours, that only tell that they were called."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from jobs_tui.tools.tool import Tool, ToolContext, ToolResult

Percent = Annotated[float, Field(ge=0, le=100)]
PathText = Annotated[str, Field(min_length=1, max_length=4096)]
Host = Annotated[str, Field(min_length=1, max_length=253, pattern=r"^[A-Za-z0-9_.:\[\]%-]+$")]
Port = Annotated[int, Field(ge=1, le=65535)]
Seconds = Annotated[float, Field(gt=0, le=300)]
Url = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"^https?://[^\s]+$")]
Keep = Annotated[int, Field(ge=1, le=10_000)]


class ToolArguments(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SystemHealth(ToolArguments):
    cpu_percent: Percent | None = None
    memory_percent: Percent | None = None
    swap_percent: Percent | None = None
    disk_percent: Percent | None = None
    load_per_core: Annotated[float, Field(ge=0, le=1000)] | None = None


class DiskSpace(ToolArguments):
    path: PathText | None = None
    disk_percent: Percent = 90.0
    free_bytes: Annotated[int, Field(ge=0)] | None = None


class Processes(ToolArguments):
    name: str | None = Field(None, min_length=1, max_length=200)
    sort: Literal["cpu", "memory"] = "cpu"
    limit: Annotated[int, Field(ge=1, le=100)] = 10
    must_run: bool = False


class HttpCheck(ToolArguments):
    url: Url
    status: Annotated[int, Field(ge=100, le=599)] | None = None
    contains: str | None = None
    max_seconds: Seconds | None = None
    timeout: Seconds = 10.0
    follow: bool = True


class TlsCertificate(ToolArguments):
    host: Host
    port: Port = 443
    days: Annotated[int, Field(ge=0, le=3650)] = 14
    server_name: Host | None = None
    timeout: Seconds = 10.0


class TcpPort(ToolArguments):
    host: Host = "127.0.0.1"
    ports: Annotated[list[Port], Field(min_length=1, max_length=100)]
    open: bool = True
    timeout: Seconds = 5.0


class ServiceStatus(ToolArguments):
    services: Annotated[
        list[Annotated[str, Field(pattern=r"^[A-Za-z0-9:_.\\@-]{1,200}$")]],
        Field(min_length=1, max_length=50),
    ]
    user: bool = False


class DiskUsage(ToolArguments):
    path: PathText
    limit: Annotated[int, Field(ge=1, le=200)] = 10
    files: bool = False
    depth: Annotated[int, Field(ge=1, le=20)] = 1
    max_bytes: Annotated[int, Field(ge=0)] | None = None


class CleanUpFiles(ToolArguments):
    path: PathText
    older_than_days: Annotated[float, Field(ge=0, le=36_500)]
    patterns: list[str] = Field(["*"], max_length=50)
    min_bytes: Annotated[int, Field(ge=0)] = 0
    dry_run: bool = True
    empty_directories: bool = False


class LogScan(ToolArguments):
    paths: Annotated[list[PathText], Field(min_length=1, max_length=50)]
    pattern: str = r"\b(error|fatal)\b"
    hours: Annotated[float, Field(gt=0, le=24 * 366)] | None = None
    max_matches: Annotated[int, Field(ge=0)] | None = None
    examples: Annotated[int, Field(ge=0, le=100)] = 10


class GitStatus(ToolArguments):
    path: PathText = "~"
    depth: Annotated[int, Field(ge=0, le=6)] = 3
    dirty_is_alarm: bool = False
    unpushed_is_alarm: bool = False


class JobReport(ToolArguments):
    days: Annotated[int, Field(ge=1, le=366)] = 7
    limit: Annotated[int, Field(ge=1, le=200)] = 20
    min_success_percent: Percent | None = None


class BackupDirectory(ToolArguments):
    path: PathText
    target: PathText = "~/backups"
    format: Literal["tar.zst", "tar.gz"] = "tar.zst"
    keep: Keep = 7


class BackupSqlite(ToolArguments):
    paths: Annotated[list[PathText], Field(max_length=50)] = []
    target: PathText = "~/backups/databases"
    keep: Keep = 7
    depth: Annotated[int, Field(ge=0, le=8)] = 4


class BackupPostgresql(ToolArguments):
    databases: list[str] = []
    host: str | None = None
    port: Port | None = None
    user: str | None = None
    target: PathText = "~/backups/databases"
    keep: Keep = 7


class BackupDatabases(ToolArguments):
    target: PathText = "~/backups/databases"
    keep: Keep = 7


async def _told(arguments: BaseModel, context: ToolContext) -> ToolResult:
    said = arguments.model_dump_json(exclude_unset=True)
    return ToolResult(text=said, summary=said[:200])


def _tool(
    name: str, title: str, arguments: type[BaseModel], *phrases: str, changes: bool = False
) -> Tool[Any]:
    return Tool(name, title, title, arguments, _told, not changes, phrases)


TOOLS = [
    _tool(
        "system_health",
        "System health",
        SystemHealth,
        "check system health",
        "is the server healthy",
        "health check of this machine",
        "alert if cpu is above 80 percent",
        "check cpu memory and load",
        "how busy is the processor",
        "watch memory usage",
        "check the load average",
    ),
    _tool(
        "disk_space",
        "Disk space",
        DiskSpace,
        "check disk space",
        "how much disk space is free",
        "are the disks full",
        "alert when a disk is over 90 percent full",
        "check free space on /var",
        "warn if less than 10 GB are free",
    ),
    _tool(
        "disk_usage",
        "Disk usage",
        DiskUsage,
        "disk usage of /var",
        "find the 10 biggest directories under /var",
        "what takes up space in /home",
        "largest files in /srv",
        "how big is the directory",
    ),
    _tool(
        "processes",
        "Processes",
        Processes,
        "top processes by memory",
        "which processes use the most cpu",
        "list running processes",
        "is the process nginx running",
        "show the top 5 processes",
    ),
    _tool(
        "service_status",
        "Service status",
        ServiceStatus,
        "is the service nginx running",
        "check that service ssh is active",
        "status of the postgresql service",
        "is the systemd unit active",
    ),
    _tool(
        "http_check",
        "HTTP check",
        HttpCheck,
        "check that https://example.org answers",
        "is the website up",
        "check the url returns 200",
        "ping the health endpoint http://localhost:8080/health",
        "monitor the site and check it contains a text",
    ),
    _tool(
        "tls_certificate",
        "TLS certificate",
        TlsCertificate,
        "check the tls certificate of example.org",
        "warn 14 days before the ssl certificate expires",
        "when does the certificate of the host expire",
        "check certificate expiry",
    ),
    _tool(
        "tcp_port",
        "TCP port",
        TcpPort,
        "is port 5432 open on db1",
        "check that port 22 is reachable",
        "can we connect to host port 443",
        "check ports 80 and 443",
    ),
    _tool(
        "log_scan",
        "Log scan",
        LogScan,
        "scan /var/log/*.log for errors",
        "find errors in the logs of the last 24 hours",
        "check the log file for exceptions",
        "search the logs for timeout",
        "count error lines in the log",
    ),
    _tool(
        "git_status",
        "Git status",
        GitStatus,
        "which git repositories have uncommitted changes",
        "git status of ~/src",
        "check the repositories for unpushed commits",
        "are there dirty repos",
    ),
    _tool(
        "job_report",
        "Report of all jobs",
        JobReport,
        "generate weekly analytics report",
        "report of all jobs of the last month",
        "daily summary of job runs",
        "which jobs failed this week",
        "statistics of the runs",
        "monthly report",
    ),
    _tool(
        "backup_databases",
        "Back up all databases",
        BackupDatabases,
        "run daily backup of all databases",
        "back up all databases",
        "database backup",
        "backup the databases to /backup",
        "save every database",
        changes=True,
    ),
    _tool(
        "backup_sqlite",
        "Back up SQLite databases",
        BackupSqlite,
        "back up the sqlite database /srv/app/app.db",
        "backup all sqlite databases",
        "copy the sqlite files",
        changes=True,
    ),
    _tool(
        "backup_postgresql",
        "Back up PostgreSQL databases",
        BackupPostgresql,
        "back up the postgresql database orders",
        "dump all postgres databases",
        "pg_dump the database",
        "postgres backup",
        changes=True,
    ),
    _tool(
        "backup_directory",
        "Back up a directory",
        BackupDirectory,
        "back up /srv/www to /backup and keep 7 copies",
        "backup the directory /etc",
        "archive /home/ada/projects",
        "make a backup of /var/www",
        changes=True,
    ),
    _tool(
        "clean_up_files",
        "Clean up files",
        CleanUpFiles,
        "delete files in /tmp/x older than 30 days",
        "clean up old files",
        "remove logs older than 2 weeks from /var/log/app",
        "purge temporary files older than 7 days",
        changes=True,
    ),
]
